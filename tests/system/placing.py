"""A process that places copies when it is told: `placing.py SOCKET NUMBER`, then a round a line.

For each line on standard input it places its five copies of that round's text at once, and prints
their story ids; with a first line "ready" it says that it is there.
"""

import asyncio
import sys
from datetime import timedelta

from redis.asyncio import Redis

from crawler.dedup.placement import decide
from crawler.model import TopicId
from crawler.store.clock import StoreClock
from crawler.store.stories import RedisStories
from tests.contract.newsroom import RECIPE, an_article, words_of

TOPIC = TopicId("everything")
COPIES = 5  # of each process


async def main(socket: str, number: int) -> None:
    client = Redis(unix_socket_path=socket, protocol=3, legacy_responses=False)
    async with StoreClock.synced(client) as clock:
        stories = RedisStories(
            client,
            clock,
            RECIPE,
            candidate_window=timedelta(days=14),
            story_window=timedelta(days=90),
            changes_max_length=10_000,
        )
        await asyncio.gather(*(stories.count(TOPIC) for _ in range(COPIES)))  # warm connections
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            names = [f"https://{number}-{n}.example/{line.strip()}" for n in range(COPIES)]
            copies = [an_article(words_of(line), url=url, outlet=url[8:11]) for url in names]
            placed = await asyncio.gather(*(stories.place(TOPIC, one, decide) for one in copies))
            print(*(placement.story for placement in placed), flush=True)
    await client.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
