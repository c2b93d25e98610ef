"""What tasks ask at the same time is asked once, and nobody takes it from the others."""

import asyncio

import pytest

from crawler.errors import StoreError
from crawler.workers.together import Together


class Asked:
    def __init__(self):
        self.keys, self.begun, self.may_answer = [], asyncio.Event(), asyncio.Event()

    async def __call__(self, key):
        self.keys.append(key)
        self.begun.set()
        await self.may_answer.wait()
        if key == "broken":
            raise StoreError("away")
        return key.upper()


async def test_who_asks_at_the_same_time_shares_an_answer():
    asked = Asked()
    together = Together(asked, 4)
    waiting = [asyncio.create_task(together("a")) for _ in range(5)]
    asked.may_answer.set()
    assert await asyncio.gather(*waiting) == ["A"] * 5
    assert await together("a") == "A"
    assert asked.keys == ["a"]


async def test_what_was_let_go_of_is_asked_anew_and_so_is_the_oldest_of_too_many():
    asked = Asked()
    asked.may_answer.set()
    together = Together(asked, 2)
    for key in ("a", "b", "c", "b", "a"):
        await together(key)
    together.let_go()
    await together("a")
    assert asked.keys == ["a", "b", "c", "a", "a"]


async def test_who_is_cancelled_takes_the_answer_from_nobody():
    asked = Asked()
    together = Together(asked, 2)
    one, other = asyncio.create_task(together("a")), asyncio.create_task(together("a"))
    await asked.begun.wait()
    one.cancel()
    asked.may_answer.set()
    assert await other == "A"


async def test_a_failure_is_everybodys():
    asked = Asked()
    asked.may_answer.set()
    together = Together(asked, 2)
    for answer in await asyncio.gather(
        together("broken"), together("broken"), return_exceptions=True
    ):
        assert isinstance(answer, StoreError)
    with pytest.raises(StoreError):
        await together("broken")
