"""How work that goes on beside a command is ended."""

import asyncio
from datetime import timedelta

from crawler.workers.loop import beside, ended


async def test_work_goes_on_while_the_block_lasts_and_no_longer():
    begun, ends = asyncio.Event(), []

    async def work():
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            ends.append(True)

    async with beside(work(), "work"):
        await begun.wait()
        assert ends == []
    assert ends == [True]


async def test_work_that_lost_its_cancellation_is_cancelled_again():
    lost = []

    async def work():
        while len(lost) < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost.append(True)
        await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await ended(task, timedelta())
    assert task.cancelled()
    assert len(lost) == 3
