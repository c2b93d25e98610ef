from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.relation import Reason, alike_to, appeared_before, reason_of, relate, shares_of
from crawler.dedup.rules import RULES, Rules
from crawler.model import Dating, OutletId, Precision, Relation
from tests.newsroom import NOON, WIRE, cut, edited, judged, look_alike, prose, reason

UNWEIGHED = Rules(weighed=2.0)


def test_a_text_edited_in_every_sentence_is_a_copy_of_another_outlet_s():
    assert reason(WIRE, edited(WIRE, 5)) is Reason.EDITED
    assert judged(WIRE, edited(WIRE, 5)) is Relation.COPY


def test_a_brief_edited_throughout_is_an_excerpt_wherever_it_was_taken_from():
    assert reason(edited(cut(WIRE, 120, 180), 5), WIRE) is Reason.EDITED_BRIEF
    assert judged(edited(cut(WIRE, 120, 180), 5), WIRE) is Relation.EXCERPT


def test_a_brief_edited_throughout_is_one_whatever_its_first_words_are():
    brief = f"{prose('lead', 14)} {edited(cut(WIRE, 120, 180), 5)}"
    assert reason(brief, WIRE) is Reason.EDITED_BRIEF


def test_a_brief_that_quotes_whole_passages_is_not_edited():
    quotes, own = (cut(WIRE, 0, 14), cut(WIRE, 100, 114)), (prose("x", 11), prose("y", 11))
    brief = f"{quotes[0]} {own[0]} {quotes[1]} {own[1]}"
    assert (
        max(shares_of(look_alike(brief), look_alike(WIRE)).woven(RULES.step)) >= RULES.woven_brief
    )
    assert reason(brief, WIRE) is Reason.PARTLY_SHARED


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


def told_on(*days, numbers=0, own=0):
    """Return a wire and what another outlet made of it, in days from now; None: no time."""
    text = " ".join((WIRE, *(f"{n}7 lorries wait at night" for n in range(1, numbers + 1))))
    one, other = (day if day is None else NOON + timedelta(days=day) for day in days)
    mine, theirs = f"{text} {prose('one', own)}", f"{edited(text, 5)} {prose('other', own)}"
    articles = (
        look_alike(mine, published=one),
        look_alike(theirs, "https://two.example/b", outlet="two", published=other),
    )
    return tuple(replace(one, dating=Dating(precision=Precision.DAY)) for one in articles)


@pytest.mark.parametrize("days", [(0, None), (None, None), (0, 1), (2, 0)])
@pytest.mark.parametrize(("numbers", "relation"), [(3, Relation.COPY), (1, Relation.PARTIAL)])
def test_where_times_do_not_tell_common_numbers_show_an_edited_text(days, numbers, relation):
    assert relate(*told_on(*days, numbers=numbers), UNWEIGHED).relation is relation


@pytest.mark.parametrize(("own", "joins"), [(150, True), (160, False)])
def test_two_numbers_will_do_where_nearly_all_is_woven_through(own, joins):
    pair = told_on(None, None, numbers=2, own=own)
    assert relate(*pair, UNWEIGHED).relation.joins is joins


def in_brief(numbers, others=0, own=80, days=(0, 0)):
    """Return a text and what another outlet made of it in short, in days from now; None: no time.

    They tell so many numbers in common, and each so many others.
    """
    kept = " ".join(f"{n}7 lorries wait at night" for n in range(1, numbers + 1))
    mine, theirs = (" ".join(f"{n}{d} vans stand by" for n in range(others)) for d in (8, 9))
    one, other = (day if day is None else NOON + timedelta(days=day) for day in days)
    brief = f"{edited(cut(WIRE, 0, 60), 5)} {kept} {theirs} {prose('other', own)}"
    return (
        look_alike(f"{WIRE} {kept} {mine}", published=one),
        look_alike(brief, "https://two.example/b", outlet="two", published=other),
    )


@pytest.mark.parametrize(
    ("numbers", "others", "joins"), [(6, 0, True), (2, 0, False), (6, 2, True), (6, 5, False)]
)
def test_numbers_make_up_for_what_is_not_woven_through_and_others_tell_against_it(
    numbers, others, joins
):
    pair = in_brief(numbers, others)
    assert relate(*pair).relation.joins is joins
    assert not relate(*pair, Rules(weighed=2.0, kept_woven=0.0)).relation.joins


@pytest.mark.parametrize("days", [(None, 0), (None, None), (0, 1)])
@pytest.mark.parametrize("numbers", [0, 1])
def test_where_times_do_not_tell_one_number_in_common_bears_a_brief_out(days, numbers):
    one, other = in_brief(numbers, own=45, days=days)
    found = reason_of(one, other, shares_of(one, other), RULES)
    assert (found is Reason.WEIGHED) == (numbers > 0 and None in days)


def counted(trains, buses, text, own):
    told = "{} 20 lorries wait at 30 gates, 40 cars at 50, 80 vans, {} trains and {} buses. {}"
    return told.format(text, trains, buses, prose(own, 300))


@pytest.mark.parametrize(
    ("trains", "buses", "joins"), [(7, 60, True), (8, 60, True), (8, 70, False)]
)
def test_an_editor_keeps_nearly_all_numbers_and_less_need_be_woven_through(trains, buses, joins):
    mine, theirs = counted(7, 60, WIRE, "one"), counted(trains, buses, edited(WIRE, 5), "other")
    assert judged(mine, theirs).joins is joins
    assert not judged(mine, theirs, kept_woven=0.0).joins


@pytest.mark.parametrize(("published", "joins"), [(None, True), (NOON + timedelta(1), False)])
def test_kept_numbers_tell_nothing_of_a_text_of_another_day(published, joins):
    mine = look_alike(counted(7, 60, WIRE, "one"))
    theirs = look_alike(
        counted(7, 60, edited(WIRE, 5), "other"),
        "https://two.example/b",
        outlet="two",
        published=published,
    )
    assert relate(mine, theirs).relation.joins is joins


@pytest.mark.parametrize(("published", "alike"), [(None, True), (NOON + timedelta(1), False)])
def test_a_twin_of_another_day_says_nothing_of_a_text_without_a_time(published, alike):
    other = look_alike(WIRE)
    one = look_alike(edited(WIRE, 5), "https://two.example/b", outlet="two", published=None)
    twin = replace(one, published=published)
    assert alike_to(other, one, twin, RULES) is alike


@pytest.mark.parametrize(("start", "expected"), [(0, Reason.OPENING), (120, Reason.PARTLY_SHARED)])
def test_words_that_open_a_text_and_run_on_need_no_time(start, expected):
    part = edited(cut(WIRE, start, start + 60), 7)
    one = look_alike(part, published=None)
    other = look_alike(WIRE, "https://two.example/b", outlet="two", published=None)
    assert reason_of(one, other, shares_of(one, other), RULES) is expected


def test_words_that_open_a_text_tell_nothing_under_another_number():
    begin, end = edited(cut(WIRE, 0, 30), 7), edited(cut(WIRE, 30, 60), 7)
    whole = f"{cut(WIRE, 0, 30)} 12 lorries 40 cars {cut(WIRE, 30, 200)}"
    one = look_alike(f"{begin} 12 lorries 50 cars {end}", published=None)
    other = look_alike(whole, "https://two.example/b", outlet="two", published=None)
    assert reason_of(one, other, shares_of(one, other), UNWEIGHED) is Reason.PARTLY_SHARED


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
    assert relate(*told_on(0, days, numbers=3)).relation is relation


def test_two_outlets_that_are_not_known_may_be_two():
    one, other = told_on(0, 0)
    unnamed = (replace(article, outlet=OutletId("")) for article in (one, other))
    assert relate(*unnamed).relation is Relation.COPY


def test_a_handful_of_words_in_common_is_no_text_edited_throughout():
    assert reason(f"{cut(WIRE, 0, 5)} {prose('x', 4)}", WIRE) is Reason.TOO_LITTLE


def test_one_passage_of_some_length_is_no_text_edited_throughout():
    passage = cut(WIRE, 0, 50)
    assert judged(f"{passage} {prose('x', 50)}", f"{passage} {prose('y', 60)}") is Relation.PARTIAL
