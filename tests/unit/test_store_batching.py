"""What is asked together is sent together, and nobody pays for another's failure."""

import asyncio

import pytest

from crawler.store.batching import MOST, Batched


class Server:
    """Answers requests with their squares, once it is let to; remembers what came together."""

    def __init__(self):
        self.came = []
        self.open = asyncio.Event()

    async def __call__(self, requests):
        self.came.append(list(requests))
        await self.open.wait()
        if -1 in requests:
            raise ValueError("a bad one among them")
        return [one * one for one in requests]


@pytest.fixture
async def server():
    return Server()


async def asked(batched, *requests):
    """Ask in tasks of their own, and let each begin."""
    tasks = [asyncio.create_task(batched.ask(one)) for one in requests]
    await asyncio.sleep(0)
    return tasks


async def test_who_is_alone_leaves_at_once_and_the_rest_together(server):
    tasks = await asked(Batched(server), 1, 2, 3, 4)
    assert server.came == [[1]]
    server.open.set()
    assert await asyncio.gather(*tasks) == [1, 4, 9, 16]
    assert server.came == [[1], [2, 3, 4]]


async def test_not_too_many_leave_together(server):
    tasks = await asked(Batched(server), *range(MOST + 3))
    server.open.set()
    await asyncio.gather(*tasks)
    assert [len(requests) for requests in server.came] == [1, MOST, 2]


async def test_a_failure_is_told_to_those_whose_request_was_among_them(server):
    batched = Batched(server)
    tasks = await asked(batched, 1, -1, 3)
    server.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert found[0] == 1
    assert [type(one) for one in found[1:]] == [ValueError, ValueError]
    assert await batched.ask(5) == 25


async def test_whoever_gives_up_takes_nobody_along(server):
    batched = Batched(server)
    first, second, third = await asked(batched, 1, 2, 3)
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    server.open.set()
    assert await third == 9
    assert server.came[-1] == [3]
    assert await batched.ask(4) == 16


async def test_when_all_give_up_the_next_is_served(server):
    batched = Batched(server)
    tasks = await asked(batched, 1, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    server.open.set()
    assert await batched.ask(3) == 9
