"""Do articles find their places, and entries that lead to a known one a word of their own?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import settings
from crawler.config import Config
from crawler.dedup.fingerprint import fingerprint
from crawler.desk import desk_of
from crawler.directory import Directory
from crawler.ingest import Ingest
from crawler.model import (
    Article,
    ArticleId,
    Entry,
    EntryId,
    FeedId,
    Outlet,
    OutletId,
    Page,
    Recipe,
    Skipped,
    SkipReason,
    TopicId,
    id_of,
)
from crawler.placing import Place
from crawler.pool import Pool
from crawler.screening import Stage, off_topic
from crawler.store.clock import SimulatedClock
from crawler.store.memory.stories import MemoryStories
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.telemetry import Tally
from crawler.text.normalise import words
from crawler.text.shingles import shingle_hashes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://town.example/bridge"
TEXT = " ".join(
    f"The bridge over the river will be closed on day {n} of the works" for n in range(9)
)
TOPIC = TopicId("everything")
CONFIG = Config.from_settings(
    {n: getattr(settings, n) for n in dir(settings) if n.isupper()} | {"TOPICS": (TOPIC,)}, {}
)
TOWN = Outlet(OutletId("town"), "Town Crier", country="UA", time_zone="Europe/Kyiv")


@pytest.fixture
def tally():
    return Tally()


@pytest.fixture
def pool():
    pool = Pool(1, memory_bytes=CONFIG.prepare_memory_bytes)
    yield pool
    pool.close()


@pytest.fixture
def ingest(pool, tally):
    stories = MemoryStories(
        SimulatedClock(NOW), Recipe(),
        candidate_window=timedelta(days=14), story_window=timedelta(days=90),
    )  # fmt: skip
    directory = Directory(MemorySubscriptions(), [TOWN])
    return Ingest(pool, Place(stories), CONFIG, tally, directory, desk_of=desk_of)


@pytest.fixture
def article():
    read = words(TEXT)
    return Article(
        id=ArticleId(id_of(URL)),
        url=URL,
        outlet=TOWN.id,
        title="The bridge",
        text=TEXT,
        fetched=NOW,
        fingerprint=fingerprint(read, shingle_hashes(read, Recipe().shingle_words), Recipe()),
        topics=(TOPIC,),
    )


async def test_an_article_is_placed_and_counted(ingest, article, tally):
    assert await ingest.place(article, EntryId(article.id)) is None
    assert tally.of("place") == {"created": 1}


async def test_placing_again_after_a_crash_changes_nothing(ingest, article, tally):
    for _ in range(2):
        assert await ingest.place(article, EntryId(article.id)) is None
    assert tally.of("place") == {"created": 1, "unchanged": 1}


async def test_an_entry_that_leads_to_a_known_article_is_skipped_and_says_to_which(
    ingest, article, tally
):
    await ingest.place(article, EntryId(article.id))
    short_link = EntryId(id_of("https://town.example/go/1"))
    assert await ingest.place(article, short_link) == Skipped(SkipReason.SAME_ARTICLE, URL)
    assert tally.total("place") == 1


async def test_a_short_link_that_comes_first_brings_the_article(ingest, article, tally):
    assert await ingest.place(article, EntryId(id_of("https://town.example/go/1"))) is None
    assert tally.of("place") == {"created": 1}


async def test_an_entry_is_screened_by_its_outlet(pool, tally):
    wide = Outlet(OutletId("wide"), "Wide World", country="GB", kind="national")
    config = replace(CONFIG, topics=(TopicId("ukraine-border"),))
    directory = Directory(MemorySubscriptions(), [TOWN, wide])
    ingest = Ingest(pool, None, config, tally, directory, desk_of=desk_of)
    bread = Entry(
        EntryId("e"), URL, wide.id, FeedId("f"), title="Bread sells well again",
        summary="The baker says that it has never sold so well as this spring.",
    )  # fmt: skip
    skipped = await ingest.passed_over(bread)
    assert skipped == off_topic(Stage.ENTRY, desk_of(config.topics).version)
    assert await ingest.passed_over(replace(bread, outlet=TOWN.id)) is None


async def test_a_page_is_read_with_what_is_known_of_its_outlet(ingest):
    date = "<meta property='article:published_time' content='2026-11-21T10:00'>"
    head = f"<title>The bridge</title>{date}"
    body = f"<html><head>{head}</head><body><article><p>{TEXT}</p></article></body></html>"
    entry = Entry(EntryId("e"), URL, TOWN.id, FeedId("f"))
    page = Page(entry, URL, body.encode(), "text/html; charset=utf-8", NOW)
    prepared = await ingest.prepare(page)
    assert isinstance(prepared, Article)
    assert prepared.outlet_name == "Town Crier"
    assert prepared.published == datetime(2026, 11, 21, 8, tzinfo=UTC)  # ten o'clock in Kyiv
    stranger = replace(page, entry=replace(entry, outlet=OutletId("stranger")))
    assert (await ingest.prepare(stranger)).outlet_name == ""
