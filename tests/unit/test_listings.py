"""Facets of many stories, counted at once; against counting one by one."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import ArticleId, StoryId
from crawler.store.search.index import SearchIndex
from crawler.store.search.listings import HASH_BITS, Listings
from crawler.store.search.query import Wanted
from crawler.store.search.rows import Document

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = tuple("abcdef")
STORIES = st.lists(st.frozensets(st.sampled_from(NAMES)), max_size=30)
CODES = {name: number + 1 for number, name in enumerate(NAMES)}


def listings_of(stories):
    """Columns of stories, each a set of facets."""
    packed = (b"".join(CODES[name].to_bytes(4, "little") for name in one) for one in stories)
    return Listings.of(list(enumerate(packed)), CODES)


def a_document(name, facets, *, hours=0):
    at = NOON + timedelta(hours=hours)
    return Document(StoryId(name), at, 1, ArticleId(f"{name}-a"), ["word"], ["text"], facets)


@pytest.fixture
def index(tmp_path):
    opened = SearchIndex(tmp_path / "topic.sqlite", version=1)
    yield opened
    opened.close()


@given(STORIES, st.frozensets(st.sampled_from([*NAMES, "unknown"])))
def test_stories_having_a_facet_are_counted_as_one_by_one(stories, wanted):
    listings = listings_of(stories)
    having = listings.having(wanted)
    assert having.tolist() == [bool(one & wanted) for one in stories]
    expected = Counter(name for one in stories if one & wanted for name in one)
    assert listings.counts(having) == expected


@given(STORIES)
def test_groups_are_counted_once_for_each_story(stories):
    listings, groups = listings_of(stories), {"first": "ab", "second": "cde", "none": "x"}
    found = listings.grouped(listings.every(), groups)
    expected = {
        name: sum(bool(one & set(some)) for one in stories) for name, some in groups.items()
    }
    assert found == {name: count for name, count in expected.items() if count}


@given(STORIES)
def test_breadth_is_how_many_of_the_facets_a_story_has(stories):
    assert listings_of(stories).breadth("abc").tolist() == [
        len(one & set("abc")) for one in stories
    ]


def test_nothing_is_counted_where_nothing_is():
    listings = Listings.of([], {})
    assert listings.counts(listings.every()) == {}
    assert listings.grouped(listings.every(), {"group": ["x"]}) == {}
    assert listings.histogram(listings.every(), [NOON, NOON + timedelta(hours=1)]) == [0]


def test_an_index_gives_the_listings_of_a_window_and_forgets_what_is_gone(index):
    index.apply(documents=[a_document(f"s{n}", [f"language:{n % 2}"], hours=n) for n in range(6)])
    index.apply(gone=[StoryId("s5")], documents=[a_document("s4", ["language:9"], hours=4)])
    listings = index.listings(since=NOON + timedelta(hours=2))
    assert listings.counts(listings.every()) == {"language:0": 1, "language:1": 1, "language:9": 1}
    bounds = [NOON + timedelta(hours=n) for n in (2, 4, 6)]
    assert listings.histogram(listings.having(["language:9", "language:1"]), bounds) == [1, 1]
    assert index.ids([int(row) for row in listings.rows]) == ("s2", "s3", "s4")
    assert np.all(np.diff(listings.rows) > 0)


@settings(max_examples=25)
@given(st.data())
def test_searching_and_counting_agree_on_any_filter(tmp_path_factory, data):
    index = SearchIndex(tmp_path_factory.mktemp("index") / "topic.sqlite", version=1)
    stories = data.draw(STORIES)
    index.apply(documents=[a_document(f"s{n}", sorted(one)) for n, one in enumerate(stories)])
    some, none = (data.draw(st.frozensets(st.sampled_from(NAMES), max_size=3)) for _ in "12")
    wanted = Wanted(either=[some] if some else (), none=none)
    found = set(index.find(wanted, 100).stories)
    listings = index.listings(since=NOON - timedelta(days=1))
    mask = (listings.having(some) if some else listings.every()) & ~listings.having(none)
    index.close()
    assert len(found) == int(mask.sum())
    assert found == {
        f"s{n}" for n, one in enumerate(stories) if (not some or one & some) and not one & none
    }


@given(STORIES, st.integers(0, 31), st.integers(0, 31) | st.none())
def test_a_part_is_counted_as_if_nothing_else_were_there(stories, first, end):
    part = listings_of(stories).between(first, end)
    expected = listings_of(stories[first:end])
    assert part.counts(part.every()) == expected.counts(expected.every())
    assert part.having("a").tolist() == expected.having("a").tolist()
    assert part.breadth("abc").tolist() == expected.breadth("abc").tolist()


def test_a_file_that_nobody_wrote_to_is_read_once(index):
    index.apply(documents=[a_document(f"s{n}", ["a"], hours=n) for n in range(3)])
    read, part = index.listings(NOON), index.listings(NOON + timedelta(hours=1))
    assert (len(read.rows), len(part.rows)) == (3, 2)
    assert np.shares_memory(read.rows, part.rows)


def test_what_another_process_writes_is_counted_at_once(index, tmp_path):
    def counted(hours):
        found = index.listings(NOON + timedelta(hours=hours))
        return found.counts(found.every())

    other = SearchIndex(tmp_path / "topic.sqlite", version=1)
    other.apply(documents=[a_document("one", ["a"])])
    assert counted(0) == {"a": 1}
    other.apply(documents=[a_document("two", ["a", "b"], hours=2)])
    assert counted(1) == {"a": 1, "b": 1}
    assert counted(0) == {"a": 2, "b": 1}
    other.apply(gone=[StoryId("one")])
    assert counted(0) == {"a": 1, "b": 1}
    other.close()


@given(STORIES)
def test_several_histograms_are_each_as_it_is_alone(stories):
    bounds = [datetime.fromtimestamp(seconds, UTC) for seconds in (0, 0.004, 0.01, 0.04)]
    packed = listings_of(stories)
    listings = replace(packed, rows=packed.rows << HASH_BITS)  # a story a millisecond
    chosen = listings.rows % 3 > 0
    found = listings.histograms(chosen, [*NAMES, "unknown"], bounds)
    assert found == {
        name: listings.histogram(chosen & listings.having([name]), bounds) for name in NAMES
    }
