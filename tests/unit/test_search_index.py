from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import StoreError
from crawler.model import ArticleId, ChangeId, StoryId
from crawler.store.search.index import Logged, SearchIndex
from crawler.store.search.query import Wanted
from crawler.store.search.rows import Document
from crawler.text.lemmas import Dictionaries, terms, wanted

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_document(name="s1", *, title="", body="", language="", facets=(), minutes=0):
    return Document(
        StoryId(name), NOON + timedelta(minutes=minutes), 1, ArticleId(f"{name}-a"),
        terms(title, language, most=100), terms(body, language, most=100), facets,
    )  # fmt: skip


@pytest.fixture
def index(tmp_path):
    opened = SearchIndex(tmp_path / "search" / "topic.sqlite", version=1)
    yield opened
    opened.close()


def found(index, text="", language="", **asked):
    return list(index.find(Wanted(terms=wanted(text, language), **asked), 50).stories)


def test_a_dictionary_that_two_ask_for_at_once_is_read_once():
    dictionaries = Dictionaries()
    with ThreadPoolExecutor(2) as both:
        one, other = both.map(dictionaries.get_dictionary, ["en", "en"])
    assert one is other
    assert one["borders"] == "border"


# --- finding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("uk", "На кордоні з Польщею утворилися черги вантажівок", "кордон черга вантажівка"),
        ("uk", "Прикордонники відкрили пункт пропуску", "прикордонника пункту пропуск"),
        ("ru", "Пограничники закрыли границу для грузовиков", "граница пограничник грузовик"),
        ("ru", "Очереди на таможне выросли", "очередь таможня"),
        ("pl", "Na przejściach granicznych stoją kolejki ciężarówek", "przejście kolejka"),
        ("pl", "Protest w Medyce trwa", "Medyka protesty"),
        ("en", "Border guards closed two crossings after shelling", "crossing guard closes"),
        ("en", "Trucks queued at the border", "truck borders"),
    ],
)  # fmt: skip
def test_inflected_forms_are_found(index, language, written, asked):
    index.apply(documents=[a_document(title=written, language=language)])
    assert found(index, asked) == ["s1"]
    assert found(index, asked, language) == ["s1"]
    assert found(index, "зовсім інше") == []


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("pl", "Kolejka w Przemyślu", "przemysl przemyślu Przemyśl"),
        ("ro", "Vama Racovăț, țigări", "racovat tigari racovăţ ţigări"),
        ("pl", "na przejściach", "przejscie przejściem"),
        ("el", "Τα σύνορα", "συνορα σύνορα"),
        ("en", "Przemysl and Lodz", "Przemyśl Łódź"),
    ],
)  # fmt: skip
def test_latin_and_greek_words_are_found_with_and_without_their_marks(
    index, language, written, asked
):
    index.apply(documents=[a_document(title=written, language=language)])
    for word in asked.split():
        assert found(index, word) == ["s1"], word
        assert found(index, word, language) == ["s1"], word


def test_cyrillic_letters_with_marks_stay_letters(index):
    index.apply(documents=[a_document(title="Їжак і йод", language="uk")])
    assert found(index, "їжак") == ["s1"]
    assert found(index, "іжак") == found(index, "иод") == []


def test_every_word_must_be_there_in_title_or_body(index):
    index.apply(
        documents=[a_document(title="border closed", body="the guards said", language="en")]
    )
    assert found(index, "border guard") == ["s1"]
    assert found(index, "border refugee") == []


@pytest.mark.parametrize(
    "text", ['"', "NEAR(", "a AND", "title:x", "*", "-", "'; --", "\x00", "🛂"]
)
def test_what_looks_like_a_query_language_is_only_words(index, text):
    index.apply(documents=[a_document(title="border", language="en")])
    index.find(Wanted(terms=wanted(text)), 10)


def test_facets_and_text_narrow_each_other(index):
    index.apply(documents=[
        a_document("s1", title="border", facets=["language:en", "outlet:pap"]),
        a_document("s2", title="border", facets=["language:en", "outlet:mti"], minutes=1),
        a_document("s3", title="other", facets=["language:en", "outlet:pap"], minutes=2),
    ])  # fmt: skip
    assert found(index, facets=["outlet:pap"]) == ["s3", "s1"]
    assert found(index, "border", facets=["outlet:pap", "language:en"]) == ["s1"]
    assert found(index, facets=["outlet:p"]) == []


def test_time_bounds_are_of_creation(index):
    index.apply(documents=[a_document(f"s{n}", title="x", minutes=n) for n in range(5)])
    bounds = {"since": NOON + timedelta(minutes=1), "until": NOON + timedelta(minutes=3)}
    assert found(index, **bounds) == ["s2", "s1"]
    assert found(index, "x", **bounds) == ["s2", "s1"]


def test_bounds_beyond_any_story_are_no_error(index):
    index.apply(documents=[a_document()])
    ages = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert found(index, since=ages[0], until=ages[1]) == ["s1"]
    assert found(index, since=ages[1]) == found(index, until=ages[0]) == []


@settings(max_examples=30)
@given(minutes=st.lists(st.integers(0, 3), min_size=1, max_size=25), page=st.integers(1, 7))
def test_a_walk_meets_each_story_once_whatever_is_placed_meanwhile(tmp_path_factory, minutes, page):
    index = SearchIndex(tmp_path_factory.mktemp("walk") / "t.sqlite", version=1)
    names = [f"s{n}" for n in range(len(minutes))]
    index.apply(documents=[a_document(n, minutes=m) for n, m in zip(names, minutes, strict=True)])
    met, after, turn = [], None, 0
    while True:
        some = index.find(Wanted(after=after), page)
        met += some.stories
        turn += 1
        index.apply(documents=[a_document(f"new{turn}", minutes=60 + turn)])
        index.apply(documents=[a_document(names[0], minutes=minutes[0], title=f"v{turn}")])
        after = some.last
        if after is None:
            break
    index.close()
    assert sorted(met) == sorted(names)


# --- keeping ---------------------------------------------------------------------------------


def test_a_story_written_again_is_found_by_its_new_words_only(index):
    index.apply(documents=[a_document(title="old words")])
    index.apply(documents=[a_document(title="new words")])
    assert (found(index, "old"), found(index, "new"), index.count()) == ([], ["s1"], 1)
    index.apply(gone=[StoryId("s1"), StoryId("never was")])
    assert (found(index, "new"), found(index), index.count()) == ([], [], 0)


def test_a_file_is_found_again_with_its_position(tmp_path):
    first = SearchIndex(tmp_path / "t.sqlite", version=1)
    first.apply(documents=[a_document(title="kept")], position=ChangeId("5-1"))
    first.close()
    again = SearchIndex(tmp_path / "t.sqlite", version=1)
    assert (again.position, found(again, "kept")) == ("5-1", ["s1"])
    again.close()
    other = SearchIndex(tmp_path / "t.sqlite", version=2)
    assert (other.position, other.count()) == (None, 0)
    other.close()


def test_what_a_walk_does_not_meet_is_dropped_at_its_end(index):
    index.apply(documents=[a_document("s1"), a_document("s2")], position=ChangeId("3-0"))
    generation = index.begin_walk()
    index.apply(documents=[a_document("s2"), a_document("s3")], generation=generation)
    assert index.count() == 3
    index.end_walk(generation, ChangeId("9-0"))
    assert (sorted(found(index)), index.position) == (["s2", "s3"], "9-0")


def test_a_story_keeps_its_log_until_the_stream_has_dropped_it(index):
    log = [Logged(ChangeId(f"{n}-0"), StoryId("s1")) for n in (9, 10, 11)]
    index.apply(log=[*log, Logged(ChangeId("10-1"), StoryId("s2"))])
    index.apply(log=log)
    assert index.log(StoryId("s1")) == ["9-0", "10-0", "11-0"]
    index.forget_changes(ChangeId("10-0"))
    assert index.log(StoryId("s1")) == ["11-0"]
    assert index.log(StoryId("s2")) == ["10-1"]


def test_a_full_disk_asks_for_room_and_not_for_the_index_to_be_deleted(index):
    index._writer.execute("PRAGMA max_page_count = 1")
    many = [a_document(f"s{n}", body=f"a queue at gate {n}") for n in range(200)]
    with pytest.raises(StoreError, match=r"full\); make room on its disk"):
        index.apply(documents=many)
    assert index.count() == 0


def test_nothing_of_a_failed_step_is_kept(index):
    def broken():
        yield a_document("s1", title="half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        index.apply(documents=broken(), position=ChangeId("1-0"))
    assert (found(index), index.position) == ([], None)
