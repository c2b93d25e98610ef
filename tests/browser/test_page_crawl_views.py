"""Outlets, feeds and the crawl in the browser: looked at, filtered, operated, on any screen."""

import pytest
from playwright.sync_api import expect
from served import FEEDS, another
from test_page_safety import violations
from test_page_streams import hide

from crawler.serve.page.crawl import PULSE_SECONDS, WORK_SECONDS

pytestmark = pytest.mark.browser

PATHS = ("/outlets", "/outlets/town", "/crawl")


def test_an_operator_pauses_a_feed_and_resumes_it(operators_tab):
    tab = operators_tab
    tab.get_by_role("link", name="Outlets").click()
    tab.get_by_role("link", name="Town News").click()
    tab.get_by_role("button", name="Pause").click()
    expect(tab.get_by_role("status")).to_contain_text("Paused.")
    expect(tab.locator(".feed .health")).to_have_text("paused")
    tab.get_by_role("button", name="Resume").click()
    expect(tab.get_by_role("status")).to_contain_text("Resumed.")
    tab.get_by_role("button", name="Poll now").click()
    expect(tab.get_by_role("status")).to_contain_text("It is due now")


def test_an_operator_tries_a_dead_letter_again(operators_tab):
    tab = operators_tab
    tab.get_by_role("link", name="Crawl").click()
    expect(tab.locator(".letters li")).to_have_count(1)
    tab.locator(".letters input[type=checkbox]").check()
    tab.get_by_role("button", name="Try the chosen again").click()
    expect(tab.get_by_role("status")).to_have_text("Due again: 1 entry.")
    expect(tab.get_by_text("Nothing was given up.")).to_be_visible()


def test_the_list_of_outlets_is_filtered_as_it_is_typed_and_chosen(tab):
    tab.goto("/outlets")
    expect(tab.locator(".ranks h2")).to_have_count(3)
    tab.locator("select[name=origin]").select_option("RU")
    expect(tab.locator(".ranks h2")).to_have_text(["State Wire state-controlled"])
    assert tab.url.endswith("/outlets?origin=RU")
    tab.locator("input[name=name]").fill("nobody")
    tab.locator("input[name=name]").press("Enter")
    expect(tab.get_by_text("No outlet fits.")).to_be_visible()


def test_the_numbers_of_the_crawl_follow_it(tab, newsstand):
    with tab.expect_response("**/live?**"):
        tab.goto("/crawl")
    stories = tab.locator(".figures div", has_text="stories began within the hour").locator("dd")
    before = int(stories.inner_text())
    newsstand.place(another("late", title="Late news", minutes=1))
    expect(stories).to_have_text(str(before + 1))


def test_the_numbers_of_the_crawl_are_asked_for_again_though_no_story_changes(tab, newsstand):
    tab.clock.install()
    tab.goto("/crawl")
    dead = tab.locator(".figures div", has_text="given up").locator("dd")
    expect(dead).to_have_text("1")
    newsstand.retry_dead()
    tab.clock.run_for(1000 * PULSE_SECONDS)
    expect(dead).to_have_text("0")
    expect(tab.locator(".letters li")).to_have_count(1)  # the lists follow more slowly
    tab.clock.run_for(1000 * WORK_SECONDS)
    expect(tab.get_by_text("Nothing was given up.")).to_be_visible()


def test_what_an_operator_chose_stays_when_the_lists_are_read_again(operators_tab, newsstand):
    tab = operators_tab
    tab.clock.install()
    tab.goto("/crawl")
    tab.locator(".letters input[type=checkbox]").check()
    newsstand.bury("another")
    tab.clock.run_for(1000 * WORK_SECONDS)
    expect(tab.locator(".letters li")).to_have_count(2)
    expect(tab.locator(".letters input:checked")).to_have_count(1)
    expect(tab.locator(".letters li", has_text="/dead").locator("input")).to_be_checked()


def test_a_crawl_view_in_the_background_asks_for_nothing(tab):
    tab.clock.install()
    tab.goto("/crawl")
    hide(tab, "hidden")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.clock.run_for(1000 * WORK_SECONDS)
    hide(tab, "visible")
    with tab.expect_request("**/crawl/pulse"):
        tab.clock.run_for(1000 * PULSE_SECONDS)
    assert [url for url in asked if "/crawl" in url] == [f"{tab.url}/pulse"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(open_tab, path, scheme):
    tab = open_tab(locale="uk-UA", color_scheme=scheme)
    tab.goto(path)
    assert violations(tab) == []


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_a_small_screen(open_tab, path):
    tab = open_tab(locale="uk-UA")
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_every_feed_and_filter_is_reached_by_keyboard(operators_tab):
    tab = operators_tab
    tab.goto(f"/outlets/{FEEDS[0].outlet}")
    reached = set()
    for _ in range(40):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.textContent.trim()"))
    assert {"Pause", "Poll now", "Its stories"} <= reached
