"""Clients that let the server wait, over real connections: others are answered all the same."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from crawler.serve.connections import BACKLOG, WAITING_MOST, Connection, waiting_most

MANY = WAITING_MOST + 40
HEAD = b"POST /taken HTTP/1.1\r\nHost: x\r\n"
STUCK = {
    "says nothing": b"",
    "ends no header": HEAD,
    "ends no body": HEAD + b"Content-Length: 9\r\n\r\nx",
    "reads no answer": b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
    "asks no more": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


async def short(_):
    return PlainTextResponse("here")


async def taken(request):
    return PlainTextResponse(await request.body())


async def large(_):
    return PlainTextResponse(b"x" * 4_000_000)


async def slow(request):
    await request.app.state.done.wait()
    return PlainTextResponse("done")


APP = Starlette(routes=[
    Route("/", short), Route("/large", large), Route("/slow", slow),
    Route("/taken", taken, methods=["POST"]),
])  # fmt: skip


class Server(uvicorn.Server):
    """Uvicorn on the test's own loop, which keeps its signals."""

    def __init__(self, config):
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.begun.set()

    @asynccontextmanager
    async def answering(self, door):
        task = asyncio.create_task(self._serve([door]))
        try:
            await self.begun.wait()
            yield
        finally:
            self.should_exit = self.force_exit = True
            await task


@pytest.fixture
async def server():
    door = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        APP, http=Connection, backlog=BACKLOG, log_level="warning", lifespan="off"
    )
    running = Server(config)
    async with running.answering(door):
        yield running


async def begun(server, said):
    """A client that said so much; its reader and writer."""
    where = server.servers[0].sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*where, limit=1_024)
    writer.write(said)
    await writer.drain()
    return reader, writer


async def status(reader):
    return (await reader.readuntil(b"\r\n\r\n")).split()[1]


@pytest.mark.parametrize("said", STUCK.values(), ids=STUCK)
async def test_a_crowd_that_lets_us_wait_is_held_to_a_bound_and_others_are_answered(server, said):
    crowd = [await begun(server, said) for _ in range(MANY)]
    asked = await begun(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await status(asked[0]) == b"200"
    assert len(server.server_state.connections) <= WAITING_MOST + 1
    for _, writer in [*crowd, asked]:
        writer.close()


async def test_an_answer_under_way_is_not_cut_for_a_crowd(server):
    APP.state.done = asyncio.Event()
    working = await begun(server, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    crowd = [await begun(server, b"") for _ in range(MANY)]
    APP.state.done.set()
    assert await status(working[0]) == b"200"
    for _, writer in [*crowd, working]:
        writer.close()


async def test_two_hundred_clients_that_come_at_once_are_all_answered(server):
    crowd = [await begun(server, b"") for _ in range(200)]
    for _, writer in crowd:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [await status(reader) for reader, _ in crowd] == [b"200"] * 200
    for _, writer in crowd:
        writer.close()


def test_connections_that_wait_take_half_of_the_files_at_most():
    assert [waiting_most(files) for files in (64, 256, 1_024, 1_048_576)] == [32, 128, 256, 256]
