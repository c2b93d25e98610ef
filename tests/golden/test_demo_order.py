"""The demo world comes out the same whoever's page is met first."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from crawler.demo.world import load
from crawler.model import Article, ArticleId, OutletId, TopicId, id_of
from crawler.placing import Place, fingerprint_of
from crawler.store.clock import SimulatedClock
from crawler.store.memory.stories import MemoryStories
from tests.newsroom import RECIPE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = TopicId("test")
WINDOWS = {"candidate_window": timedelta(days=14), "story_window": timedelta(days=90)}


def article_of(page):
    """A page as perfect extraction would read it."""
    text = "\n".join(page.paragraphs)
    return Article(
        id=ArticleId(id_of(page.url)),
        url=page.url,
        outlet=OutletId(page.outlet.id),
        title=page.headline,
        text=text,
        fetched=NOW,
        fingerprint=fingerprint_of(text, RECIPE),
        published=page.published,
    )


@pytest.fixture(scope="module")
def articles():
    """Every page of the world that is to become an article."""
    world = load(NOW)
    return [article_of(page) for page in world.pages if page.skip is None]


async def groups_of(articles):
    """Place articles as the crawl does, learning included; return the stories they make."""
    stories = MemoryStories(SimulatedClock(NOW), RECIPE, **WINDOWS)
    place = Place(stories)
    for article in articles:
        await place(TOPIC, article)
    newest = await stories.newest(TOPIC, 10_000)
    return {frozenset(member.article for member in story.members) for story in newest}


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_of_arrival_does_not_matter_in_the_demo_world(articles, seed):
    in_order = await groups_of(articles)
    assert any(len(group) > 3 for group in in_order)
    shuffled = random.Random(seed).sample(articles, len(articles))
    assert await groups_of(shuffled) == in_order
