"""Is an article's time told from those of other things on its page?"""

from datetime import UTC, datetime

import pytest

from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata
from crawler.extract.times import published_at
from crawler.model import DateSource, Precision

TITLE = "The ferry stops for low water"
TEN = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
TEXT = "<p>The ferry stopped on Tuesday, and nobody can say when it goes again.</p>"


def published(body, head="", address="https://outlet.example/1"):
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    return read_metadata(parse(page.encode()), address).published


@pytest.mark.parametrize(
    "line",
    [
        "<div class='info'>Ann Lee · 10 November 2026, 10:00 · 1204 views</div>",
        "<p><small>10 листопада 2026, 10:00</small></p>",
        "<div>10.11.2026</div><div>10:00</div>",
        "<div>10:00</div><div>10.11.2026</div>",
        "<div>Updated: 11.11.2026 09:00</div><div>Published: 10.11.2026 10:00</div>",
        "<div>Оновлено 11.11.2026 09:00. Опубліковано 10.11.2026 10:00</div>",
        "<div class='date'>10 листопада 2026, 10:00 (оновлено: 18:22 11.11.2026)</div>",
        "<p class='teaser'>Nobody knows when.</p><div>10 November 2026, 10:00</div>",
    ],
)
def test_a_date_line_near_the_title_is_found_whatever_it_is_called(line):
    assert published(f"<h1>{TITLE}</h1>{line}{TEXT}").at == TEN
    assert published(f"{line}<div class='headline'>{TITLE}</div>{TEXT}").at == TEN


@pytest.mark.parametrize(
    "line",
    [
        "<p>The harbour was closed by the same wind on 10 November 2020 at 10:00.</p>",
        "<div>People at the old harbour of Eastmoor in the winter, 10 November 2020</div>",
        "<div>10:00</div>",
    ],
)
def test_a_caption_or_a_sentence_is_no_date_line(line):
    assert published(f"<h1>{TITLE}</h1>{line}{TEXT}") is None


def test_of_several_times_the_one_nearest_to_the_title_counts():
    others = "".join(
        f"<a href='/{hour}'><time datetime='2026-11-11T{hour}:00Z'></time>Another piece of news</a>"
        for hour in (11, 12)
    )
    own = "<p><time datetime='2026-11-10T10:00Z'>10 November</time></p>"
    aside = "<div><time datetime='2026-11-09T10:00Z'></time>An older one</div>"
    body = f"<div>{others}</div><h1>{TITLE}</h1>{own}{TEXT * 3}{aside}"
    assert published(body).at == TEN
    assert published(f"{aside}<p>x</p>{body}").at == TEN


def test_a_bare_day_in_metadata_is_refined_by_what_is_shown():
    head = "<meta property='article:published_time' content='2026-11-10'>"
    body = f"<h1>{TITLE}</h1><p class='date'>10.11.2026 10:00</p>{TEXT}"
    assert published(body, head).at == TEN
    assert published(body, head.replace("10'", "03'")).precision is Precision.DAY


def test_the_time_of_a_comment_on_the_next_day_refines_no_bare_day():
    head = "<meta property='article:published_time' content='2026-11-10'>"
    body = f"<h1>{TITLE}</h1>{TEXT}<div><time datetime='2026-11-11T08:00Z'></time>So be it</div>"
    assert published(body, head).precision is Precision.DAY


@pytest.mark.parametrize(
    "address",
    [
        "https://outlet.example/2026/11/10/ferry",
        "https://outlet.example/news/2026-11-10-ferry.html",
        "https://outlet.example/news/2026/11/10",
    ],
)
def test_where_nothing_is_shown_the_day_in_the_address_counts(address):
    found = published(f"<h1>{TITLE}</h1>{TEXT}", address=address)
    assert (found.at.date(), found.precision, found.source) == (
        TEN.date(), Precision.DAY, DateSource.TEXT,
    )  # fmt: skip
    assert (
        published(f"<h1>{TITLE}</h1>{TEXT}", address="https://outlet.example/120261/11/10") is None
    )


def test_the_day_behind_the_title_in_the_documents_counts():
    page = f"<html><head><title>{TITLE} - 10 Ноября 2026 - Вести</title></head><body/></html>"
    at = published_at(parse(page.encode()), {}, {}, address="", title=TITLE, zone=UTC)
    assert at.at.date() == TEN.date()


@pytest.mark.parametrize(
    "line",
    [
        "<div>10 November 2026, 10:00</div>",
        "<div class='date'>10 November 2026, 10:00</div>",
        "<time datetime='2026-11-10T10:00Z'></time><time datetime='2026-11-09T10:00Z'></time>",
    ],
)
@pytest.mark.parametrize("title", ["", "***"])
def test_without_a_title_no_line_is_the_articles_own(line, title):
    page = f"<html><body>{line}<h2>Weather</h2>{line}{TEXT}</body></html>"
    tree = parse(page.encode())
    assert published_at(tree, {}, {}, address="", title=title, zone=UTC) is None


def test_without_a_title_the_only_time_told_to_machines_counts():
    own = "<time datetime='2026-11-10T10:00Z'>today</time>"
    tree = parse(f"<html><body><h2>Weather</h2>{own}{TEXT}</body></html>".encode())
    assert published_at(tree, {}, {}, address="", title="", zone=UTC).at == TEN
