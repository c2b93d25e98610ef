"""One body for both stores: what any `Stories` promises."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from multiprocessing import get_context
from struct import unpack
from typing import Any

import pytest
from articles import NOON, RECIPE, an_article, copies, decide, words_of
from redis.asyncio import Redis
from stores import TOPIC, in_redis

from crawler.dedup.placement import decide as really_decide
from crawler.model import (
    Article,
    ChangeId,
    ChangeKind,
    Neighbourhood,
    Placement,
    Relation,
    StoryId,
    Tie,
    TopicId,
)
from crawler.store.clock import SimulatedClock
from crawler.store.nomination import HOT, KEY, IndexKeys
from crawler.store.stories import RedisStories

Stories = Any


async def place_all(stories: Stories, articles: list[Article]) -> list[Any]:
    return [await stories.place(TOPIC, article, decide) for article in articles]


# --- placing ---------------------------------------------------------------------------------


async def test_an_article_like_no_other_founds_a_story(stories):
    article = an_article()
    placed = await stories.place(TOPIC, article, decide)
    story = await stories.story(TOPIC, placed.story)
    assert [*story.articles] == [article.id]
    assert (story.version, story.canonical) == (1, article.id)
    assert await stories.count(TOPIC) == (1, 1)


async def test_a_copy_joins_and_both_stand_in_one_story(stories):
    one, other = copies(2)
    first, second = await place_all(stories, [one, other])
    assert second.story == first.story
    story = await stories.story(TOPIC, first.story)
    assert [*story.articles] == [one.id, other.id]
    assert await stories.count(TOPIC) == (2, 1)


async def test_a_decision_sees_stories_whole_with_ties_and_facts(stories):
    one, other, third = copies(3)
    await place_all(stories, [one, other])
    seen = []
    await stories.place(TOPIC, third, lambda a, n: (seen.append(n), decide(a, n))[1])
    around = seen[-1]
    assert {alike.id for alike in around.look_alikes} == {one.id, other.id} == around.nominated
    (tie,) = around.ties
    assert (tie.one, tie.other, tie.relation, tie.jaccard) == (other.id, one.id, Relation.COPY, 1)
    first = next(alike for alike in around.look_alikes if alike.id == one.id)
    assert (first.url, first.outlet, first.title, first.language, first.published) == (
        one.url, one.outlet, one.title, one.language, one.published,
    )  # fmt: skip
    assert first.arrived == NOON
    assert first.fingerprint.sketch == one.fingerprint.sketch
    assert first.fingerprint.shingles == one.fingerprint.shingles
    assert first.fingerprint.content_hash == one.fingerprint.content_hash


async def test_placing_again_changes_nothing(stories):
    articles = [*copies(3), an_article(url="https://else.example/")]
    before = await place_all(stories, articles)
    state = await stories.newest(TOPIC, 10)
    again = await place_all(stories, articles)
    assert [placed.story for placed in again] == [placed.story for placed in before]
    assert not any(placed.changes for placed in again)
    assert await stories.newest(TOPIC, 10) == state
    assert await stories.count(TOPIC) == (4, 2)


async def test_a_new_text_at_the_same_address_revises_and_is_found_by_it(stories):
    words = words_of("first")
    await stories.place(TOPIC, an_article(words), decide)
    revised = words_of("wholly other")
    later = an_article(revised, title="Another title")
    placed = await stories.place(TOPIC, later, decide)
    assert placed.relation is Relation.REVISION
    assert await stories.text(TOPIC, later.id) == later.text
    assert (await stories.articles(TOPIC, [later.id]))[later.id].title == "Another title"
    copy = an_article(revised, url="https://two.example/")
    assert (await stories.place(TOPIC, copy, decide)).story == placed.story
    assert await stories.count(TOPIC) == (2, 1)


async def test_an_article_with_another_text_does_not_come_back_to_the_story_of_its_first(stories):
    one, other, third = copies(3)
    for article in (one, other):
        await stories.place(TOPIC, article, really_decide)
    anew = an_article(words_of("wholly other"), url=one.url, at=one.fetched + timedelta(hours=1))
    await stories.place(TOPIC, anew, really_decide)
    assert list(await stories.ties(TOPIC, one.id)) == []
    await stories.place(TOPIC, third, really_decide)
    facts = await stories.articles(TOPIC, [one.id, other.id, third.id])
    assert facts[one.id].story != facts[other.id].story == facts[third.id].story


async def test_an_article_that_leaves_its_story_with_a_new_text_is_known_by_that(stories):
    one, other, third = copies(3)
    for article in (other, third, one):
        await stories.place(TOPIC, article, really_decide)
    rewritten = an_article(words_of("rewritten"), url=one.url, outlet=one.outlet)
    placed = await stories.place(TOPIC, rewritten, really_decide)
    facts = await stories.articles(TOPIC, [one.id, other.id])
    assert facts[one.id].story == placed.story != facts[other.id].story
    assert facts[one.id].fingerprint.sketch == rewritten.fingerprint.sketch
    assert await stories.text(TOPIC, one.id) == rewritten.text


async def test_a_newcomer_merges_stories_and_the_old_id_still_answers(stories):
    left, right = words_of("left", 60), words_of("right", 60)
    one = an_article(left, url="https://a.example/")
    other = an_article(right, url="https://b.example/")
    first, second = await place_all(stories, [one, other])
    assert first.story != second.story
    both = an_article(left + right, url="https://c.example/")
    merged = await stories.place(TOPIC, both, decide)
    assert await stories.count(TOPIC) == (3, 1)
    gone = ({first.story, second.story} - {merged.story}).pop()
    story = await stories.story(TOPIC, gone)
    assert story.id == merged.story
    assert {*story.articles} == {one.id, other.id, both.id}
    facts = await stories.articles(TOPIC, [one.id, other.id, both.id])
    assert {fact.story for fact in facts.values()} == {merged.story}


async def test_topics_know_nothing_of_each_other(stories):
    one, other = copies(2)
    await stories.place(TOPIC, one, decide)
    elsewhere = await stories.place(TopicId("everything"), other, decide)
    assert elsewhere.story == other.id
    assert await stories.count(TOPIC) == (1, 1)


async def test_exact_copies_of_a_text_too_short_to_judge_meet(stories):
    words = ["Border", "crossing", "closed", "today"]
    one, other = an_article(words), an_article(words, url="https://two.example/")
    first, second = await place_all(stories, [one, other])
    assert first.story == second.story


async def test_every_article_of_a_large_story_is_still_found(stories):
    placed = await place_all(stories, copies(60))
    assert len({one.story for one in placed}) == 1
    story = await stories.story(TOPIC, placed[0].story)
    assert len(story.members) == 60


async def test_a_decision_sees_what_hangs_together_with_its_look_alikes(stories):
    def apart(article: Article, around: Any) -> Any:
        placed = decide(article, replace(around, look_alikes=(), nominated=frozenset(), ties=()))
        ties = tuple(
            Tie(article.id, alike.id, Relation.COPY, 0.5, 0.5, 0.5) for alike in around.look_alikes
        )
        return replace(placed, ties=ties)

    first, second, third = (words_of(seed, 60) for seed in ("first", "second", "third"))
    chain = [
        an_article(words, url=f"https://{n}.example/")
        for n, words in enumerate([first, first + second, second + third])
    ]
    for article in chain:
        await stories.place(TOPIC, article, apart)
    assert await stories.count(TOPIC) == (3, 3)
    seen = []
    last = an_article(third, url="https://last.example/")
    await stories.place(TOPIC, last, lambda a, n: (seen.append(n), decide(a, n))[1])
    assert seen[-1].nominated == {chain[2].id}
    assert {alike.id for alike in seen[-1].look_alikes} == {article.id for article in chain}


def beside(article: Article, around: Neighbourhood) -> Placement:
    """A story of its own for each, tied as a copy to all that it resembles."""
    alone = decide(article, Neighbourhood())
    ties = [Tie(article.id, one, Relation.COPY, 1, 1, 1) for one in sorted(around.nominated)]
    return replace(alone, ties=tuple(ties))


async def test_each_that_hangs_together_counts_once_however_many_it_is_tied_to(stories):
    *articles, last = copies(121)
    for article in articles:
        await stories.place(TOPIC, article, beside)
    seen = []
    await stories.place(TOPIC, last, lambda a, n: (seen.append(n), beside(a, n))[1])
    assert {alike.id for alike in seen[-1].look_alikes} == {one.id for one in articles}


async def test_copies_in_one_process_take_turns(server, clock):
    stories, decisions = in_redis(server, clock), []

    def counted(article: Article, around: Any) -> Any:
        decisions.append(article.id)
        return really_decide(article, around)

    await asyncio.gather(*(stories.place(TOPIC, one, counted) for one in copies(20)))
    assert len(decisions) <= 3 * 20  # each anew for every other that came first: 210


# --- reading ---------------------------------------------------------------------------------


async def test_the_newest_stories_come_first(stories):
    articles = [
        an_article(url=f"https://{n}.example/", at=NOON + timedelta(minutes=n)) for n in range(5)
    ]
    placed = await place_all(stories, articles)
    newest = await stories.newest(TOPIC, 3)
    assert [story.id for story in newest] == [one.story for one in placed[:1:-1]]


async def test_unknown_things_are_absent_not_errors(stories):
    nothing = an_article().id
    assert await stories.story(TOPIC, StoryId(nothing)) is None
    assert await stories.articles(TOPIC, [nothing]) == {}
    assert list(await stories.ties(TOPIC, nothing)) == []
    assert await stories.text(TOPIC, nothing) is None
    assert await stories.newest(TOPIC, 10) == []
    assert await stories.count(TOPIC) == (0, 0)
    assert await stories.expire(TOPIC) == 0


async def test_ties_are_told_by_either_article(stories):
    one, other = copies(2)
    await place_all(stories, [one, other])
    (tie,) = await stories.ties(TOPIC, one.id)
    assert [tie] == list(await stories.ties(TOPIC, other.id))
    assert (tie.one, tie.other) == (other.id, one.id)


async def test_a_text_comes_back_letter_by_letter(stories):
    article = an_article(["Прикордонники", "пропустили", "«вантаж»", "\ud800"])
    await stories.place(TOPIC, article, decide)
    assert await stories.text(TOPIC, article.id) == article.text


async def test_many_texts_come_back_by_article_without_those_that_are_not_there(stories):
    one, other = an_article(["one", "text"]), an_article(["other"], url="https://two.example/")
    await place_all(stories, [one, other])
    unknown = an_article(url="https://three.example/").id
    texts = await stories.texts(TOPIC, [other.id, unknown, one.id])
    assert texts == {one.id: one.text, other.id: other.text}
    assert await stories.texts(TOPIC, []) == {}


# --- letting go ------------------------------------------------------------------------------


async def test_look_alikes_are_found_within_the_candidate_window_only(stories, clock):
    one, other, third = copies(3)
    first = await stories.place(TOPIC, one, decide)
    clock.advance(timedelta(days=13))
    second = await stories.place(TOPIC, other, decide)
    assert second.story == first.story
    clock.advance(timedelta(days=20))
    assert (await stories.place(TOPIC, third, decide)).story == third.id


async def test_a_story_goes_when_its_time_is_over_with_everything_of_it(stories, clock):
    one, other = copies(2)
    placed = await place_all(stories, [one, other])
    clock.advance(timedelta(days=91))
    assert await stories.expire(TOPIC) == 2
    assert await stories.story(TOPIC, placed[0].story) is None
    assert await stories.articles(TOPIC, [one.id, other.id]) == {}
    assert await stories.text(TOPIC, one.id) is None
    assert list(await stories.ties(TOPIC, one.id)) == []
    assert await stories.count(TOPIC) == (0, 0)
    assert (await stories.place(TOPIC, one, decide)).changes


async def test_a_story_that_still_moves_stays_whole(stories, clock):
    words = words_of("moving")
    stories_seen = set()
    for day in range(0, 120, 10):
        article = an_article(words, url=f"https://{day}.example/", at=clock.now())
        stories_seen.add((await stories.place(TOPIC, article, decide)).story)
        assert await stories.expire(TOPIC) == 0
        clock.advance(timedelta(days=10))
    assert len(stories_seen) == 1
    assert await stories.count(TOPIC) == (12, 1)


async def test_a_story_that_moves_while_it_is_let_go_stays(server, clock):
    revised = [an_article(words_of("moving", 100), at=NOON + timedelta(days=91))]

    class Overtaken(RedisStories):
        """Another process revises an article between the look at what leaves and its leaving."""

        async def _farewell(self, topic, leaving):
            seen = await super()._farewell(topic, leaving)
            while revised:
                await in_redis(server, clock).place(topic, revised.pop(), decide)
            return seen

    stories = in_redis(server, clock, kind=Overtaken)
    moving = an_article(words_of("moving"))
    await stories.place(TOPIC, moving, decide)
    clock.advance(timedelta(days=91))
    assert await stories.expire(TOPIC) == 0
    assert (await stories.story(TOPIC, moving.id)).version == 2


async def test_a_story_that_goes_leaves_no_link_behind(stories, clock):
    shared = words_of("shared", 60)
    old = an_article(shared + words_of("old", 60), url="https://old.example/")
    await stories.place(TOPIC, old, decide)
    clock.advance(timedelta(days=10))
    new = an_article(shared + words_of("new", 60), url="https://new.example/", at=clock.now())
    placed = await stories.place(TOPIC, new, decide)
    linked = await stories.story(TOPIC, placed.story)
    assert linked.linked == (old.id,)
    clock.advance(timedelta(days=85))
    assert await stories.expire(TOPIC) == 1
    alone = await stories.story(TOPIC, placed.story)
    assert (alone.linked, alone.version) == ((), linked.version + 1)
    assert list(await stories.ties(TOPIC, new.id)) == []


async def test_a_story_that_goes_takes_along_links_to_an_id_that_it_took_over(both, clock):
    stories, published = both
    words, own = words_of("whole", 200), words_of("own", 60)
    early = an_article(words[:110], url="https://early.example/")
    later = NOON + timedelta(minutes=1)
    late = an_article(words[70:], url="https://late.example/", at=later)
    citing = an_article(words[130:190] + own, url="https://citing.example/")
    for article in (early, late, citing):
        await stories.place(TOPIC, article, decide)
    assert (await stories.story(TOPIC, citing.id)).linked == (late.id,)
    clock.advance(timedelta(days=1))
    whole = an_article(words, url="https://whole.example/", at=clock.now())
    assert (await stories.place(TOPIC, whole, decide)).forwards == ((late.id, early.id),)
    clock.advance(timedelta(days=9))
    copy = an_article(words[130:190] + own, url="https://copy.example/", at=clock.now())
    assert (await stories.place(TOPIC, copy, decide)).story == citing.id
    clock.advance(timedelta(days=85))
    assert await stories.expire(TOPIC) == 3
    assert (await stories.story(TOPIC, citing.id)).linked == ()
    assert await stories.story(TOPIC, late.id) is None
    assert await published.payloads(TOPIC, [late.id, early.id]) == {}
    told = await published.changes(TOPIC, ChangeId("0-0"), 100)
    assert [one.story for one in told if one.kind == ChangeKind.EXPIRED] == [early.id]
    assert await stories.count(TOPIC) == (2, 1)


async def test_a_growing_index_is_one_hash_and_loses_nobody(server, clock):
    def many_keys(mark: Any, _: Any) -> IndexKeys:
        text = mark.content_hash
        keys = [blake2b(text, digest_size=KEY, salt=bytes([n])).digest() for n in range(200)]
        return IndexKeys((text[:KEY],), tuple(keys))

    stories = in_redis(server, clock, nominate=many_keys)
    articles = [an_article([f"w{n}"], url=f"https://{n}.example/") for n in range(2_000)]
    await place_all(stories, articles)
    private = f"kordon:p1:{{{TOPIC}}}:{RECIPE.id}"
    (segment,) = await server.lrange(f"{private}:segments", 0, -1)
    assert await server.hlen(f"{private}:index:{segment.decode()}") == 2_000 * 201
    for n in (0, 1_000, 1_999):
        copy = an_article([f"w{n}"], url=f"https://copy.example/{n}")
        assert (await stories.place(TOPIC, copy, decide)).story == articles[n].id


async def test_a_segment_is_dropped_whole_when_its_youngest_article_is_past_the_window(
    server, clock
):
    stories = in_redis(server, clock)
    for n in range(6):
        article = an_article(words_of(f"day {n}"), url=f"https://{n}.example/", at=clock.now())
        await stories.place(TOPIC, article, decide)
        clock.advance(timedelta(days=5))
    await stories.expire(TOPIC)
    private = f"kordon:p1:{{{TOPIC}}}:{RECIPE.id}"
    listed = await server.lrange(f"{private}:segments", 0, -1)
    kept = [key async for key in server.scan_iter(match=f"{private}:index:*", count=1_000)]
    assert sorted(kept) == sorted(f"{private}:index:{row.decode()}".encode() for row in listed)
    assert len(listed) == 2


async def test_a_key_lets_go_of_its_oldest_and_of_an_article_s_own_entry(server, clock):
    def one_key(mark: Any, _: Any) -> IndexKeys:
        return IndexKeys((mark.content_hash[:KEY],), (b"every",))

    stories = in_redis(server, clock, nominate=one_key)
    articles = [an_article([f"w{n}"], url=f"https://{n}.example/") for n in range(HOT + 4)]
    await place_all(stories, articles)
    revised = an_article(["w-again"], url=articles[-1].url)
    await stories.place(TOPIC, revised, decide)
    private = f"kordon:p1:{{{TOPIC}}}:{RECIPE.id}"
    (segment,) = await server.lrange(f"{private}:segments", 0, -1)
    held = await server.hget(f"{private}:index:{segment.decode()}", "every")
    assert [*unpack(f">{HOT}I", held)] == list(range(5, HOT + 5))


# --- many at once ----------------------------------------------------------------------------


async def test_copies_arriving_together_share_one_story(stories):
    placed = await asyncio.gather(*(stories.place(TOPIC, one, decide) for one in copies(20)))
    assert len({one.story for one in placed}) == 1
    assert await stories.count(TOPIC) == (20, 1)


PROCESSES, COPIES = 4, 20


def _place_in_rounds(socket: str, start: Any, number: int, rounds: int) -> list[set[str]]:
    """Place a share of the copies in each round, all processes at once; return the stories."""

    async def run() -> list[set[str]]:
        client = Redis(unix_socket_path=socket, protocol=3)
        stories = in_redis(client, SimulatedClock(NOON))
        share = copies(COPIES)[number::PROCESSES]
        await asyncio.gather(*(client.ping() for _ in share))  # a warm pool
        found = []
        for n in range(rounds):
            topic = TopicId(f"round-{n}")
            start.wait()
            placed = await asyncio.gather(*(stories.place(topic, a, really_decide) for a in share))
            found.append({one.story for one in placed})
        await client.aclose()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_twenty_copies_at_once_over_four_processes_are_one_story(server, server_socket, rounds):
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(PROCESSES, context) as pool:
        start = manager.Barrier(PROCESSES)
        shares = [
            pool.submit(_place_in_rounds, server_socket, start, number, rounds)
            for number in range(PROCESSES)
        ]
        placed = zip(*(share.result() for share in shares), strict=True)
        assert [len(set().union(*stories)) for stories in placed] == [1] * rounds


def _place_in_a_process(socket: str, seed: int) -> list[str]:
    """Place the same articles in an order of one's own; return their stories by address."""

    async def run() -> list[str]:
        client = Redis(unix_socket_path=socket, protocol=3)
        stories = in_redis(client, SimulatedClock(NOON))
        articles = [article for wire in range(10) for article in copies(8, f"wire-{wire}")]
        order = random.Random(seed).sample(range(len(articles)), len(articles))
        found: dict[int, str] = {}

        async def place(n: int) -> None:
            found[n] = (await stories.place(TOPIC, articles[n], decide)).story

        for start in range(0, len(order), 16):
            await asyncio.gather(*(place(n) for n in order[start : start + 16]))
        await client.aclose()
        return [found[n] for n in range(len(articles))]

    return asyncio.run(run())


async def test_processes_placing_the_same_articles_agree_and_none_is_twice(server, server_socket):
    run: Callable[..., Any] = asyncio.get_running_loop().run_in_executor
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        placed = await asyncio.gather(
            *(run(pool, _place_in_a_process, server_socket, seed) for seed in range(4))
        )
    stories = in_redis(server, SimulatedClock(NOON))
    assert await stories.count(TOPIC) == (80, 10)
    assert all(
        len({*stories_of[at : at + 8]}) == 1 for stories_of in placed for at in range(0, 80, 8)
    )
    newest = await stories.newest(TOPIC, 100)
    members = [member.article for story in newest for member in story.members]
    assert len(members) == len(set(members)) == 80
