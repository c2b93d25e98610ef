"""Hooks in Redis and in memory: one record each, replaced only by who has read its last version."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from crawler.hook import Attempt, Hook, HookId, Letter, Turn
from crawler.model import Alert
from crawler.ports import Clock, Step
from crawler.store import keys
from crawler.store.records import decode, encode, millis, span
from crawler.store.server.connection import translated

ATTEMPTS_KEPT = 300  # of each hook
ATTEMPTS_WINDOW = timedelta(days=30)
LETTERS_KEPT = 1_000  # of each hook
ALERTS_KEPT = 10_000  # as the frontier keeps

# Replace a hook's record if it is still the one that was read, and note what came with it.
#
# KEYS: hooks, attempts, letters, alerts
# ARGV: hook; record read, record to write; attempt or "", attempts kept, their life in ms;
#       letter or "", its death in ms, their life in ms, letters kept; alert or "", alerts kept;
#       letters taken out...
# Returns 1, or 0 when somebody else was there first.
_REPLACE = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] ~= '' then
  redis.call('LPUSH', KEYS[2], ARGV[4])
  redis.call('LTRIM', KEYS[2], 0, ARGV[5] - 1)
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
if ARGV[7] ~= '' then
  redis.call('ZADD', KEYS[3], ARGV[8], ARGV[7])
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[8] - ARGV[9])
  redis.call('PEXPIRE', KEYS[3], ARGV[9])
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - ARGV[10])
end
if ARGV[11] ~= '' then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[12], '*', 'alert', ARGV[11])
end
for i = 13, #ARGV do
  redis.call('ZREM', KEYS[3], ARGV[i])
end
return 1
"""


class RedisHooks:
    """`ports.Hooks` as a hash of the crawl, a list and a sorted set for each hook beside it."""

    def __init__(self, client: Redis, clock: Clock, dead_window: timedelta) -> None:
        self._client = client
        self._clock = clock
        self._dead_window = dead_window
        self._keys = keys.hooks()
        self._replace = client.register_script(_REPLACE)

    async def add(self, hook: Hook) -> None:
        """Remember a hook under its id."""
        with translated():
            await self._client.hset(self._keys["hooks"], hook.id, encode(hook))

    async def all(self) -> Sequence[Hook]:
        """Every hook, oldest first."""
        with translated():
            kept: Any = await self._client.hgetall(self._keys["hooks"])
        return _oldest_first(decode(raw, Hook) for raw in kept.values())

    async def find(self, hook: HookId) -> Hook | None:
        """The hook of this id, or None."""
        raw = await self._raw(hook)
        return None if raw is None else decode(raw, Hook)

    async def remove(self, hook: HookId) -> bool:
        """Forget a hook and all that came of it."""
        async with self._client.pipeline(transaction=True) as step:
            step.hdel(self._keys["hooks"], hook)
            step.delete(*self._beside(hook))
            with translated():
                removed, _ = await step.execute()
        return bool(removed)

    async def change(self, hook: HookId, step: Step) -> Turn | None:
        """Record what `step` makes of a hook, its attempt, letter and alert with it."""
        return await self._changed(hook, step, ())

    async def attempts(self, hook: HookId, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first."""
        with translated():
            kept: Any = await self._client.lrange(self._keys["attempts"] + hook, 0, limit - 1)
        return [decode(raw, Attempt) for raw in kept]

    async def letters(self, hook: HookId) -> Sequence[Letter]:
        """The dead letters, oldest first."""
        horizon = millis(self._clock.now() - self._dead_window)
        with translated():
            kept: Any = await self._client.zrange(
                self._keys["letters"] + hook, horizon, "+inf", byscore=True
            )
        return [decode(raw, Letter) for raw in kept]

    async def revive(self, hook: HookId, letters: Sequence[Letter], step: Step) -> bool:
        """Take letters out and record what `step` makes of the hook; False when it is gone."""
        return await self._changed(hook, step, letters) is not None

    async def _changed(self, hook: HookId, step: Step, letters: Sequence[Letter]) -> Turn | None:
        while (raw := await self._raw(hook)) is not None:
            turn = step(decode(raw, Hook))
            if turn is None or await self._replaced(hook, raw, turn, letters):
                return turn
        return None

    async def _replaced(
        self, hook: HookId, raw: bytes, turn: Turn, letters: Sequence[Letter]
    ) -> bool:
        died = millis(turn.letter.died) if turn.letter else 0
        with translated():
            done: Any = await self._replace(
                [self._keys["hooks"], *self._beside(hook), self._keys["alerts"]],
                [
                    hook, raw, encode(turn.hook),
                    _given(turn.attempt), ATTEMPTS_KEPT, span(ATTEMPTS_WINDOW),
                    _given(turn.letter), died, span(self._dead_window), LETTERS_KEPT,
                    _given(turn.alert), ALERTS_KEPT, *map(encode, letters),
                ],
            )  # fmt: skip
        return bool(done)

    async def _raw(self, hook: HookId) -> bytes | None:
        with translated():
            raw: Any = await self._client.hget(self._keys["hooks"], hook)
        return None if raw is None else bytes(raw)

    def _beside(self, hook: HookId) -> tuple[str, str]:
        return self._keys["attempts"] + hook, self._keys["letters"] + hook


class MemoryHooks:
    """The twin of `RedisHooks` in this process; `alerts` are for who looks."""

    def __init__(self, clock: Clock, dead_window: timedelta) -> None:
        self._clock = clock
        self._dead_window = dead_window
        self._kept: dict[HookId, Hook] = {}
        self._attempts: dict[HookId, list[Attempt]] = {}
        self._letters: dict[HookId, list[Letter]] = {}
        self.alerts: list[Alert] = []

    async def add(self, hook: Hook) -> None:
        """Remember a hook under its id."""
        self._kept[hook.id] = hook

    async def all(self) -> Sequence[Hook]:
        """Every hook, oldest first."""
        return _oldest_first(self._kept.values())

    async def find(self, hook: HookId) -> Hook | None:
        """The hook of this id, or None."""
        return self._kept.get(hook)

    async def remove(self, hook: HookId) -> bool:
        """Forget a hook and all that came of it."""
        self._attempts.pop(hook, None)
        self._letters.pop(hook, None)
        return self._kept.pop(hook, None) is not None

    async def change(self, hook: HookId, step: Step) -> Turn | None:
        """Record what `step` makes of a hook, its attempt, letter and alert with it."""
        turn = step(self._kept[hook]) if hook in self._kept else None
        if turn is not None:
            self._note(hook, turn)
        return turn

    async def attempts(self, hook: HookId, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first."""
        return self._attempts.get(hook, [])[:limit]

    async def letters(self, hook: HookId) -> Sequence[Letter]:
        """The dead letters, oldest first."""
        horizon = self._clock.now() - self._dead_window
        return [letter for letter in self._letters.get(hook, []) if letter.died >= horizon]

    async def revive(self, hook: HookId, letters: Sequence[Letter], step: Step) -> bool:
        """Take letters out and record what `step` makes of the hook; False when it is gone."""
        if await self.change(hook, step) is None:
            return False
        self._letters[hook] = [one for one in self._letters.get(hook, []) if one not in letters]
        return True

    def _note(self, hook: HookId, turn: Turn) -> None:
        self._kept[hook] = turn.hook
        if turn.attempt:
            kept = [turn.attempt, *self._attempts.get(hook, [])]
            self._attempts[hook] = kept[:ATTEMPTS_KEPT]
        if turn.letter:
            kept_letters = [*self._letters.get(hook, []), turn.letter]
            self._letters[hook] = kept_letters[-LETTERS_KEPT:]
        if turn.alert:
            self.alerts.append(turn.alert)


def _given(value: object) -> bytes:
    return b"" if value is None else encode(value)


def _oldest_first(hooks: Iterable[Hook]) -> Sequence[Hook]:
    return sorted(hooks, key=lambda hook: (hook.created, hook.id))
