"""Views that stay open: when they ask for news, and what they say when none can reach them."""

import pytest
from playwright.sync_api import expect
from served import another

pytestmark = pytest.mark.browser

CONNECTIONS = 6  # that a browser keeps to one host
STREAM = "**/live?**"
AGAIN_SECONDS = 20  # page.js


def test_the_stream_goes_on_from_the_last_change_when_the_tab_is_seen_again(tab, newsstand):
    with tab.expect_response(STREAM):
        tab.goto("/")
    newsstand.place(another("first", title="First news"))
    expect(tab.get_by_role("link", name="1 new story")).to_be_visible()
    hide(tab, "hidden")
    newsstand.place(another("second", title="Second news"))
    with tab.expect_request(STREAM) as asked:
        hide(tab, "visible")
    assert asked.value.headers["last-event-id"]
    expect(tab.get_by_role("link", name="2 new stories")).to_be_visible()


def test_a_time_of_today_gets_its_day_at_midnight_while_the_view_is_open(tab, newsstand):
    tab.clock.install()
    newsstand.place(another("noon", title="Noon news"))
    tab.goto("/?window=3d")
    seen = tab.locator(".card", has_text="Noon news").first.locator("time")
    expect(seen).to_have_text("14:00")  # in Kyiv
    tab.clock.run_for("09:30:00")
    expect(seen).to_have_text("14:00")
    tab.clock.run_for("00:30:20")
    expect(seen).to_have_text("22\u00a0Nov, 14:00")


def hide(tab, state):
    """Let the page believe that its tab went to the background, or came back."""
    tab.evaluate(
        """state => {
            Object.defineProperty(document, "hidden", {value: state === "hidden",
                                                       configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_tabs_opened_in_the_background_leave_connections_to_those_that_are_seen(tab, newsstand):
    behind = [tab.context.new_page() for _ in range(CONNECTIONS)]
    for one in behind:
        one.add_init_script(
            "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
        )
        one.goto(f"{newsstand.address}/", wait_until="load")
    with tab.expect_response(STREAM):
        tab.goto("/")
    with behind[0].expect_response(STREAM):
        hide(behind[0], "visible")


def test_a_view_without_its_stream_says_so_until_it_has_it_again(open_tab, newsstand):
    tab = open_tab(expected=["status of 503"], locale="en-GB")
    tab.clock.install()
    tab.route(STREAM, lambda route: route.fulfill(status=503, body="busy"))
    tab.goto("/")
    expect(tab.get_by_text("No connection: what is shown may be old.")).to_be_visible()
    tab.unroute(STREAM)
    with tab.expect_response(STREAM):
        tab.clock.run_for(1000 * AGAIN_SECONDS)
    expect(tab.get_by_text("No connection")).to_be_hidden()
    newsstand.place(another("first", title="First news"))
    tab.clock.run_for(1000)
    expect(tab.get_by_role("link", name="1 new story")).to_be_visible()


def test_news_is_told_in_sight_and_in_the_title_and_moves_nothing(tab, newsstand):
    tab.set_viewport_size({"width": 800, "height": 400})
    with tab.expect_response(STREAM):
        tab.goto("/")
    tab.locator(".foot").scroll_into_view_if_needed()
    read = tab.evaluate("scrollY")
    newsstand.place(another("first", title="First news"))
    told = tab.get_by_role("link", name="1 new story")
    expect(told).to_be_in_viewport()
    expect(tab).to_have_title("(1) Border now \u00b7 Kordon")
    assert tab.evaluate("scrollY") == read


def test_what_came_is_marked_when_it_is_shown_and_no_longer_after_the_next(tab, newsstand):
    arrived = tab.locator(".newest .card.arrived h3")
    with tab.expect_response(STREAM):
        tab.goto("/?window=3d")
    expect(arrived).to_have_count(0)
    for title in ("First news", "Second news"):
        newsstand.place(another(title[:3], title=title))
        tab.get_by_role("link", name="1 new story").click()
        expect(arrived).to_have_text([title])
        expect(tab).to_have_title("Border now \u00b7 Kordon")
    expect(tab).to_have_url(f"{newsstand.address}/?window=3d")
