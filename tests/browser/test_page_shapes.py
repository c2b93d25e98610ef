"""The timeline, the courses of places and the spread of a story, as they are drawn."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_bar_of_the_timeline_leads_to_its_stories_by_pointer_and_by_keyboard(tab):
    tab.goto("/")
    bar = tab.locator(".timeline svg a").last
    told = bar.locator("title").text_content()
    bar.click()
    expect(tab).to_have_url(re.compile(r"/search\?since=.+&until=.+"))
    expect(tab.locator(".chips")).to_contain_text("Seen:")
    assert told.endswith(f": {tab.locator('.cards .card').count()} stories")
    tab.go_back()
    bar.focus()
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(r"/search\?since=.+&until=.+"))


@pytest.mark.parametrize("width", [360, 1000, 1280])
def test_a_places_name_course_and_number_stand_in_one_line_without_touching(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("/?window=3d")
    for row in tab.locator(".tally a").all():
        parts = [row.locator(of).bounding_box() for of in ("span", ".course", "b")]
        assert all(one["x"] + one["width"] <= other["x"] for one, other in pairwise(parts))


def test_outlets_are_named_on_a_storys_line_where_there_is_room(tab, newsstand):
    names = tab.locator(".spread text")
    tab.goto(newsstand.story("Lorries"))
    expect(names).to_have_text(["Town News", "State Wire", "Open Desk"])
    boxes = [name.bounding_box() for name in names.all()]
    assert all(one["x"] + one["width"] <= other["x"] for one, other in pairwise(boxes))
    tab.set_viewport_size({"width": 360, "height": 640})
    expect(names.first).to_be_hidden()


@pytest.mark.parametrize("width", [768, 1000, 1160, 1280, 1920])
def test_names_on_the_map_can_be_read_at_every_width(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("/")
    size = "name => name.getScreenCTM().a * parseFloat(getComputedStyle(name).fontSize)"
    names = tab.locator(".map .names text").all()
    assert min(name.evaluate(size) for name in names) > 10  # pixels


def test_on_paper_lists_stand_apart_and_places_take_the_whole_width(tab):
    tab.set_viewport_size({"width": 794, "height": 1123})
    tab.emulate_media(media="print")
    tab.goto("/")
    atlas, newest, tallies, last = (
        tab.locator(of).bounding_box()
        for of in (".atlas", ".newest", ".tallies", ".tally:last-child")
    )
    assert newest["y"] - atlas["y"] - atlas["height"] >= 16
    assert last["x"] + last["width"] == pytest.approx(tallies["x"] + tallies["width"], abs=1)
