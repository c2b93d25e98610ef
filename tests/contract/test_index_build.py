"""A generation is built beside the one that is read, and compared with it."""

from datetime import timedelta

import pytest
from articles import an_article, copies, words_of
from houses import NEW, OLD, public
from stores import BY, TOPIC

from crawler.dedup.departure import depart
from crawler.errors import ConfigError, SupersededError
from crawler.model import Recipe
from crawler.placing import Place
from crawler.rule import Rule


async def test_a_build_places_every_article_anew_and_changes_nothing_that_is_read(old, new):
    await old.place(*copies(3), an_article(url="https://else.example/"))
    before, events = await public(old.server), await old.events()
    generation, told = await new.build()
    assert generation.recipe == NEW
    assert (told[-1].built, told[-1].whole) == (4, 4)
    assert await new.groups("coming") == await new.groups()
    assert (await public(old.server), await old.events()) == (before, events)


async def test_what_the_corpus_lacks_is_built_from_the_stories(old, new, tmp_path):
    one, other = copies(2)
    await old.place(one, other)
    for file in tmp_path.glob("*.zst"):
        file.unlink()
    await new.build()
    assert await new.groups("coming") == {frozenset([one.id, other.id])}


async def test_what_expired_or_was_revised_meanwhile_is_not_built_from_the_corpus(old, new, clock):
    gone = an_article(url="https://gone.example/")
    await old.place(gone)
    clock.advance(timedelta(days=91))
    await old.stories.expire(TOPIC)
    first = an_article(words_of("first"), at=clock.now())
    await old.place(first)
    clock.advance(timedelta(hours=1))
    revised = an_article(words_of("revised"), at=clock.now())
    await old.place(revised)
    await new.build()
    _, (_, built) = await new.generations.written(TOPIC, anew=True)
    facts = await built.articles(TOPIC, [gone.id, first.id])
    assert facts.keys() == {first.id}
    assert await built.text(TOPIC, first.id) == revised.text
    assert facts[first.id].arrived == first.fetched


async def test_a_build_goes_on_where_it_was_cut_short(old, new):
    articles = [an_article(url=f"https://{n}.example/") for n in range(150)]
    await old.place(*articles)

    def cut(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await new.index.build(cut)
    generation, told = await new.build()
    assert generation.number == 2
    assert len(told) == 2  # 64 of 150 were there
    assert told[-1].built == 150


async def test_articles_that_come_meanwhile_are_placed_in_both(old, new):
    one, other, third = copies(3)
    await old.place(one)
    await new.build()
    await old.place(other)  # a process that was there before the build began
    await new.place(third)
    assert await old.groups() == await new.groups("coming") == {frozenset(copy_ids(3))}


def copy_ids(count):
    return [article.id for article in copies(count)]


async def test_whoever_believes_in_other_generations_writes_nothing(old, new):
    (one, kept), *_ = await old.generations.written(TOPIC)
    await new.generations.begin(NEW, [TOPIC])
    place = Place(kept)
    with pytest.raises(SupersededError):
        await place(TOPIC, copies(1)[0])
    assert await kept.count(TOPIC) == (0, 0)
    assert one.recipe == OLD


async def test_what_is_forgotten_or_ruled_during_a_build_is_so_in_both(old, new, clock):
    one, other, third = copies(3)
    story = await old.place(one, other, third)
    await new.build()
    await old.stories.forget(TOPIC, third.id, depart)
    await old.rule.split(TOPIC, story, [other.id], *BY)
    assert await new.groups() == await new.groups("coming") == {
        frozenset([one.id]), frozenset([other.id]),
    }  # fmt: skip


async def test_another_recipe_waits_until_the_build_that_was_begun_is_over(old, new):
    await new.generations.begin(NEW, [TOPIC])
    with pytest.raises(ConfigError, match="kordon index retire --build"):
        await new.generations.begin(Recipe(shingle_words=5), [TOPIC])


async def test_status_tells_sizes_and_how_many_pairs_agree(old, new, clock):
    one, other, third = copies(3)
    await old.place(one, other, third)
    await new.build()
    read, built = await new.index.status()
    assert (read.is_read, built.is_read) == (True, False)
    assert (read.articles, built.articles, built.stories) == (3, 3, 1)
    assert (read.agreement, built.agreement) == (None, 1.0)
    assert built.size.keys > 10
    assert built.size.bytes > 1_000
    _, (_, coming) = await new.generations.written(TOPIC, anew=True)
    (story,) = await coming.newest(TOPIC, 10)
    await Rule(coming, clock).split(TOPIC, story.id, [third.id], *BY)
    _, built = await new.index.status()
    assert built.agreement == pytest.approx(1 / 3)  # one of three pairs is left
