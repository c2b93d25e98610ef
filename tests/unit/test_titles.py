"""Which of the titles a page gives is its article's."""

import pytest

from crawler.extract.document import parse
from crawler.extract.titles import Titles, clean, own_heading, title_of, without_site

LORRIES = "Lorries wait for days at the border"
QUEUE = "Why the queue at the crossing grows"


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (Titles(heading=LORRIES), LORRIES),
        (Titles(document=f"{LORRIES} | The Crossing"), LORRIES),
        (Titles(heading=LORRIES, headline=QUEUE, social=LORRIES), QUEUE),
        (Titles(heading=LORRIES, social=f"{LORRIES} - The Crossing"), LORRIES),
        (Titles(headline=f"{LORRIES} | News | The Crossing"), LORRIES),
        (Titles(heading="News", document=LORRIES), "News"),
    ],
)
def test_the_headline_comes_first_and_the_site_never(told, title):
    assert title_of(told, site="The Crossing") == title


def test_a_social_title_told_to_two_networks_is_the_one_passed_on():
    told = Titles(LORRIES, LORRIES, social=QUEUE, network=QUEUE, document=LORRIES)
    assert title_of(told) == QUEUE


@pytest.mark.parametrize(
    ("social", "document"), [(QUEUE, QUEUE), (f"{QUEUE} | Crossing News", LORRIES)]
)
def test_a_title_made_for_search_is_not(social, document):
    told = Titles(LORRIES, LORRIES, social=social, network=social, document=document)
    assert title_of(told, site="The Crossing") == LORRIES


def test_a_kicker_that_one_place_alone_tells_is_dropped():
    told = Titles(heading=LORRIES, headline=f"Border: {LORRIES}", social=LORRIES)
    assert title_of(told) == LORRIES


def test_a_kicker_that_two_places_tell_belongs_to_the_title():
    kicked = f"Border: {LORRIES}"
    told = Titles(heading=LORRIES, headline=f"Border - {LORRIES}", social=kicked)
    assert title_of(told) == kicked


def test_a_kicker_in_the_heading_is_no_part_of_its_first_word():
    told = Titles(heading=f"Border{LORRIES}", headline=LORRIES, social=f"Border / {LORRIES}")
    assert title_of(told) == f"Border / {LORRIES}"


@pytest.mark.parametrize(
    "title", [f"{LORRIES} - Кордон", f"{LORRIES}: кордон", f"{LORRIES} – Kordon"]
)
def test_only_a_name_behind_a_joiner_is_a_site(title):
    expected = LORRIES if " - " in title else title
    assert without_site(title, "Кордон") == expected


def test_a_site_is_known_by_its_host_without_accents():
    told = Titles(document=f"{LORRIES} - Hranicní Zprávy")
    assert title_of(told, host="www.hranicnizpravy.example") == LORRIES


def test_two_letters_of_a_host_are_no_name():
    title = f"{LORRIES} - EU"
    assert title_of(Titles(document=title), host="www.neues.example") == title


def test_a_heading_that_another_title_confirms_is_the_articles():
    longer = "Another and much longer heading of another article"
    tree = parse(f"<h1>{LORRIES}</h1><h1>{longer}</h1>".encode())
    assert own_heading(tree) == longer
    assert own_heading(tree, f"{LORRIES} | News") == LORRIES


@pytest.mark.parametrize("home", ["/", "https://outlet.example", "https://outlet.example/"])
def test_a_logo_that_leads_home_is_no_heading(home):
    logo = f"<h1><a href='{home}'>The Crossing, news for all of the border</a></h1>"
    assert own_heading(parse(logo.encode())) == ""
    assert own_heading(parse(f"{logo}<h1><a href='/1'>{LORRIES}</a></h1>".encode())) == LORRIES


@pytest.mark.parametrize(
    "document",
    [
        f"{LORRIES} - 24 Ноября 2026 - Вести",
        f"The Crossing: {LORRIES}",
        f"{LORRIES} :: Site",
        LORRIES,
    ],
)
@pytest.mark.parametrize("tag", ["div", "h3", "td"])
def test_a_line_that_the_documents_title_confirms_is_a_heading(document, tag):
    page = f"<h1>My blog</h1><table><tr><{tag}>{LORRIES}</{tag}></tr></table><p>The Crossing</p>"
    heading = own_heading(parse(page.encode()), document)
    assert heading == LORRIES
    assert title_of(Titles(heading=heading, document=document)) == LORRIES


def test_what_is_escaped_twice_is_read():
    assert clean("&amp;quot;Now&amp;quot; &amp;amp; then") == '"Now" & then'
