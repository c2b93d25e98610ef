"""What the page is made of: words, numbers, shapes, differences; without a server."""

import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from math import isclose, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.catalog.facets import borders
from crawler.catalog.gazetteer import places
from crawler.catalog.outlets import shipped_catalogue
from crawler.catalog.topics import topic, topic_ids
from crawler.dedup.relation import Reason
from crawler.demo.world import load
from crawler.fetch.reasons import FailReason
from crawler.model import ChangeKind, Relation, RulingKind
from crawler.serve.narrowing import Control
from crawler.serve.page.chart import bars_of, chart_of
from crawler.serve.page.difference import MOST_WORDS, difference
from crawler.serve.page.filters import Filters, Window
from crawler.serve.page.projection import is_drawn, project
from crawler.serve.page.speech import LANGUAGES, plural, speech
from crawler.serve.page.survey import bounds_of

RULE_REASONS = (
    "not-so-split", "one-story", "merged-in-vain", "pinned-in-vain", "apart-in-vain",
    "unknown-story", "unknown-article",
)  # fmt: skip
NOON = datetime(2026, 11, 22, 12, 20, tzinfo=UTC)
TEMPLATES = files("crawler.serve").joinpath("templates")


def table(code):
    return speech(code)._table


# --- words -----------------------------------------------------------------------------------


def test_both_languages_have_the_same_keys_and_the_same_blanks():
    english, ukrainian = table("en"), table("uk")
    assert english.keys() == ukrainian.keys()
    for key, words in english.items():
        assert blanks(words) == blanks(ukrainian[key]), key


def blanks(words):
    return set(re.findall(r"\{(\w+)\}", words))


def test_every_word_that_templates_ask_for_is_there():
    asked = set()
    for one in TEMPLATES.iterdir():
        asked |= set(re.findall(r'\bt\("([a-z_.]+)"[,)]', one.read_text("utf-8")))
    assert len(asked) > 40
    assert asked - table("en").keys() == set()


def test_there_are_words_for_whatever_the_page_refuses():
    sources = [one for one in files("crawler.serve.page").iterdir() if one.name.endswith(".py")]
    said = "".join(one.read_text("utf-8") for one in sources)
    keys = set(re.findall(r'\bkey="([a-z-]+)"', said)) | set(RULE_REASONS)
    assert len(re.findall(r"\bProblem\(\s*\d", said)) == len(re.findall(r'\bkey="', said)) > 10
    assert [key for key in keys if f"refusal.{key}" not in table("uk")] == []


def test_there_are_words_for_everything_that_has_a_name():
    outlets = (*shipped_catalogue().outlets, *load(NOON).outlets)
    named = [
        *(f"why.{one}" for one in Relation),
        *(f"relation.{one}" for one in Relation),
        *(f"reason.{one.name.lower()}" for one in Reason),
        *(f"change.{one.replace('.', '_')}" for one in ChangeKind),
        *(f"ruling.{one}" for one in RulingKind),
        *(f"outcome.{one}" for one in FailReason),
        *(f"window.{one}" for one in Window),
        *(f"window_in.{one}" for one in Window),
        *(f"control.{one}" for one in Control if one),
        *(f"country.{one.country}" for one in outlets if one.country),
        *(f"country.{section[-2:]}" for section in borders()),
        *(f"kind.{one.kind}" for one in outlets if one.kind),
        *(f"language.{code}" for one in topic_ids() for code in topic(one).languages),
        *(f"language.{code}" for one in shipped_catalogue().outlets for code in one.languages),
    ]
    assert [name for name in named if name not in table("uk")] == []


def test_an_hour_alone_will_do_until_midnight_in_kyiv():
    evening = NOON.replace(hour=21, minute=59)
    until, words = speech("en").later(NOON, evening)
    assert datetime.fromisoformat(until) == NOON.replace(hour=22, minute=0)
    assert words == speech("en").time(NOON, evening + timedelta(minutes=1))
    assert speech("en").later(NOON, evening + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, "many"), (1, "one"), (2, "few"), (4, "few"), (5, "many"), (11, "many"), (12, "many"),
     (14, "many"), (21, "one"), (22, "few"), (111, "many"), (112, "many"), (1_021, "one")],
)  # fmt: skip
def test_ukrainian_numbers_take_the_right_noun(number, form):
    assert plural("uk", number) == form
    assert plural("en", number) == ("one" if number == 1 else "many")


def test_times_are_kyivs_and_name_the_day_only_when_it_is_another():
    english, ukrainian = (speech(code) for code in LANGUAGES)
    assert english.time(NOON, NOON) == "14:20"
    assert english.time(NOON - timedelta(days=1), NOON) == "21\u00a0Nov, 14:20"
    assert ukrainian.time(NOON - timedelta(days=1), NOON) == "21\u00a0лист, 14:20"
    assert english.time(datetime(2026, 11, 21, 23, tzinfo=UTC), NOON) == "01:00"


def test_times_of_another_year_name_the_year():
    a_year_ago = NOON - timedelta(days=365)
    assert speech("en").time(a_year_ago, NOON) == "22\u00a0Nov\u00a02025, 14:20"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (210, "3 h 30 min"), (2_880, "2 days")],
)
def test_lengths_are_said_in_the_units_a_person_uses(minutes, said):
    assert speech("en").length(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("size", "english", "ukrainian"),
    [(0, "0 B", "0 Б"), (999, "999 B", "999 Б"), (1_000, "1.0 kB", "1,0 кБ"),
     (670_710, "670.7 kB", "670,7 кБ"), (12_345_678, "12.3 MB", "12,3 МБ"),
     (1_234_567_890_123, "1,234.6 GB", "1 234,6 ГБ")],
)  # fmt: skip
def test_sizes_are_said_in_the_forms_of_the_language(size, english, ukrainian):
    assert speech("en").size(size).replace("\u00a0", " ") == english
    assert speech("uk").size(size).replace("\u00a0", " ") == ukrainian


def test_short_times_are_said_in_the_forms_of_the_language():
    ukrainian = speech("uk")
    assert ukrainian.milliseconds(1_495).split() == ["1", "495", "мс"]
    assert ukrainian.seconds(timedelta(seconds=1.5)).split() == ["1,5", "с"]
    assert speech("en").seconds(timedelta(seconds=2)).split() == ["2", "s"]


@pytest.mark.parametrize(
    ("code", "said"),
    [("failed:dns", "its name has no address"), ("failed:http-418", "answers with HTTP 418"),
     ("http-404", "no such page (HTTP 404)"), ("gone", "gone for good (HTTP 410)"),
     ("failed:something-else", "something-else"), ("http-<b>", "http-<b>")],
)  # fmt: skip
def test_outcomes_are_told_in_words(code, said):
    assert speech("en").outcome(code) == said


# --- shapes ----------------------------------------------------------------------------------


def test_the_area_of_a_circle_is_proportional_to_its_stories():
    counts = {"x-pl-krakovets-korczowa": 400, "x-ro-porubne-siret": 100, "reg-ua-sumy": 25}
    circles = {one.place: one for one in chart_of(counts, str).circles}
    areas = {name: pi * one.radius**2 / one.stories for name, one in circles.items()}
    first, *others = areas.values()
    assert all(isclose(area, first, rel_tol=0.02) for area in others)
    assert [one for one in circles if circles[one].approximate] == ["reg-ua-sumy"]


def test_almost_every_place_of_the_gazetteer_is_on_the_map():
    drawn = [place for place in places() if is_drawn(*project(place.lat, place.lon))]
    assert len(drawn) > 0.97 * len(places())


def test_every_section_of_the_border_can_be_highlighted():
    chart = chart_of({}, str)
    assert set(chart.sections) == set(borders())
    assert set(chart.countries) > {"UA", "PL", "SK", "HU", "RO", "MD", "BY", "RU"}
    assert len(chart.idle) > 100


@pytest.mark.parametrize("section", borders())
def test_a_section_is_shown_from_near_with_sizes_that_stay(section):
    counts = {place.id: 9 for place in places() if place.nearest_border == section}
    near, whole = chart_of(counts, str, section), chart_of(counts, str)
    x, y, width, height = near.frame
    assert width / height == pytest.approx(1.5, abs=0.02)
    assert 0 <= x <= x + width <= 960
    assert 0 <= y <= y + height <= 640
    shown = [one for one in near.circles if x <= one.x <= x + width and y <= one.y <= y + height]
    assert len(shown) > 0.7 * len(near.circles)
    on_screen = near.circles[0].radius / near.scale
    assert on_screen == pytest.approx(whole.circles[0].radius, abs=0.2)


def test_crimea_is_drawn_in_ukraine_alone():
    inside = project(45.3, 34.4)
    holding = {code for code, path in chart_of({}, str).countries.items() if holds(path, inside)}
    assert holding == {"UA"}


def holds(path, point):
    """Whether a point lies in a path of relative lines, by crossings of a ray."""
    x, y = point
    inside = False
    for ring in path.split("Z"):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", ring)]
        px, py = 0, 0
        corners = [
            (px := px + dx, py := py + dy)
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def test_labels_cover_neither_each_other_nor_the_frame():
    counts = {place.id: 50 + number for number, place in enumerate(places())}
    labels = chart_of(counts, lambda _: "A name of some length").labels
    assert labels
    lines = sorted((label.y, label.x) for label in labels)
    assert all(0 < label.x < 960 and 0 < label.y < 640 for label in labels)
    assert len(set(lines)) == len(lines)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=90))
def test_bars_fill_the_height_and_hide_no_story(counts):
    bounds = [NOON + timedelta(hours=n) for n in range(len(counts) + 1)]
    bars = bars_of(counts, bounds)
    assert max(bar.height for bar in bars) in {0.0, 96.0}
    assert all((bar.height >= 2) == (bar.stories > 0) for bar in bars)


@pytest.mark.parametrize("window", Window)
def test_the_timeline_covers_the_window_and_ends_after_now(window):
    bounds = bounds_of(Filters(window=window), NOON)
    assert bounds[-1] > NOON
    assert bounds[0] <= NOON - window.length + timedelta(days=1)
    steps = {later - earlier for earlier, later in pairwise(bounds)}
    assert len(steps) == 1


# --- differences -----------------------------------------------------------------------------


def test_words_that_differ_are_marked_on_their_side():
    found = difference("The queue is long today.", "The queue was long today.")
    assert [run.text for run in found.one if not run.shared] == ["is "]
    assert [run.text for run in found.other if not run.shared] == ["was "]
    assert (found.same, found.cut) == (False, False)


def test_what_a_text_has_beyond_the_end_of_one_that_is_cut_is_no_difference():
    one, other = "The queue is long today.", "The queue was long today. It grows."
    for pair, told in (((one, other), {"one_ends": False}), ((other, one), {"other_ends": False})):
        found = difference(*pair, **told)
        marked = {run.text for run in (*found.one, *found.other) if not run.shared}
        assert marked == {"is ", "was "}
    assert [run.text for run in difference(one, other).other if not run.shared][-1] == "It grows."


def test_what_normalising_folds_is_no_difference():
    assert difference("Об’їзд по\u00adлів — ДОВГИЙ", "Об'їзд полів – довгий").same


@given(st.text(max_size=300), st.text(max_size=300))
def test_both_texts_are_shown_whole_whatever_they_are(one, other):
    found = difference(one, other)
    for runs, text in ((found.one, one), (found.other, other)):
        assert "".join(run.text for run in runs) == text.lstrip()


def test_comparing_is_bounded():
    long = " ".join(f"w{number}" for number in range(2 * MOST_WORDS))
    found = difference(long, long + " more")
    assert found.cut
    assert sum(len(run.text.split()) for run in found.one) == MOST_WORDS
