"""A story that changes while somebody reads it: shown at once, and nothing of theirs is lost."""

import pytest
from newsstand import BODIES
from playwright.sync_api import expect
from served import an_article

pytestmark = pytest.mark.browser

LORRIES, OTHER = "Lorries queue for two days", "Romania opens a new lane"
CARRIERS = ".carriers > li"


def opened(tab, newsstand, title=LORRIES):
    """Open a story's view; it follows its story when this returns."""
    with tab.expect_response("**/live?**"):
        tab.goto(newsstand.story(title))
    return tab


def a_copy(**facts):
    return an_article("fourth", outlet="town", body=BODIES["en"], title="Queue at the border",
                      **facts)  # fmt: skip


def test_a_copy_that_comes_in_is_shown_with_its_place_in_time_and_log(tab, newsstand):
    opened(tab, newsstand)
    expect(tab.locator(CARRIERS)).to_have_count(3)
    newsstand.place(a_copy(minutes=-200))
    expect(tab.locator(CARRIERS)).to_have_count(4)
    expect(tab.locator(f"{CARRIERS} .title").nth(2)).to_have_text("Queue at the border")
    expect(tab.locator(".spread circle")).to_have_count(4)
    expect(tab.locator("section[aria-labelledby=log] li")).to_have_count(4)


def test_what_a_reader_compares_stays_though_an_earlier_copy_comes_in(tab, newsstand):
    opened(tab, newsstand)
    expect(tab.locator(f"{CARRIERS}.compared")).to_contain_text("Lorries wait at the border")
    newsstand.place(a_copy(minutes=-290))
    expect(tab.locator(CARRIERS)).to_have_count(4)
    expect(tab.locator(f"{CARRIERS}.compared")).to_contain_text("Lorries wait at the border")


def test_what_an_operator_chose_and_typed_stays(operators_tab, newsstand):
    tab = opened(operators_tab, newsstand)
    tab.get_by_role("checkbox", name="Open Desk").check()
    why = tab.get_by_label("Why")
    why.fill("two queues")
    why.evaluate("field => field.setSelectionRange(4, 4)")
    newsstand.place(a_copy(minutes=-290))
    expect(tab.locator(CARRIERS)).to_have_count(4)
    expect(tab.get_by_role("checkbox", name="Open Desk")).to_be_checked()
    expect(tab.locator(f"{CARRIERS} input:checked")).to_have_count(1)
    expect(why).to_have_value("two queues")
    expect(why).to_be_focused()
    assert why.evaluate("field => field.selectionStart") == 4


def test_a_text_that_was_unfolded_stays_so(operators_tab, newsstand):
    backwards = " ".join(reversed(BODIES["en"].split()))  # a story of its own
    lines = "\n".join(f"{backwards} {number}." for number in range(4))
    newsstand.place(an_article("long", title="A long report", body=lines))
    tab = opened(operators_tab, newsstand, "A long report")
    tab.get_by_text("The whole text").click()
    expect(tab.locator("details#rest")).to_have_attribute("open", "")
    newsstand.place(an_article("again-long", outlet="open", title="Same report", body=lines))
    expect(tab.locator(CARRIERS)).to_have_count(2)
    expect(tab.locator("details#rest")).to_have_attribute("open", "")


def test_a_view_goes_on_following_after_it_was_refreshed(tab, newsstand):
    opened(tab, newsstand)
    newsstand.place(a_copy(minutes=-200))
    expect(tab.locator(CARRIERS)).to_have_count(4)
    newsstand.merge(newsstand.story(LORRIES), newsstand.story(OTHER))
    expect(tab.locator(CARRIERS)).to_have_count(5)


def test_an_absent_store_leaves_what_is_shown_and_the_next_change_catches_up(open_tab, newsstand):
    tab = opened(open_tab(expected=["status of 503"], locale="en-GB"), newsstand)
    tab.route("**/stories/*?with=*", lambda route: route.fulfill(status=503, body="<p>away</p>"))
    with tab.expect_response(lambda answer: answer.status == 503):
        newsstand.place(a_copy(minutes=-200))
    expect(tab.get_by_role("heading", level=1)).to_have_text(LORRIES)
    expect(tab.locator(CARRIERS)).to_have_count(3)
    tab.unroute("**/stories/*?with=*")
    newsstand.merge(newsstand.story(LORRIES), newsstand.story(OTHER))
    expect(tab.locator(CARRIERS)).to_have_count(5)


def test_a_reader_is_told_that_the_story_was_merged_and_keeps_what_was_shown(tab, newsstand):
    opened(tab, newsstand, OTHER)
    newsstand.merge(newsstand.story(LORRIES), newsstand.story(OTHER))
    expect(tab.locator("#moved")).to_contain_text("This story was merged into another.")
    expect(tab.get_by_role("heading", level=1)).to_contain_text(OTHER)
    tab.get_by_role("link", name="Go to that story").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(LORRIES)
    expect(tab.locator(CARRIERS)).to_have_count(4)


def test_the_story_that_took_another_in_shows_it(tab, newsstand):
    opened(tab, newsstand)
    newsstand.merge(newsstand.story(LORRIES), newsstand.story(OTHER))
    expect(tab.locator(CARRIERS)).to_have_count(4)
    expect(tab.locator("#moved")).to_be_empty()
