"""One body for both stores: an operator's word that is taken back leaves things as they were."""

from dataclasses import replace
from datetime import timedelta

import pytest
from articles import an_article, copies
from stores import BY, TOPIC, homes, place

from crawler.dedup.departure import depart
from crawler.errors import UnknownError
from crawler.model import RulingKind
from crawler.rule import Rule


async def undone(stories, clock):
    """Take back all that was ruled, a minute later."""
    clock.advance(timedelta(minutes=1))
    rulings = await stories.rulings(TOPIC)
    return await Rule(stories, clock).undo(TOPIC, rulings, *BY)


async def test_a_split_that_is_taken_back_leaves_one_story(stories, clock):
    articles = copies(4)
    (story, *_) = await place(stories, *articles)
    await Rule(stories, clock).split(TOPIC, story, [articles[2].id, articles[3].id], *BY)
    assert len(set(await homes(stories, *articles))) > 1
    await undone(stories, clock)
    assert len(set(await homes(stories, *articles))) == 1


async def test_a_merge_that_is_taken_back_leaves_two_stories(stories, clock):
    one, other = an_article(url="https://one.example/a"), an_article(url="https://two.example/b")
    first, second = await place(stories, one, other)
    await Rule(stories, clock).merge(TOPIC, first, second, *BY)
    assert len(set(await homes(stories, one, other))) == 1
    await undone(stories, clock)
    assert len(set(await homes(stories, one, other))) == 2


async def test_a_pin_that_is_taken_back_shows_the_article_chosen_by_rule(stories, clock):
    first, later = copies(2)
    later = replace(later, published=first.published + timedelta(hours=5))
    story, _ = await place(stories, first, later)
    await Rule(stories, clock).pin(TOPIC, later.id, *BY)
    assert (await stories.story(TOPIC, story)).canonical == later.id
    await undone(stories, clock)
    assert (await stories.story(TOPIC, story)).canonical == first.id


async def test_a_merge_that_took_a_split_back_can_be_taken_back_itself(stories, clock):
    one, other, third = copies(3)
    (story, *_) = await place(stories, one, other, third)
    rule = Rule(stories, clock)
    await rule.split(TOPIC, story, [third.id], *BY)
    clock.advance(timedelta(minutes=1))
    await rule.merge(TOPIC, story, (await homes(stories, third))[0], "ivan", "one after all")
    word = await undone(stories, clock)
    assert word.recorded
    assert len(word.stories) == 1  # as the texts have it; the split does not hold again
    said = {(ruling.kind, ruling.who) for ruling in await stories.rulings(TOPIC)}
    assert said == {(RulingKind.WITHDRAWN, "ivan"), (RulingKind.WITHDRAWN, "olena")}
    assert not (await undone(stories, clock)).recorded


async def test_a_split_is_taken_back_by_what_is_left_though_what_was_taken_out_is_gone(
    stories, clock
):
    one, other, third = copies(3)
    (story, *_) = await place(stories, one, other, third)
    await Rule(stories, clock).split(TOPIC, story, [third.id], *BY)
    await stories.forget(TOPIC, third.id, depart)
    assert (await undone(stories, clock)).recorded
    assert {ruling.kind for ruling in await stories.rulings(TOPIC)} == {RulingKind.WITHDRAWN}


async def test_what_is_ruled_of_articles_that_are_gone_is_not_said_to_be_taken_back(stories, clock):
    alone = an_article()
    await place(stories, alone)
    await Rule(stories, clock).pin(TOPIC, alone.id, *BY)
    await stories.forget(TOPIC, alone.id, depart)
    with pytest.raises(UnknownError):
        await undone(stories, clock)
