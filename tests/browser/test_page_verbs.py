"""What an operator does in the browser; all but forgetting is taken back again."""

import pytest
from newsstand import BODIES
from playwright.sync_api import expect
from served import an_article

pytestmark = pytest.mark.browser

LORRIES, OTHER = "Lorries queue for two days", "Romania opens a new lane"


@pytest.fixture
def story(operators_tab, newsstand):
    """The tab at the story that three outlets carry."""
    operators_tab.goto(newsstand.story(LORRIES))
    return operators_tab


def choose(tab, outlet):
    tab.get_by_role("checkbox", name=outlet).check()


def decide(tab, verb, why="two queues"):
    tab.get_by_label("Why").fill(why)
    tab.get_by_role("button", name=verb, exact=True).click()


def undo(tab):
    tab.get_by_role("button", name="Undo").first.click()
    expect(tab.get_by_role("status")).to_have_text("Taken back: the texts decide again.")


def test_an_article_is_split_off_and_taken_back(story):
    choose(story, "State Wire")
    decide(story, "Split off")
    expect(story.locator(".carriers > li")).to_have_count(2)
    assert "done" not in story.url  # who is sent it did not split anything
    undo(story)
    expect(story.locator(".carriers > li")).to_have_count(3)


def test_an_article_is_pinned_and_taken_back(story):
    choose(story, "Open Desk")
    decide(story, "Show for the story")
    expect(story.get_by_role("heading", level=1)).to_have_text("Two days in the queue")
    undo(story)
    expect(story.get_by_role("button", name="Undo")).to_have_count(0)


def test_two_stories_are_merged_and_taken_back(story, newsstand):
    story.get_by_label("Another story").fill(newsstand.story(OTHER))
    decide(story, "Merge")
    expect(story.locator(".carriers > li")).to_have_count(4)
    undo(story)
    expect(story.locator(".carriers > li")).to_have_count(3)


def test_two_stories_are_kept_apart_and_taken_back(story, newsstand):
    story.get_by_label("Another story").fill(newsstand.story(OTHER))
    decide(story, "Never merge")
    expect(story.get_by_text("kept apart")).to_be_visible()
    undo(story)
    expect(story.get_by_role("button", name="Undo")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_field_decides_nothing(open_tab, newsstand, sign_in, scripts):
    tab = open_tab(locale="en-GB", java_script_enabled=scripts)
    sign_in(tab)
    tab.goto(newsstand.story(LORRIES))
    choose(tab, "State Wire")
    tab.get_by_label("Why").fill("two queues")
    for field in (tab.get_by_label("Why"), tab.get_by_label("Another story")):
        field.press("Enter")
        tab.get_by_role("checkbox", name="Open Desk").press("Enter")
    tab.goto(newsstand.story(LORRIES))
    expect(tab.locator(".carriers > li")).to_have_count(3)
    expect(tab.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_verb_that_cannot_be_done_keeps_what_was_typed(open_tab, newsstand, sign_in):
    tab = open_tab(locale="en-GB", expected=["status of 422"])
    sign_in(tab)
    tab.goto(newsstand.story(LORRIES))
    decide(tab, "Show for the story")
    expect(tab.get_by_role("alert")).to_have_text("Not done: choose one article.")
    expect(tab.get_by_role("alert")).to_be_in_viewport()
    expect(tab.get_by_label("Why")).to_be_focused()
    expect(tab.get_by_label("Why")).to_have_value("two queues")
    assert tab.url == newsstand.story(LORRIES)  # where it can be loaded again
    choose(tab, "Open Desk")
    tab.get_by_role("button", name="Show for the story").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Two days in the queue")


def test_forgetting_asks_once_more(story):
    choose(story, "Open Desk")
    story.evaluate("window.confirm = question => { window.asked = question; return false; }")
    decide(story, "Forget for good")
    assert "cannot be taken back" in story.evaluate("window.asked")
    expect(story.locator(".carriers > li")).to_have_count(3)
    story.evaluate("window.confirm = () => true")
    story.get_by_role("button", name="Forget for good").click()
    expect(story.locator(".carriers > li")).to_have_count(2)


def test_an_operator_reads_and_compares_whole_texts_until_signing_out(story, newsstand):
    newsstand.place(an_article("longer", body=f"{BODIES['en']} Many sleep in their cabins."))
    expect(story.locator(".text")).to_contain_text("wire")
    story.locator(".carriers > li").nth(3).get_by_role("link", name="Compare").click()
    expect(story.locator("mark.added")).to_contain_text("Many sleep in their cabins")
    story.get_by_role("button", name="Sign out").click()
    expect(story.get_by_role("link", name="Sign in")).to_be_visible()
    expect(story.get_by_text("Only beginnings may be shown")).to_be_visible()
    expect(story.get_by_role("group", name="Decide")).to_have_count(0)
