"""Changes: read from any id that is kept, or followed as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from crawler.contract import is_before
from crawler.errors import StoreError
from crawler.model import ChangeId, TopicId
from crawler.ports import Event, Published
from crawler.serve import views
from crawler.serve.guard import reader
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served, Service, Topic
from crawler.serve.stories import as_json, changes_document

BATCH = 100
HEARTBEAT = timedelta(seconds=5)  # proxies cut a connection that says nothing for a minute
RECONNECT_MILLISECONDS = 3_000
START = ChangeId("0-0")

router = APIRouter(
    prefix="/api/v1/topics/{topic}/changes",
    tags=["changes"],
    dependencies=[Depends(reader)],
    responses=described(401, 404, 422, 429, 503),
)

ID = r"^(\d{1,15}(-\d{1,9})?)?$"


@router.get("", response_model=views.Changes)
async def list_changes(
    topic: Topic,
    service: Served,
    after: Annotated[
        str, Query(pattern=ID, description="a change id; from the first when empty")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = BATCH,
) -> Response:
    """List the changes after an id, oldest first; `missed` says that some of them are gone."""
    window = await service.published.window(topic)
    events = await service.published.changes(topic, ChangeId(after or START), limit)
    missed = bool(after) and is_before(after, window.trimmed)
    return as_json(changes_document(events, window.first, window.last, missed=missed))


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_changes(
    topic: Topic,
    service: Served,
    request: Request,
    last_event_id: Annotated[str, Header(pattern=ID)] = "",
    after: Annotated[str, Query(pattern=ID, description="as Last-Event-ID; now when empty")] = "",
) -> Response:
    """Follow the changes as server-sent events, named after their kind.

    The id of each is a change id; a client that reconnects with `Last-Event-ID` goes on where it
    was. If that change is no longer kept, the first event is a `gap`: read all stories then.
    """
    window = await service.published.window(topic)
    start = ChangeId(last_event_id or after) or window.last
    streams: Streams = request.app.state.streams
    told = [_gap(start, window.trimmed)] if is_before(start, window.trimmed) else []
    lines = streams.follow(topic, start, [_hello(), *told])
    return StreamingResponse(lines, media_type="text/event-stream")


class Streams:
    """The event streams of this process; all that follow one topic wait for it together."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = 0
        self._waits: dict[TopicId, asyncio.Task[None]] = {}

    def follow(self, topic: TopicId, after: ChangeId, first: list[bytes]) -> AsyncIterator[bytes]:
        """Return a stream of changes that ends when the server closes.

        Raises:
            Problem: 503 when there are too many streams.
        """
        if self._open >= self._service.streams:
            raise Problem(
                503, f"{self._service.streams} streams are open already", {"Retry-After": "30"}
            )
        self._open += 1
        return self._lines(topic, after, first)

    async def _lines(
        self, topic: TopicId, after: ChangeId, first: list[bytes]
    ) -> AsyncIterator[bytes]:
        try:
            for line in first:
                yield line
            while not self._service.closing.is_set():
                events = await self._service.published.changes(topic, after, BATCH)
                for event in events:
                    yield _line(event)
                    after = event.id
                if not events:
                    await self._wait(topic, after)
                    yield b":\n\n"
        except StoreError:
            return  # the client comes back with the last id it had
        finally:
            self._open -= 1

    async def _wait(self, topic: TopicId, after: ChangeId) -> None:
        """Wait until there may be something new; one blocking read serves every stream."""
        waiting = self._waits.get(topic)
        if waiting is None or waiting.done():
            waiting = asyncio.create_task(_waited(self._service.published, topic, after))
            self._waits[topic] = waiting
        closing = asyncio.create_task(self._service.closing.wait())
        await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if waiting.done():
            waiting.result()


async def _waited(published: Published, topic: TopicId, after: ChangeId) -> None:
    await published.wait(topic, after, HEARTBEAT)


def _line(event: Event) -> bytes:
    """Return one event; JSON has no line ends of its own."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        event.id.encode(), event.kind.encode(), event.payload,
    )  # fmt: skip


def _hello() -> bytes:
    return b"retry: %d\n\n" % RECONNECT_MILLISECONDS


def _gap(asked: ChangeId, trimmed: ChangeId) -> bytes:
    lost = msgspec.json.encode({"after": asked, "trimmed": trimmed})
    return b"event: gap\ndata: %b\n\n" % lost
