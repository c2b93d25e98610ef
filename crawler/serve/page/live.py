"""What happens while a view is open: the changes as a stream, and how many stories are new."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime

from crawler.serve.changes import ID, stream_changes
from crawler.serve.page.filters import Filters
from crawler.serve.page.shell import Framed
from crawler.serve.page.topics import topic_asked
from crawler.serve.page.visitor import reading
from crawler.serve.service import Served, Topic
from crawler.serve.stories import outlets_of

MOST = 500  # counted
A_MOMENT = timedelta(milliseconds=1)  # as finely as stories are told apart

router = APIRouter(include_in_schema=False)


@router.get("/topics/{topic}/live", dependencies=[Depends(reading)])
async def follow(
    topic: Topic,
    service: Served,
    request: Request,
    last_event_id: Annotated[str, Header(pattern=ID)] = "",
    after: Annotated[str, Query(pattern=ID)] = "",
) -> Response:
    """Follow the changes as the API tells them, for a browser that is signed in."""
    return await stream_changes(topic, service, request, last_event_id, after)


@router.get("/fresh")
async def count_fresh(
    frame: Framed, asked: Annotated[Filters, Query()], seen: AwareDatetime
) -> Response:
    """Show how many stories came in that fit the filters since the view was made."""
    service = frame.service
    topic, outlets = topic_asked(service, asked.topic), await outlets_of(service)
    later = replace(asked.wanted(outlets, service.clock.now()), since=seen + A_MOMENT)
    found = await asyncio.to_thread(service.indexes[topic].find, later, MOST)
    address = f"/?{urlencode(asked.given())}"
    return frame.render("fresh.html", {"count": len(found.stories), "address": address})
