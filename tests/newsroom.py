"""Texts and articles made up for the tests of dedup, and a little store to place them in."""

import random
from datetime import UTC, datetime, timedelta

from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.placement import decide
from crawler.dedup.relation import reason_of, relate, shares_of
from crawler.dedup.rules import RULES, Rules
from crawler.model import Article, ArticleId, LookAlike, OutletId, Recipe, StoryId, TopicId, id_of
from crawler.store.memory.stories import MemoryStories
from crawler.text.normalise import words
from crawler.text.shingles import shingle_hashes

RECIPE = Recipe()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = TopicId("test")
EVER = timedelta(days=10_000)
VOCABULARY = [a + b for a in "bcdfghjklm" for b in ("ar", "el", "in", "or", "ut", "as", "em", "is")]


def prose(seed, length=100):
    """Return words that share no shingle with those of another seed, but for rare chance."""
    dice = random.Random(str(seed))
    return " ".join("".join(dice.choices(VOCABULARY, k=3)) for _ in range(length))


WIRE = prose("wire", 200)


def cut(text, start, end):
    """Return the words of a text from one place to another."""
    return " ".join(text.split()[start:end])


def edited(text, every):
    """Return a text with one word in so many changed, as an editor does."""
    return " ".join(f"{w}x" if n % every == every - 1 else w for n, w in enumerate(text.split()))


def mark(text, recipe=RECIPE):
    """Return a text's fingerprint."""
    read = words(text)
    return fingerprint(read, shingle_hashes(read, recipe.shingle_words), recipe)


def article(text, url="https://one.example/a", *, outlet="one", published=NOON, at=NOON, credit=()):
    """Return an article as preparing hands it over."""
    return Article(
        id=ArticleId(id_of(url)),
        url=url,
        outlet=OutletId(outlet),
        title="",
        text=text,
        fetched=at,
        fingerprint=mark(text),
        published=published,
        credits=tuple(credit),
        outlet_name=outlet,
    )


def look_alike(text, url="https://one.example/a", *, outlet="one", published=NOON, credit=()):
    """Return an article as a decision about another sees it."""
    return LookAlike(
        id=ArticleId(id_of(url)),
        story=StoryId(""),
        url=url,
        outlet=OutletId(outlet),
        title="",
        language="",
        published=published,
        arrived=NOON,
        fingerprint=mark(text),
        outlet_name=outlet,
        credits=tuple(credit),
    )


def judged(one, other, **changed):
    """Return what two outlets' texts are to each other, by other rules if any are given."""
    tie = relate(
        look_alike(one),
        look_alike(other, "https://two.example/b", outlet="two"),
        Rules(**changed) if changed else RULES,
    )
    return tie.relation


def reason(one, other, outlet="two"):
    """Return the rule that decides about two texts."""
    here, there = look_alike(one), look_alike(other, "https://two.example/b", outlet=outlet)
    return reason_of(here, there, shares_of(here, there), RULES)


class _Noon:
    def now(self):
        return NOON


class Newsroom:
    """Stories in memory, placed by the real decision."""

    def __init__(self, rules=RULES):
        self.stories = MemoryStories(_Noon(), RECIPE, candidate_window=EVER, story_window=EVER)
        self._decide = lambda one, around: decide(one, around, rules=rules)

    async def place(self, *articles):
        """Place articles in order; return the last verdict."""
        for one in articles:
            placement = await self.stories.place(TOPIC, one, self._decide)
        return placement

    async def groups(self):
        """Return the stories as sets of addresses."""
        stories = await self.all_stories()
        ids = [member.article for story in stories for member in story.members]
        known = await self.stories.articles(TOPIC, ids)
        return {frozenset(known[m.article].url for m in story.members) for story in stories}

    async def all_stories(self):
        """Return every story."""
        return await self.stories.newest(TOPIC, 10_000)

    async def story_of(self, one):
        """Return the story an article stands in."""
        known = await self.stories.articles(TOPIC, [one.id])
        return await self.stories.story(TOPIC, known[one.id].story)

    async def tie(self, one, other):
        """Return the stored tie of two articles, told from the first."""
        ties = await self.stories.ties(TOPIC, one.id)
        return next(tie for tie in ties if other.id in (tie.one, tie.other))

    async def changes(self):
        """Return every event so far."""
        return await self.stories.changes(TOPIC)
