"""The search index follows the stories, whichever store they are in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from articles import NOON, an_article, copies, decide, words_of
from stores import TOPIC, in_redis

from crawler.model import PlaceId, StoryId
from crawler.store.published import RedisPublished
from crawler.store.search.index import SearchIndex
from crawler.store.search.query import Wanted
from crawler.text.lemmas import wanted
from crawler.workers.loop import catch_up
from crawler.workers.search import SearchWorker


@pytest.fixture
def index(tmp_path):
    opened = SearchIndex(tmp_path / "t.sqlite", version=1)
    yield opened
    opened.close()


@pytest.fixture
def desk(both, index):
    stories, published = both
    worker = SearchWorker(TOPIC, published, stories, index, lambda s: [f"size:{s.size}"])

    async def placed(*articles):
        found = [(await stories.place(TOPIC, article, decide)).story for article in articles]
        await catch_up(worker, published)
        return found

    return placed


def found(index, text="", facets=()):
    return list(index.find(Wanted(terms=wanted(text), facets=facets), 100).stories)


async def test_a_placed_story_is_found_by_title_text_and_facet(desk, index):
    words = words_of("one")
    (story,) = await desk(an_article(words, title="Черги на кордоні", language="uk"))
    for text in ("черга", "кордонами", words[0], words[-1]):
        assert found(index, text) == [story]
    assert found(index, facets=["size:1"]) == [story]


async def test_the_names_of_a_storys_places_are_found_in_every_form(desk, index):
    text = ["Черги", "у", "Медиці", *words_of("one")]
    article = an_article(text, title="Стоять у Ягодині і біля Краківця", language="uk")
    named = ("x-pl-yahodyn-dorohusk", "t-ua-krakovets", "t-pl-medyka")
    (story,) = await desk(replace(article, places=tuple(map(PlaceId, named))))
    for asked in ("Ягодин", "Ягодина", "ягодину", "Краківець", "Краківцем", "Медика", "Медику"):
        assert found(index, asked) == [story], asked
    assert found(index, "Шегині") == []


async def test_a_word_like_a_place_elsewhere_is_only_a_word(desk, index):
    (story,) = await desk(an_article(title="Я буду в місті", language="uk"))
    assert found(index, "буду") == [story]
    assert found(index, "Буда") == []


async def test_a_story_is_found_by_what_it_became(desk, index):
    (story, _) = await desk(*copies(2))
    assert found(index, facets=["size:2"]) == [story]
    assert found(index, facets=["size:1"]) == []
    revised = an_article(words_of("new words"), url=copies(1)[0].url, title="Revised", at=NOON)
    await desk(revised)
    assert found(index, "revised") == [story]
    assert found(index, words_of("new words")[5]) == [story]


async def test_of_merged_stories_one_is_left_with_its_log(desk, both, index):
    left, right = words_of("left", 60), words_of("right", 60)
    await desk(
        an_article(left, url="https://a.example/"), an_article(right, url="https://b.example/")
    )
    assert len(found(index)) == 2
    (story,) = await desk(an_article(left + right, url="https://c.example/"))
    assert found(index) == [story]
    events = await both[1].events(TOPIC, index.log(StoryId(story)))
    assert [event.kind for event in events] == ["story.created", "merged", "joined"]


async def test_an_expired_story_is_found_no_more(desk, both, index, clock):
    stories, _ = both
    await desk(*copies(2))
    clock.advance(timedelta(days=91))
    await stories.expire(TOPIC)
    (newcomer,) = await desk(an_article(url="https://new.example/", at=clock.now()))
    assert found(index) == [newcomer]


async def test_who_begins_late_or_again_reads_everything(desk, both, tmp_path):
    stories, published = both
    await desk(*copies(3), an_article())
    late = SearchIndex(tmp_path / "late.sqlite", version=1)
    worker = SearchWorker(TOPIC, published, stories, late, lambda _: ())
    last = await catch_up(worker, published)
    assert (late.count(), late.position) == (2, last)
    assert await catch_up(worker, published) == last
    late.close()


async def test_who_slept_past_the_window_reads_everything_and_drops_what_is_gone(
    server,
    clock,
    tmp_path,
):

    stories, published = in_redis(server, clock, changes_max_length=5), RedisPublished(server)
    index = SearchIndex(tmp_path / "t.sqlite", version=1)
    worker = SearchWorker(TOPIC, published, stories, index, lambda _: ())
    await stories.place(TOPIC, an_article(), decide)
    await catch_up(worker, published)
    clock.advance(timedelta(days=91))
    await stories.expire(TOPIC)
    for n in range(100):
        article = an_article(url=f"https://{n}.example/", at=clock.now())
        await stories.place(TOPIC, article, decide)
    await catch_up(worker, published)
    assert index.count() == 100
    assert an_article().id not in found(index)
    index.close()
