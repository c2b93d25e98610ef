"""What a placing costs, in trips and bytes: pinned, since neither shows when it grows."""

from statistics import median
from typing import Any

from articles import NOON, RECIPE, an_article, copies, words_of
from stores import TOPIC, WINDOWS

from crawler.dedup.placement import decide
from crawler.store.clock import SimulatedClock
from crawler.store.stories import RedisStories
from crawler.store.story_records import unpack_article

WORDS = 480  # of an article of the recorded news, median
BUDGET = 2_500  # bytes of index and sketches, an article


class Counted(RedisStories):
    """The store as it is, with its trips counted."""

    trips = 0

    async def _run(self, *args: Any) -> Any:
        self.trips += 1
        return await super()._run(*args)


def counted(server: Any) -> Counted:
    windows = {**WINDOWS, "changes_window": WINDOWS["candidate_window"]}
    return Counted(server, SimulatedClock(NOON), RECIPE, **windows, changes_max_length=1_000)


async def trips_of(stories: Counted, articles: list[Any]) -> list[int]:
    found = []
    for article in articles:
        before = stories.trips
        await stories.place(TOPIC, article, decide)
        found.append(stories.trips - before)
    return found


async def test_an_article_like_no_other_takes_one_trip_and_a_copy_two(server):
    stories = counted(server)
    unlike = [an_article(words_of(n, WORDS), url=f"https://{n}.example/") for n in range(60)]
    assert set(await trips_of(stories, unlike)) == {1}
    one, *others = copies(6)
    assert await trips_of(stories, [one]) == [1]
    assert median(await trips_of(stories, others)) == 2


async def test_index_and_sketches_stay_within_their_budget(server):
    articles = [an_article(words_of(n, WORDS), url=f"https://{n}.example/") for n in range(400)]
    await trips_of(counted(server), articles)
    private, payload = 0, 0
    async for key in server.scan_iter(match="kordon:p1:*", count=10_000):
        family = key.decode().split(":")[4]
        private += await server.memory_usage(key, samples=0) if family != "text" else 0
        if family == "article":
            record = await server.get(key)
            payload += len(record) - len(unpack_article(record).fingerprint.sketch)
    assert (private - payload) / len(articles) < BUDGET
