"""Scripts that many tasks run at once, sent as one write: one trip's cost is shared by all.

Source: docs/decisions/0160-placing-faster.md
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError


class _Call(NamedTuple):
    script: AsyncScript
    keys: Sequence[str]
    args: Sequence[Any]
    answer: asyncio.Future[Any]


class Pipelined:
    """Runs scripts: one alone at once; those asked for meanwhile wait for it and leave together.

    Who is alone never waits; sixteen at a time cost the client a third of sixteen trips.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[_Call] = []
        self._sending = False
        self._drain: asyncio.Task[None] | None = None

    async def run(self, script: AsyncScript, keys: Sequence[str], args: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever the script answers
        """Return what the script answers; raises what redis-py raises."""
        if self._sending:
            answer = asyncio.get_running_loop().create_future()
            self._waiting.append(_Call(script, keys, args, answer))
            return await answer
        self._sending = True
        try:
            return await script(keys, args)
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        """Let those that wait by now go; nobody's cancellation takes others with it."""
        self._sending = bool(self._waiting)
        if self._waiting:
            self._drain = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting, []
                await self._send([call for call in calls if not call.answer.cancelled()])
        finally:
            self._sending = False
            for call in self._waiting:
                call.answer.cancel()

    async def _send(self, calls: Sequence[_Call]) -> None:
        try:
            answers = await self._answers(calls)
        except Exception as error:  # noqa: BLE001 - each caller is told, and translates it
            answers = [error] * len(calls)
        except asyncio.CancelledError:
            for call in calls:
                call.answer.cancel()
            raise
        for call, answer in zip(calls, answers, strict=True):
            _settle(call.answer, answer)

    async def _answers(self, calls: Sequence[_Call]) -> list[Any]:
        pipe = self._client.pipeline(transaction=False)
        for call in calls:
            pipe.evalsha(call.script.sha, len(call.keys), *call.keys, *call.args)
        answers = await pipe.execute(raise_on_error=False)
        return [
            await call.script(call.keys, call.args) if isinstance(answer, NoScriptError) else answer
            for call, answer in zip(calls, answers, strict=True)
        ]


def _settle(future: asyncio.Future[Any], answer: Any) -> None:  # noqa: ANN401
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
