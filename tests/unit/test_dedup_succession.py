"""Which ids the stories of another generation take over, case by case."""

from datetime import timedelta

from crawler.dedup.succession import succeed
from crawler.model import Change, ChangeKind, Member, Relation, Story, id_of
from tests.newsroom import NOON

DAY = timedelta(days=1)
LATER = NOON + 9 * DAY


def story(name, articles, *, canonical="", created=NOON, version=3, linked=()):
    members = tuple(Member(one, Relation.COPY) for one in articles)
    shown = canonical or members[0].article
    return Story(name, shown, members, created, created + DAY, version, tuple(linked))


def successor(old, new, taken=()):
    return succeed(old, new, taken, LATER)


def test_an_id_goes_where_most_of_its_members_went():
    said = successor([story("old", "abc")], [story("x", "a"), story("y", "bc")])
    assert said.names == {"x": "x", "y": "old"}
    assert said.changes[0] == Change(ChangeKind.SPLIT, "old", other="x")


def test_of_two_that_took_as_many_the_canonical_decides():
    parts = [story("x", "ab"), story("y", "cd")]
    assert successor([story("old", "abcd", canonical="c")], parts).names["y"] == "old"
    assert successor([story("old", "abcd", canonical="a")], parts).names["x"] == "old"
    gone = story("old", "abcdz", canonical="z")
    assert successor([gone], parts).names["x"] == "old"


def test_where_two_ids_meet_the_older_stays_whichever_is_named_first():
    young, aged = story("a", "ab", created=NOON + DAY), story("z", "cd")
    said = successor([young, aged], [story("x", "abcd", canonical="c")])
    assert said.forwards == (("a", "z"),)
    assert said.changes[0] == Change(ChangeKind.MERGED, "z", other="a")
    twins = [story("b", "ab"), story("a", "cd")]
    assert successor(twins, [story("x", "abcd")]).forwards == (("b", "a"),)


def test_a_story_that_nobody_is_left_of_ends():
    said = successor([story("gone", "z"), story("old", "ab")], [story("x", "ab")])
    assert said.changes == (Change(ChangeKind.EXPIRED, "gone"),)
    assert said.forwards == ()


def test_a_new_story_keeps_its_id_unless_that_meant_something():
    said = successor([story("old", "a")], [story("x", "a"), story("new", "b")])
    assert said.names["new"] == "new"
    for meant in ("old", "forwarded"):
        new = [story("x", "a"), story(meant, "b")]
        assert successor([story("old", "a")], new, ["forwarded"]).names[meant] == id_of(
            f"{meant} anew"
        )
    twice = successor([], [story("x", "a")], ["x", id_of("x anew")])
    assert twice.names["x"] == id_of(f"{id_of('x anew')} anew")


def test_a_new_story_begins_its_versions_now():
    (new,) = successor([], [story("x", "a", version=7)]).stories
    assert (new.version, new.created, new.updated) == (1, NOON, LATER)


def test_what_changed_is_the_next_version_of_what_it_was():
    old = story("old", "ab", created=NOON - DAY)
    said = successor([old], [story("x", "abc", version=1)])
    (now,) = said.stories
    assert (now.id, now.version, now.created, now.updated) == ("old", 4, NOON - DAY, LATER)
    assert said.changes == (Change(ChangeKind.AMENDED, "old"),)


def test_the_same_members_stay_as_they_were_shown():
    old = story("old", "ab", canonical="a")
    said = successor([old], [story("x", "ba", canonical="b")])
    assert said.stories == (old,)
    assert said.changes == ()


def test_another_canonical_is_told_where_members_changed():
    said = successor([story("old", "ab", canonical="a")], [story("x", "abc", canonical="c")])
    assert said.changes == (Change(ChangeKind.CANONICAL_CHANGED, "old", "c"),)


def test_links_lead_to_the_ids_of_now_and_never_to_the_story_itself():
    old = [story("one", "ab"), story("two", "cd")]
    new = [story("x", "ab", linked=["y", "x"]), story("y", "cd", linked=["x"])]
    said = successor(old, new)
    assert [one.linked for one in said.stories] == [("two",), ("one",)]
    assert said.changes == (
        Change(ChangeKind.LINKED, "one", other="two"),
        Change(ChangeKind.LINKED, "two", other="one"),
    )


def test_links_in_another_order_are_no_change():
    old = story("one", "ab", linked=["p", "q"])
    assert successor([old], [story("x", "ab", linked=["q", "p"])]).stories == (old,)
    fewer = successor([old], [story("x", "ab", linked=["q"])])
    assert fewer.stories[0].linked == ("q",)
    assert fewer.changes == (Change(ChangeKind.AMENDED, "one"),)


def test_parts_of_a_story_that_was_merged_are_told_as_split_from_its_heir():
    old = [story("a", "abc"), story("b", "defg", created=NOON + DAY)]
    said = successor(old, [story("x", "abcde"), story("y", "f"), story("z", "g")])
    assert said.forwards == (("b", "a"),)
    assert said.changes == (
        Change(ChangeKind.MERGED, "a", other="b"),
        Change(ChangeKind.SPLIT, "a", other="y"),
        Change(ChangeKind.SPLIT, "a", other="z"),
    )
