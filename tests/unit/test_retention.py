import asyncio
from datetime import timedelta

from crawler.model import TopicId
from crawler.workers.retention import retain

TOPICS = [TopicId("one"), TopicId("two")]


class Expiring:
    """Stories of which only the letting go is asked; ends the worker after some rounds."""

    def __init__(self, rounds):
        self.asked = []
        self._rounds = rounds

    async def expire(self, topic):
        self.asked.append(topic)
        if len(self.asked) == self._rounds:
            raise asyncio.CancelledError
        return 1


async def test_every_topic_is_let_go_of_again_and_again():
    stories = Expiring(5)
    task = asyncio.create_task(retain(stories, TOPICS, timedelta()))
    await asyncio.wait({task})
    assert task.cancelled()
    assert stories.asked == ["one", "two", "one", "two", "one"]


async def test_texts_whose_terms_are_over_go_in_each_round():
    swept = []

    class Sweeping:
        async def sweep(self):
            swept.append(1)
            return len(swept)

    task = asyncio.create_task(retain(Expiring(5), TOPICS, timedelta(), terms=Sweeping()))
    await asyncio.wait({task})
    assert len(swept) == 2
