"""Is the feed of the whole outlet found first, whatever a page links to?"""

import pytest

from crawler.checking import feeds_named
from crawler.read.discovery import WELL_KNOWN, Link, ranked_feeds

HOME = "https://paper.example/"


def named(href, title="", kind="application/rss+xml"):
    return Link(href, rel="alternate", type=kind, title=title)


def ranked(*links, most=10):
    return ranked_feeds(links, HOME, most=most)


def test_a_feed_named_in_the_head_comes_before_one_that_is_linked():
    assert ranked(Link("/rss/sport.xml"), named("/all.xml")) == (
        "https://paper.example/all.xml",
        "https://paper.example/rss/sport.xml",
    )


def test_comments_come_last_although_they_are_named_first():
    found = ranked(named("/comments/feed/", "Comments"), named("/feed/", "Paper"))
    assert found[0] == "https://paper.example/feed/"


def test_sections_come_after_the_whole():
    found = ranked(named("/rss/sport/football.xml", "Football"), named("/rss.xml", "Paper"))
    assert found[0] == "https://paper.example/rss.xml"


@pytest.mark.parametrize("title", ["All news", "Усі новини", "Все новости", "Wszystkie"])
def test_a_title_that_says_everything_is_believed(title):
    assert ranked(named("/a", "Politics"), named("/x/y/z", title))[0].endswith("/x/y/z")


def test_another_hosts_feed_comes_after_the_outlets_own():
    found = ranked(named("https://partner.example/feed"), named("https://www.paper.example/feed"))
    assert found[0] == "https://www.paper.example/feed"


@pytest.mark.parametrize("kind", ["application/atom+xml", "application/feed+json"])
def test_every_type_of_feed_counts(kind):
    assert ranked(named("/f", kind=kind)) == ("https://paper.example/f",)


def test_another_language_of_the_page_is_no_feed():
    links = [Link("/uk/", rel="alternate", type="text/html"), Link("/style", rel="stylesheet")]
    assert set(ranked(*links)) == {f"https://paper.example{path}" for path in WELL_KNOWN}


@pytest.mark.parametrize(
    "href", ["mailto:rss@paper.example", "javascript:feed()", "http://[::1/rss"]
)
def test_what_cannot_be_asked_is_no_feed(href):
    assert not {href} & set(ranked(Link(href), most=99))


def test_an_article_about_feeding_is_no_feed():
    assert ranked(Link("/news/how-to-feedback-animals"), named("/f")) == (
        "https://paper.example/f",
    )


def test_where_nothing_is_named_the_usual_addresses_are_tried():
    assert ranked()[0] == "https://paper.example/feed"


def test_no_more_than_asked_for_are_returned_and_each_once():
    assert ranked(*[named(f"/{n % 5}") for n in range(20)], most=3) == tuple(
        f"https://paper.example/{n}" for n in range(3)
    )


@pytest.mark.parametrize(
    "kind", ["application/rss+xml; charset=utf-8", "Text/XML", "application/xml"]
)
def test_a_type_is_read_as_publishers_write_it(kind):
    assert ranked(named("/rss.xml", kind=kind)) == ("https://paper.example/rss.xml",)


def test_xml_that_nobody_calls_a_feed_is_none():
    assert "https://paper.example/opensearch.xml" not in ranked(
        named("/opensearch.xml", kind="application/xml")
    )


def test_a_link_called_rss_is_a_feed_wherever_it_leads():
    assert ranked(Link("/export/all", title="Експорт RSS")) == ("https://paper.example/export/all",)


@pytest.mark.parametrize("base", ["https://cdn.example/x/", "//cdn.example/x/page"])
def test_links_are_relative_to_what_the_page_says(base):
    found = ranked_feeds([named("rss.xml")], HOME, most=1, base=base)
    assert found == ("https://cdn.example/x/rss.xml",)


def test_a_base_that_is_no_address_is_passed_over():
    assert ranked_feeds([named("rss.xml")], HOME, most=1, base="http://[bad") == (f"{HOME}rss.xml",)


def test_an_address_that_says_everything_is_believed_too():
    found = ranked(named("/rss/sport", "Sport"), named("/rss/all_news", "RSS"))
    assert found[0] == "https://paper.example/rss/all_news"


def test_of_a_page_in_one_language_its_own_feed_comes_first():
    links = [named(f"/{language}/rss/") for language in ("rus", "eng", "ukr")]
    assert ranked_feeds(links, f"{HOME}ukr/", most=1) == (f"{HOME}ukr/rss/",)


@pytest.mark.parametrize(
    "href", ["/?feed=rss2", "/index.php?format=feed&type=rss", "https://feeds.hub.example/paper"]
)
def test_a_link_is_a_feed_by_its_whole_address(href):
    assert ranked(Link(href, title="Стрічка")) == (href if "://" in href else HOME[:-1] + href,)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/export"><span>RSS</span></a>',
        '<a href="/export"><img src="/rss.png" alt="RSS"></a>',
        '<a href="/export" aria-label="RSS"><svg></svg></a>',
    ],
)
def test_a_link_is_called_by_all_that_it_shows(link):
    assert feeds_named(link.encode(), HOME, "text/html") == (f"{HOME}export",)


def test_who_is_sent_to_another_place_is_offered_what_was_asked_for():
    wall = "https://consent.example/?from=paper"
    assert feeds_named(b"<form></form>", wall, "text/html", HOME)[0] == f"{HOME}feed"


def test_the_sitemaps_of_a_robots_file_are_named_those_of_news_first():
    robots = b"User-agent: *\nDisallow:\n  Sitemap: /all.xml\nsitemap:https://a.example/news.xml\n"
    found = feeds_named(robots, f"{HOME}robots.txt", "text/plain")
    assert found == ("https://a.example/news.xml", f"{HOME}all.xml")
    assert feeds_named(b"", f"{HOME}robots.txt", "text/plain") == ()
