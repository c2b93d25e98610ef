"""*Border now*: the border at a glance; map, timeline, the newest and the fastest stories."""

import asyncio
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from crawler.serve.narrowing import Outlets
from crawler.serve.page.cards import cards_of, fastest
from crawler.serve.page.chart import Bar, bars_of, chart_of, course_of
from crawler.serve.page.choices import busiest, chips_of, choices_of
from crawler.serve.page.feed_links import feed_links, table_address
from crawler.serve.page.filters import Filters, Window
from crawler.serve.page.live import After, arrived
from crawler.serve.page.shell import Frame, Framed
from crawler.serve.page.survey import Survey, survey
from crawler.serve.page.topics import topic_asked
from crawler.serve.stories import outlets_of

MINUTE = "%Y-%m-%dT%H:%MZ"
NEWEST, FASTEST, BUSIEST, ELSEWHERE = 15, 8, 8, 5

router = APIRouter(include_in_schema=False)


@router.get("/")
async def border_now(
    frame: Framed, asked: Annotated[Filters, Query()], after: After = ""
) -> Response:
    """Show what happens at the border within a window; what came after a change is marked."""
    return frame.render("border.html", await _facts(frame, asked, after))


async def _facts(frame: Frame, asked: Filters, after: str) -> dict[str, object]:
    service, now = frame.service, frame.service.clock.now()
    topic = topic_asked(service, asked.topic)
    index, outlets = service.indexes[topic], await outlets_of(service)
    reached = await asyncio.to_thread(lambda: index.position)  # before what is shown is read
    position = reached or (await service.published.window(topic)).last
    found, newest = await asyncio.gather(
        asyncio.to_thread(survey, index, asked, outlets, now),
        asyncio.to_thread(lambda: index.find(asked.wanted(outlets, now), NEWEST)),
    )
    return {
        "topic": topic,
        "asked": asked,
        "windows": list(Window),
        "found": found,
        "complete": reached is not None,
        "position": position,
        **_counted(frame, asked, outlets, found),
        "newest": await cards_of(service, topic, newest.stories, outlets),
        "arrived": await arrived(service, topic, after),
        "feeds_out": feed_links(topic, asked, outlets),
        "table": table_address(topic, asked),
        "fresh": f"/fresh?{urlencode({**asked.given(), 'after': position})}",
        "more": newest.last is not None,
        "fastest": fastest(await cards_of(service, topic, found.widest, outlets), FASTEST),
    }


def _counted(frame: Frame, asked: Filters, outlets: Outlets, found: Survey) -> dict[str, object]:
    """Return what a survey is shown as: map, timeline, choices, the busiest places."""
    choices = choices_of(frame, asked, found)
    options = {choice.name: choice.options for choice in choices}
    return {
        "chart": chart_of(found.places, frame.place_name, asked.border),
        "bars": bars_of(found.bars, found.bounds),
        "stories_of": partial(_stories_of, asked),
        "courses": {name: course_of(counts) for name, counts in found.courses.items()},
        "choices": choices,
        "chips": chips_of(frame, asked, outlets, words=asked.q),
        "sections": busiest(options["border"], BUSIEST),
        "crossings": busiest(options["place"], BUSIEST, crossings=True),
        "elsewhere": busiest(options["place"], ELSEWHERE, crossings=False),
    }


def _stories_of(asked: Filters, bar: Bar) -> str:
    """Return where the stories of a bar are; not of a window, which goes on while they stay."""
    ends = {"since": f"{bar.start:{MINUTE}}", "until": f"{bar.end:{MINUTE}}"}
    given = {name: value for name, value in asked.given().items() if name != "window"}
    return f"/search?{urlencode({**given, **ends})}"
