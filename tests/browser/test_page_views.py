"""What a reader does in the browser: looks, filters, searches, follows; in both languages."""

import re

import pytest
from playwright.sync_api import expect
from served import another

pytestmark = pytest.mark.browser

LORRIES = "Lorries queue for two days"
UNBROKEN = "Donaudampfschifffahrt" * 20
NEWEST = "section[aria-labelledby=newest] h3"


def test_a_reader_goes_from_the_map_to_a_story_and_back(tab):
    tab.goto("/")
    expect(tab.locator(NEWEST)).to_have_count(8)
    tab.get_by_role("link", name="Krakovets–Korczowa: 2 stories").click()
    expect(tab.locator(NEWEST)).to_have_count(2)
    assert "place=x-pl-krakovets-korczowa" in tab.url
    tab.locator(NEWEST).get_by_text(LORRIES).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(LORRIES)
    tab.go_back()
    expect(tab.locator(NEWEST)).to_have_count(2)
    tab.get_by_role("link", name="Remove the filter").click()
    expect(tab.locator(NEWEST)).to_have_count(8)


def test_a_filter_is_applied_when_it_is_chosen_and_stands_in_the_address(tab):
    tab.goto("/?window=7d")
    tab.locator("select[name=language]").select_option("uk")
    expect(tab.locator(NEWEST)).to_have_count(4)
    tab.locator("select[name=border]").select_option("UA-PL")
    expect(tab.locator(NEWEST)).to_have_count(1)
    assert tab.url.endswith("/?window=7d&border=UA-PL&language=uk")
    expect(tab.locator(".sections .chosen")).to_have_count(1)
    tab.reload()
    expect(tab.locator("select[name=language]")).to_have_value("uk")


def test_the_keyboard_stays_at_a_filter_that_is_chosen(tab):
    tab.goto("/?window=7d")
    language = tab.locator("select[name=language]")
    language.focus()
    for chosen in ("uk", "en"):
        with tab.expect_navigation():
            tab.keyboard.press("ArrowDown")
        expect(language).to_have_value(chosen)
        expect(language).to_be_focused()
    tab.goto("/?window=7d")
    expect(language).not_to_be_focused()


def test_going_back_shows_the_filters_and_words_of_the_view_that_is_gone_back_to(tab):
    tab.goto("/?window=7d")
    tab.locator("select[name=language]").select_option("uk")
    expect(tab.locator(NEWEST)).to_have_count(4)
    tab.go_back()
    expect(tab.locator(NEWEST)).to_have_count(8)
    expect(tab.locator("select[name=language]")).to_have_value("")
    tab.go_forward()
    expect(tab.locator("select[name=language]")).to_have_value("uk")
    tab.goto("/search?q=lorries")
    words = tab.get_by_label("Words in any form")
    words.fill("romania")
    words.press("Enter")
    expect(tab.locator("#results h3")).to_have_text(["Romania opens a new lane for grain"])
    tab.go_back()
    expect(tab.locator("#results h3")).to_have_text([LORRIES])
    expect(words).to_have_value("lorries")


def test_another_filter_can_be_chosen_while_the_answer_is_on_its_way(tab):
    tab.goto("/?window=7d")
    chosen = """form => {
        form.language.value = "uk";
        form.language.dispatchEvent(new Event("change", {bubbles: true}));
        return [...form.elements].every(field => !field.disabled);
    }"""
    assert tab.locator("form[data-auto]").evaluate(chosen)
    expect(tab.locator(NEWEST)).to_have_count(4)


def test_everything_can_be_reached_by_keyboard(tab):
    tab.goto("/")
    tab.keyboard.press("Tab")
    skip = tab.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    tab.keyboard.press("Enter")
    expect(tab.locator("#main")).to_be_focused()
    tab.keyboard.press("/")
    expect(tab.locator("[data-find]")).to_be_focused()
    tab.keyboard.type("lorries")
    tab.keyboard.press("Enter")
    expect(tab.locator("#results h3")).to_have_text([LORRIES])
    assert tab.url.endswith("/search?q=lorries")


def test_copies_are_compared_side_by_side(tab):
    tab.goto("/search?q=lorries")
    tab.get_by_role("link", name=LORRIES).click()
    expect(tab.locator(".carriers > li")).to_have_count(3)
    tab.locator(".carriers > li").nth(2).get_by_role("link", name="Compare").click()
    expect(tab.locator(".sides h3").nth(1)).to_contain_text("Open Desk")
    expect(tab.locator(".carriers .compared")).to_contain_text("Two days in the queue")


def test_the_interface_is_ukrainian_for_those_whose_browser_is(open_tab):
    tab = open_tab(locale="uk-UA")
    tab.goto("/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Кордон зараз")
    expect(tab.locator(".lead")).to_have_text("8 сюжетів за останні 24 години, з 3 видань.")
    tab.get_by_role("link", name="English").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Border now")
    expect(tab).to_have_url(re.compile("/$"))  # who is sent it keeps a language of their own
    tab.get_by_role("link", name="Search", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Search")


def test_dark_and_light_follow_the_system_until_one_is_chosen(open_tab):
    tab = open_tab(locale="en-GB", color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    tab.goto("/")
    dark = tab.evaluate(paper)
    tab.get_by_role("link", name="Light").click()
    expect(tab.locator("html")).to_have_attribute("data-theme", "light")
    assert tab.evaluate(paper) != dark
    tab.goto("/search")
    assert tab.evaluate(paper) != dark


def test_new_stories_are_announced_and_shown_without_leaving_the_view(tab, newsstand):
    with tab.expect_response("**/live?**"):
        tab.goto("/?language=en")
    expect(tab.locator(NEWEST)).to_have_count(2)
    newsstand.place(another("fresh", title="A new bridge opens"), another("neu", language="pl"))
    tab.get_by_role("link", name="1 new story").click()
    expect(tab.locator(NEWEST)).to_have_count(3)
    expect(tab.locator(NEWEST).get_by_text("A new bridge opens")).to_be_visible()
    expect(tab.locator("#main")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/", "/?lang=uk&border=UA-PL", "/search?lang=uk", "story", "/sign-in"]
)
def test_nothing_is_wider_than_a_small_screen(open_tab, newsstand, path):
    tab = open_tab(locale="uk-UA")
    tab.set_viewport_size({"width": 360, "height": 640})
    newsstand.place(another("long", title=UNBROKEN))
    tab.goto(newsstand.story(UNBROKEN) if path == "story" else path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_titles_are_read_from_the_side_that_their_letters_are(tab, newsstand):
    newsstand.place(another("rtl", title="מעבר הגבול נסגר.", language="he"))
    tab.goto("/")
    title = tab.get_by_role("link", name="מעבר הגבול נסגר.")
    assert title.evaluate("element => getComputedStyle(element).direction") == "rtl"
    title.click()
    heading = tab.get_by_role("heading", level=1)
    assert heading.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_nothing_moves_while_a_view_loads(tab):
    tab.add_init_script(
        """window.shift = 0;
        new PerformanceObserver(list => {
            for (const entry of list.getEntries()) window.shift += entry.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    for path in ("/", "/search"):
        tab.goto(path, wait_until="load")
        tab.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        assert tab.evaluate("window.shift") == 0


@pytest.mark.parametrize(("width", "beside"), [(360, 0), (1280, 1), (1920, 2)])
def test_headlines_stand_beside_the_map_where_there_is_room(tab, width, beside):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("/")
    shown, *lists = (tab.locator(of).bounding_box() for of in (".map", ".newest", ".fastest"))
    right, below = shown["x"] + shown["width"], shown["y"] + shown["height"]
    assert sum(one["x"] >= right and one["y"] < below for one in lists) == beside


def test_no_line_of_facts_begins_with_a_mark_between_two(tab):
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto("/")
    before = "element => getComputedStyle(element, '::before').content"
    marks = tab.locator(".card .meta > .dot")
    assert {one.evaluate(before) for one in marks.all()} == {"none"}
