"""A generation takes the place of another; stories keep their ids."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from articles import NOON, an_article, copies, words_of
from houses import NEW, OLD, House, public
from stores import BY, TOPIC

from crawler.dedup.succession import succeed
from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.placing import Place, fingerprint_of
from crawler.rule import Rule
from crawler.store import keys
from crawler.store.migrations import check


async def test_a_switch_where_nothing_differs_publishes_nothing(old, new, clock):
    await old.place(*copies(3), an_article(url="https://else.example/"))
    before, events = await public(old.server), await old.events()
    await new.build()
    clock.advance(timedelta(hours=1))
    assert await new.index.switch() == {TOPIC: {}}
    assert (await public(old.server), await old.events()) == (before, events)
    assert (await old.generations.reading(TOPIC))[0].recipe == NEW
    assert await new.sound() == []


async def test_stories_keep_their_ids_and_what_split_or_merged_is_told(old, new, clock):
    words, tail = words_of("stem", 80), words_of("tail", 40)
    left, right = words_of("left", 60), words_of("right", 60)
    group = [
        an_article(words + tail[:n], url=f"https://{n}.example/", at=NOON + timedelta(minutes=n))
        for n in (0, 10, 20)
    ]
    pair = [an_article(w, url=f"https://{n}.example/") for n, w in (("l", left), ("r", right))]
    whole = await old.place(*group)
    one, other = [await old.place(article) for article in pair]
    await new.build()
    await regrouped(new, group, pair, clock)
    clock.advance(timedelta(hours=1))
    changed = await new.index.switch()
    assert changed == {TOPIC: {"split": 1, "merged": 1}}
    homes = await old.homes(*group, *pair)
    assert homes[0] == homes[1] == whole != homes[2]
    assert homes[3] == homes[4]
    assert homes[3] in (one, other)
    assert (await old.stories.story(TOPIC, one)).id == (await old.stories.story(TOPIC, other)).id
    kinds = await old.events()
    assert (kinds["split"], kinds["merged"]) == (1, 1)
    assert await new.sound() == []
    standing = await old.stories.story(TOPIC, whole)
    assert (standing.version, standing.updated) == (4, clock.now())


async def regrouped(house, group, pair, clock):
    """Let the generation that is built see one story less and one story more."""
    _, (_, coming) = await house.generations.written(TOPIC, anew=True)
    rule = Rule(coming, clock)
    facts = await coming.articles(TOPIC, [one.id for one in (*group, *pair)])
    await rule.split(TOPIC, facts[group[0].id].story, [group[2].id], *BY)
    await rule.merge(TOPIC, *(facts[one.id].story for one in pair), *BY)


async def test_forwarding_addresses_last_over_a_switch(old, new, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    one, other = await old.place(*ours), await old.place(*theirs)
    (merged,) = (await old.rule.merge(TOPIC, one, other, *BY)).stories
    gone = ({one, other} - {merged.id}).pop()
    await new.build()
    assert await new.index.switch() == {TOPIC: {}}
    assert (await old.stories.story(TOPIC, gone)).id == merged.id
    assert b"moved_to" in await old.server.get(keys.public(TOPIC, f"story:{gone}"))
    assert await new.sound() == []


async def test_what_operators_ruled_holds_in_the_new_generation(old, new, clock):
    apart, theirs = copies(3), copies(2, "theirs")
    ours = an_article(words_of("ours"), url="https://ours.example/")
    story = await old.place(*apart)
    other, third = await old.place(*theirs), await old.place(ours)
    await old.rule.split(TOPIC, story, [apart[2].id], *BY)
    await old.rule.merge(TOPIC, other, third, *BY)
    await old.rule.pin(TOPIC, apart[1].id, *BY)
    before = await old.groups()
    shown = await old.stories.story(TOPIC, story)
    await new.build()
    await new.index.switch()
    assert await new.groups() == before
    assert (await new.stories.story(TOPIC, story)).canonical == shown.canonical == apart[1].id
    assert len(await new.stories.rulings(TOPIC)) > 3


async def test_a_rebuild_links_what_was_split_as_it_was_linked_when_it_was_split(old, new):
    one, other, third = copies(3)
    words = words_of("wire") + words_of("another", 120)
    digest = an_article(words, url="https://digest.example/")
    held = an_article(words[120:], url="https://held.example/")
    story = await old.place(one, other, third)
    await old.place(held, digest)
    await old.rule.split(TOPIC, story, [third.id], *BY)
    before = {kept.id: set(kept.linked) for kept in await old.stories.newest(TOPIC, 10)}
    await new.build()
    assert await new.index.switch() == {TOPIC: {}}
    assert {kept.id: set(kept.linked) for kept in await new.stories.newest(TOPIC, 10)} == before
    assert len(before) == 4


async def test_after_a_switch_everybody_writes_the_new_generation_alone(old, new):
    one, other = copies(2)
    story = await old.place(one)
    await new.build()
    await new.index.switch()
    assert await old.place(other) == story
    assert [g.recipe for g, _ in await old.generations.written(TOPIC)] == [NEW]
    assert (await old.events())["joined"] == 1
    assert await new.sound() == []


async def test_a_generation_that_lacks_articles_is_not_switched_to(old, new):
    one, other = copies(2)
    await old.place(one, other)
    await new.generations.begin(NEW, [TOPIC])
    with pytest.raises(ConfigError, match=r"2 articles .* `kordon index build`"):
        await new.index.switch()
    assert await old.homes(one)
    await old.place(an_article(url="https://else.example/"))  # nobody is held


async def test_what_was_forgotten_in_the_moment_it_was_built_does_not_come_back(old, new):
    one, other = copies(2)
    await old.place(one)
    generation, _ = await new.build()
    _, (_, coming) = await new.generations.written(TOPIC, anew=True)
    late = replace(other, fingerprint=fingerprint_of(other.text, generation.recipe))
    await Place(coming)(TOPIC, late)
    with pytest.raises(ConfigError, match="1 articles"):
        await new.index.switch()
    await new.build()
    await new.index.switch()
    assert await new.groups() == {frozenset([one.id])}
    assert await new.sound() == []


async def test_a_switch_without_a_build_is_refused(old):
    with pytest.raises(ConfigError, match="no generation is being built"):
        await old.index.switch()


async def test_a_switch_that_was_held_up_too_long_changes_nothing(old, new, clock):
    await old.place(*copies(2))
    await new.build()
    before = await public(old.server)
    await old.server.set(keys.lasting(TOPIC, "held"), "somebody else", px=60_000)
    with pytest.raises(ConfigError, match="being switched already"):
        await new.index.switch()
    assert await public(old.server) == before


async def test_articles_placed_during_a_switch_stand_in_the_new_generation(old, new):
    articles = [an_article(url=f"https://{n}.example/") for n in range(40)]
    await old.place(*articles[:30])
    await new.build()
    await asyncio.gather(new.index.switch(), *(old.place(one) for one in articles[30:]))
    assert (await new.generations.reading(TOPIC))[0].recipe == NEW
    assert {one for group in await new.groups() for one in group} == {a.id for a in articles}
    assert await new.sound() == []


async def test_a_switch_that_was_cut_short_between_topics_goes_on(old, server, tmp_path, clock):
    topics = TOPIC, TopicId("everything")
    new = House(server, tmp_path, clock, NEW, topics)
    one, other = copies(2)
    for topic in topics:
        await old.place(one, topic=topic)
    await new.build()
    await new.generations.switch(TOPIC, succeed)
    for topic in topics:
        await old.place(other, topic=topic)
    await check(server, OLD)  # one topic still reads what it wrote
    assert await new.index.switch() == {topics[1]: {}}
    for topic in topics:
        (story,) = await old.stories.newest(topic, 10)
        assert len(story.members) == 2
    with pytest.raises(ConfigError, match="kordon index build"):
        await check(server, OLD)
