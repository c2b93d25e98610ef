"""Requests that many tasks make at once, sent as one: the cost of a trip is shared by all.

Source: docs/decisions/0191-placing-in-batches.md
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

MOST = 32  # requests sent as one: what comes next shall not wait long

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class _Call(NamedTuple, Generic[Request, Answer]):
    request: Request
    answer: "asyncio.Future[Answer]"


class Batched(Generic[Request, Answer]):
    """Sends requests: one alone at once; those made meanwhile wait for it and leave together.

    Args:
        send: Answers requests in their order. What it raises, everyone is told whose request was
            among them.
    """

    def __init__(self, send: Callable[[Sequence[Request]], Awaitable[Sequence[Answer]]]) -> None:
        self._send = send
        self._waiting: list[_Call[Request, Answer]] = []
        self._sending = False
        self._drain: asyncio.Task[None] | None = None

    async def ask(self, request: Request) -> Answer:
        """Return the answer to a request; nobody's cancellation takes others with it."""
        if self._sending:
            answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self._waiting.append(_Call(request, answer))
            return await answer
        self._sending = True
        try:
            (found,) = await self._send([request])
            return found
        finally:
            self._sending = bool(self._waiting)
            if self._waiting:
                self._drain = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._settle([call for call in calls if not call.answer.cancelled()])
        finally:
            self._sending = False
            for call in self._waiting:
                call.answer.cancel()

    async def _settle(self, calls: Sequence[_Call[Request, Answer]]) -> None:
        try:
            answers = await self._send([call.request for call in calls]) if calls else ()
        except Exception as error:  # noqa: BLE001 - each caller is told
            for call in calls:
                if not call.answer.done():
                    call.answer.set_exception(error)
        except asyncio.CancelledError:
            for call in calls:
                call.answer.cancel()
            raise
        else:
            for call, answer in zip(calls, answers, strict=True):
                if not call.answer.done():
                    call.answer.set_result(answer)
