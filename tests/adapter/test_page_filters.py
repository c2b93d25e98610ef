"""What narrows the page: filters, topics and windows, and the feeds of what is left."""

from datetime import timedelta

import feedparser
import pytest
from page_views import CROSSING, furnished, seen, story_path, texts
from served import TOPIC

from crawler.catalog.facets import borders
from crawler.model import TopicId

OTHER = TopicId("another")


# --- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2), ({"language": "uk"}, 1), ({"language": "pl"}, 0), ({"origin": "RU"}, 1),
        ({"origin": "PL"}, 1), ({"origin": "XX"}, 0), ({"control": "state"}, 1),
        ({"control": "others"}, 1), ({"border": "UA-PL"}, 1), ({"place": CROSSING}, 1),
        ({"outlet": "open"}, 1), ({"window": "90d", "language": "en"}, 1),
        ({"language": "en", "control": "others"}, 0),
        ({"language": "uk", "control": "others", "origin": "PL"}, 1),
    ],
)  # fmt: skip
async def test_filters_narrow_lists_and_counts_alike(stand, page, asked, found):
    await furnished(stand)
    for path, heading in (("/", "#newest ~ ol h3"), ("/search", ".cards h3")):
        tree = await seen(page, path, **asked)
        assert len(tree.cssselect(heading)) == found
        assert str(found) in " ".join(texts(tree, ".lead, .under .hint")).split()


async def test_filters_stand_in_the_address_and_in_the_form(stand, page):
    await furnished(stand)
    asked = {"window": "7d", "language": "en", "origin": "RU", "control": "state",
             "border": "UA-PL", "place": CROSSING}  # fmt: skip
    tree = await seen(page, "/", **asked)
    chosen = {
        one.getparent().get("name"): one.get("value")
        for one in tree.cssselect("form.filters option[selected]")
    }
    hidden = {one.get("name"): one.get("value") for one in tree.cssselect(".filters input")}
    assert chosen | hidden == asked
    assert len(tree.cssselect(".chips a:not(.plain)")) == 5
    for link in tree.cssselect(".windows a"):
        assert "place=" + CROSSING in link.get("href")


async def test_options_are_counted_under_the_other_filters(stand, page):
    await furnished(stand)
    tree = await seen(page, "/?language=uk")
    offered = texts(tree, "select[name=language] option")
    assert offered == ["Any", "English (1)", "Ukrainian (1)"]
    assert texts(tree, "select[name=place] option") == ["Any"]


async def test_options_of_a_search_are_counted_among_what_it_finds(stand, page):
    await furnished(stand)
    tree = await seen(page, "/search?q=queues")
    assert texts(tree, "select[name=language] option") == ["Any", "English (1)"]
    assert texts(tree, ".under .hint") == ["1 story in the last 90 days"]


async def test_several_topics_can_be_chosen_from(stand, page):
    assert not (await seen(page, "/")).cssselect("[aria-label=Topic]")
    stand.service.indexes["another"] = stand.service.indexes[TOPIC]
    for path in ("/", "/search"):
        tree = await seen(page, path, topic="another")
        assert texts(tree, "[aria-label=Topic] a[aria-current]") == ["another"]


async def test_a_topic_is_told_by_its_name_and_stays_chosen(stand, page):
    story, _ = await furnished(stand)
    stand.service.indexes[OTHER] = stand.service.indexes.pop(TOPIC)  # now the second one
    stand.service.indexes[TOPIC] = stand.service.indexes[OTHER]
    stand.service.names[TOPIC] = "The borders of Ukraine"
    for path in (f"/?topic={TOPIC}", f"/search?topic={TOPIC}", story_path(story)):
        tree = await seen(page, path)
        chosen = [one.get("value") for one in tree.cssselect(".find input[name=topic]")]
        assert chosen == [TOPIC], path
        leads = [link.get("href") for link in tree.cssselect(".bar nav a")]
        assert leads == [f"/?topic={TOPIC}", f"/search?topic={TOPIC}", "/outlets", "/crawl"], path
    tree = await seen(page, f"/?topic={TOPIC}&language=uk&origin=PL")
    assert texts(tree, "[aria-label=Topic] a[aria-current]") == ["The borders of Ukraine"]
    (clear,) = tree.cssselect(".chips .plain")
    assert clear.get("href") == f"/?topic={TOPIC}"


async def test_a_window_leaves_out_what_is_older(stand, page):
    await furnished(stand)
    stand.clock.advance(timedelta(hours=25))
    assert texts(await seen(page, "/"), ".lead")[0].startswith("0 stories in the last 24 hours")
    tree = await seen(page, "/?window=3d")
    assert texts(tree, ".lead")[0].startswith("2 stories in the last 3 days")


async def test_an_impossible_filter_is_refused_with_its_name(page):
    tree = await seen(page, "/?window=ever&border=nowhere", 422)
    assert texts(tree, "p.hint") == ["border, window"]


@pytest.mark.parametrize("path", ["/", "/search", "/outlets"])
async def test_a_filter_that_is_given_twice_is_refused_rather_than_half_heard(page, path):
    tree = await seen(page, f"{path}?lang=uk&origin=UA&origin=PL", 422)
    assert texts(tree, "p.hint") == ["Задано кілька разів, а тут може бути лише одне: origin."]


@pytest.mark.parametrize("path", ["/?border=UA-XX&window=7d", "/search?border=XX-YY&q=queue"])
async def test_a_section_that_is_none_is_refused_and_the_known_ones_are_offered(page, path):
    tree = await seen(page, path, 422)
    offered = tree.cssselect(".failure li a")
    assert len(offered) == len(borders())
    assert texts(await seen(page, offered[0].get("href")), ".chips li")
    assert ("window=7d" in offered[0].get("href")) is ("window" in path)


# --- feeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", f"/feeds/{TOPIC}/all"),
        ("/search?window=7d&language=uk", f"/feeds/{TOPIC}/language/uk"),
        ("/?border=UA-PL", f"/feeds/{TOPIC}/border/UA-PL"),
        (f"/?place={CROSSING}", f"/feeds/{TOPIC}/place/{CROSSING}"),
        ("/?language=ja", f"/feeds/{TOPIC}/all?language=ja"),
        ("/?control=others&border=UA-PL", f"/feeds/{TOPIC}/all?control=others&border=UA-PL"),
        ("/search?q=queue&origin=RU", f"/feeds/{TOPIC}/all?origin=RU&q=queue"),
    ],
)  # fmt: skip
async def test_a_view_leads_to_the_feeds_of_its_stories(stand, page, path, address):
    await furnished(stand)
    tree = await seen(page, path)
    path, _, query = address.partition("?")
    expected = [f"{path}.{form}{'?' if query else ''}{query}" for form in ("rss", "atom", "json")]
    assert [one.get("href") for one in tree.cssselect(".feeds-out a")] == expected
    declared = tree.cssselect("head link[rel=alternate]")
    assert [one.get("href") for one in declared] == expected
    shown = len(tree.cssselect("#newest ~ ol h3, #results h3"))
    for link in declared:
        answer = await page.get(link.get("href"))
        assert answer.headers["content-type"].startswith(link.get("type"))
        is_json = link.get("type").endswith("json")
        items = answer.json()["items"] if is_json else feedparser.parse(answer.content).entries
        assert len(items) == shown


async def test_a_view_without_stories_of_its_own_or_a_word_to_seek_leads_to_no_feed(stand, page):
    for path in ("/search?q=%3F", "/outlets", "/crawl", "/sign-in"):
        assert not (await seen(page, path)).cssselect("link[rel=alternate], .feeds-out"), path


async def test_who_reads_from_elsewhere_is_told_that_a_feed_takes_a_token(page, operator):
    assert "token" not in texts(await seen(page, "/"), ".feeds-out")[0]
    assert "takes a token" in texts(await seen(operator, "/"), ".feeds-out")[0]
