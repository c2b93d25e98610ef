"""Does the demo notice when a crawl finds something else than what was written?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.demo.verdict import Findings, judged
from crawler.demo.world import Truth, World, load
from crawler.model import Relation, SkipReason

NOW = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return load(NOW)


@pytest.fixture
def truth(world) -> Truth:
    return world.truth


@pytest.fixture
def found(truth) -> Findings:
    """What a crawl without a fault finds."""
    return Findings(
        stories={url: key for key, story in truth.stories.items() for url in story},
        relations={(bond.one, bond.other): bond.relation for bond in truth.bonds},
        skips=dict(truth.skips),
    )


def a_story_of_two(truth) -> tuple[str, str]:
    return next(story for story in truth.stories.values() if len(story) == 2)


def test_a_crawl_that_finds_what_was_written_agrees(truth, found):
    verdict = judged(truth, found)
    assert verdict.agrees
    assert verdict.sentence.startswith("all 102 articles grouped as written")


def test_both_acts_can_be_found_as_they_are_written(world):
    truth = world.act(2).truth
    stories = {url: key for key, story in truth.stories.items() for url in story}
    relations = {(bond.one, bond.other): bond.relation for bond in truth.bonds}
    found = Findings(stories, relations, truth.skips, truth.revised)
    assert judged(truth, found).agrees
    missed = judged(truth, replace(found, revised=frozenset()))
    assert [one.partition(":")[0] for one in missed.differences] == ["revision not read"] * 3
    invented = replace(found, revised=truth.revised | {"http://else.example/"})
    assert judged(truth, invented).differences == (
        "revised, but nobody wrote that: http://else.example/",
    )


def test_a_copy_in_a_story_of_its_own_is_told(truth, found):
    _, copy = a_story_of_two(truth)
    apart = replace(found, stories={**found.stories, copy: "elsewhere"})
    assert "is in 2 stories" in " ".join(judged(truth, apart).differences)


def test_two_happenings_in_one_story_are_told(truth, found):
    (one, _), other = a_story_of_two(truth), next(iter(found.stories.values()))
    merged = replace(found, stories={**found.stories, one: other})
    assert f"story {other} holds 2 happenings" in judged(truth, merged).differences


def test_an_article_that_was_skipped_is_told_with_the_reason(truth, found):
    one, _ = a_story_of_two(truth)
    stories = {url: story for url, story in found.stories.items() if url != one}
    lost = replace(found, stories=stories, skips={**found.skips, one: "off-topic"})
    assert f"no article: {one} (off-topic)" in judged(truth, lost).differences


def test_an_article_made_of_a_page_that_is_none_is_told(truth, found):
    wall = next(url for url, reason in truth.skips.items() if reason is SkipReason.PAYWALL)
    fooled = replace(found, stories={**found.stories, wall: "new"})
    assert f"an article, but paywall: {wall}" in judged(truth, fooled).differences


def test_a_page_skipped_for_another_reason_is_told(truth, found):
    wall = next(url for url, reason in truth.skips.items() if reason is SkipReason.PAYWALL)
    mistaken = replace(found, skips={**found.skips, wall: "no-text"})
    assert judged(truth, mistaken).differences == (f"paywall found as no-text: {wall}",)


def test_an_excerpt_taken_for_a_copy_is_told(truth, found):
    bond = next(bond for bond in truth.bonds if bond.relation is Relation.EXCERPT)
    relations = {**found.relations, (bond.one, bond.other): Relation.COPY}
    (difference,) = judged(truth, replace(found, relations=relations)).differences
    assert difference == f"excerpt found as copy: {bond.one} of {bond.other}"


def test_whichever_of_a_short_link_and_its_article_came_second_may_be_passed_over(truth, found):
    link = next(url for url, reason in truth.skips.items() if reason is SkipReason.SAME_ARTICLE)
    skips = {url: reason for url, reason in found.skips.items() if url != link}
    assert judged(truth, replace(found, skips=skips)).agrees
    twice = replace(found, skips=skips, stories={**found.stories, link: "new"})
    assert judged(truth, twice).differences == (f"an article, but same-article: {link}",)
