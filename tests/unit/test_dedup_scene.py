"""Whom a newcomer is compared with, what that teaches, and who hangs together with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.rules import RULES
from crawler.dedup.scene import Scene
from crawler.model import Member, Neighbourhood, Relation, Story, Tie
from tests.newsroom import NOON, WIRE, article, cut, edited, look_alike, prose

LATER = NOON + timedelta(hours=1)


def url(name):
    return f"https://{name}.example/"


def here(name, text=WIRE, home="s"):
    return replace(look_alike(text, url(name), outlet=name), story=home)


def story_of(name, *members):
    ids = [one.id for one in members]
    return Story(name, ids[0], tuple(Member(one, Relation.COPY) for one in ids), NOON, NOON)


def tie(one, other, relation):
    return Tie(one.id, other.id, relation, 0.5, 0.5, 0.5)


def scene_of(text, *around, nominated=(), stories=(), ties=(), known=None):
    newcomer = article(text, url("new"), outlet="new", at=LATER)
    ids = frozenset(one.id for one in nominated)
    return Scene.of(newcomer, Neighbourhood(around, ids, stories, ties, known), RULES, {})


def told(scene):
    return {(one.one, one.other): one.relation for one in scene.learnt}


def test_a_newcomer_is_compared_with_whom_it_was_nominated_with_alone():
    one, other = here("one"), here("two", cut(WIRE, 0, 150))
    scene = scene_of(edited(WIRE, 50), one, other, nominated=[one])
    assert {pair[1] for pair in told(scene)} == {one.id}
    assert (scene.now, scene.is_left, scene.is_revised) == (LATER, False, False)


def test_strangers_teach_nothing():
    one = here("one")
    assert told(scene_of(prose("own"), one, nominated=[one])) == {}


def test_of_the_same_words_only_a_twin_is_compared():
    twin, part = here("one"), here("two", cut(WIRE, 0, 120))
    known = tie(part, twin, Relation.EXCERPT)
    scene = scene_of(WIRE, twin, part, nominated=[twin, part], ties=[known])
    assert {pair[1] for pair in told(scene)} == {twin.id}


def test_a_known_article_is_compared_with_its_old_story_and_no_other():
    fellow, stranger = here("one"), here("two", home="t")
    before = here("new", prose("before"))
    stories = (story_of("s", before, fellow), story_of("t", stranger))
    scene = scene_of(edited(WIRE, 50), fellow, stranger, stories=stories, known=before)
    assert {pair[1] for pair in told(scene)} == {fellow.id}
    assert scene.is_revised


@pytest.mark.parametrize(
    ("relation", "hangs_together"),
    [
        (Relation.COPY, True), (Relation.DIGEST, True), (Relation.EXCERPT, True),
        (Relation.PARTIAL, False), (Relation.TEMPLATE, False),
    ],
)  # fmt: skip
def test_what_hung_together_with_a_text_that_is_gone_is_grouped_anew(relation, hangs_together):
    before, other = here("new", prose("before")), here("two", prose("other"), home="t")
    stories = (story_of("s", before), story_of("t", other))
    ties = (tie(before, other, relation),)
    scene = scene_of(WIRE, other, stories=stories, ties=ties, known=before)
    assert (other.id in scene.everyone) is hangs_together
    assert [one.id for one in scene.touched] == (["s", "t"] if hangs_together else ["s"])
    assert scene.bereft == {other.id}


def test_a_twin_takes_over_the_ties_of_a_text_that_is_gone():
    before, twin = here("new"), here("one")
    part, gone = here("two", cut(WIRE, 0, 80)), tie(before, here("nobody"), Relation.COPY)
    ties = (tie(before, twin, Relation.COPY), tie(before, part, Relation.EXPANSION), gone)
    stories = (story_of("s", before, twin, part),)
    scene = scene_of(prose("other"), twin, part, stories=stories, ties=ties, known=before)
    assert told(scene) == {(twin.id, part.id): Relation.EXPANSION}


def test_a_text_that_leaves_no_twin_hands_nothing_on():
    before, fellow, part = (
        here("new"),
        here("one", edited(WIRE, 50)),
        here("two", cut(WIRE, 0, 120)),
    )
    ties = (tie(before, fellow, Relation.COPY), tie(before, part, Relation.EXPANSION))
    stories = (story_of("s", before, fellow, part),)
    scene = scene_of(prose("other"), fellow, part, stories=stories, ties=ties, known=before)
    assert told(scene) == {}


def test_the_oldest_story_stands_first():
    old, young = here("one", home="z"), here("two", home="a")
    stories = (replace(story_of("a", young), created=LATER), story_of("z", old))
    scene = scene_of(edited(WIRE, 50), old, young, nominated=[old, young], stories=stories)
    assert [one.id for one in scene.touched] == ["z", "a"]
