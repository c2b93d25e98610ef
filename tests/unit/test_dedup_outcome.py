"""What becomes of stories once their articles are grouped anew, case by case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.outcome import Outcome, amendments
from crawler.dedup.rules import RULES
from crawler.dedup.scene import Scene
from crawler.dedup.ties import Ties
from crawler.model import (
    Change,
    ChangeKind,
    Member,
    OutletId,
    Regrouping,
    Relation,
    Ruling,
    RulingKind,
    Story,
    Tie,
    id_of,
)
from tests.newsroom import NOON, WIRE, look_alike, mark, prose

HOUR = timedelta(hours=1)
NOW = NOON + 9 * HOUR
COPY, PARTIAL, UNRELATED = Relation.COPY, Relation.PARTIAL, Relation.UNRELATED
MARK = mark(WIRE)


def tie(one, other, relation=COPY):
    return Tie(one, other, relation, 0.5, 0.5, 0.5)


def a_story(name, articles, *, canonical="", created=NOON, version=3, linked=()):
    members = tuple(Member(one, COPY) for one in articles)
    shown = canonical or articles[0]
    return Story(name, shown, members, created, created + HOUR, version, tuple(linked))


def an_article(name, home="", order=0):
    alike = look_alike("", f"https://{name}.example/", outlet=name)
    arrived = NOON + order * timedelta(minutes=1)
    return replace(
        alike, id=name, story=home, arrived=arrived, fingerprint=MARK, outlet=OutletId(name)
    )


def a_scene(newcomer, *stories, ties=(), rulings=(), learnt=(), bereft="", hidden="", known=None,
            leaves=False, apart=""):  # fmt: skip
    """A scene of articles named by letters, all strangers unless `ties` says more.

    Articles of `hidden` are members out of sight; those of `apart` are around without hanging
    together with the newcomer.
    """
    homes = {one: story.id for story in stories for one in story.articles}
    names = sorted({newcomer, *homes} - {*hidden})
    articles = {one: an_article(one, homes.get(one, ""), at) for at, one in enumerate(names)}
    own = articles[newcomer]
    if leaves:
        del articles[newcomer]
    found = {frozenset((one.one, one.other)): one for one in ties}
    for one in names:
        for other in names:
            if one < other:
                found.setdefault(frozenset((one, other)), tie(one, other, UNRELATED))
    return Scene(
        newcomer=own,
        now=NOW,
        known=known,
        articles=articles,
        stories={story.id: story for story in stories},
        ties=Ties(articles, found.values(), RULES, rulings),
        learnt=list(learnt),
        bereft=frozenset(bereft),
        touched=[story for story in stories if not {*story.articles} & {*apart}],
        everyone={one: each for one, each in articles.items() if one not in apart},
    )


def placed(scene, *groups):
    return Outcome.of(scene, [frozenset(group) for group in groups]).placement()


def regrouped(scene, *groups):
    return Outcome.of(scene, [frozenset(group) for group in groups]).regrouping()


def left(scene, *groups):
    return Outcome.of(scene, [frozenset(group) for group in groups]).departure()


def kinds(said):
    return [change.kind for change in said.changes]


def by_id(said):
    return {story.id: story for story in said.stories}


# --- ids --------------------------------------------------------------------------------------


def test_the_id_of_a_story_goes_where_most_of_its_members_go():
    said = placed(a_scene("n", a_story("s", "abc")), "an", "bc")
    assert by_id(said)["s"].articles == ("b", "c")
    assert Change(ChangeKind.SPLIT, "s", other=said.story) in said.changes


@pytest.mark.parametrize(("canonical", "stays"), [("a", "ab"), ("c", "cd")])
def test_of_two_parts_as_large_the_canonicals_keeps_the_id(canonical, stays):
    said = placed(a_scene("n", a_story("s", "abcd", canonical=canonical)), "ab", "cd", "n")
    assert by_id(said)["s"].articles == tuple(stays)


def test_of_two_parts_as_large_without_the_canonical_the_first_keeps_the_id():
    scene = a_scene("n", a_story("s", "abcdz", canonical="z"))
    assert by_id(placed(scene, "cd", "ab", "zn"))["s"].articles == ("a", "b")


def test_where_stories_become_one_the_oldest_id_stays():
    old = a_story("old", "ab")
    young = a_story("young", "cd", created=NOON + 2 * HOUR, version=8)
    said = placed(a_scene("n", old, young), "abcdn")
    (story,) = said.stories
    assert (story.id, story.created, story.version) == ("old", NOON, 9)
    assert story.updated == NOW
    assert said.forwards == (("young", "old"),)
    assert said.changes[1] == Change(ChangeKind.MERGED, "old", other="young")


def test_a_new_story_is_named_after_its_first_article_and_when_that_came():
    said = placed(a_scene("n", a_story("s", "ab")), "ab", "n")
    assert said.story == id_of(f"n {NOW.isoformat()}")
    assert (by_id(said)[said.story].version, by_id(said)[said.story].created) == (1, NOW)


def test_what_splits_off_is_named_after_where_it_was_and_the_version_that_lost_it():
    said = regrouped(a_scene("a", a_story("s", "abc", version=5)), "ab", "c")
    (other,) = {*by_id(said)} - {"s"}
    assert other == id_of("c s 5")


# --- the newcomer -----------------------------------------------------------------------------


def test_who_joins_is_told_as_joined_and_who_is_alone_as_a_beginning():
    story = a_story("s", "a")
    joined = placed(a_scene("n", story, ties=[tie("a", "n")]), "an")
    assert joined.changes[0] == Change(ChangeKind.JOINED, "s", "n", COPY)
    assert kinds(placed(a_scene("n", story), "a", "n"))[0] is ChangeKind.CREATED


def test_who_founds_a_story_with_others_that_left_theirs_joins_it():
    said = placed(a_scene("n", a_story("s", "abc")), "ab", "cn")
    assert kinds(said)[0] is ChangeKind.JOINED


def test_a_known_article_with_another_text_is_revised_where_its_story_went():
    story = a_story("s", "an")
    known = replace(an_article("n", "s"), fingerprint=mark(prose("before")))
    scene = a_scene("n", story, ties=[tie("a", "n")], known=known)
    assert scene.is_revised
    said = placed(scene, "an")
    assert said.changes[0] == Change(ChangeKind.REVISED, "s", "n", COPY)
    assert (said.stories[0].version, said.stories[0].updated) == (4, NOW)
    assert kinds(placed(scene, "a", "n"))[0] is ChangeKind.CREATED


def test_an_article_whose_text_is_as_it_was_is_no_revision():
    scene = a_scene("n", a_story("s", "an"), ties=[tie("a", "n")], known=an_article("n", "s"))
    assert not scene.is_revised
    assert regrouped(scene, "an") == Regrouping()


# --- members and who is shown -----------------------------------------------------------------


def test_members_stand_by_arrival_with_what_they_are_to_the_canonical():
    ties = [tie("a", "b", Relation.EXCERPT), tie("a", "n"), tie("b", "n", Relation.EXPANSION)]
    said = placed(a_scene("n", a_story("s", "ba", canonical="b"), ties=ties), "abn")
    (story,) = said.stories
    assert story.articles == ("a", "b", "n")
    shown = {one.article: one.relation for one in story.members}
    assert shown[story.canonical] is COPY


def test_a_canonical_out_of_sight_stays_and_others_are_partly_known_to_it():
    scene = a_scene("n", a_story("s", "zab", canonical="z"), hidden="z",
                    ties=[tie("a", "n"), tie("a", "b"), tie("b", "n")])  # fmt: skip
    (story,) = placed(scene, "abn").stories
    assert story.canonical == "z"
    assert story.articles == ("z", "a", "b", "n")
    assert {one.relation for one in story.members[1:]} == {PARTIAL}


def test_a_pinned_article_is_shown_and_strangers_to_it_are_partial():
    pin = Ruling(RulingKind.PINNED, "b", "b", "olena", "asked", NOON)
    ties = [tie("a", "n"), tie("a", "b")]
    scene = a_scene("n", a_story("s", "ab", canonical="a"), ties=ties, rulings=[pin])
    said = placed(scene, "abn")
    (story,) = said.stories
    assert story.canonical == "b"
    assert {one.article: one.relation for one in story.members} == {
        "a": COPY, "b": COPY, "n": PARTIAL,
    }  # fmt: skip
    assert Change(ChangeKind.CANONICAL_CHANGED, "s", "b") in said.changes


# --- versions and events ----------------------------------------------------------------------


def test_a_link_alone_is_a_version_and_no_change_of_when_it_was_updated():
    here, there = a_story("here", "a"), a_story("there", "b")
    partly = tie("a", "b", PARTIAL)
    scene = a_scene("a", here, there, ties=[partly], learnt=[partly], known=an_article("a", "here"))
    said = placed(scene, "a", "b")
    assert {(one.id, one.version, one.updated) for one in said.stories} == {
        ("here", 4, here.updated), ("there", 4, there.updated),
    }  # fmt: skip
    assert [one for one in said.changes if one.kind is ChangeKind.LINKED] == [
        Change(ChangeKind.LINKED, "here", "a", PARTIAL, "there"),
        Change(ChangeKind.LINKED, "there", "b", PARTIAL, "here"),
    ]


@pytest.mark.parametrize(
    ("relation", "links"),
    [(PARTIAL, True), (Relation.DIGEST, True), (COPY, True), (Relation.TEMPLATE, False)],
)
def test_a_template_links_nothing(relation, links):
    between = tie("a", "n", relation)
    said = placed(a_scene("n", a_story("s", "a"), ties=[between], learnt=[between]), "a", "n")
    assert (ChangeKind.LINKED in kinds(said)) is links


def test_a_pair_that_was_ruled_apart_links_nothing_by_what_would_have_joined_it():
    apart = Ruling(RulingKind.APART, "a", "n", "olena", "asked", NOON)
    for relation, links in ((COPY, False), (PARTIAL, True)):
        between = tie("a", "n", relation)
        scene = a_scene("n", a_story("s", "a"), ties=[between], learnt=[between], rulings=[apart])
        assert (ChangeKind.LINKED in kinds(placed(scene, "a", "n"))) is links


def test_a_link_that_is_there_is_not_told_again():
    partly = tie("a", "b", PARTIAL)
    stories = a_story("here", "a", linked=["there"]), a_story("there", "b", linked=["here"])
    scene = a_scene("a", *stories, ties=[partly], learnt=[partly], known=an_article("a", "here"))
    assert placed(scene, "a", "b").stories == ()


def test_stories_that_were_there_are_not_linked_by_what_was_known_of_them():
    scene = a_scene("n", a_story("here", "a"), a_story("there", "b"), ties=[tie("a", "b", PARTIAL)])
    assert ChangeKind.LINKED not in kinds(placed(scene, "an", "b"))


def test_the_newest_links_are_kept():
    links = [f"s{n}" for n in range(32)]
    partly = tie("a", "n", PARTIAL)
    scene = a_scene("n", a_story("s", "a", linked=links), ties=[partly], learnt=[partly])
    said = placed(scene, "a", "n")
    assert by_id(said)["s"].linked == (*links[1:], said.story)


def test_a_story_that_takes_over_another_links_to_neither_and_to_what_both_did():
    here = a_story("here", "a", linked=["there", "x"])
    there = a_story("there", "b", created=NOON + HOUR, linked=["here", "x", "y"])
    (story,) = placed(a_scene("n", here, there), "abn").stories
    assert story.linked == ("x", "y")


def test_a_part_that_splits_off_is_linked_with_what_it_shares_something_with():
    ties = [tie("a", "c", PARTIAL), tie("a", "b")]
    said = regrouped(a_scene("a", a_story("s", "abc"), ties=ties), "ab", "c")
    (part,) = {*by_id(said)} - {"s"}
    assert by_id(said)["s"].linked == (part,)
    assert by_id(said)[part].linked == ("s",)


def test_a_change_that_no_event_tells_is_told_as_amended():
    told = [Change(ChangeKind.JOINED, "a"), Change(ChangeKind.MERGED, "b", other="c"),
            Change(ChangeKind.LINKED, "d", other="e")]  # fmt: skip
    assert list(amendments(told, "abcde")) == [Change(ChangeKind.AMENDED, "e")]


def test_one_part_of_two_stories_that_became_one_is_told_once():
    old = a_story("old", "abx")
    young = a_story("young", "cdy", created=NOON + HOUR)
    said = placed(a_scene("n", old, young), "abcdn", "xy")
    splits = [one for one in said.changes if one.kind is ChangeKind.SPLIT]
    assert len(splits) == 1


# --- who leaves -------------------------------------------------------------------------------


def test_a_story_that_nobody_is_left_of_ends():
    story = a_story("s", "a")
    said = left(a_scene("a", story, leaves=True, known=an_article("a", "s")))
    assert said.ended == ("s",)
    assert said.changes == (Change(ChangeKind.FORGOTTEN, "s", "a"), Change(ChangeKind.EXPIRED, "s"))


def test_a_story_that_ends_goes_to_no_other():
    scene = a_scene("a", a_story("s", "a"), a_story("t", "b"), leaves=True)
    assert left(scene, "b").ended == ("s",)


def test_who_leaves_is_told_of_the_story_that_goes_on():
    scene = a_scene("a", a_story("s", "abc"), ties=[tie("b", "c")], leaves=True)
    said = left(scene, "bc")
    assert said.ended == ()
    assert said.changes[0] == Change(ChangeKind.FORGOTTEN, "s", "a")
    assert by_id(said)["s"].articles == ("b", "c")
    assert by_id(said)["s"].canonical == "b"


@pytest.mark.parametrize(("between", "linked"), [(UNRELATED, ()), (PARTIAL, ("t",))])
def test_a_link_that_only_the_leaver_made_is_lost(between, linked):
    stories = a_story("s", "ab", linked=["t"]), a_story("t", "x", linked=["s"])
    scene = a_scene("a", *stories, ties=[tie("b", "x", between)], bereft="bx", leaves=True)
    said = left(scene, "b", "x")
    assert by_id(said)["s"].linked == linked
    assert by_id(said).get("t", stories[1]).linked == (("s",) if linked else ())


def test_a_link_that_somebody_out_of_sight_may_make_stays():
    stories = a_story("s", "ab", linked=["t"]), a_story("t", "xz", linked=["s"])
    scene = a_scene("a", *stories, bereft="bx", hidden="z", leaves=True)
    assert by_id(left(scene, "b", "x"))["s"].linked == ("t",)


# --- the scene ----------------------------------------------------------------------------------


def test_one_more_may_hang_together_where_one_leaves_or_is_known():
    story = a_story("s", "ab")
    assert a_scene("n", story).loaded == 3
    assert a_scene("a", story, known=an_article("a", "s")).loaded == 3
    assert a_scene("a", story, leaves=True).loaded == 2
    assert a_scene("a", story, leaves=True).is_left
    assert not a_scene("a", story).is_left
