"""One body for both: what any `Published` tells of the stories placed."""

import json
from datetime import timedelta
from typing import Any

from articles import NOON, an_article, copies, decide, words_of
from stores import TOPIC

from crawler.model import ChangeId, StoryId
from crawler.ports import Standing

START = ChangeId("0-0")


async def place(stories: Any, *articles: Any) -> list[StoryId]:
    return [(await stories.place(TOPIC, article, decide)).story for article in articles]


async def test_nothing_is_published_of_an_empty_topic(both):
    _, published = both
    assert await published.payloads(TOPIC, [StoryId("none")]) == {}
    assert await published.payloads(TOPIC, []) == {}
    assert await published.listed(TOPIC, None, 10) == []
    assert await published.changes(TOPIC, START, 10) == []
    window = await published.window(TOPIC)
    assert (window.first, window.last, window.trimmed) == ("", "0-0", "")


async def test_a_story_is_published_with_its_members(both):
    stories, published = both
    story, *_ = await place(stories, *copies(3))
    payload = json.loads((await published.payloads(TOPIC, [story]))[story])
    assert (payload["id"], payload["size"], payload["version"]) == (story, 3, 3)
    assert [member["outlet"] for member in payload["members"]] == [f"outlet-{n}" for n in range(3)]


async def test_a_merged_story_is_published_as_its_forwarding_address(both):
    stories, published = both
    left, right = words_of("left", 60), words_of("right", 60)
    parts = [(left, "a"), (right, "b"), (left + right, "c")]
    placed = await place(
        stories, *(an_article(words, url=f"https://{name}.example/") for words, name in parts)
    )
    (gone,) = {*placed} - {placed[-1]}
    payloads = await published.payloads(TOPIC, [gone])
    assert json.loads(payloads[gone]) == {"id": gone, "moved_to": placed[-1]}


async def test_a_walk_meets_every_story_once_however_many_share_an_instant(both):
    stories, published = both
    articles = [
        an_article(url=f"https://{n}.example/", at=NOON + timedelta(seconds=n // 4))
        for n in range(14)
    ]
    placed = await place(stories, *articles)
    met: list[Standing] = []
    while some := await published.listed(TOPIC, met[-1] if met else None, 3):
        met += some
    assert sorted(one.story for one in met) == sorted(placed)
    assert [one.updated for one in met] == sorted((one.updated for one in met), reverse=True)


async def test_changes_are_read_in_order_from_any_of_them(both):
    stories, published = both
    await place(stories, *copies(4))
    every = await published.changes(TOPIC, START, 10)
    assert [event.kind for event in every] == ["story.created", "joined", "joined", "joined"]
    assert [json.loads(event.payload)["version"] for event in every] == [1, 2, 3, 4]
    assert await published.changes(TOPIC, every[1].id, 10) == every[2:]
    assert await published.changes(TOPIC, START, 2) == every[:2]
    assert await published.events(TOPIC, [every[2].id, ChangeId("7-7")]) == [every[2]]
    window = await published.window(TOPIC)
    assert (window.first, window.last) == (every[0].id, every[-1].id)


async def test_who_waits_for_a_change_that_is_there_waits_not_at_all(both):
    stories, published = both
    await place(stories, an_article())
    await published.wait(TOPIC, START, timedelta(minutes=10))


async def test_an_expired_story_is_told_of_and_no_longer_published(both, clock):
    stories, published = both
    story, _ = await place(stories, *copies(2))
    clock.advance(timedelta(days=91))
    await stories.expire(TOPIC)
    last = (await published.changes(TOPIC, START, 10))[-1]
    assert (last.kind, last.story, json.loads(last.payload)["title"]) == (
        "expired", story, "A title",
    )  # fmt: skip
    assert await published.payloads(TOPIC, [story]) == {}
    assert await published.listed(TOPIC, None, 10) == []


async def test_stories_end_in_the_order_they_are_listed_in(both, clock):
    stories, published = both
    placed = await place(stories, *(an_article(url=f"https://{n}.example/") for n in range(8)))
    begun = (await published.window(TOPIC)).last
    clock.advance(timedelta(days=91))
    assert await stories.expire(TOPIC) == 8
    ended = [event.story for event in await published.changes(TOPIC, begun, 10)]
    assert ended == sorted(placed)
