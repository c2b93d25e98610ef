"""What must hold for everybody: hostile words stay words, and assistive technology can read."""

from functools import cache
from pathlib import Path

import pytest
from hostile_words import HOSTILE
from playwright.sync_api import expect
from served import an_article

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe" / "axe.min.js"
GRAVE = {"serious", "critical"}
LORRIES = "Lorries queue for two days"


def hostile_article(text, number):
    """An article like no other that says this everywhere."""
    body = f"{text} {' '.join(f'h{number}w{word}' for word in range(40))}"
    return an_article(f"h{number}", title=text, body=body, minutes=-number, credits=(text,))


def test_no_hostile_text_executes_in_any_view(operators_tab, newsstand):
    stories = newsstand.place(*map(hostile_article, HOSTILE, range(len(HOSTILE))))
    operators_tab.add_init_script("window.alert = () => { throw new Error('executed') }")
    for path in ["/", "/?lang=uk", "/search?window=7d", "/search?q=%3Cscript%3Ealert(1)"]:
        operators_tab.goto(path)
    for story in stories:
        operators_tab.goto(f"/topics/ukraine-border/stories/{story}")
        assert operators_tab.locator("main img, main iframe, main script").count() == 0


def test_a_script_that_got_into_a_page_would_not_run(chromium, newsstand):
    tab = chromium.new_page(base_url=newsstand.address)
    tab.goto("/")
    ran = tab.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", () => done(window.ran || false));
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.head.append(script);
        })"""
    )
    tab.close()
    assert ran is False


@cache
def axe():
    return AXE.read_text("utf-8")


def violations(tab):
    """What axe-core finds grave in the view as it stands."""
    tab.evaluate(axe())
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        (one["id"], node["html"][:200], node["failureSummary"][:300])
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter(one => one.checkVisibility() && !one.closest("svg, .skip"))
    .filter(one => !one.matches("label input, [type=checkbox]"))
    .filter(one => {
        const {width, height} = one.getBoundingClientRect();
        return width < 24 || height < 24;
    }).map(one => one.outerHTML.slice(0, 120))"""
VIEWS = ("/", "/search?q=lorries", "/outlets", "/outlets/town", "/crawl", "/?border=UA-XX", "story")


@pytest.mark.parametrize("path", VIEWS)
def test_headings_landmarks_and_targets_are_as_they_should(open_tab, newsstand, path):
    tab = open_tab(locale="en-GB", expected=["status of 422"])
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto(newsstand.story(LORRIES) if path == "story" else path)
    tab.evaluate(axe())
    rules = ["heading-order", "landmark-unique", "scrollable-region-focusable", "target-size"]
    found = tab.evaluate("rules => axe.run(document, {runOnly: rules})", rules)["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert tab.evaluate(SMALL) == []


def test_a_printed_view_says_when_it_was_true_and_does_not_ask_to_sign_in(tab):
    tab.goto("/")
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    expect(tab.locator(".printed")).to_be_hidden()
    tab.emulate_media(media="print")
    expect(tab.get_by_role("link", name="Sign in")).to_be_hidden()
    expect(tab.locator(".printed")).to_have_text("As of 22\u00a0Nov\u00a02026, 14:01, Kyiv time.")


def test_a_printed_story_is_the_story_alone(operators_tab, newsstand):
    operators_tab.goto(newsstand.story(LORRIES))
    side = operators_tab.locator(".sides .body").first
    expect(side).to_have_attribute("tabindex", "0")
    expect(operators_tab.get_by_role("region", name="Text: Town News")).to_be_visible()
    operators_tab.emulate_media(media="print")
    for hidden in (".bar nav", ".find", ".who", ".foot", ".verbs", ".carriers input", "button"):
        assert operators_tab.locator(hidden).evaluate_all(
            "all => all.filter(one => one.checkVisibility()).length"
        ) == 0, hidden  # fmt: skip
    assert side.evaluate("one => getComputedStyle(one).overflowY") == "visible"
    assert side.evaluate("one => getComputedStyle(one).maxHeight") == "none"
    expect(operators_tab.locator("h1")).to_be_visible()
    expect(operators_tab.locator(".printed")).to_be_visible()
    operators_tab.goto("/")
    expect(operators_tab.locator("form.filters")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "uk"])
def test_no_view_has_a_grave_fault_for_assistive_technology(operators_tab, newsstand, scheme, lang):
    operators_tab.emulate_media(color_scheme=scheme)
    story = newsstand.story(LORRIES)
    for path in (f"/?lang={lang}&border=UA-PL", "/search?q=lorries", story, "/sign-in"):
        operators_tab.goto(path)
        assert violations(operators_tab) == [], path
