import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from crawler.errors import SourceError, StoreError
from crawler.pool import Pool

LONG = timedelta(seconds=60)
SHORT = timedelta(milliseconds=300)
MEMORY = 2_000_000_000
URL = "https://outlet.example/story"


# --- what workers are asked to do ------------------------------------------------------------


def double(number: int) -> int:
    return 2 * number


def length_of(body: bytes) -> int:
    return len(body)


def echo(value: bytes) -> bytes:
    return value


def hang_in_c() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")


def die_of(number: int) -> None:
    os.kill(os.getpid(), number)


def devour() -> int:
    return len(bytearray(4 * MEMORY))


def refuse() -> None:
    raise SourceError(URL, "too-odd", "it is too odd")


class UnpicklableError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def break_oddly() -> None:
    raise UnpicklableError("no way ", "back")


def divide() -> float:
    return 1 / 0


def give_a_lock() -> object:
    return socket.socket()


def hold(path: str) -> None:
    """Connect, say who we are, then hang where Python cannot be interrupted."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        line.sendall(f"{os.getpid()}\n".encode())
        hang_in_c()


def stand_by(path: str) -> None:
    """Hold the line until told to go on."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        line.recv(1)


def ignores_ctrl_c() -> bool:
    os.kill(os.getpid(), signal.SIGINT)
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def fail_to_start() -> None:
    raise RuntimeError("cannot import the parsers")


# --- fixtures --------------------------------------------------------------------------------


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2, memory_bytes=MEMORY)
    yield pool
    pool.close()


class Calls:
    """A local socket that workers call, so that a test sees their life and death."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.queue: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self.queue = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._called, self.path)
        return self

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.queue.put((reader, writer))

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()


@pytest.fixture
async def calls(tmp_path: Path) -> AsyncIterator[Calls]:
    async with Calls(str(tmp_path / "s")) as calls:
        yield calls


# --- the ordinary way ------------------------------------------------------------------------


async def test_a_function_runs_in_another_process(pool):
    assert await pool.run(URL, LONG, double, 21) == 42
    assert await pool.run(URL, LONG, os.getpid) != os.getpid()


async def test_megabytes_go_both_ways(pool):
    body = os.urandom(5_000_000)
    assert await pool.run(URL, LONG, echo, body) == body


async def test_many_tasks_share_few_workers(pool):
    workers = await asyncio.gather(*(pool.run(URL, LONG, os.getpid) for _ in range(20)))
    assert len(set(workers)) == 2


async def test_workers_that_were_warmed_do_the_work(pool):
    await pool.warm()
    assert len(pool._idle) == 2
    await pool.run(URL, LONG, double, 1)
    assert len(pool._unreaped) == 2


async def test_ctrl_c_is_not_for_workers(pool):
    assert await pool.run(URL, LONG, ignores_ctrl_c)


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "args", "reason"),
    [
        (die_of, (signal.SIGSEGV,), "crashed"),
        (die_of, (signal.SIGKILL,), "crashed"),
        (os._exit, (3,), "crashed"),
        (divide, (), "unreadable"),
        (break_oddly, (), "unreadable"),
        (give_a_lock, (), "unreadable"),
    ],
)
async def test_a_failure_blames_its_subject_and_has_a_reason(pool, function, args, reason):
    with pytest.raises(SourceError) as caught:
        await pool.run(URL, LONG, function, *args)
    assert (caught.value.url, caught.value.reason) == (URL, reason)
    assert await pool.run(URL, LONG, double, 4) == 8


async def test_a_task_that_overstays_is_stopped_even_inside_c_code(pool):
    with pytest.raises(SourceError) as caught:
        await pool.run(URL, SHORT, hang_in_c)
    assert (caught.value.url, caught.value.reason) == (URL, "deadline")
    assert await pool.run(URL, LONG, double, 4) == 8


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
async def test_a_task_cannot_take_more_memory_than_allowed(pool):
    with pytest.raises(SourceError) as caught:
        await pool.run(URL, LONG, devour)
    assert caught.value.reason == "memory"


async def test_a_source_error_comes_through_as_it_was_raised(pool):
    with pytest.raises(SourceError) as caught:
        await pool.run("https://another.example/", LONG, refuse)
    error = caught.value
    assert (error.url, error.reason, error.problem) == (URL, "too-odd", "it is too odd")


async def test_the_original_exception_is_chained_with_its_traceback(pool):
    with pytest.raises(SourceError) as caught:
        await pool.run(URL, LONG, divide)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert "in divide" in caught.value.__cause__.__notes__[0]


async def test_a_crash_spares_the_neighbours(pool, calls):
    neighbour = asyncio.create_task(pool.run(URL, LONG, stand_by, calls.path))
    _, line = await calls.queue.get()
    bad = [pool.run(URL, LONG, die_of, signal.SIGKILL) for _ in range(3)]
    good = [pool.run(URL, LONG, double, n) for n in range(5)]
    outcomes = await asyncio.gather(*bad, *good, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes[:3]] == [SourceError] * 3
    assert outcomes[3:] == [0, 2, 4, 6, 8]
    line.write(b".")
    await neighbour
    line.close()


async def test_a_worker_that_dies_between_tasks_harms_no_task(pool):
    await pool.warm()
    for worker in pool._idle:
        worker.kill()
    assert await pool.run(URL, LONG, double, 4) == 8


async def test_the_deadline_does_not_count_waiting_for_a_turn(pool):
    await pool.warm()
    short, shorter = timedelta(seconds=4), timedelta(seconds=3)  # a process begins within that
    tasks = [pool.run(URL, short, hang_in_c) for _ in range(2)]
    *late, last = await asyncio.gather(
        *tasks, pool.run(URL, shorter, double, 4), return_exceptions=True
    )
    assert {error.reason for error in late} == {"deadline"}
    assert last == 8


# --- endings ---------------------------------------------------------------------------------


async def test_cancelling_the_caller_stops_the_work(pool, calls):
    task = asyncio.create_task(pool.run(URL, LONG, hold, calls.path))
    reader, line = await calls.queue.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await reader.read()  # ends when the worker does
    line.close()


async def test_closing_leaves_no_process_behind(pool, calls):
    await pool.warm()
    task = asyncio.create_task(pool.run(URL, LONG, hold, calls.path))
    _, line = await calls.queue.get()
    workers = list(pool._unreaped)
    pool.close()
    assert [worker.status() for worker in workers] == [-signal.SIGKILL] * 2
    with pytest.raises(StoreError):
        await task
    with pytest.raises(StoreError):
        await pool.run(URL, LONG, double, 1)
    line.close()


async def test_workers_that_cannot_start_are_not_the_publishers_fault():
    pool = Pool(1, memory_bytes=MEMORY, start=fail_to_start)
    with pytest.raises(StoreError, match="cannot import the parsers"):
        await pool.warm()
    pool.close()


PARENT = """
import asyncio, datetime
from crawler.pool import Pool
from test_pool import hold

async def main():
    pool = Pool(1, memory_bytes=2_000_000_000)
    await pool.run("", datetime.timedelta(hours=1), hold, {path!r})

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with its deadline")
async def test_workers_die_with_a_parent_that_is_killed(calls):
    path = os.pathsep.join(sys.path)
    parent = subprocess.Popen(  # noqa: ASYNC220 - so short a start may block the test
        [sys.executable, "-c", PARENT.format(path=calls.path)],
        env={**os.environ, "PYTHONPATH": path},
    )
    reader, line = await calls.queue.get()
    assert int(await reader.readline()) != parent.pid
    parent.kill()
    parent.wait()
    assert await reader.read() == b""  # the end of the line is the worker's end
    line.close()
