"""Texts leave when their outlets' terms are over, and nothing else does; in every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from articles import NOON, an_article, copies, decide, words_of
from stores import TOPIC

from crawler.directory import Directory
from crawler.model import Outlet, OutletId
from crawler.store.corpus.local import LocalCorpus
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.store.search.index import SearchIndex
from crawler.store.search.query import Wanted
from crawler.store.texts import MemoryTexts, RedisTexts
from crawler.text.lemmas import wanted
from crawler.workers.loop import catch_up
from crawler.workers.search import SearchWorker
from crawler.workers.text_terms import IN_HAND, Terms, TextTerms

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTLETS = (
    Outlet(OutletId("one"), "One", keep_text_days=1),
    Outlet(OutletId("two"), "Two", keep_text_days=30),
    Outlet(OutletId("nothing"), "Nothing", keep_text_days=0),
)
TERMS = Terms(Directory(MemorySubscriptions(), OUTLETS), otherwise=90 * DAY)


@pytest.fixture(params=["memory", "redis"])
def texts(request):
    if request.param == "memory":
        return MemoryTexts()
    return RedisTexts(request.getfixturevalue("server"))


def article_of(outlet, name="a", **facts):
    return an_article(url=f"https://{outlet}.example/{name}", outlet=outlet, **facts)


# --- when texts were fetched -----------------------------------------------------------------


async def test_texts_are_told_oldest_first_up_to_an_instant(texts):
    noted = [article_of("one", str(n), at=NOON + n * HOUR) for n in range(4)]
    for article in (*reversed(noted), article_of("two")):
        await texts.note(article)
    assert await texts.outlets() == ["one", "two"]
    older = await texts.older(OutletId("one"), NOON + 3 * HOUR, 9)
    assert older == {one.id: one.fetched for one in noted[:3]}
    assert [*older] == [one.id for one in noted[:3]]
    assert len(await texts.older(OutletId("one"), NOON + 3 * HOUR, 2)) == 2
    assert await texts.older(OutletId("none"), NOON, 9) == {}


async def test_of_an_article_the_newest_text_counts_in_whatever_order_they_come(texts):
    for hours in (1, 5, 3):
        await texts.note(article_of("one", at=NOON + hours * HOUR))
    found = await texts.older(OutletId("one"), NOON + DAY, 9)
    assert [*found.values()] == [NOON + 5 * HOUR]


async def test_a_text_that_came_anew_meanwhile_is_not_struck_off(texts):
    gone, revised = article_of("one"), article_of("one", "b")
    for article in (gone, revised):
        await texts.note(article)
    due = await texts.older(OutletId("one"), NOON + HOUR, 9)
    await texts.note(replace(revised, fetched=NOON + HOUR))
    await texts.strike(OutletId("one"), due)
    assert await texts.older(OutletId("one"), NOON + DAY, 9) == {revised.id: NOON + HOUR}


# --- stories ---------------------------------------------------------------------------------


async def test_without_its_text_an_article_stays_in_its_story_and_can_be_copied(stories):
    one, other, third = copies(3)
    for article in (one, other):
        placed = await stories.place(TOPIC, article, decide)
    before = await stories.story(TOPIC, placed.story)
    facts, ties = await stories.articles(TOPIC, [one.id]), await stories.ties(TOPIC, one.id)
    await stories.drop_texts(TOPIC, [one.id, article_of("one", "unknown").id])
    assert await stories.text(TOPIC, one.id) is None
    assert await stories.texts(TOPIC, [one.id, other.id]) == {other.id: other.text}
    assert await stories.story(TOPIC, placed.story) == before
    assert await stories.articles(TOPIC, [one.id]) == facts
    assert await stories.ties(TOPIC, one.id) == ties
    assert (await stories.place(TOPIC, third, decide)).story == placed.story


async def test_the_same_text_does_not_come_back_and_a_revision_does(stories):
    first = article_of("one")
    await stories.place(TOPIC, first, decide)
    await stories.drop_texts(TOPIC, [first.id])
    await stories.place(TOPIC, replace(first, fetched=NOON + DAY), decide)
    assert await stories.text(TOPIC, first.id) is None
    revised = article_of("one", words=words_of("revised"), at=NOON + DAY)
    await stories.place(TOPIC, revised, decide)
    assert await stories.text(TOPIC, first.id) == revised.text


# --- the corpus ------------------------------------------------------------------------------


async def test_a_corpus_lets_go_of_texts_and_keeps_what_they_were(shelf):
    corpus = shelf.opened()
    old, young = article_of("one"), article_of("one", "b", at=NOON + DAY)
    other = article_of("two")
    await asyncio.gather(*map(corpus.keep, (old, young, other)))
    gone = {old.id: old.fetched, young.id: NOON + HOUR}
    assert await corpus.cut(gone) == 1
    assert await corpus.cut(gone) == 0
    assert await corpus.cut({}) == 0
    left = {article.id: article for article in await shelf.everything()}
    bare = replace(old, text="", mentions=())
    assert left == {old.id: bare, young.id: young, other.id: other}


async def test_every_text_that_an_article_ever_had_leaves_together(shelf):
    corpus = shelf.opened()
    await corpus.keep(article_of("one", words=words_of(1)))
    await corpus.keep(article_of("one", words=words_of(2), at=NOON + HOUR))
    assert await corpus.cut({article_of("one").id: NOON + DAY}) == 2
    assert [article.text for article in await shelf.everything()] == ["", ""]


async def test_however_often_texts_leave_a_process_writes_one_segment_more(tmp_path):
    corpus = LocalCorpus(tmp_path)
    articles = [article_of("one", str(n)) for n in range(5)]
    for article in articles:
        await corpus.keep(article)
    for article in articles:
        assert await corpus.cut({article.id: NOON}) == 1
    corpus.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert [one.text async for one in LocalCorpus(tmp_path).read()] == [""] * 5


async def test_a_text_that_left_a_directory_is_in_none_of_its_bytes_and_stays_away(tmp_path):
    article = article_of("one")
    corpus = LocalCorpus(tmp_path)
    await corpus.keep(article)
    (segment,) = tmp_path.iterdir()
    before = segment.read_bytes()
    await corpus.cut({article.id: NOON + DAY})
    assert segment.read_bytes()[8:] == bytes(len(before) - 8)
    corpus.close()
    again = LocalCorpus(tmp_path)
    await again.keep(article)
    again.close()
    assert [one.text async for one in LocalCorpus(tmp_path).read()] == [""]


async def test_a_crash_before_the_old_record_is_erased_loses_nothing(tmp_path):
    article, other = article_of("one"), article_of("two")
    corpus = LocalCorpus(tmp_path)
    for one in (article, other):
        await corpus.keep(one)
    corpus.close()
    (segment,) = tmp_path.iterdir()
    before = segment.read_bytes()
    await corpus.cut({article.id: NOON + DAY})
    segment.write_bytes(before)  # as if it had not been reached
    assert {one.id async for one in corpus.read()} == {article.id, other.id}
    assert await corpus.cut({article.id: NOON + DAY}) == 1
    left = {one.id: one.text async for one in corpus.read()}
    assert left == {article.id: "", other.id: other.text}


# --- by term ---------------------------------------------------------------------------------


class CountedCorpus(LocalCorpus):
    """A corpus that remembers of which articles it was asked to cut texts."""

    def __init__(self, folder):
        super().__init__(folder)
        self.cuts = []

    async def cut(self, gone):
        self.cuts.append({*gone})
        return await super().cut(gone)


class House:
    """Stories, corpus and notes of one installation, and what lets go of texts."""

    def __init__(self, stories, texts, folder, clock):
        self.stories, self.texts, self.corpus = stories, texts, CountedCorpus(folder)
        self.worker = TextTerms(texts, stories, self.corpus, TERMS, clock=clock, topics=[TOPIC])

    async def place(self, *articles):
        for article in articles:
            await self.texts.note(article)
            await self.corpus.keep(article)
            await self.stories.place(TOPIC, article, decide)

    async def kept(self, *articles):
        """Which of these have a text: in the stories, and in the corpus."""
        found = await self.stories.texts(TOPIC, [one.id for one in articles])
        read = {one.id async for one in self.corpus.read() if one.text}
        return [one.outlet for one in articles if one.id in found], read - found.keys()


@pytest.fixture
def house(stories, texts, tmp_path, clock):
    opened = House(stories, texts, tmp_path, clock)
    yield opened
    opened.corpus.close()


async def test_each_text_leaves_when_its_outlets_term_is_over(house, clock):
    articles = [article_of(outlet) for outlet in ("nothing", "one", "two", "unknown")]
    await house.place(*articles)
    for passed, left in (
        (HOUR, ["one", "two", "unknown"]), (DAY, ["two", "unknown"]), (30 * DAY, ["unknown"]),
        (60 * DAY, []),
    ):  # fmt: skip
        clock.advance(passed)
        assert await house.worker.sweep() == 1
        assert await house.kept(*articles) == (left, set())
        assert await house.worker.sweep() == 0
    assert (await house.stories.articles(TOPIC, [articles[0].id])).keys() == {articles[0].id}


async def test_a_text_swept_while_its_article_is_in_hand_leaves_with_the_next_sweep(house, clock):
    article = article_of("nothing")
    await house.texts.note(article)
    await house.corpus.keep(article)
    clock.advance(timedelta(seconds=1))
    await house.worker.sweep()
    await house.stories.place(TOPIC, article, decide)
    clock.advance(IN_HAND)
    assert await house.worker.sweep() == 1
    assert await house.kept(article) == ([], set())
    assert await house.worker.sweep() == 0


async def test_the_corpus_is_read_through_once_for_the_texts_of_all_outlets(house, clock):
    articles = [article_of(outlet) for outlet in ("nothing", "one", "two")]
    await house.place(*articles)
    clock.advance(60 * DAY)
    assert await house.worker.sweep() == 3
    assert house.corpus.cuts == [{article.id for article in articles}]
    assert await house.kept(*articles) == ([], set())


async def test_an_address_that_two_outlets_list_leaves_with_its_newest_text(house, clock):
    first = replace(article_of("one"), outlet=OutletId("two"))
    later = article_of("one", words=words_of(2), at=NOON + HOUR)
    await house.place(first, later)
    clock.advance(60 * DAY)
    assert await house.worker.sweep() == 1
    assert await house.kept(first) == ([], set())


async def test_a_revision_begins_its_articles_term_anew(house, clock):
    await house.place(article_of("one"))
    clock.advance(DAY - HOUR)
    revised = article_of("one", words=words_of("revised"), at=clock.now())
    await house.place(revised)
    clock.advance(2 * HOUR)
    assert await house.worker.sweep() == 0
    clock.advance(DAY)
    assert await house.worker.sweep() == 1
    assert await house.kept(revised) == ([], set())


# --- the search index ------------------------------------------------------------------------


async def test_the_words_of_a_text_are_found_no_more_but_its_title_is(both, tmp_path, clock):
    stories, published = both
    index = SearchIndex(tmp_path / "t.sqlite", version=1)

    def worker():
        return SearchWorker(
            TOPIC, published, stories, index, lambda _: ["every:one"],
            kept_until=TERMS.end, now=clock.now,
        )  # fmt: skip

    def found(text="", facets=()):
        return list(index.find(Wanted(terms=wanted(text), facets=facets), 9).stories)

    article, younger = article_of("one", title="Queues"), article_of("two", title="Grain")
    story = (await stories.place(TOPIC, article, decide)).story
    other = (await stories.place(TOPIC, younger, decide)).story
    await catch_up(worker(), published)
    words, others = article.text.split(), younger.text.split()
    assert found(words[3]) == [story]
    clock.advance(DAY)
    await catch_up(worker(), published)
    assert found(words[3]) == []
    assert (found("queue"), found(others[3])) == ([story], [other])
    assert sorted(found(facets=["every:one"])) == sorted([story, other])
    copy = article_of("two", "copy", words=words, title="Queues grow")
    assert (await stories.place(TOPIC, copy, decide)).story == story
    await catch_up(worker(), published)
    assert (found(words[3]), found("grow")) == ([], [story])
    await stories.drop_texts(TOPIC, [article.id])
    anew = SearchIndex(tmp_path / "anew.sqlite", version=1)
    index.close()
    index = anew
    await catch_up(worker(), published)
    assert (found(words[3]), found("queue")) == ([], [story])
    anew.close()


async def test_a_shortened_term_holds_for_words_that_are_there(both, texts, tmp_path, clock):
    stories, published = both
    index = SearchIndex(tmp_path / "t.sqlite", version=1)

    async def started(days):
        outlet = Outlet(OutletId("one"), "One", keep_text_days=days)
        terms = Terms(Directory(MemorySubscriptions(), [outlet]), otherwise=90 * DAY)
        worker = SearchWorker(
            TOPIC, published, stories, index, lambda _: [], kept_until=terms.end,
            mark=partial(terms.mark, texts), now=clock.now,
        )  # fmt: skip
        began = index.generation()
        await catch_up(worker, published)
        return index.generation() - began

    def found(text):
        return list(index.find(Wanted(terms=wanted(text)), 9).stories)

    article = article_of("one", title="Queues")
    await texts.note(article)
    story = (await stories.place(TOPIC, article, decide)).story
    assert [await started(90), await started(90)] == [1, 0]
    clock.advance(2 * DAY)
    assert found(article.text.split()[3]) == [story]
    assert await started(1) == 1
    assert (found(article.text.split()[3]), found("queue")) == ([], [story])
    index.close()
