"""The page without a browser: what each view shows."""

import re
from dataclasses import replace

import pytest
from page_views import CROSSING, furnished, seen, story_path, texts
from served import TOPIC, another

from crawler.store.search.index import SearchIndex


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
