"""An operator's word while somebody else merges or forgets what it is about."""

import pytest
from articles import RECIPE, an_article, copies, words_of
from ledger import dangling
from stores import BY, TOPIC, WINDOWS, in_redis, place

from crawler.dedup.departure import depart
from crawler.errors import ConfigError
from crawler.model import RulingKind
from crawler.rule import Rule
from crawler.store.memory.stories import MemoryStories
from crawler.store.stories import RedisStories


class Moving(MemoryStories):
    """A store in which somebody merges two stories while both are being read."""

    meanwhile = None

    async def story(self, topic, story):
        found = await super().story(topic, story)
        if self.meanwhile:
            merge, self.meanwhile = self.meanwhile, None
            await merge()
        return found


async def test_stories_that_were_merged_while_they_were_read_are_one(clock):
    stories = Moving(clock, RECIPE, **WINDOWS)
    older, younger = await place(stories, *(an_article(url=f"https://{n}.example/") for n in "ab"))
    rule = Rule(stories, clock)

    async def merge():
        await rule.merge(TOPIC, older, younger, *BY)

    stories.meanwhile = merge
    with pytest.raises(ConfigError, match="are one story"):
        await rule.never_merge(TOPIC, younger, older, *BY)
    assert {ruling.kind for ruling in await stories.rulings(TOPIC)} == {RulingKind.TOGETHER}


class Forgetful(RedisStories):
    """A store in which somebody forgets an article while another process reads about its story."""

    gone = None

    async def _facts_of(self, *about):
        await self._forget_meanwhile()
        return await super()._facts_of(*about)

    async def _records(self, topic, ids):
        found = await super()._records(topic, ids)
        if any(record.story.canonical == self.gone for record in found.values()):
            await self._forget_meanwhile()
        return found

    async def _forget_meanwhile(self):
        if self.gone:
            gone, self.gone = self.gone, None
            await super().forget(TOPIC, gone, depart)


@pytest.fixture
def forgetful(server, clock):
    return in_redis(server, clock, kind=Forgetful)


@pytest.mark.parametrize("verb", ["split", "forget"])
async def test_a_verb_looks_again_where_the_shown_article_was_forgotten_meanwhile(
    forgetful, server, clock, verb
):
    stories = forgetful
    first, shown, third = copies(3)
    (story, *_) = await place(stories, first, shown, third)
    rule = Rule(stories, clock)
    await rule.pin(TOPIC, shown.id, *BY)
    stories.gone = shown.id
    if verb == "split":
        word = await rule.split(TOPIC, story, [first.id], *BY)
        assert sorted(one.articles for one in word.stories) == sorted([(first.id,), (third.id,)])
    else:
        assert await stories.forget(TOPIC, first.id, depart)
        assert (await stories.story(TOPIC, story)).articles == (third.id,)
    assert await dangling(server, TOPIC, RECIPE.id) == []


async def test_a_story_ends_though_what_a_linked_one_is_shown_by_is_forgotten_meanwhile(
    forgetful, server, clock
):
    stem = words_of("stem", 60)
    alone = an_article(stem + words_of("alone", 100), url="https://alone.example/")
    shown, other = (
        an_article(stem + words_of("two", 100), url=f"https://{n}.example/", outlet=n) for n in "ab"
    )
    ending, linked, _ = await place(forgetful, alone, shown, other)
    assert (await forgetful.story(TOPIC, linked)).linked == (ending,)
    forgetful.gone = (await forgetful.story(TOPIC, linked)).canonical
    assert await forgetful.forget(TOPIC, alone.id, depart)
    left = await forgetful.story(TOPIC, linked)
    assert (len(left.members), left.linked) == (1, ())
    assert await dangling(server, TOPIC, RECIPE.id) == []
