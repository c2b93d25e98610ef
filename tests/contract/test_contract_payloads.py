"""What services read: every payload fits the published schema, and says what happened."""

import importlib.util
import json
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import redis
from articles import NOON, an_article, copies, decide, words_of
from jsonschema import Draft202012Validator
from stores import TOPIC, in_redis

from crawler.contract import MAX_MEMBERS, is_before, schema
from crawler.model import PlaceId
from crawler.store.story_retention import TRIM_STEP

PREFIX = "kordon:v1:{ukraine-border}:"
SCHEMA = json.loads(files("crawler").joinpath("contract_v1.schema.json").read_text())


def check(kind: str, payload: bytes | str) -> Any:
    """The payload, once it has shown to fit its schema."""
    document = json.loads(payload)
    one = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    Draft202012Validator(one, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    return document


@pytest.fixture
def stories(server, clock):
    return in_redis(server, clock)


@pytest.fixture
def reader(server_socket):
    client = redis.Redis(unix_socket_path=server_socket, decode_responses=True, protocol=2)
    yield client
    client.close()


async def events(server: Any) -> list[dict[str, str]]:
    return [
        {name.decode(): value.decode() for name, value in fields.items()}
        for _, fields in await server.xrange(f"{PREFIX}changes")
    ]


def test_the_shipped_schema_is_the_one_the_code_writes():
    Draft202012Validator.check_schema(SCHEMA)
    assert schema() == SCHEMA


async def test_a_story_payload_tells_facts_and_members(stories, server):
    for article in copies(3):
        placed = await stories.place(TOPIC, article, decide)
    story = check("StoryPayload", await server.get(f"{PREFIX}story:{placed.story}"))
    assert (story["id"], story["topic"], story["version"], story["size"]) == (
        placed.story, TOPIC, 3, 3,
    )  # fmt: skip
    assert story["updated"] == "2026-11-22T12:00:00Z"
    assert story["canonical"]["url"] == copies(1)[0].url
    assert story["outlets"] == ["outlet-0", "outlet-1", "outlet-2"]
    assert story["languages"] == ["en"]
    assert [member["relation"] for member in story["members"]] == ["copy"] * 3


async def test_a_payload_names_a_hundred_members_and_counts_all(stories, server):
    for article in copies(MAX_MEMBERS + 5):
        placed = await stories.place(TOPIC, article, decide)
    story = check("StoryPayload", await server.get(f"{PREFIX}story:{placed.story}"))
    assert (story["size"], len(story["members"])) == (MAX_MEMBERS + 5, MAX_MEMBERS)


async def test_events_come_in_order_and_fit_the_schema(stories, server):
    one, other = copies(2)
    await stories.place(TOPIC, one, decide)
    await stories.place(TOPIC, other, decide)
    first, second = await events(server)
    assert (first["kind"], first["version"], first["article"]) == ("story.created", "1", one.id)
    assert (second["kind"], second["version"], second["article"]) == ("joined", "2", other.id)
    assert datetime.fromisoformat(second["at"]) == NOON
    payload = check("ChangePayload", second["payload"])
    assert (payload["story"], payload["relation"], payload["article"]["outlet"]) == (
        first["story"], "copy", "outlet-1",
    )  # fmt: skip


async def test_a_merged_story_forwards_and_stands_in_no_list(stories, server):
    left, right = words_of("left", 60), words_of("right", 60)
    for words, n in ((left, 1), (right, 2), (left + right, 3)):
        article = an_article(words, url=f"https://{n}.example/", outlet=f"o{n}")
        placed = await stories.place(TOPIC, article, decide)
    (merged,) = [event for event in await events(server) if event["kind"] == "merged"]
    gone = check("ChangePayload", merged["payload"])["other"]
    forward = check("ForwardPayload", await server.get(f"{PREFIX}story:{gone}"))
    assert forward == {"id": gone, "moved_to": placed.story}
    assert await server.zrange(f"{PREFIX}stories", 0, -1) == [placed.story.encode()]
    for outlet in ("o1", "o2", "o3"):
        assert await server.zrange(f"{PREFIX}by:outlet:{outlet}", 0, -1) == [placed.story.encode()]


async def test_stories_are_listed_by_language_and_outlet(stories, server):
    ukrainian = an_article(url="https://a.example/", language="uk", outlet="pravda")
    polish = an_article(url="https://b.example/", language="pl", outlet="rzecz")
    for article in (ukrainian, polish):
        await stories.place(TOPIC, article, decide)
    assert await server.zrange(f"{PREFIX}by:language:uk", 0, -1) == [ukrainian.id.encode()]
    assert await server.zrange(f"{PREFIX}by:outlet:rzecz", 0, -1) == [polish.id.encode()]


async def test_an_expired_story_is_announced_and_leaves_only_the_stream(stories, server, clock):
    for article in copies(2):
        await stories.place(TOPIC, article, decide)
    clock.advance(timedelta(days=200))
    await stories.expire(TOPIC)
    last = (await events(server))[-1]
    assert last["kind"] == "expired"
    assert check("ChangePayload", last["payload"])["title"] == "A title"
    left = {f"{PREFIX}changes".encode(), f"{PREFIX}window".encode()}
    assert set(await server.keys("kordon:v1:*")) == left


async def test_the_example_consumer_sees_every_event_and_again_what_it_left(stories, reader):
    follow = _example().follow
    for article in copies(3):
        await stories.place(TOPIC, article, decide)
    first = list(islice(follow(reader, TOPIC, "test"), 2))
    assert [event["kind"] for event, _ in first] == ["story.created", "joined"]
    ((story, held),) = first[0][1].items()
    assert (story, held["size"]) == (first[0][0]["story"], 3)
    rest = list(islice(follow(reader, TOPIC, "test"), 2))
    assert [event["version"] for event, _ in rest] == [2, 3]


def _example() -> Any:
    path = Path(__file__).parents[2] / "examples" / "follow_changes.py"
    spec = importlib.util.spec_from_file_location("follow_changes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- what is still there ---------------------------------------------------------------------


async def window(server: Any) -> dict[str, str]:
    found = await server.hgetall(f"{PREFIX}window")
    return {name.decode(): value.decode() for name, value in found.items()}


async def test_the_window_names_the_first_change_from_the_beginning(stories, server):
    await stories.place(TOPIC, an_article(), decide)
    ((first, _),) = await server.xrange(f"{PREFIX}changes")
    assert await window(server) == {"first": first.decode()}


async def test_a_stream_over_its_length_tells_which_changes_went(server, clock):
    stories = in_redis(server, clock, changes_max_length=10)
    for n in range(80):
        await stories.place(TOPIC, an_article(url=f"https://{n}.example/"), decide)
    kept = [id_.decode() for id_, _ in await server.xrange(f"{PREFIX}changes")]
    told = await window(server)
    assert len(kept) == 80 - 64
    assert told["first"] == kept[0]
    assert is_before(told["trimmed"], kept[0])
    assert not is_before(told["trimmed"], "0-1")


async def test_changes_older_than_their_window_go_and_leave_a_mark(server, clock):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))  # all are older
    for article in copies(3):
        await stories.place(TOPIC, article, decide)
    last = (await server.xrevrange(f"{PREFIX}changes", count=1))[0][0].decode()
    await stories.expire(TOPIC)
    assert await server.xlen(f"{PREFIX}changes") == 0
    assert await window(server) == {"first": "", "trimmed": last}


async def test_many_old_changes_go_in_steps_and_to_the_last(server, clock):
    stories = in_redis(server, clock, changes_window=timedelta(days=-1))
    changes = f"{PREFIX}changes"
    pipe = server.pipeline(transaction=False)
    for _ in range(2 * TRIM_STEP + 5):
        pipe.xadd(changes, {"kind": "joined"})
    *_, last = await pipe.execute()
    await server.config_resetstat()
    await stories.expire(TOPIC)
    assert await server.xlen(changes) == 0
    assert await window(server) == {"first": "", "trimmed": last.decode()}
    assert (await server.info("commandstats"))["cmdstat_xtrim"]["calls"] == 3


async def test_a_story_tells_the_places_most_members_name_first(stories, server):
    named = [("krakivets",), ("krakivets", "medyka"), ("medyka", "krakivets")]
    for article, places in zip(copies(3), named, strict=True):
        with_places = replace(article, places=tuple(PlaceId(place) for place in places))
        placed = await stories.place(TOPIC, with_places, decide)
    story = check("StoryPayload", await server.get(f"{PREFIX}story:{placed.story}"))
    assert story["places"] == ["krakivets", "medyka"]
    assert [member["places"] for member in story["members"]] == [list(names) for names in named]
    assert await server.zrange(f"{PREFIX}by:place:medyka", 0, -1) == [placed.story.encode()]


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [("1-9", "1-10", True), ("9-0", "10-0", True), ("10-0", "9-5", False), ("2-1", "2-1", False),
     ("", "0-1", True), ("5", "5-1", True)],
)  # fmt: skip
def test_change_ids_are_compared_as_numbers(one, other, before):
    assert is_before(one, other) is before
