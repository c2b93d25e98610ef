"""What several tasks ask at about the same time, asked once for all of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Together(Generic[K, V]):
    """Answers that are shared until they are let go of, the newest few.

    Args:
        ask: What is asked.
        most: Answers held at once.
    """

    def __init__(self, ask: Callable[[K], Coroutine[Any, Any, V]], most: int) -> None:
        self._ask = ask
        self._most = most
        self._asked: dict[K, asyncio.Task[V]] = {}

    async def __call__(self, key: K) -> V:
        """Return the answer, be it asked for already; who is cancelled takes it from nobody."""
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(key))
            for oldest in list(self._asked)[: -self._most]:
                del self._asked[oldest]
        return await asyncio.shield(task)

    def let_go(self) -> None:
        """Have everything asked anew from now on."""
        self._asked.clear()
