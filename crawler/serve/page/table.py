"""The stories of a view as a table: what a spreadsheet opens, article by article."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from crawler.catalog.feeds_out import name_of
from crawler.contract import StoryPayload, read_story
from crawler.model import PlaceId, StoryId, TopicId
from crawler.render.table import MEDIA_TYPE, Row, write_table
from crawler.serve.narrowing import Outlets
from crawler.serve.page.cards import is_dated, moment, source_of
from crawler.serve.page.search import Asked
from crawler.serve.page.shell import Framed
from crawler.serve.service import Service, Topic
from crawler.serve.stories import outlets_of

MOST = 5_000  # stories in one table, the newest
READ_AT_ONCE = 500

router = APIRouter(include_in_schema=False)


@router.get("/topics/{topic}/stories.csv")
async def write(topic: Topic, frame: Framed, asked: Annotated[Asked, Query()]) -> Response:
    """Return every article of the stories that words and filters leave."""
    service, now = frame.service, frame.service.clock.now()
    outlets = await outlets_of(service)
    wanted = asked.wanted(outlets, now)
    found = await asyncio.to_thread(service.indexes[topic].find, wanted, MOST)
    rows = [
        row
        for start in range(0, len(found.stories), READ_AT_ONCE)
        for story in await _read(service, topic, found.stories[start : start + READ_AT_ONCE])
        for row in rows_of(story, outlets)
    ]
    name = f'attachment; filename="kordon-{topic}-{now:%Y-%m-%d}.csv"'
    table = await asyncio.to_thread(write_table, rows)
    return Response(table, media_type=MEDIA_TYPE, headers={"Content-Disposition": name})


def rows_of(story: StoryPayload, outlets: Outlets) -> Iterator[Row]:
    """Yield the story's articles, who had it first before the others."""
    for member in sorted(story.members, key=moment):
        source = source_of(member.outlet, outlets, member.outlet_name)
        yield Row(
            story=story.id,
            articles=story.size,
            seen_utc=story.created,
            relation="canonical" if member.id == story.canonical.id else member.relation,
            published_utc=member.published if is_dated(member) else None,
            fetched_utc=member.first_seen,
            outlet=source.name,
            country=source.country,
            state_controlled=source.controlled,
            language=member.language,
            title=member.title,
            url=member.url,
            credits=member.credits,
            places=[name_of(PlaceId(place)) for place in member.places],
        )


async def _read(
    service: Service, topic: TopicId, stories: tuple[StoryId, ...]
) -> list[StoryPayload]:
    payloads = await service.published.payloads(topic, stories)
    read = (read_story(payloads[id_]) for id_ in stories if id_ in payloads)
    return [one for one in read if isinstance(one, StoryPayload)]
