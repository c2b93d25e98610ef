"""A verdict is refused once anything that it rests on moved; then it is asked for anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from articles import RECIPE, an_article, copies, decide
from stores import BY, TOPIC, in_redis

from crawler.dedup.outcome import founded
from crawler.model import Placement, Relation, Tie
from crawler.rule import Rule
from crawler.store.nomination import index_keys
from crawler.store.stories import _Newcomer, _Sought
from crawler.store.story_records import pack_text


@pytest.fixture
def stories(server, clock):
    return in_redis(server, clock)


class Judged:
    """An article on its way to its place, once its neighbourhood was looked at."""

    def __init__(self, stories, article):
        self._stories, self._article = stories, article
        self._sought = _Sought(TOPIC, article.id, index_keys(article.fingerprint, RECIPE))

    async def look(self):
        self._grounds = await self._stories._look(self._sought)
        return self

    async def is_refused(self):
        newcomer = _Newcomer(self._sought, self._article, decide, pack_text(self._article.text))
        _, again = await self._stories._attempt(newcomer, self._grounds)
        return again is not None


async def held(stories, *articles):
    for article in articles:
        await stories.place(TOPIC, article, decide)


async def test_a_verdict_stands_while_nothing_moved(stories):
    one, other = copies(2)
    await held(stories, one, an_article(url="https://else.example/"))
    judged = await Judged(stories, other).look()
    await held(stories, an_article(url="https://stranger.example/"))
    assert not await judged.is_refused()


async def test_another_copy_that_got_ahead_refuses_it(stories):
    one, other, third = copies(3)
    await held(stories, one)
    judged = await Judged(stories, third).look()
    await held(stories, other)
    assert await judged.is_refused()


async def test_a_story_with_another_version_refuses_it(stories, clock):
    one, other = copies(2)
    await held(stories, one)
    judged = await Judged(stories, other).look()
    clock.advance(timedelta(minutes=1))

    def touched(article, around):
        if not around.stories:  # what it is asked first, as most articles are alone
            return founded(article)
        (story,) = around.stories
        story = replace(story, version=story.version + 1)
        return Placement(article.id, story.id, Relation.COPY, stories=(story,))

    await stories.place(TOPIC, one, touched)
    assert await judged.is_refused()


async def test_a_tie_that_was_learnt_meanwhile_refuses_it(stories):
    one, other = copies(2)
    far = an_article(url="https://far.example/")
    await held(stories, one, far)
    judged = await Judged(stories, other).look()

    def tied(article, around):
        ties = (Tie(article.id, one.id, Relation.PARTIAL, 0.2, 0.2, 0.2),)
        return Placement(article.id, around.known.story, Relation.COPY, ties=ties)

    together = _Sought(TOPIC, far.id, index_keys(one.fingerprint, RECIPE))
    newcomer = _Newcomer(together, far, tied, pack_text(far.text))
    assert await stories._attempt(newcomer, await stories._look(together)) is not None
    assert await stories.ties(TOPIC, one.id)
    assert await judged.is_refused()


async def test_the_article_itself_placed_meanwhile_refuses_it(stories, clock):
    one = an_article()
    await held(stories, one)
    clock.advance(timedelta(minutes=1))
    judged = await Judged(stories, replace(one, title="A third title")).look()
    await held(stories, replace(one, title="Another title"))
    assert await judged.is_refused()


async def test_a_ruling_meanwhile_refuses_it_even_of_an_article_that_is_alone(stories, clock):
    one = an_article()
    await held(stories, one)
    judged = await Judged(stories, an_article(url="https://alone.example/")).look()
    await Rule(stories, clock).pin(TOPIC, one.id, *BY)
    assert await judged.is_refused()
