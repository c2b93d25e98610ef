"""Forgetting leaves nothing behind, in any of the stores, and nothing comes back."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from articles import NOON, RECIPE, an_article, copies, decide, words_of
from frontiers import RULES, a_feed, an_entry, claim_one, poll
from ledger import dangling
from redis.asyncio import ConnectionPool, Redis

from crawler.contract import ChangePayload
from crawler.dedup.departure import depart
from crawler.dedup.placement import decide as judge
from crawler.forget import Forget
from crawler.model import (
    ChangeKind,
    Member,
    Neighbourhood,
    Relation,
    Skipped,
    SkipReason,
    Tie,
    TopicId,
)
from crawler.rule import Rule
from crawler.store import keys
from crawler.store.clock import SimulatedClock
from crawler.store.corpus.local import LocalCorpus
from crawler.store.frontier import RedisFrontier
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.published import MemoryPublished
from crawler.store.memory.stories import MemoryStories
from crawler.store.nomination import LOADED
from crawler.store.published import RedisPublished
from crawler.store.server.redis_pool import SocketConnection
from crawler.store.stories import RedisStories
from crawler.store.tombstones import MemoryTombstones, RedisTombstones

TOPIC = TopicId("ukraine-border")
WINDOWS = {"candidate_window": timedelta(days=14), "story_window": timedelta(days=90)}


class Stores:
    """All that is forgotten from, in memory or on a server."""

    def __init__(self, server, folder):
        self.server = server
        self.clock = clock = SimulatedClock(NOON)
        self.corpus = LocalCorpus(folder)
        if server is None:
            self.stories = MemoryStories(clock, RECIPE, **WINDOWS)
            self.frontier = MemoryFrontier(clock, **RULES)
            self.tombstones = MemoryTombstones()
        else:
            limits = {"changes_max_length": 1_000, "changes_window": timedelta(days=90)}
            self.stories = RedisStories(server, clock, RECIPE, **WINDOWS, **limits)
            self.frontier = RedisFrontier(server, clock, **RULES)
            self.tombstones = RedisTombstones(server)
        memory = isinstance(self.stories, MemoryStories)
        self.published = MemoryPublished(self.stories) if memory else RedisPublished(server)
        self.forget = Forget(
            self.tombstones, self.stories, self.corpus, self.frontier,
            clock=clock, topics=[TOPIC], depart=depart,
        )  # fmt: skip

    async def hold(self, *articles):
        for article in articles:
            await self.corpus.keep(article)
            await self.stories.place(TOPIC, article, decide)

    async def kept(self):
        return {article.id async for article in self.corpus.read()}

    async def sound(self):
        return self.server is None or await dangling(self.server, TOPIC, RECIPE.id) == []


@pytest.fixture(params=["memory", "redis"])
def stores(request, tmp_path):
    server = request.getfixturevalue("server") if request.param == "redis" else None
    return Stores(server, tmp_path / "corpus")


async def test_an_article_leaves_story_text_and_corpus_and_the_story_goes_on(stores):
    one, other, third = copies(3)
    await stores.hold(one, other, third)
    gone = await stores.forget.articles([one.id], "the publisher asked")
    assert (gone.articles, gone.records) == (1, 1)
    assert await stores.stories.articles(TOPIC, [one.id]) == {}
    assert await stores.stories.text(TOPIC, one.id) is None
    assert await stores.kept() == {other.id, third.id}
    (story,) = await stores.stories.newest(TOPIC, 10)
    assert {*story.articles} == {other.id, third.id}
    assert story.canonical != one.id
    assert await stores.stories.ties(TOPIC, other.id) != ()
    assert await stores.sound()


async def test_the_last_article_takes_its_story_with_it(stores):
    one, alone = an_article(url="https://one.example/a"), an_article(url="https://two.example/b")
    await stores.hold(one, alone)
    await stores.forget.articles([alone.id], "why")
    assert [story.canonical for story in await stores.stories.newest(TOPIC, 10)] == [one.id]
    assert await stores.stories.count(TOPIC) == (1, 1)
    assert await stores.sound()


async def test_of_the_last_article_it_is_told_that_it_and_its_story_are_gone(stores):
    alone = an_article()
    await stores.stories.place(TOPIC, alone, judge)
    begun = (await stores.published.window(TOPIC)).last
    await stores.forget.articles([alone.id], "why")
    events = await stores.published.changes(TOPIC, begun, 9)
    assert [event.kind for event in events] == [ChangeKind.FORGOTTEN, ChangeKind.EXPIRED]
    told, _ = (msgspec.json.decode(event.payload, type=ChangePayload) for event in events)
    assert (told.article_id, told.article, told.url, told.version) == (alone.id, None, "", 1)


async def test_an_outlet_leaves_every_story_and_is_not_asked_any_more(stores):
    one, other = copies(2)
    await stores.hold(one, other, an_article(url="https://0.example/x", outlet=one.outlet))
    await poll(stores.frontier, an_entry("waiting"), feed=a_feed())
    gone = await stores.forget.outlet(one.outlet, "why")
    assert (gone.articles, gone.records, gone.entries) == (2, 2, 0)
    assert (await stores.forget.outlet("outlet", "why")).entries == 1
    assert [state.paused for state in await stores.frontier.feeds()] == [True]
    assert await stores.stories.of_outlet(TOPIC, one.outlet) == []
    assert await stores.kept() == {other.id}
    assert await stores.sound()


async def test_what_was_forgotten_is_skipped_when_it_comes_again(stores):
    one, other = copies(2)
    await stores.forget.articles([one.id], "why")
    assert await stores.forget.passed(one) == Skipped(SkipReason.FORGOTTEN)
    assert await stores.forget.passed(other) == other
    await stores.forget.outlet(other.outlet, "why")
    assert await stores.forget.passed(other) == Skipped(SkipReason.FORGOTTEN)


async def test_an_article_forgotten_while_it_is_placed_does_not_stay(stores):
    one, other = copies(2)
    await stores.forget.articles([one.id], "why")
    await stores.hold(one, other)  # its placing began before
    await stores.forget.placed(one)
    await stores.forget.placed(other)
    assert await stores.kept() == {other.id}
    assert await stores.stories.articles(TOPIC, [one.id]) == {}


async def test_entries_go_in_whatever_state_they_are(stores):
    frontier = stores.frontier
    await poll(frontier, *(an_entry(name) for name in ("dead", "skipped", "leased", "waiting")))
    for _ in range(3):
        stores.clock.advance(timedelta(seconds=5))
        claim = await claim_one(frontier, feeds=False)
        if claim.entry.id == "dead":
            await frontier.bury(claim, "http-403")
        elif claim.entry.id == "skipped":
            await frontier.skip(claim, Skipped(SkipReason.NO_TEXT))
    for name in ("dead", "skipped", "leased", "waiting"):
        assert await frontier.holds(lambda entry, name=name: entry.id == name)
        assert await stores.forget.knows(name)
    assert await frontier.forget(lambda entry: entry.id != "waiting") == 3
    assert not await frontier.holds(lambda entry: entry.id != "waiting")
    for state in ("dead", "skipped", "leased"):
        assert await frontier.entries(state, 10) == []
    assert [shown.entry.id for shown in await frontier.entries("waiting", 10)] == ["waiting"]
    stores.clock.advance(timedelta(hours=2))
    assert await poll(frontier, an_entry("dead")) == 0  # its seen mark stays


async def test_tombstones_say_why_and_when_newest_first(stores):
    await stores.forget.articles(["a"], "first")
    stores.clock.advance(timedelta(seconds=1))
    await stores.forget.articles(["b"], "second")
    assert [(stone.subject, stone.why) for stone in await stores.tombstones.all()] == [
        ("b", "second"), ("a", "first"),
    ]  # fmt: skip


async def test_past_events_of_a_forgotten_article_are_deleted_and_one_says_it_is_gone(
    server, tmp_path
):
    stores = Stores(server, tmp_path)
    one, other = copies(2)
    await stores.hold(one, other)
    await stores.forget.articles([one.id], "why")
    events = [fields for _, fields in await server.xrange(keys.public(TOPIC, "changes"))]
    told = [fields for fields in events if one.url.encode() in fields[b"payload"]]
    assert told == []
    first = await server.hget(keys.public(TOPIC, "window"), "first")
    assert first.decode() == (await stores.published.window(TOPIC)).first
    mine = [fields for fields in events if fields[b"article"] == one.id.encode()]
    assert [fields[b"kind"].decode() for fields in mine] == [ChangeKind.FORGOTTEN]


async def test_a_merge_and_a_split_are_told_again_without_what_is_forgotten(server, tmp_path):
    stores, by = Stores(server, tmp_path), ("olena", "asked by the desk")
    one, copy, other = *copies(2), an_article(url="https://far.example/")
    homes = [(await stores.stories.place(TOPIC, each, judge)).story for each in (one, copy, other)]
    rule = Rule(stores.stories, stores.clock)
    await rule.merge(TOPIC, homes[0], homes[2], *by)
    part, _ = (await rule.split(TOPIC, homes[0], [copy.id], *by)).stories
    shown = (await stores.stories.story(TOPIC, homes[0])).canonical
    await stores.forget.articles([shown], "why")
    events = await stores.published.changes(TOPIC, "0-0", 99)
    told = [msgspec.json.decode(event.payload, type=ChangePayload) for event in events]
    twos = {(one.kind, one.story, one.other) for one in told if one.other}
    assert twos >= {("merged", homes[0], homes[2]), ("split", homes[0], part.id)}
    assert shown not in {one.article_id for one in told if one.kind != "forgotten"}


async def test_a_merge_of_a_story_that_is_gone_is_told_again_at_the_version_it_had(
    server, tmp_path
):
    stores, by = Stores(server, tmp_path), ("olena", "asked by the desk")
    one, other = (an_article(url=f"https://{n}.example/") for n in range(2))
    homes = [(await stores.stories.place(TOPIC, each, judge)).story for each in (one, other)]
    (merged,) = (await Rule(stores.stories, stores.clock).merge(TOPIC, *homes, *by)).stories
    for gone in (one, other):
        await stores.forget.articles([gone.id], "why")
    events = await stores.published.changes(TOPIC, "0-0", 99)
    told = [msgspec.json.decode(event.payload, type=ChangePayload) for event in events]
    (again,) = [each for each in told if each.kind == "merged"]
    assert (again.story, again.version, again.title) == (merged.id, merged.version + 1, "")


async def test_a_link_that_only_the_forgotten_article_made_goes_with_it(stores):
    parts = [words_of(name, length) for name, length in (("a", 100), ("b", 60), ("c", 100))]
    brief, whole, copy, other = (
        an_article(words, url=f"https://{n}.example/", outlet=f"o{n}")
        for n, words in enumerate(
            [parts[0], parts[0] + parts[1], parts[0] + parts[1], parts[1] + parts[2]]
        )
    )
    for each in (brief, whole, copy, other):
        placed = await stores.stories.place(TOPIC, each, judge)
    home = (await stores.stories.articles(TOPIC, [brief.id]))[brief.id].story
    for gone, linked in ((whole, (placed.story,)), (copy, ())):
        await stores.forget.articles([gone.id], "why")
        assert (await stores.stories.story(TOPIC, home)).linked == linked
        there = await stores.stories.story(TOPIC, placed.story)
        assert there.linked == (linked and (home,))
        assert await stores.sound()


async def test_the_rest_of_a_story_stays_though_the_forgotten_was_loosely_tied_to_very_many(stores):
    rest, gone, *many = copies(LOADED + 5)

    def alone(article, _):
        return judge(article, Neighbourhood())

    def joined(article, around):
        """Shown for the story of the first, and loosely tied to the many."""
        found = [story for story in around.stories if story.canonical == rest.id]
        if not found:
            return alone(article, around)
        members = (*found[0].members, Member(article.id, Relation.COPY))
        story = replace(found[0], canonical=article.id, members=members, version=2)
        others = sorted(around.nominated - {rest.id})
        ties = tuple(Tie(article.id, one, Relation.PARTIAL, 0.5, 0.5, 0.5) for one in others)
        return replace(alone(article, around), story=story.id, ties=ties, stories=(story,))

    for each in many:
        await stores.stories.place(TOPIC, each, decide)
    await stores.stories.place(TOPIC, rest, alone)
    placed = await stores.stories.place(TOPIC, gone, joined)
    await stores.forget.articles([gone.id], "why")
    story = await stores.stories.story(TOPIC, placed.story)
    assert [*story.articles] == [rest.id]
    assert await stores.sound()


async def test_a_story_held_together_by_what_is_forgotten_splits(stores):
    one, middle, far = copies(3)
    await stores.hold(one, middle, far)
    (story,) = await stores.stories.newest(TOPIC, 1)
    facts = await stores.stories.articles(TOPIC, [one.id, middle.id, far.id])
    ties = [tie for tie in await stores.stories.ties(TOPIC, one.id) if tie.other == far.id]
    ties += [tie for tie in await stores.stories.ties(TOPIC, far.id) if tie.other == one.id]
    torn = [type(tie)(tie.one, tie.other, Relation.UNRELATED, 0, 0, 0) for tie in ties]
    others = (facts[one.id], facts[far.id])
    around = Neighbourhood(others, stories=(story,), ties=tuple(torn), known=facts[middle.id])
    left = depart(facts[middle.id], around, NOON)
    assert [len(part.members) for part in left.stories] == [1, 1]
    assert left.stories[0].id == story.id
    assert [change.kind for change in left.changes][:2] == [ChangeKind.FORGOTTEN, ChangeKind.SPLIT]


async def test_a_round_up_is_none_any_more_when_one_of_its_two_is_forgotten(stores):
    parts = [words_of(name, 60) for name in ("one", "other")]
    one, other, both = (
        an_article(words, url=f"https://{n}.example/", outlet=f"o{n}")
        for n, words in enumerate([*parts, [*parts[0], *parts[1]]])
    )
    homes = [(await stores.stories.place(TOPIC, each, judge)).story for each in (one, other, both)]
    assert len(set(homes)) == 3
    begun = (await stores.published.window(TOPIC)).last
    await stores.forget.articles([one.id], "why")
    (story,) = await stores.stories.newest(TOPIC, 9)
    assert (story.id, story.linked) == (homes[1], ())
    assert {*story.articles} == {other.id, both.id}
    assert await stores.stories.story(TOPIC, homes[0]) is None
    assert (await stores.stories.story(TOPIC, homes[2])).id == story.id
    events = await stores.published.changes(TOPIC, begun, 9)
    kinds = [event.kind for event in events]
    assert kinds[:3] == [ChangeKind.FORGOTTEN, ChangeKind.EXPIRED, ChangeKind.MERGED]
    assert await stores.sound()


async def test_what_linked_to_a_forgotten_story_stands_where_it_stood_without_the_link(stores):
    shared, own = words_of("shared", 40), [words_of(name, 60) for name in ("a", "b")]
    one, other = (
        an_article([*shared, *words], url=f"https://{n}.example/", outlet=f"o{n}")
        for n, words in enumerate(own)
    )
    _, home = [(await stores.stories.place(TOPIC, each, judge)).story for each in (one, other)]
    before = await stores.stories.story(TOPIC, home)
    assert before.linked
    await stores.forget.articles([one.id], "why")
    (story,) = await stores.stories.newest(TOPIC, 9)
    assert (story.id, story.linked, story.version) == (home, (), before.version + 1)
    assert await stores.sound()


async def test_an_erased_record_is_zeros_and_its_neighbours_are_read(tmp_path):
    corpus = LocalCorpus(tmp_path)
    articles = copies(3)
    for article in articles:
        await corpus.keep(article)
    assert await corpus.forget(lambda article: article.id == articles[1].id) == 1
    await corpus.keep(an_article())  # the writer goes on in the same segment
    kept = [article.url async for article in LocalCorpus(tmp_path).read()]
    assert articles[1].url not in kept
    assert len(kept) == 3
    (segment,) = tmp_path.iterdir()
    assert bytes(200) in segment.read_bytes()


class Interrupted(SocketConnection):
    """A connection whose process is interrupted once a script has done what it was told."""

    async def read_response(self, *args, **options):
        reply = await super().read_response(*args, **options)
        if reply == 1:
            raise KeyboardInterrupt
        return reply


async def test_a_forgetting_that_is_interrupted_leaves_no_event_behind(
    server, server_socket, tmp_path
):
    stores, (one, other) = Stores(server, tmp_path), copies(2)
    await stores.hold(one, other)
    pool = ConnectionPool(connection_class=Interrupted, path=server_socket, protocol=3)
    async with Redis.from_pool(pool) as client:
        with pytest.raises(KeyboardInterrupt):
            await Stores(client, tmp_path).stories.forget(TOPIC, one.id, depart)
    assert await stores.stories.articles(TOPIC, [one.id]) == {}
    events = [fields for _, fields in await server.xrange(keys.public(TOPIC, "changes"))]
    assert not [fields for fields in events if one.url.encode() in fields[b"payload"]]
    assert b"forgotten" in {fields[b"kind"] for fields in events}
