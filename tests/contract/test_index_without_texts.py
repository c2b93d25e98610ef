"""Stories built anew although the terms of some texts are over."""

from datetime import timedelta

import pytest
from articles import NOON, an_article, copies
from houses import House, public
from stores import TOPIC

from crawler.errors import ConfigError
from crawler.placing import Place
from crawler.reindex import Reindex


async def without_texts(house, *articles):
    """Let go of these articles' texts, as when their terms are over."""
    ids = [article.id for article in articles]
    await house.stories.drop_texts(TOPIC, ids)
    assert await house.corpus.cut(dict.fromkeys(ids, NOON + timedelta(days=1))) == len(ids)


@pytest.fixture
def again(server, tmp_path, clock):
    """The same Kordon once more, with the same recipe."""
    return House(server, tmp_path, clock)


async def test_under_the_same_recipe_their_articles_are_built_by_their_fingerprints(old, again):
    one, other, third = copies(3)
    await old.place(one, other)
    await without_texts(old, one)
    before = await public(old.server)
    generation, _ = await again.build()
    assert generation.number == 2
    assert await again.groups("coming") == await again.groups()
    assert await again.index.switch() == {TOPIC: {}}
    assert await public(old.server) == before
    assert await again.stories.text(TOPIC, one.id) is None
    assert await again.place(third) == (await again.homes(one))[0]


async def test_under_another_recipe_their_articles_are_left_behind(old, new):
    one, other, third = copies(3)
    lone = an_article(url="https://lone.example/")
    story, gone = await old.place(one, other, third), await old.place(lone)
    await without_texts(old, one, lone)
    _, told = await new.build()
    assert (told[-1].built, told[-1].whole) == (2, 4)
    assert await new.index.switch() == {TOPIC: {"expired": 1, "canonical_changed": 1}}
    assert await new.groups() == {frozenset([other.id, third.id])}
    assert (await new.stories.story(TOPIC, story)).id == story
    assert await new.stories.story(TOPIC, gone) is None
    assert await new.sound() == []


async def test_a_text_that_leaves_in_the_moment_in_which_it_is_built_leaves_there_too(old, new):
    one, other = copies(2)
    await old.place(one, other)

    def place_in(_, built):
        async def place(topic, article):
            if article.id == one.id:
                await new.stories.drop_texts(topic, [one.id])
            return await Place(built)(topic, article)

        return place

    index = Reindex(new.generations, new.corpus, new.recipe, [TOPIC], place_in=place_in)
    await index.build(lambda _: None)
    _, (_, coming) = await new.generations.written(TOPIC, anew=True)
    assert await coming.texts(TOPIC, [one.id, other.id]) == {other.id: other.text}


async def test_whoever_still_has_a_text_is_not_left_behind(old, new):
    one, other = copies(2)
    await old.place(one)
    await without_texts(old, one)
    await new.build()
    (_, read), _ = await old.generations.written(TOPIC, anew=True)
    await old.place(other)
    (_, (_, coming)) = await new.generations.written(TOPIC, anew=True)
    bare = await coming.story(TOPIC, (await coming.articles(TOPIC, [other.id]))[other.id].story)
    assert [*bare.articles] == [other.id]
    assert await read.count(TOPIC) == (2, 1)
    await new.index.switch()
    assert await new.groups() == {frozenset([other.id])}


async def test_an_article_with_a_text_that_was_not_built_is_still_refused(old, new):
    one, other = copies(2)
    await old.place(one, other)
    await without_texts(old, one)
    await new.generations.begin(new.recipe, [TOPIC])
    with pytest.raises(ConfigError, match=r"1 articles .* `kordon index build`"):
        await new.index.switch()
