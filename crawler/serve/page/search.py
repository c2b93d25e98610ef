"""*Search*: stories by words and filters, newest first, page by page."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from crawler.serve.page.cards import cards_of
from crawler.serve.page.choices import Chip, chips_of, choices_of
from crawler.serve.page.feed_links import feed_links, table_address
from crawler.serve.page.filters import Filters, Window
from crawler.serve.page.shell import Frame, Framed
from crawler.serve.page.survey import survey
from crawler.serve.page.topics import topic_asked
from crawler.serve.parameters import Instant
from crawler.serve.stories import CURSOR, outlets_of

PAGE = 25

router = APIRouter(include_in_schema=False)


class Asked(Filters):
    """A search; without a window of its own it looks at everything that is kept."""

    window: Window = Window.QUARTER
    since: Instant | None = None
    until: Instant | None = None
    cursor: str = Field("", pattern=CURSOR)

    def span(self, now: datetime) -> tuple[datetime, datetime | None]:
        """Return from when on stories are meant, within the window, and until when."""
        since, _ = super().span(now)
        return max(since, self.since or since), self.until


@router.get("/search")
async def find(frame: Framed, asked: Annotated[Asked, Query()]) -> Response:
    """Show the stories that words and filters leave."""
    service, now = frame.service, frame.service.clock.now()
    topic = topic_asked(service, asked.topic)
    index, outlets = service.indexes[topic], await outlets_of(service)
    after = int(asked.cursor, 16) if asked.cursor else None
    found, counted, position = await asyncio.gather(
        asyncio.to_thread(
            lambda: index.find(replace(asked.wanted(outlets, now), after=after), PAGE)
        ),
        asyncio.to_thread(survey, index, asked, outlets, now),
        asyncio.to_thread(lambda: index.position),
    )
    facts = {
        "topic": topic,
        "asked": asked,
        "windows": list(Window),
        "complete": position is not None,
        "cards": await cards_of(service, topic, found.stories, outlets),
        "next": format(found.last, "x") if found.last is not None else "",
        "total": counted.total,
        "choices": choices_of(frame, asked, counted),
        "chips": [*_stretch(frame, asked, now), *chips_of(frame, asked, outlets)],
        "feeds_out": feed_links(topic, asked, outlets),
        "table": table_address(topic, asked),
    }
    return frame.render("search.html", facts)


def _stretch(frame: Frame, asked: Asked, now: datetime) -> Iterator[Chip]:
    """Yield the stretch of time that is asked for, if one is."""
    if asked.since or asked.until:
        ends = (frame.speech.time(at, now) if at else "…" for at in (asked.since, asked.until))
        text = f"{frame.speech('filter.since')}: {' – '.join(ends)}"
        yield Chip(text, frame.address(since="", until="", cursor=""))
