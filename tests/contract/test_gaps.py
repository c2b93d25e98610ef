"""What is dropped in the very moment in which somebody reads on is told of as a gap."""

import importlib.util
from itertools import islice
from pathlib import Path

import pytest
import redis
from test_hooks_and_stream import Newsroom

from crawler.model import ChangeId, TopicId
from crawler.store.published import RedisPublished
from crawler.workers.loop import catch_up

TOPIC = TopicId("ukraine-border")
CHANGES = f"kordon:v1:{{{TOPIC}}}:changes"
EXAMPLES = Path(__file__).parents[2] / "examples"


async def drop(server, count):
    """Let the oldest changes go as a writer does, in one step."""
    *_, (last, _) = await server.xrange(CHANGES, count=count)
    ms, number = last.decode().split("-")
    async with server.pipeline(transaction=True) as pipe:
        pipe.xtrim(CHANGES, minid=f"{ms}-{int(number) + 1}", approximate=False)
        pipe.hset(f"kordon:v1:{{{TOPIC}}}:window", "trimmed", last)
        await pipe.execute()
    return ChangeId(last.decode())


class Dropping(RedisPublished):
    """A stream whose oldest changes are dropped just before they are read for the first time."""

    def __init__(self, server):
        super().__init__(server)
        self.server, self.dropped = server, None

    async def changes(self, topic, after, limit):
        if self.dropped is None:
            self.dropped = await drop(self.server, 2)
        return await super().changes(topic, after, limit)


class Follower:
    """Notes what it is handed."""

    topic = TOPIC

    def __init__(self):
        self.at, self.walks, self.taken = ChangeId("0-1"), 0, []

    async def position(self):
        return self.at

    async def read_all(self, window):
        self.walks, self.at = self.walks + 1, window.last

    async def take(self, events):
        self.taken += events
        self.at = events[-1].id

    async def rest(self, window):
        pass


@pytest.fixture
async def newsroom(server):
    newsroom = Newsroom(server, published=Dropping(server))
    await newsroom.place("one", "two", "three", "four")
    return newsroom


async def test_a_hook_is_told(newsroom):
    await newsroom.add("0-1")
    await newsroom.tell()
    gap, *_ = newsroom.told
    assert gap["data"] == {"after": "0-1", "until": newsroom.published.dropped}
    assert newsroom.titles() == ["three", "four"]


async def test_a_worker_reads_everything_anew(newsroom):
    follower = Follower()
    await catch_up(follower, newsroom.published)
    assert (follower.walks, follower.taken) == (1, [])


class DroppingClient(redis.Redis):
    """A client for which the oldest changes are dropped just before it reads the first new ones."""

    dropped = False

    def xreadgroup(self, group, name, streams, **options):
        if ">" in streams.values() and not self.dropped:
            self.dropped = True
            *_, (last, _) = self.xrange(CHANGES, count=2)
            with self.pipeline(transaction=True) as pipe:
                pipe.xtrim(CHANGES, minid=last, approximate=False)
                pipe.xdel(CHANGES, last)
                pipe.hset(f"kordon:v1:{{{TOPIC}}}:window", "trimmed", last)
                pipe.execute()
        return super().xreadgroup(group, name, streams, **options)


def test_the_example_consumer_is_told_and_is_told_again_when_it_is_cut_short(
    server_socket, newsroom
):
    spec = importlib.util.spec_from_file_location("following", EXAMPLES / "follow_changes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kinds = []
    with DroppingClient(
        unix_socket_path=server_socket, decode_responses=True, protocol=2
    ) as client:
        for count in (1, 3):  # the first run ends while it reads all stories anew
            following = module.follow(client, TOPIC, "g", patience=50)
            kinds.append([event["kind"] for event, _ in islice(following, count)])
            following.close()
    assert kinds == [["gap"], ["story.created", "story.created", "gap"]]
