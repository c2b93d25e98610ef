from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.editing import Interval, evidence
from crawler.dedup.explanation import explain
from crawler.dedup.relation import Reason, alike_to, appeared_before, relate, shares_of
from crawler.dedup.rules import RULES
from crawler.model import Dating, OutletId, Precision, Relation
from tests.newsroom import NOON, WIRE, cut, edited, judged, look_alike, prose, reason


def weighed(one, other, apart=Interval.HOURS):
    """Return what each trace adds to the evidence that one text was made of the other."""
    return evidence(shares_of(look_alike(one), look_alike(other)), apart, RULES)


def test_a_text_edited_in_every_sentence_is_a_copy_of_another_outlet_s():
    assert reason(WIRE, edited(WIRE, 5)) is Reason.EDITED
    assert judged(WIRE, edited(WIRE, 5)) is Relation.COPY


def test_a_brief_edited_throughout_is_an_excerpt_wherever_it_was_taken_from():
    assert reason(edited(cut(WIRE, 120, 180), 5), WIRE) is Reason.EDITED_CUT
    assert judged(edited(cut(WIRE, 120, 180), 5), WIRE) is Relation.EXCERPT


def test_a_brief_edited_throughout_is_one_whatever_its_first_words_are():
    brief = f"{prose('lead', 14)} {edited(cut(WIRE, 120, 180), 5)}"
    assert reason(brief, WIRE) is Reason.EDITED_CUT


def test_a_brief_that_quotes_whole_passages_is_not_edited():
    quotes, own = (cut(WIRE, 0, 30), cut(WIRE, 100, 130)), (prose("x", 11), prose("y", 24))
    brief = f"{quotes[0]} {own[0]} {quotes[1]} {own[1]}"
    assert weighed(brief, WIRE)["passage"] < -1
    assert reason(brief, WIRE) is Reason.PARTLY_SHARED


@pytest.mark.parametrize(
    ("length", "expected"), [(380, Reason.EDITED_CUT), (450, Reason.PARTLY_SHARED)]
)
def test_nobody_cuts_and_edits_a_very_long_text(length, expected):
    text = prose("long", length)
    assert reason(edited(cut(text, 0, 60), 7), text) is expected


@pytest.mark.parametrize(
    ("length", "expected"), [(550, Reason.EDITED), (700, Reason.PARTLY_SHARED)]
)
def test_nobody_edits_a_very_long_text_throughout(length, expected):
    text = prose("long", length)
    assert reason(text, edited(text, 5)) is expected


def test_an_outlet_does_not_edit_its_own_text_throughout():
    assert reason(WIRE, edited(WIRE, 5), outlet="one") is Reason.PARTLY_SHARED


@pytest.mark.parametrize(("hours", "relation"), [(20, Relation.COPY), (21, Relation.PARTIAL)])
def test_what_is_edited_throughout_appears_within_hours(hours, relation):
    later = look_alike(
        edited(WIRE, 5),
        "https://two.example/b",
        outlet="two",
        published=NOON + timedelta(hours=hours),
    )
    assert relate(look_alike(WIRE), later).relation is relation


def told_on(*days, numbers=0):
    """Return a wire and what another outlet made of it, in days from now; None: no time."""
    text = " ".join((WIRE, *(f"{n}7 lorries wait at night" for n in range(1, numbers + 1))))
    one, other = (day if day is None else NOON + timedelta(days=day) for day in days)
    articles = (
        look_alike(text, published=one),
        look_alike(edited(text, 5), "https://two.example/b", outlet="two", published=other),
    )
    return tuple(replace(one, dating=Dating(precision=Precision.DAY)) for one in articles)


@pytest.mark.parametrize(
    ("days", "numbers", "relation"),
    [((0, None), 2, Relation.COPY), ((None, None), 0, Relation.PARTIAL),
     ((0, 1), 9, Relation.COPY), ((0, 1), 2, Relation.PARTIAL)],
)  # fmt: skip
def test_where_times_do_not_tell_common_numbers_show_an_edited_text(days, numbers, relation):
    assert relate(*told_on(*days, numbers=numbers)).relation is relation


def test_each_number_kept_tells_less_than_the_one_before_and_others_against_it():
    told = [weighed(*counted(*range(many))) for many in (0, 1, 2, 9)]
    kept = [each["numbers_soon"] for each in told]
    assert kept[0] == 0 < kept[1] < kept[2] < 2 * kept[1]
    assert kept[2] < kept[3] < 9 * kept[1]
    assert weighed(*counted(1, 2, 3, others=3))["numbers_soon"] < kept[2]


def counted(*kept, others=0):
    """Return two texts that tell the same numbers, and each as many others."""
    mine, theirs = (
        " ".join(f"{n}{digit} vans stand by" for n in range(1, others + 1)) for digit in (8, 9)
    )
    told = " ".join(f"{n + 1}7 lorries wait at night" for n in kept)
    return f"{WIRE} {told} {mine}", f"{edited(WIRE, 5)} {told} {theirs}"


@pytest.mark.parametrize("apart", Interval)
def test_what_is_weighed_depends_on_when_the_two_appeared(apart):
    found = weighed(*counted(1, 2), apart)
    assert (found["soon"] > 0) == (found["numbers_soon"] > 0) == (apart is Interval.HOURS)
    assert (found["numbers"] > 0) == (apart is not Interval.HOURS)
    assert (found["days"] < 0) == (apart is Interval.DAYS)


def test_a_longer_text_must_be_woven_through_by_more():
    brief, text = (weighed(cut(WIRE, 0, words), WIRE) for words in (40, 120))
    assert text["length"] < brief["length"] < 0


def test_all_that_is_not_woven_through_tells_against_it():
    whole, half = WIRE, f"{cut(WIRE, 0, 100)} {prose('own', 100)}"
    assert weighed(half, WIRE)["woven"] < weighed(whole, WIRE)["woven"] == 0


@pytest.mark.parametrize(("published", "alike"), [(None, True), (NOON + timedelta(1), False)])
def test_a_twin_of_another_day_says_nothing_of_a_text_without_a_time(published, alike):
    other = look_alike(WIRE)
    one = look_alike(edited(WIRE, 5), "https://two.example/b", outlet="two", published=None)
    twin = replace(one, published=published)
    assert alike_to(other, one, twin, RULES) is alike


@pytest.mark.parametrize(
    ("precision", "hours", "before"),
    [(None, 0, False), (None, 1, True), (None, -1, False), (Precision.DAY, 9, False),
     (Precision.DAY, 24, True)],
)  # fmt: skip
def test_of_two_texts_one_appeared_before_the_other_by_as_much_as_is_told(precision, hours, before):
    one, other = look_alike(WIRE), look_alike(WIRE, published=NOON + timedelta(hours=hours))
    told = replace(other, dating=Dating(precision=precision))
    assert appeared_before(one, told) is before
    assert not appeared_before(one, replace(told, published=None))


def test_of_days_it_tells_enough_that_they_are_the_same():
    assert relate(*told_on(0, 0)).relation is Relation.COPY


@pytest.mark.parametrize(("days", "relation"), [(4, Relation.COPY), (5, Relation.UNRELATED)])
def test_numbers_in_common_show_an_edited_text_for_days(days, relation):
    assert relate(*told_on(0, days, numbers=9)).relation is relation


def test_two_outlets_that_are_not_known_may_be_two():
    one, other = told_on(0, 0)
    unnamed = (replace(article, outlet=OutletId("")) for article in (one, other))
    assert relate(*unnamed).relation is Relation.COPY


def test_a_handful_of_words_in_common_is_no_text_edited_throughout():
    assert reason(f"{cut(WIRE, 0, 5)} {prose('x', 4)}", WIRE) is Reason.TOO_LITTLE


def test_one_passage_of_some_length_is_no_text_edited_throughout():
    passage = cut(WIRE, 0, 50)
    assert judged(f"{passage} {prose('x', 50)}", f"{passage} {prose('y', 60)}") is Relation.PARTIAL


@pytest.mark.parametrize(("outlet", "told"), [("two", True), ("one", False)])
def test_an_explanation_tells_the_evidence_where_it_has_a_say(outlet, told):
    one = look_alike(WIRE)
    other = look_alike(edited(WIRE, 5), "https://two.example/b", outlet=outlet)
    found = explain(one, other, WIRE.split(), edited(WIRE, 5).split()).evidence
    assert bool(found) is told
    assert not told or sum(found.values()) > 0
