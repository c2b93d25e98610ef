"""What happens while a view is open: the changes as a stream, and how many stories are new."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from crawler.catalog.facets import facets_of
from crawler.contract import StoryPayload, read_story
from crawler.model import ChangeId, ChangeKind, StoryId, TopicId
from crawler.ports import Event
from crawler.serve.changes import ID, stream_of
from crawler.serve.page.filters import Filters, conditions_of
from crawler.serve.page.shell import Framed
from crawler.serve.page.topics import topic_asked
from crawler.serve.page.visitor import reading
from crawler.serve.service import Service, Topic
from crawler.serve.stories import Id, outlets_of

MOST = 1_000  # changes looked at

LastEventId = Annotated[str, Header(pattern=ID)]
After = Annotated[str, Query(pattern=ID)]

router = APIRouter(include_in_schema=False)


@router.get("/topics/{topic}/live", dependencies=[Depends(reading)])
async def follow(
    topic: Topic, request: Request, last_event_id: LastEventId = "", after: After = ""
) -> Response:
    """Follow the changes as the API tells them, for a browser that is signed in."""
    return await stream_of(request, topic, ChangeId(last_event_id or after))


@router.get("/topics/{topic}/stories/{story_id}/live", dependencies=[Depends(reading)])
async def follow_story(
    topic: Topic, story_id: Id, request: Request, last_event_id: LastEventId = "", after: After = ""
) -> Response:
    """Follow the changes of one story, its being merged into another included."""
    return await stream_of(request, topic, ChangeId(last_event_id or after), StoryId(story_id))


@router.get("/fresh")
async def count_fresh(
    frame: Framed, asked: Annotated[Filters, Query()], after: Annotated[str, Query(pattern=ID)]
) -> Response:
    """Show how many stories that fit the filters came since the view was made."""
    topic = topic_asked(frame.service, asked.topic)
    events = await frame.service.published.changes(topic, ChangeId(after), MOST + 1)
    more = len(events) > MOST
    facts = {
        "count": 0 if more else await _count(frame.service, topic, asked, created_by(events)),
        "more": more,
        "address": f"/?{urlencode({**asked.given(), 'after': after})}",
    }
    return frame.render("fresh.html", facts)


async def arrived(service: Service, topic: TopicId, after: str) -> frozenset[StoryId]:
    """Return the stories that came after a change, of the changes that are looked at; or none."""
    if not after:
        return frozenset()
    return frozenset(created_by(await service.published.changes(topic, ChangeId(after), MOST)))


def created_by(events: Sequence[Event]) -> list[StoryId]:
    """Return the stories that began with one of these changes."""
    return [event.story for event in events if event.kind == ChangeKind.CREATED]


async def _count(
    service: Service, topic: TopicId, asked: Filters, created: Sequence[StoryId]
) -> int:
    payloads = await service.published.payloads(topic, created)
    conditions = conditions_of(asked, await outlets_of(service)).values()
    read = map(read_story, payloads.values())
    facets = (set(facets_of(one)) for one in read if isinstance(one, StoryPayload))
    return sum(all(one.holds(some) for one in conditions) for some in facets)
