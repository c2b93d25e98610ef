"""What a task costs in `crawler.pool`: bench/micro/pool.py prints one JSON object.

Everything is the best of several rounds, in milliseconds.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from crawler.errors import SourceError
from crawler.pool import Pool

ROUNDS, TASKS = 5, 500
LONG = timedelta(seconds=30)
PARSERS = partial(__import__, "trafilatura")  # the heaviest of the parsers


async def milliseconds(action: Callable[[], Awaitable[object]], times: int = 1) -> float:
    started = time.perf_counter()
    for _ in range(times):
        await action()
    return round((time.perf_counter() - started) * 1000 / times, 3)


async def overrun(pool: Pool, deadline: timedelta) -> float:
    started = time.perf_counter()
    with suppress(SourceError):
        await pool.run("", deadline, time.sleep, 60)
    return round((time.perf_counter() - started - deadline.total_seconds()) * 1000, 3)


async def main() -> None:
    bare, full = (Pool(2, memory_bytes=2 << 30, start=start) for start in (None, PARSERS))
    body = b"x" * 200_000
    figures = {"start_2_bare": await milliseconds(bare.warm)}
    figures["start_2_with_parsers"] = await milliseconds(full.warm)
    for name, argument in (("empty", b""), ("200_kB", body)):
        rounds = [
            await milliseconds(lambda: bare.run("", LONG, len, argument), TASKS)  # noqa: B023
            for _ in range(ROUNDS)
        ]
        figures[f"task_{name}"] = min(rounds)
    figures["overrun_of_100_ms"] = await overrun(full, timedelta(milliseconds=100))
    figures["next_task_after_a_kill"] = await milliseconds(lambda: full.run("", LONG, len, b""))
    print(json.dumps(figures, indent=2))
    bare.close()
    full.close()


if __name__ == "__main__":
    asyncio.run(main())
