"""Two generations side by side on a real server: built, compared, switched, retired."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from articles import NOON, an_article, copies, words_of
from ledger import dangling
from redis import Redis
from stores import TOPIC, WINDOWS

from crawler.dedup.departure import depart
from crawler.dedup.succession import succeed
from crawler.errors import ConfigError, StoreError, SupersededError
from crawler.model import GenerationId, Recipe, TopicId
from crawler.placing import Place, PlaceInEach, fingerprint_of
from crawler.reindex import AT_ONCE, Reindex
from crawler.rule import Rule
from crawler.store import keys
from crawler.store.corpus import LocalCorpus
from crawler.store.current_stories import CurrentStories
from crawler.store.generations import RedisGenerations
from crawler.store.lessons import RedisLessons
from crawler.store.migrations import check
from crawler.store.stories import RedisStories
from crawler.store.story_shelf import Retention
from crawler.store.switching import StorySwitch

OLD, NEW = Recipe(), Recipe(shingle_words=4)
BY = "olena", "because"
EVENTS = {"changes_window": timedelta(days=14), "changes_max_length": 1_000}
KEPT = Retention(WINDOWS["candidate_window"], WINDOWS["story_window"], timedelta(days=14), 1_000)


class House:
    """A process of Kordon as the application wires it, with a recipe of its own."""

    def __init__(self, server, folder, clock, recipe=OLD, topics=(TOPIC,)):
        self.server, self.clock, self.recipe = server, clock, recipe
        self.corpus = LocalCorpus(folder)
        self.generations = RedisGenerations(
            server,
            recipe,
            lambda recipe, edition: RedisStories(
                server, clock, recipe, **WINDOWS, **EVENTS, edition=edition
            ),
            lambda recipe, edition: StorySwitch(server, clock, recipe, KEPT, edition),
        )
        self.stories = CurrentStories(self.generations)
        self.rule = Rule(self.stories, clock)
        self.index = Reindex(self.generations, self.corpus, recipe, topics, place_in=self._place_in)
        self._place = PlaceInEach(self.generations, self._place_in, recipe)

    def _place_in(self, generation, stories):
        lessons = RedisLessons(self.server, generation.id, WINDOWS["story_window"])
        return Place(stories, lessons=lessons)

    async def place(self, *articles, topic=TOPIC):
        for one in articles:
            article = replace(one, fingerprint=fingerprint_of(one.text, self.recipe))
            await self.corpus.keep(article)
            placed = await self._place(topic, article)
        return placed.story

    async def build(self):
        told = []
        generation = await self.index.build(told.append)
        return generation, told

    async def homes(self, *articles):
        facts = await self.stories.articles(TOPIC, [one.id for one in articles])
        return [facts[one.id].story for one in articles]

    async def groups(self, which=None):
        (_, read), *others = await self.generations.written(TOPIC, anew=True)
        stories = await (others[0][1] if which == "coming" else read).newest(TOPIC, 1_000)
        return {frozenset(member.article for member in story.members) for story in stories}

    async def events(self):
        rows = await self.server.xrange(keys.public(TOPIC, "changes"))
        return Counter(fields[b"kind"].decode() for _, fields in rows)

    async def sound(self):
        generation, _ = await self.generations.reading(TOPIC)
        return await dangling(self.server, TOPIC, generation.id)


@pytest.fixture
async def old(server, tmp_path, clock):
    await check(server, OLD)
    return House(server, tmp_path, clock)


@pytest.fixture
def new(server, tmp_path, clock):
    return House(server, tmp_path, clock, NEW)


async def public(server):
    """What other services read, but for the times at which a switch changed it."""
    names = [name async for name in server.scan_iter(match=f"{keys.public(TOPIC, '')}*")]
    kinds = {name: (await server.type(name)).decode() for name in names}
    return {
        name.decode(): await (
            server.get(name) if kind == "string" else server.zrange(name, 0, -1, withscores=True)
        )
        for name, kind in kinds.items()
        if kind in ("string", "zset")
    }


# --- building --------------------------------------------------------------------------------


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


# --- comparing -------------------------------------------------------------------------------


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


# --- switching -------------------------------------------------------------------------------


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


# --- starting and retiring -------------------------------------------------------------------


async def test_a_kordon_of_the_new_recipe_starts_once_the_build_has_begun(old, new, server):
    with pytest.raises(ConfigError, match="kordon index build"):
        await check(server, NEW)
    await new.generations.begin(NEW, [TOPIC])
    await check(server, NEW)
    await check(server, OLD)
    await new.index.switch()
    await check(server, NEW)


async def test_what_is_not_read_any_more_is_removed_and_nothing_else(old, new, server):
    one, other = copies(2)
    await old.place(one, other)
    elsewhere = TopicId("everything")
    await server.set(keys.generation(elsewhere, OLD.id, "article:1"), "x")
    await new.build()
    assert await new.index.retire() == 0
    await new.index.switch()
    assert await new.index.retire() > 10
    left = {name.decode() async for name in server.scan_iter(match=keys.private(TOPIC, "*"))}
    read, _ = await new.generations.reading(TOPIC)
    allowed = (keys.generation(TOPIC, read.id, ""), keys.lasting(TOPIC, ""))
    assert all(name.startswith(allowed) for name in left)
    assert await server.exists(keys.generation(elsewhere, OLD.id, "article:1"))
    assert await new.sound() == []
    assert len(set(await new.homes(one, other))) == 1


async def test_a_build_can_be_given_up(old, new):
    one, other = copies(2)
    await old.place(one)
    await new.build()
    assert await new.index.give_up() > 5
    await old.place(other)
    assert await old.groups() == {frozenset([one.id, other.id])}
    assert len(await old.generations.written(TOPIC)) == 1
    generation, _ = await new.build()
    assert generation.number == 3  # never one that may have left something behind


@pytest.mark.parametrize("verb", ["build", "give_up"])
async def test_whoever_builds_or_gives_up_waits_for_the_end_of_a_switch(old, new, server, verb):
    one, other = copies(2)
    await old.place(one, other)
    generation, _ = await new.build()
    await server.set(keys.lasting(TOPIC, "held"), "who switches")
    await server.config_resetstat()
    deed = asyncio.ensure_future(new.build() if verb == "build" else new.index.give_up())
    while not deed.done() and "cmdstat_exists" not in await server.info("commandstats"):  # noqa: ASYNC110 - the server tells it
        await asyncio.sleep(0)  # until it has asked whether a switch is under way
    await server.set(keys.lasting(TOPIC, "written"), generation.id)  # as the switch does
    await server.delete(keys.lasting(TOPIC, "held"))
    await deed
    read, stories = await new.generations.reading(TOPIC)
    assert read == generation
    assert await stories.count(TOPIC) == (2, 1)


async def test_a_build_that_is_given_up_meanwhile_says_so(old, new, server_socket):
    await old.place(*copies(AT_ONCE + 1))

    def given_up(_):
        with Redis(unix_socket_path=server_socket) as client:
            client.set(keys.lasting(TOPIC, "written"), OLD.id)
            client.hdel(keys.meta(), "coming")

    with pytest.raises(ConfigError, match="was given up"):
        await new.index.build(given_up)


async def test_a_switch_whose_build_was_given_up_meanwhile_changes_nothing(old, new, server_socket):
    one, other = copies(2)
    story = await old.place(one, other)
    await new.build()

    def given_up(*args):
        with Redis(unix_socket_path=server_socket) as client:
            client.set(keys.lasting(TOPIC, "written"), OLD.id)
        return succeed(*args)

    with pytest.raises(StoreError, match="nothing changed"):
        await new.generations.switch(TOPIC, given_up)
    read, _ = await new.generations.reading(TOPIC)
    assert read.recipe == OLD
    assert (await old.stories.story(TOPIC, story)).id == story


async def test_generations_follow_each_other(old, new, clock):
    story = await old.place(*copies(3))
    for recipe in (NEW, OLD, NEW):
        house = House(old.server, old.corpus._folder, clock, recipe)
        await house.build()
        assert await house.index.switch() == {TOPIC: {}}
        await house.index.retire()
        assert set(await house.homes(*copies(3))) == {story}
        assert await house.sound() == []


async def test_a_kordon_that_reads_texts_otherwise_builds_but_leaves_the_crawl_to_the_old(
    old, server, tmp_path, clock
):
    later = House(server, tmp_path, clock, Recipe(text_version=OLD.text_version + 1))
    one, other = copies(2)
    await old.place(one)
    await later.build()
    with pytest.raises(ConfigError, match=r"cannot place.*then `kordon index switch`"):
        await check(server, later.recipe)
    await old.place(other)  # in the old one alone: it cannot fingerprint for the new one
    with pytest.raises(ConfigError, match="1 articles"):
        await later.index.switch()
    await later.build()
    await later.index.switch()
    await check(server, later.recipe)
    assert len(set(await later.homes(one, other))) == 1


async def test_a_recipe_of_other_numbers_than_ours_is_read_and_built_anew(old, new, server):
    """As each Kordon leaves it to the next that has a number more."""
    first, second = copies(2)
    await old.place(first)
    await old.place(second)
    held = await old.homes(first, second)
    name, record = "0123456789", json.loads(msgspec.json.encode(OLD))
    await rename(server, OLD.id, name, {**record, "a_number_of_before": 3})
    with pytest.raises(ConfigError, match=f"recipe {name}.*`kordon index build`"):
        await check(server, new.recipe)
    await new.build()
    with pytest.raises(ConfigError, match=r"cannot place.*then `kordon index switch`"):
        await check(server, new.recipe)
    await new.index.switch()
    await check(server, new.recipe)
    assert await new.homes(first, second) == held


async def rename(server, before, name, record):
    """Let the generation that is read be another recipe's, which is on record."""
    kept = keys.generation(TOPIC, GenerationId(before), "")
    renamed = keys.generation(TOPIC, GenerationId(name), "")
    for key in [key.decode() async for key in server.scan_iter(match=f"{kept}*")]:
        await server.rename(key, key.replace(kept, renamed))
    await server.hdel(keys.meta(), f"recipe:{before}")
    await server.hset(keys.meta(), mapping={"recipe": name, f"recipe:{name}": json.dumps(record)})
