"""Changes: read from any id that is kept, or followed as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from crawler.contract import ChangePayload, is_before
from crawler.errors import StoreError
from crawler.model import ChangeId, StoryId, TopicId
from crawler.ports import Event, Published
from crawler.serve import views
from crawler.serve.heads import is_head
from crawler.serve.parameters import READING
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
    dependencies=READING,
    responses=described(401, 404, 422, 429, 503),
)

ID = r"^([0-9]{1,15}(-[0-9]{1,9})?)?$"


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
    events = await service.published.changes(topic, ChangeId(after or START), limit)
    window = await service.published.window(topic)  # afterwards: what goes meanwhile is missed too
    missed = bool(after) and is_before(after, window.trimmed)
    return as_json(changes_document(events, window.first, window.last, missed=missed))


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_changes(
    topic: Topic,
    request: Request,
    last_event_id: Annotated[str, Header(pattern=ID)] = "",
    after: Annotated[str, Query(pattern=ID, description="as Last-Event-ID; now when empty")] = "",
) -> Response:
    """Follow the changes as server-sent events, named after their kind.

    The id of each is a change id; a client that reconnects with `Last-Event-ID` goes on where it
    was, also before the first event. Where changes after that id are no longer kept, a `gap`
    comes before those that are: read all stories then.
    """
    return await stream_of(request, topic, ChangeId(last_event_id or after))


async def stream_of(
    request: Request, topic: TopicId, after: ChangeId, story: StoryId | None = None
) -> Response:
    """Return the changes after an id, or from now on when it is empty, as server-sent events.

    Args:
        request: Whose application holds the streams.
        topic: Whose changes.
        after: A change id, or empty.
        story: The only one whose changes are told, if given.

    Raises:
        Problem: 503 when there are too many streams.
    """
    streams: Streams = request.app.state.streams
    if is_head(request):
        return StreamingResponse(iter(()), media_type="text/event-stream")
    start = after or (await streams.service.published.window(topic)).last
    lines = streams.follow(topic, start, [_hello(start)], story)
    return StreamingResponse(lines, media_type="text/event-stream")


class Streams:
    """The event streams of this process; all that follow one topic wait for it together."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._open = 0
        self._waits: dict[TopicId, asyncio.Task[None]] = {}

    def follow(
        self, topic: TopicId, after: ChangeId, first: list[bytes], story: StoryId | None = None
    ) -> AsyncIterator[bytes]:
        """Return a stream of changes, of one story if given, that ends when the server closes.

        Raises:
            Problem: 503 when there are too many streams.
        """
        if self._open >= self.service.streams:
            raise Problem(
                503, f"{self.service.streams} streams are open already", {"Retry-After": "30"}
            )
        self._open += 1
        return self._lines(topic, after, first, story)

    async def _lines(
        self, topic: TopicId, after: ChangeId, first: list[bytes], story: StoryId | None
    ) -> AsyncIterator[bytes]:
        try:
            for line in first:
                yield line
            while not self.service.closing.is_set():
                events = await self.service.published.changes(topic, after, BATCH)
                window = await self.service.published.window(topic)
                if is_before(after, window.trimmed):
                    yield _gap(after, window.trimmed)
                    after = window.trimmed
                for line in _told(events, story):
                    yield line
                after = events[-1].id if events else after
                if not events:
                    await self._wait(topic, window.last if is_before(window.last, after) else after)
                    yield b":\n\n"
        except StoreError:
            return  # the client comes back with the last id it had
        finally:
            self._open -= 1

    async def _wait(self, topic: TopicId, after: ChangeId) -> None:
        """Wait until there may be something new; one blocking read serves every stream."""
        waiting = self._waits.get(topic)
        if waiting is None or waiting.done():
            waiting = asyncio.create_task(_waited(self.service.published, topic, after))
            self._waits[topic] = waiting
        closing = asyncio.create_task(self.service.closing.wait())
        await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if waiting.done():
            waiting.result()


async def _waited(published: Published, topic: TopicId, after: ChangeId) -> None:
    await published.wait(topic, after, HEARTBEAT)


def _told(events: Sequence[Event], story: StoryId | None) -> Iterator[bytes]:
    """Return the events about a story, or all; the client learns how far these go besides."""
    told = [event for event in events if story is None or story in _about(event)]
    yield from map(_line, told)
    if events[-1:] != told[-1:]:
        yield b"id: %b\n\n" % events[-1].id.encode()


def _about(event: Event) -> tuple[str, str | None]:
    """Return the stories an event is about: of a merge, both."""
    return event.story, msgspec.json.decode(event.payload, type=ChangePayload).other


def _line(event: Event) -> bytes:
    """Return one event; JSON has no line ends of its own."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        event.id.encode(), event.kind.encode(), event.payload,
    )  # fmt: skip


def _hello(start: ChangeId) -> bytes:
    """Tell where a client is: one that is cut off before the first event comes back with that."""
    return b"retry: %d\nid: %b\n\n" % (RECONNECT_MILLISECONDS, start.encode())


def _gap(asked: ChangeId, trimmed: ChangeId) -> bytes:
    lost = msgspec.json.encode({"after": asked, "trimmed": trimmed})
    return b"id: %b\nevent: gap\ndata: %b\n\n" % (trimmed.encode(), lost)
