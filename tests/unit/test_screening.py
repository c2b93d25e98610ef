"""Is only that passed over which cannot be on topic?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.desk import desk_of
from crawler.extract.quick import quick_lines
from crawler.ingest import prepare
from crawler.model import (
    Article,
    Entry,
    EntryId,
    FeedId,
    Outlet,
    OutletId,
    Page,
    Screening,
    TopicId,
)
from crawler.ports import EntryRecord
from crawler.screening import (
    FEWEST_BYTES,
    Stage,
    may_belong,
    off_topic,
    passed_over,
    screen_entry,
    screen_page,
)

GENERAL = Outlet(OutletId("wide"), "The Wide World", country="GB", kind="national")
BAKERS = "The baker in the market square says that bread has never sold so well as this spring."
LORRIES = "Lorries wait for days at the crossing from Poland into Ukraine, the border guards said."


@pytest.fixture(scope="module")
def desk():
    return desk_of((TopicId("ukraine-border"),))


def an_entry(title: str, summary: str, language: str = "en") -> Entry:
    return Entry(
        EntryId("e"), "https://wide.example/1", GENERAL.id, FeedId("f"), title, summary,
        language=language,
    )  # fmt: skip


def a_page(article: str, *, around: str = "", title: str = "News of the day") -> Page:
    paragraphs = (f"<p>{article} That was the {number} paragraph.</p>" for number in range(40))
    body = f"<h1>{title}</h1>{''.join(paragraphs)}"
    furniture = f"<nav>{around}</nav><script>{'x' * FEWEST_BYTES}</script>"
    html = f"<html><head><title>{title}</title></head><body>{furniture}<main>{body}</main></body>"
    entry = an_entry(title, "")
    return Page(entry, entry.url, html.encode(), "text/html", datetime(2026, 11, 22, tzinfo=UTC))


def passed_entry(desk, title, summary, outlet=GENERAL):
    return screen_entry(an_entry(title, summary), desk.screens, desk.languages, outlet)


def passed_page(desk, page, outlet=GENERAL):
    return screen_page(page, desk.screens, desk.languages, outlet)


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Bread sells well again", BAKERS),
        ("Cup final goes to penalties", "The keeper saved two and the captain scored the last."),
        ("Minister writes a book", "It tells of her childhood in Ukraine, her publisher said."),
        ("Russia wins at chess", "The champion thanked her teacher, who is eighty this year."),
    ],
)
def test_an_entry_that_names_nothing_of_the_topic_is_not_fetched(desk, title, summary):
    assert passed_entry(desk, title, summary) == Stage.ENTRY


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Lorries wait for days", LORRIES),
        ("Talks on grain go on", "Ministers of Ukraine met in the capital on Monday."),
        ("Warsaw sends more guards", "They are to arrive within days, the minister said."),
        ("Long queues at Medyka", "Cars have stood there since the morning."),
        ("Bread", BAKERS),
        ("Bread sells well again", ""),
    ],
)
def test_an_entry_that_names_a_country_or_place_or_says_too_little_is_fetched(desk, title, summary):
    assert passed_entry(desk, title, summary) is None


@pytest.mark.parametrize(
    "outlet",
    [
        None,
        replace(GENERAL, country="UA"),
        replace(GENERAL, kind="regional"),
        replace(GENERAL, kind=""),
        replace(GENERAL, screen=Screening.NEVER),
    ],
)
def test_outlets_at_home_at_the_border_or_unknown_are_not_screened(desk, outlet):
    assert passed_entry(desk, "Bread sells well again", BAKERS, outlet) is None
    assert passed_page(desk, a_page(BAKERS), outlet) is None


def test_the_operator_decides_otherwise(desk):
    regional = replace(GENERAL, kind="regional", screen=Screening.ALWAYS)
    assert passed_entry(desk, "Bread sells well again", BAKERS, regional) == Stage.ENTRY


def test_a_text_in_the_countrys_own_language_may_mean_it_unnamed(desk):
    ukrainian = "Пекар на ринковій площі каже, що хліб іще ніколи так добре не купували."
    assert passed_entry(desk, "Хліб знову добре купують", ukrainian) is None


def test_a_page_whose_words_show_nothing_of_the_topic_is_not_read(desk):
    links = "<a href='/war'>War in Ukraine</a>"
    page = a_page(BAKERS, around=links)
    assert passed_page(desk, page) == Stage.WORDS
    assert prepare(page, desk, GENERAL) == off_topic(Stage.WORDS, desk.version)


def test_a_page_about_the_topic_is_read(desk):
    page = a_page(LORRIES, title="Lorries wait for days")
    assert passed_page(desk, page) is None
    assert isinstance(prepare(page, desk, GENERAL), Article)


def test_a_border_spoken_of_at_length_is_read_when_the_country_is_named_elsewhere(desk):
    page = a_page("The border has been shut since dawn and nobody knows for how long it will be.")
    named = replace(page, body=page.body.replace(b"<main>", b"<main><p>It is Ukraine's.</p>"))
    assert passed_page(desk, page) == Stage.WORDS
    assert passed_page(desk, named) is None


def test_a_small_page_is_read_to_learn_what_it_is(desk):
    page = a_page(BAKERS)
    assert passed_page(desk, replace(page, body=page.body[-2_000:])) is None


def test_without_screens_everything_passes(desk):
    assert passed_page(replace(desk, screens=()), a_page(BAKERS)) is None


def test_a_topic_that_takes_everything_screens_nothing():
    everything = desk_of((TopicId("everything"), TopicId("ukraine-border")))
    assert passed_page(everything, a_page(BAKERS)) is None


def test_lines_end_at_blocks_and_not_at_words_set_apart():
    page = b"<p>A <b>bold</b> word &amp; a <a href='/'>link</a></p><style>p {}</style><li>Item"
    assert quick_lines(page) == ["A bold word & a link", "Item"]


def test_a_second_look_takes_what_other_topics_passed_over(desk):
    at = datetime(2026, 11, 21, tzinfo=UTC)
    passed = EntryRecord(an_entry("Lorries wait", LORRIES), "skipped", 0, "", at)
    by_others = replace(passed, reason="off-topic: by its entry, topics abc123")
    by_these = replace(passed, reason=f"off-topic: by its text, topics {desk.version}")
    gone = replace(passed, reason="gone: http-404")
    assert passed_over([by_others, by_these, gone], None) == [by_others, by_these]
    assert passed_over([by_others], datetime(2026, 11, 22)) == []  # noqa: DTZ001 - as typed
    assert may_belong(by_others, desk.screens, judged_by=desk.version)
    assert not may_belong(by_these, desk.screens, judged_by=desk.version)
    assert may_belong(by_these, desk.screens, judged_by="")
    bread = replace(by_others, entry=an_entry("Bread sells well again", BAKERS))
    assert not may_belong(bread, desk.screens, judged_by=desk.version)


def test_the_version_is_that_of_the_topics_and_their_words(desk):
    assert desk.version == desk_of((TopicId("ukraine-border"),)).version
    assert desk.version != desk_of((TopicId("everything"),)).version
