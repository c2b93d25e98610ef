import json

import pytest

from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Автор: Іван Франко", ("Іван Франко",)),
        ("Текст: Олена Пчілка", ("Олена Пчілка",)),
        ("Текстова редакція", ("Текстова редакція",)),
        ("Opracowanie: Jan Kowalski", ("Jan Kowalski",)),
        ("Írta: Nagy János", ("Nagy János",)),
        ("Yazar: Ahmet Yılmaz", ("Ahmet Yılmaz",)),
        ("By John Smith and Jane Doe", ("John Smith", "Jane Doe")),
        ("Іван Франко, Леся Українка", ("Іван Франко", "Леся Українка")),
        ("https://www.facebook.com/ivan", ()),
        ("desk@outlet.example", ()),
        ("105092", ()),
        ("Kari Nordmann og Ola Hansen", ("Kari Nordmann", "Ola Hansen")),
        ("Anna Svensson och Erik Berg", ("Anna Svensson", "Erik Berg")),
        ("Jonas Kazlauskas ir Rasa Petraitė", ("Jonas Kazlauskas", "Rasa Petraitė")),
    ],
)
def test_names_come_without_what_stands_before_them(written, authors):
    page = parse(f'<meta name="author" content="{written}"><p>x'.encode())
    assert read_metadata(page, "https://outlet.example/1").authors == authors


def shown(byline, head="<meta property='og:title' content='Ferry stops for low water'>"):
    body = f"<h1>Ferry stops for low water</h1>{byline}<p>It stopped on Tuesday.</p>"
    page = f"<head>{head}</head>{body}"
    return read_metadata(parse(page.encode()), "https://outlet.example/1").authors


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<div class='post-author-name'>By <a href='/a'>Ann Lee</a> - </div>", ("Ann Lee",)),
        ("<span class='byline'>Автор: Іван Франко, 10 листопада 2026</span>", ("Іван Франко",)),
        (
            "<dd itemprop='author'>Written by <span itemprop='name'>Ann Lee</span></dd>",
            ("Ann Lee",),
        ),
        ("<ul><li itemprop='author'><span>Jan Kowalski</span></li></ul>", ("Jan Kowalski",)),
        ("<p>Аўтар: Янка Купала</p>", ("Янка Купала",)),
        ("<p>Von Anna Seghers und Bertolt Brecht</p>", ("Anna Seghers", "Bertolt Brecht")),
        ("<a rel='author'>Ann Lee</a> <a rel='author'>Bo Dee</a>", ("Ann Lee", "Bo Dee")),
        ("<p class='author'>Ann Lee | Correspondent</p>", ("Ann Lee",)),
        ("<p class='author'>Our newsroom tells what happened</p>", ()),
        ("<p>By the time it stopped, nobody was there</p>", ()),
    ],
)
def test_a_byline_is_read_where_nothing_else_tells_the_authors(byline, authors):
    assert shown(byline) == authors
    assert shown(byline, "<meta name='author' content='Bea Cee'>") == ("Bea Cee",)


@pytest.mark.parametrize(
    "told", ["https://www.facebook.com/town", "desk@town.example", "105092", " "]
)
def test_where_a_profile_or_a_mailbox_stands_for_an_author_the_next_place_is_looked_at(told):
    node = {"@type": "NewsArticle", "headline": "Ferry stops for low water", "author": told}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    byline = "<p class='author'>Ann Lee</p>"
    assert shown(byline, head) == ("Ann Lee",)
    assert shown(byline, f"{head}<meta name='article:author' content='{told}'>") == ("Ann Lee",)
    assert shown(byline, f"{head}<meta name='author' content='Bea Cee'>") == ("Bea Cee",)


def test_the_byline_nearest_to_the_heading_counts():
    other = "<div class='author'>Olga Nova</div><p>Another article.</p>" * 3
    assert shown(f"<div class='author'>Ann Lee</div><p>One.</p>{other}") == ("Ann Lee",)


def test_an_author_that_is_only_referred_to_is_looked_up():
    person = {"@type": "Person", "@id": "https://outlet.example/#/person/1", "name": "Ann Lee"}
    article = {"@type": "NewsArticle", "headline": "Ferry stops", "author": {"@id": person["@id"]}}
    graph = json.dumps({"@graph": [article, person]})
    head = f'<script type="application/ld+json">{graph}</script>'
    assert shown("", head) == ("Ann Lee",)
