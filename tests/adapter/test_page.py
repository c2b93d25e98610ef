"""The page without a browser: every view, both languages, filters, hostile words, failures."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import feedparser
import httpx
import pytest
from hostile_words import HOSTILE
from lxml import html
from page_views import AS_PERSON, CROSSING, furnished, seen, story_path, texts
from served import TOPIC, an_article, another

from crawler.catalog.facets import borders
from crawler.errors import StoreError
from crawler.model import ArticleId, TopicId
from crawler.serve.page import live
from crawler.store.search import SearchIndex

OTHER = TopicId("another")
WEIGHT_MOST_BYTES = 300_000


# --- views -----------------------------------------------------------------------------------


async def test_border_now_shows_the_newest_and_the_fastest(stand, page):
    await furnished(stand)
    tree = await seen(page, "/")
    assert texts(tree, "#newest ~ ol h3") == ["Нічого нового", "Border queue grows"]
    assert texts(tree, "#fastest ~ ol h3") == ["Border queue grows"]
    assert "2 outlets within 6 h" in tree.cssselect("#fastest ~ ol")[0].text_content()
    assert texts(tree, ".lead") == ["2 stories in the last 24 hours, from 3 outlets."]
    assert len(tree.cssselect(".timeline .bar")) == 1


async def test_places_are_circles_that_set_the_filter(stand, page):
    await furnished(stand)
    (spot,) = (await seen(page, "/?language=en")).cssselect(".spot")
    assert spot.find("title").text == "Krakovets–Korczowa: 1 story"
    tree = await seen(page, spot.get("href"))
    assert texts(tree, "#newest ~ ol h3") == ["Border queue grows"]
    assert texts(tree, ".chips li")[0] == "Remove the filter Place: Krakovets–Korczowa ×"


async def test_approximate_places_are_drawn_apart(stand, page):
    await stand.place(another("there", places=("reg-ua-lviv", CROSSING)))
    spots = (await seen(page, "/")).cssselect(".spot")
    rough = {one.find("title").text for one in spots if "rough" in one.get("class")}
    assert rough == {"Lviv Oblast: 1 story (approximate)"}


async def test_a_chosen_section_is_highlighted(stand, page):
    await furnished(stand)
    assert not (await seen(page, "/")).cssselect(".sections .chosen")
    tree = await seen(page, "/?border=UA-PL")
    assert len(tree.cssselect(".sections .chosen")) == 1
    assert texts(tree, ".tally a[aria-current]") == ["Poland 1"]


async def test_of_a_crossing_it_is_shown_when_its_stories_came(stand, page):
    for minutes in (-400, -110, -100, -60):
        await stand.place(another(f"at{-minutes}", places=(CROSSING,), minutes=minutes))
    (course,) = (await seen(page, "/")).cssselect(".tally a[href*=place] .course path")
    heights = re.findall(r"M(\S+) 14v-(\S+)h", course.get("d"))  # of two hours a bar
    assert [(float(x), float(height)) for x, height in heights] == [(40, 7), (50, 14), (55, 7)]


async def test_a_bar_of_the_timeline_leads_to_its_stories(stand, page):
    await stand.place(another("early", minutes=-130, language="uk", title="Рано"))
    await stand.place(another("late", language="uk", title="Пізно"), another("other"))
    early, late = (await seen(page, "/?language=uk")).cssselect(".timeline svg a")
    assert late.find("title").text == "14:00–15:00: 1 story"
    for bar, title in ((early, "Рано"), (late, "Пізно")):
        tree = await seen(page, bar.get("href"))
        assert texts(tree, ".card h3") == [title]
        assert texts(tree, ".under h2") == ["1 story in the last 90 days"]
    assert texts(tree, ".chips a:not(.plain)")[0] == "Remove the filter Seen: 14:00 – 15:00 ×"
    (alone,) = (one for one in tree.cssselect(".chips a") if "Seen" in one.text_content())
    assert texts(await seen(page, alone.get("href")), ".card h3") == ["Пізно", "Рано"]


@pytest.mark.parametrize("given", ["since=2026", "until=yesterday"])
async def test_a_stretch_that_is_none_is_refused(page, given):
    await seen(page, f"/search?{given}", 422)


async def test_a_stretch_that_holds_nothing_leaves_nothing(stand, page):
    await furnished(stand)
    for given in ("since=2026-11-23", "until=2026-11-22", "since=2026-11-23&until=2026-11-22"):
        assert not (await seen(page, f"/search?{given}")).cssselect(".card")


async def test_a_story_shows_who_carried_it_and_why(stand, page):
    story, _ = await furnished(stand)
    tree = await seen(page, story_path(story))
    assert texts(tree, "h1") == ["Border queue grows"]
    rows = texts(tree, ".carriers > li")
    assert texts(tree, "#spread ~ .lead") == ["First: Town News. 2 articles within 30 min."]
    assert texts(tree, ".spread text") == ["Town News", "State Wire"]
    assert len(tree.cssselect(".spread .named-controlled")) == 1
    assert texts(tree, ".carriers .strong") == ["first"]
    assert "Shown for the story" in rows[0]
    assert "+30 min" in rows[1]
    assert "State Wire state-controlled" in rows[1]
    assert "A copy:" in rows[1]
    assert texts(tree, ".log li")[-1].endswith("created Town")


async def test_times_say_whether_they_are_of_publishing_or_of_being_seen(stand, page):
    story, _ = await furnished(stand)
    (undated,) = await stand.place(replace(another("undated", minutes=-60), published=None))
    assert texts(await seen(page, "/"), "#newest ~ ol .meta")[1].startswith("seen 14:00")
    tree = await seen(page, story_path(story))
    assert texts(tree, ".head-story .meta")[0].startswith("published 14:00")
    assert texts(tree, ".carriers .meta")[1].startswith("published 14:30")
    tree = await seen(page, story_path(undated))
    assert texts(tree, ".head-story .meta")[0].startswith("seen 13:00")
    ukrainian = await seen(page, "/", lang="uk")
    assert texts(ukrainian, "#newest ~ ol .meta")[1].startswith("побачено 14:00")
    assert "вперше побачено" in texts(ukrainian, ".timeline h2")[0]


async def test_search_finds_words_in_any_form_and_says_when_there_is_nothing(stand, page):
    await furnished(stand)
    assert texts(await seen(page, "/search?q=queues"), "h3") == ["Border queue grows"]
    tree = await seen(page, "/search?q=unicorn")
    assert texts(tree, ".empty") == ["No story is found. Try fewer words, or take a filter away."]


@pytest.mark.parametrize("path", ["/", "/search"])
async def test_signs_without_a_word_find_nothing(stand, page, path):
    await furnished(stand)
    tree = await seen(page, path, q="?!")
    assert not tree.cssselect(".card")
    assert not tree.cssselect("select[name=language] option[value=en]")
    spaces = await seen(page, path, q="  ")
    assert len(spaces.cssselect(".cards .card")) >= 2


async def test_a_search_says_that_the_index_is_being_built(stand, page, tmp_path):
    assert not (await seen(page, "/search")).cssselect(".note")
    building = SearchIndex(tmp_path / "new.sqlite", version=1)
    stand.service.indexes[TOPIC] = building
    for path in ("/", "/search"):
        (note,) = texts(await seen(page, path), ".note")
        assert note.startswith("The index is being built")
    building.close()


async def test_words_and_outlet_that_narrow_border_now_are_told_by_name(stand, page):
    await furnished(stand)
    tree = await seen(page, "/", q="queue", outlet="open")
    assert [" ".join(one.split()) for one in texts(tree, ".chips a:not(.plain)")] == [
        "Remove the filter Words: queue ×", "Remove the filter Outlet: Open Desk ×",
    ]  # fmt: skip
    for lang, told in (("en", "Place: Kharkiv"), ("uk", "Місце: Kharkiv")):
        (chip,) = texts(await seen(page, f"/?place=kharkiv-city&lang={lang}"), ".chips a")
        assert told in chip


async def test_a_view_is_called_by_what_it_is_narrowed_to(stand, page):
    await furnished(stand)
    titles = {
        "/": "Border now · Kordon",
        "/?language=uk&origin=PL": (
            "Border now – Language: Ukrainian, Outlet's country: Poland · Kordon"
        ),
        "/search?q=queue&border=UA-PL": "queue – Section: Poland · Kordon",
    }
    for path, title in titles.items():
        assert texts(await seen(page, path), "head title") == [title]


async def test_two_places_of_one_name_are_named_once(stand, page):
    (story,) = await stand.place(another("klintsi", places=("mil-klintsy", "t-ru-klintsy")))
    assert texts(await seen(page, "/", lang="uk"), ".card .place") == ["Клинці"]
    assert texts(await seen(page, story_path(story)), ".head-story a") == ["Клинці"]


async def test_search_is_walked_page_by_page(stand, page):
    await stand.place(*(another(f"a{n}", title=f"Story {n}", minutes=n) for n in range(30)))
    tree, met = await seen(page, "/search?language=en"), []
    while True:
        met += texts(tree, ".cards h3")
        older = tree.cssselect("a[rel=next]")
        if not older:
            break
        tree = await seen(page, older[0].get("href"))
    assert sorted(met) == sorted(f"Story {n}" for n in range(30))


async def test_an_empty_installation_says_what_will_come(page):
    assert texts(await seen(page, "/"), ".empty")[0].startswith("No story in this window yet.")
    tree = await seen(page, "/?language=uk")
    assert texts(tree, ".empty")[0].startswith("No story fits these filters.")


async def test_a_merged_story_leads_to_what_it_became(stand, page):
    first, second = await furnished(stand)
    await stand.service.rule.merge(TOPIC, first, second, "olena", "one happening")
    answer = await page.get(story_path(second))
    assert (answer.status_code, answer.headers["location"]) == (307, story_path(first))


# --- filters ---------------------------------------------------------------------------------


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


# --- feeds -----------------------------------------------------------------------------------


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


# --- languages and themes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [("uk", "uk"), ("de,uk;q=0.8,en;q=0.5", "uk"), ("en-GB,uk;q=0.9", "en"), ("de", "en"),
     ("", "en"), ("uk;q=0,en", "en"), ("uk;q=x", "en")],
)  # fmt: skip
async def test_the_browser_is_answered_in_the_language_it_likes(page, header, code):
    page.headers["Accept-Language"] = header
    assert (await seen(page, "/")).get("lang") == code


async def test_a_language_and_a_theme_that_were_chosen_stay(page):
    await seen(page, "/?lang=uk&theme=dark")
    tree = await seen(page, "/search")
    assert (tree.get("lang"), tree.get("data-theme")) == ("uk", "dark")
    assert texts(tree, "h1") == ["Пошук"]


async def test_every_view_speaks_both_languages_throughout(stand, operator):
    story, _ = await furnished(stand)
    english = {"Newest", "Search", "Who carried it", "Section", "Compare", "Why"}
    for path in ("/", "/search", story_path(story), "/sign-in", "/nothing-here"):
        answer = await operator.get(path, params={"lang": "uk"})
        words = set(re.findall(r"(?<=>)[^<>]+(?=<)", answer.text))
        assert not english & {word.strip() for word in words}, path


# --- hostile words ---------------------------------------------------------------------------


def hostile_article(text, number):
    """An article like no other that says this everywhere."""
    body = f"{text} {' '.join(f'h{number}w{word}' for word in range(40))}"
    return an_article(f"h{number}", title=text, body=body, minutes=number, credits=(text,),
                      authors=(text,))  # fmt: skip


async def test_forty_hostile_texts_stay_texts_in_every_view(stand, operator):
    assert len(HOSTILE) >= 40
    stories = await stand.place(*map(hostile_article, HOSTILE, range(len(HOSTILE))))
    for path in ["/", "/search?window=7d", "/search?q=%3Cscript%3E", *map(story_path, stories)]:
        answer = await operator.get(path)
        assert answer.status_code == 200, path
        tree = html.document_fromstring(answer.text)
        assert {one.get("src").partition("?")[0] for one in tree.cssselect("script")} == SCRIPTS
        assert not tree.cssselect("img, iframe, object, embed, base, style, [style], form form")
        attributes = {
            name for one in tree.iter() if isinstance(one.tag, str) for name in one.attrib
        }
        assert not {name for name in attributes if name.startswith("on")}, path
        assert not [link for link in tree.cssselect("[href]") if "script:" in link.get("href")]


SCRIPTS = {"/static/htmx.min.js", "/static/hx-sse.min.js", "/static/page.js"}


async def test_the_policy_forbids_inline_and_foreign_code_everywhere(stand, page):
    story, _ = await furnished(stand)
    for path in ("/", "/search", story_path(story), "/sign-in", "/nothing-here"):
        policy = (await page.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy


async def test_addresses_of_articles_that_are_no_addresses_of_the_web_are_no_links(stand, page):
    article = an_article(title="Odd")
    evil = type(article)(**{
        **{name: getattr(article, name) for name in article.__slots__},
        "url": "javascript:alert(1)", "id": ArticleId("0" * 20),
    })  # fmt: skip
    (story,) = await stand.place(evil)
    tree = await seen(page, story_path(story))
    assert not [one for one in tree.cssselect("[href]") if "script:" in one.get("href")]


# --- weight ----------------------------------------------------------------------------------


async def test_border_now_with_all_it_needs_weighs_less_than_300_kb(stand, page):
    await stand.place(*(
        another(f"w{n}", title="Довгий заголовок про кордон і черги на ньому " * 2, minutes=n % 50,
                places=(CROSSING, "reg-ua-lviv"))
        for n in range(60)
    ))  # fmt: skip
    answer = await page.get("/", headers={"Accept-Encoding": "identity"})
    needed = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    parts = [await page.get(path, headers={"Accept-Encoding": "identity"}) for path in needed]
    assert len(needed) >= 5
    assert sum(len(part.content) for part in (answer, *parts)) < WEIGHT_MOST_BYTES
    assert all("immutable" in part.headers["cache-control"] for part in parts)


async def test_views_are_sent_packed_to_whom_takes_it(page):
    plain = await page.get("/", headers={"Accept-Encoding": "identity"})
    async with page.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < len(plain.content) / 2
    assert b"<!doctype html>" in gzip.decompress(packed)


# --- failures --------------------------------------------------------------------------------


async def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(stand, page):
    missing = story_path("0" * 20)
    for path in ("/nothing", missing, "/static/nothing.js", "/?topic=none"):
        assert texts(await seen(page, path, 404), "h1") == ["Nothing is here"]
    answer = await page.get("/nothing", headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"
    answer = await page.get("/api/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_address_that_only_forms_lead_to_is_nothing_to_see(stand, page):
    story, _ = await furnished(stand)
    tree = await seen(page, f"{story_path(story)}/split", 405)
    assert texts(tree, "h1") == ["Nothing is here"]


async def test_an_absent_store_is_said_as_such(stand, page):
    class Away:
        def listings(self, **_):
            raise StoreError("gone")

        find = listings
        position = None

    stand.service.indexes[TOPIC].close()
    real = dict(stand.service.indexes)
    stand.service.indexes[TOPIC] = Away()
    tree = await seen(page, "/", 503)
    stand.service.indexes.update(real)
    assert texts(tree, "h1") == ["The store is away"]


async def test_a_fault_of_ours_is_said_without_its_particulars(stand):
    class Broken:
        def listings(self, **_):
            raise RuntimeError("a secret particular")

        find = listings
        position = None

        def close(self):
            pass

    stand.service.indexes[TOPIC].close()
    stand.service.indexes[TOPIC] = Broken()
    transport = httpx.ASGITransport(stand.app, client=("127.0.0.1", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        tree = await seen_by(client, "/", 500)
        assert "secret" not in tree.text_content()
        answer = await client.get("/")
    assert texts(tree, "h1") == ["Something broke"]
    assert answer.json()["detail"] == "this is a fault of Kordon's own; its log says more"


async def seen_by(client, path, status):
    """A view as a person without anything sees it."""
    answer = await client.get(path, headers=AS_PERSON)
    assert answer.status_code == status
    return html.document_fromstring(answer.text)


# --- live ------------------------------------------------------------------------------------


async def test_fresh_stories_are_counted_under_the_filters_of_the_view(stand, page):
    await furnished(stand)
    tree = await seen(page, "/?language=uk")
    ask = tree.cssselect("[data-fresh]")[0].get("hx-get")
    assert (await page.get(ask)).text.strip() == ""
    stand.clock.advance(timedelta(minutes=10))
    await stand.place(another("n1", language="uk"), another("n2", language="uk"), another("n3"))
    (link,) = (await seen(page, ask)).cssselect("a.fresh")
    after = parse_qs(urlsplit(ask).query)["after"][0]
    assert (link.text, link.get("href")) == ("2 new stories", f"/?language=uk&after={after}")
    shown = await seen(page, link.get("href"))
    assert len(shown.cssselect("#newest ~ ol .arrived")) == 2
    assert "after=" not in "".join(one.get("href") for one in shown.cssselect(".windows a"))


async def test_more_changes_than_are_looked_at_are_told_without_a_number(stand, page):
    await stand.place(*(another(f"n{number}") for number in range(live.MOST + 1)))
    for narrowed in ("", "&language=hu"):
        (link,) = (await seen(page, f"/fresh?after=0-0{narrowed}")).cssselect("a.fresh")
        assert link.text == "Much is new: show it"


async def test_the_stream_of_a_view_begins_where_the_view_was_made(stand, page):
    await furnished(stand)
    tree = await seen(page, "/")
    address = tree.cssselect("[data-live]")[0].get("hx-sse:connect")
    position = stand.service.indexes[TOPIC].position
    assert address == f"/topics/{TOPIC}/live?after={position}"
    stand.service.closing.set()
    answer = await page.get(address)
    assert answer.headers["content-type"].startswith("text/event-stream")
