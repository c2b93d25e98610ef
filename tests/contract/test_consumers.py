"""Whoever follows `changes` survives its own restart, and is told when it slept too long."""

import asyncio
import importlib.util
import json
import os
import shutil
import subprocess
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
from articles import an_article, copies, decide
from stores import TOPIC, in_redis

from crawler.dedup.placement import decide as judge
from crawler.rule import Rule

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Sync:
    """redis-py."""

    def __init__(self, socket: str) -> None:
        self.url = f"unix://{socket}"

    async def take(self, count: int) -> list[str]:
        """Kinds of the next events in a run of its own; the last of them is not acknowledged."""
        return await asyncio.to_thread(self._take, count)

    def _take(self, count: int) -> list[str]:
        with redis.Redis.from_url(self.url, decode_responses=True, protocol=2) as client:
            following = example("follow_changes").follow(client, TOPIC, "sync", patience=50)
            kinds = [event["kind"] for event, _ in islice(following, count)]
            following.close()
        return kinds


class Async(Sync):
    """redis-py with asyncio."""

    async def take(self, count: int) -> list[str]:
        """Kinds of the next events in a run of its own; the last of them is not acknowledged."""
        kinds: list[str] = []
        async with redis.asyncio.Redis.from_url(
            self.url, decode_responses=True, protocol=2
        ) as client:
            following = example("follow_changes_async").follow(client, TOPIC, "a", patience=50)
            async for event, _ in following:
                kinds.append(event["kind"])
                if len(kinds) == count:
                    break
            await following.aclose()
        return kinds


class Node:
    """ioredis, from the folder IOREDIS_NODE_MODULES, as `npm install ioredis` leaves it."""

    def __init__(self, socket: str) -> None:
        modules = os.environ.get("IOREDIS_NODE_MODULES", "")
        if not shutil.which("node") or not (Path(modules) / "ioredis").is_dir():
            pytest.skip(
                "NOT TESTED: the consumer in Node. `npm install ioredis` somewhere and give its "
                "node_modules as IOREDIS_NODE_MODULES"
            )
        self.socket = socket
        self.modules = Path(modules)

    async def take(self, count: int) -> list[str]:
        """Kinds of the next events in a process of its own; the last is not acknowledged."""
        return [line["kind"] for line in await asyncio.to_thread(self.told, count)]

    def told(self, count: int) -> list[Any]:
        """What it prints of the next events."""
        program = self.modules.parent / "kordon_follow_changes.mjs"
        program.write_bytes((EXAMPLES / "follow_changes.mjs").read_bytes())
        command = ["node", program, self.socket, TOPIC, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(params=[Sync, Async, Node])
def consumer(request, server, server_socket):
    return request.param(server_socket)


async def test_a_consumer_goes_on_after_its_restart_and_misses_nothing(consumer, server, clock):
    stories = in_redis(server, clock)
    for article in copies(3):
        await stories.place(TOPIC, article, decide)
    assert await consumer.take(2) == ["story.created", "joined"]
    await stories.place(TOPIC, an_article(), decide)
    # the second was not acknowledged and comes again; then what it has not seen
    assert await consumer.take(3) == ["joined", "joined", "story.created"]
    assert await consumer.take(1) == ["story.created"]


async def test_a_consumer_that_slept_past_the_window_is_told(consumer, server, clock):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    for article in copies(2):
        await stories.place(TOPIC, article, decide)
    assert await consumer.take(2) == ["story.created", "joined"]
    for n in range(3):
        await stories.place(TOPIC, an_article(url=f"https://{n}.example/"), decide)
    await stories.expire(TOPIC)  # drops every change
    await stories.place(TOPIC, an_article(), decide)
    # one for the change that was given out and is gone, one for those that never were
    assert await consumer.take(3) == ["gap", "gap", "story.created"]
    assert await consumer.take(1) == ["story.created"]


async def next_kind(server, following, stories, article):
    """The kind of what comes next when an article is placed after the group went past its gap."""

    async def is_past():
        trimmed = await server.hget(f"kordon:v1:{{{TOPIC}}}:window", "trimmed")
        groups = await server.xinfo_groups(f"kordon:v1:{{{TOPIC}}}:changes")
        return all(group["last-delivered-id"] == trimmed for group in groups)

    coming = asyncio.ensure_future(following)
    while not coming.done() and not await is_past():
        pass
    await stories.place(TOPIC, article, decide)
    return (await coming)[0]["kind"]


async def test_a_gap_is_over_once_it_was_dealt_with_though_nothing_follows_it(
    server,
    server_socket,
    clock,
):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    url = f"unix://{server_socket}"
    await stories.place(TOPIC, an_article(), decide)
    await stories.expire(TOPIC)  # drops every change
    async with redis.asyncio.Redis.from_url(url, decode_responses=True, protocol=2) as client:
        following = example("follow_changes_async").follow(client, TOPIC, "a", patience=50)
        assert (await anext(following))[0]["kind"] == "gap"
        later = an_article(url="https://2.example/")
        told = await next_kind(server, anext(following), stories, later)
        await following.aclose()
    assert told == "story.created"


async def test_redis_py_too_is_over_a_gap_once_it_was_dealt_with(server, server_socket, clock):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    await stories.place(TOPIC, an_article(), decide)
    await stories.expire(TOPIC)
    url = f"unix://{server_socket}"
    with redis.Redis.from_url(url, decode_responses=True, protocol=2) as client:
        following = example("follow_changes").follow(client, TOPIC, "sync", patience=50)
        assert (await asyncio.to_thread(next, following))[0]["kind"] == "gap"
        later = an_article(url="https://2.example/")
        told = await next_kind(server, asyncio.to_thread(next, following), stories, later)
        following.close()
    assert told == "story.created"


async def test_a_consumer_that_has_seen_all_that_was_dropped_is_told_nothing(
    consumer,
    server,
    clock,
):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    await stories.place(TOPIC, an_article(), decide)
    assert await consumer.take(1) == ["story.created"]
    await stories.place(TOPIC, an_article(url="https://2.example/"), decide)
    assert await consumer.take(2) == ["story.created"] * 2
    groups = await server.xinfo_groups("kordon:v1:{ukraine-border}:changes")
    for group in groups:
        pending = await server.xpending_range(
            "kordon:v1:{ukraine-border}:changes", group["name"], min="-", max="+", count=10
        )
        for entry in pending:
            await server.xack(
                "kordon:v1:{ukraine-border}:changes", group["name"], entry["message_id"]
            )
    await stories.expire(TOPIC)
    await stories.place(TOPIC, an_article(url="https://3.example/"), decide)
    assert await consumer.take(1) == ["story.created"]


# --- what split off --------------------------------------------------------------------------


@pytest.fixture
async def parted(server, clock):
    """Return a story and the one that was split off it, which no event is about."""
    stories, (one, other) = in_redis(server, clock), copies(2)
    story = (await stories.place(TOPIC, one, judge)).story
    await stories.place(TOPIC, other, judge)
    word = await Rule(stories, clock).split(TOPIC, story, [other.id], "olena", "two fires")
    return story, next(part.id for part in word.stories if part.id != story)


def by_redis_py(socket):
    url = f"unix://{socket}"
    with redis.Redis.from_url(url, decode_responses=True, protocol=2) as client:
        following = example("follow_changes").follow(client, TOPIC, "sync", patience=50)
        return list(islice(following, 3))


async def by_redis_py_with_asyncio(socket):
    url = f"unix://{socket}"
    async with redis.asyncio.Redis.from_url(url, decode_responses=True, protocol=2) as client:
        following = example("follow_changes_async").follow(client, TOPIC, "a", patience=50)
        found = [await anext(following) for _ in range(3)]
        await following.aclose()
    return found


async def test_a_consumer_reads_what_split_off(parted, server_socket):
    for told in (
        await asyncio.to_thread(by_redis_py, server_socket),
        await by_redis_py_with_asyncio(server_socket),
    ):
        event, stories = told[-1]
        assert (event["kind"], event["other"]) == ("split", parted[1])
        assert list(stories) == list(parted)
        assert [story["size"] for story in stories.values()] == [1, 1]


async def test_node_reads_what_split_off(parted, server_socket):
    told = await asyncio.to_thread(Node(server_socket).told, 3)
    assert [line["sizes"] for line in told] == [[1], [1], [1, 1]]


# --- redis-cli -------------------------------------------------------------------------------


@pytest.fixture
def shell(server, server_socket):
    if not shutil.which("redis-cli"):
        pytest.skip("redis-cli is not installed")

    async def run() -> subprocess.CompletedProcess[str]:
        command = [EXAMPLES / "follow_changes.sh", TOPIC, "shell", "-s", server_socket]
        return await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
        )

    return run


async def test_redis_cli_names_what_split_off(shell, parted):
    told = (await shell()).stdout.splitlines()
    assert told[-1].split()[1:] == ["split", *parted]
    assert [len(line.split()) for line in told] == [3, 3, 4]


async def test_redis_cli_follows_goes_on_and_is_told_of_a_gap(shell, server, clock):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    for article in copies(2):
        await stories.place(TOPIC, article, decide)
    first = await shell()
    assert [line.split()[1] for line in first.stdout.splitlines()] == ["story.created", "joined"]
    assert (await shell()).stdout == ""
    await stories.place(TOPIC, an_article(), decide)
    await stories.expire(TOPIC)
    told = await shell()
    assert (told.returncode, "gap: changes up to" in told.stderr) == (3, True)
    await stories.place(TOPIC, an_article(url="https://2.example/"), decide)
    after = await shell()
    assert (after.returncode, len(after.stdout.splitlines())) == (0, 1)
