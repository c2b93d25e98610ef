"""Which entries are fetched again because their feed says that they were revised."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import Entry, EntryId, FeedId, OutletId, id_of
from crawler.schedule.revisits import (
    AT_ONCE,
    HABIT,
    REMEMBERED,
    REVISITS_MOST,
    revised,
    versions_after,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def an_entry(name="a", **facts):
    url = f"https://one.example/{name}"
    entry = Entry(EntryId(id_of(url)), url, OutletId("one"), FeedId("f"), f"About {name}",
                  published=NOON)  # fmt: skip
    return replace(entry, **facts)


def entries_of(count):
    return [an_entry(str(number)) for number in range(count)]


def read(*entries, before=b"", again=(), delta=False):
    return versions_after(before, entries, again, delta=delta)


@pytest.mark.parametrize(
    "change",
    [{"updated": NOON + HOUR}, {"published": NOON + HOUR}, {"title": "About a, corrected"}],
)
def test_an_entry_whose_time_or_title_changed_was_revised(change):
    versions = read(an_entry("a"), an_entry("b"))
    changed = an_entry("a", **change)
    assert revised(versions, [an_entry("b"), changed]) == [changed]
    assert revised(read(changed, before=versions), [changed]) == []


def test_neither_a_first_look_nor_new_entries_nor_summaries_are_revisions():
    assert revised(b"", entries_of(3)) == []
    versions = read(an_entry("a", summary="9 readers"))
    assert revised(versions, [an_entry("a", summary="10 readers"), an_entry("new")]) == []


def test_a_feed_that_changes_all_it_lists_at_once_tells_of_no_revisions():
    listed = entries_of(2 * HABIT)
    versions = read(*listed)
    bumped = [replace(entry, updated=NOON + HOUR) for entry in listed]
    assert revised(versions, bumped) == []
    assert revised(versions, [*bumped[:HABIT], *listed[HABIT:]]) == bumped[:HABIT]
    assert revised(versions, [*bumped[: HABIT + 1], *listed[HABIT + 1 :]]) == []


def test_one_entry_is_fetched_again_so_often_and_no_more():
    entry, versions = an_entry(), read(an_entry())
    for hours in range(1, REVISITS_MOST + 1):
        entry = replace(entry, updated=NOON + hours * HOUR)
        assert revised(versions, [entry]) == [entry]
        versions = read(entry, before=versions, again=[entry.id])
    assert revised(versions, [replace(entry, title="Once more")]) == []


def test_changes_that_led_to_no_fetch_do_not_count():
    versions = read(an_entry())
    for hours in range(1, REVISITS_MOST + 5):
        versions = read(an_entry(updated=NOON + hours * HOUR), before=versions)
    assert revised(versions, [an_entry()]) == [an_entry()]


def test_one_poll_asks_for_so_many_again():
    listed = entries_of(5 * AT_ONCE)
    bumped = [replace(entry, updated=NOON + HOUR) for entry in listed[: 2 * AT_ONCE]]
    assert revised(read(*listed), [*bumped, *listed[2 * AT_ONCE :]]) == bumped[:AT_ONCE]


def test_a_body_of_changes_alone_leaves_the_others_known():
    versions = read(an_entry("a"), an_entry("b"))
    partly = read(an_entry("b"), before=versions, delta=True)
    assert revised(partly, [an_entry("a", title="Corrected")])
    assert revised(read(an_entry("b"), before=versions), [an_entry("a", title="Corrected")]) == []


def test_what_is_remembered_is_bounded():
    assert len(read(*entries_of(2 * REMEMBERED))) == 9 * REMEMBERED
