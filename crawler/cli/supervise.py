"""Keep a few programs running, in one log; the process that `kordon up` becomes.

    python -m crawler.cli.supervise PLAN

It imports next to nothing, so that it is small beside what it watches, and nothing of what it
watches can bring it down. PLAN is a `Plan` as JSON.

Source: docs/decisions/0177-up-is-three-processes.md
"""

import asyncio
import json
import os
import random
import re
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from crawler.cli.signals import ENDS, hang_ups
from crawler.schedule.backoff import retry_delay

HEALTHY = timedelta(minutes=1)  # who ran so long did not fail to start
FAILURES_MOST = 8  # in a row: with the waits between them two minutes
FIRST, LONGEST = timedelta(seconds=1), timedelta(minutes=1)
STOP = timedelta(seconds=75)  # fetching and preparing what is in hand may take 65
LASTING = frozenset({2})  # exit codes that another start would not mend: a setting is wrong
FAILED = 1
STANDARD_ERROR = 2

_SAID = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):(?:([\w.]+):|\s+)(.*)", re.DOTALL)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Child:
    """A program that is kept running."""

    name: str
    command: tuple[str, ...]
    output: bool = True  # whether its standard output goes into the log


@dataclass(frozen=True, slots=True)
class Plan:
    """What is kept running, and what is run once when all have ended."""

    children: tuple[Child, ...]
    afterwards: tuple[str, ...] = ()
    json_log: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the plan that was written as JSON."""
        plan = json.loads(text)
        children = (
            Child(one["name"], tuple(one["command"]), one["output"]) for one in plan["children"]
        )
        return cls(tuple(children), tuple(plan["afterwards"]), plan["json_log"])


class Log:
    """One line for each line that anybody says, on standard error.

    Where it cannot be written (a full disk, a terminal or reader that is gone) nothing ends: the
    lines that are lost are counted, and told when there is room again.
    """

    def __init__(self, *, as_json: bool, width: int) -> None:
        self._as_json = as_json
        self._width = width
        self._lost = 0

    def write(self, source: str, text: str) -> None:
        """Write one line, with when it was said and by whom."""
        lost = f"lines that could not be written: {self._lost}"
        if self._lost and _written(self._line("up", lost)):
            self._lost = 0
        if not _written(self._line(source, _COLOURS.sub("", text).rstrip())):
            self._lost += 1

    def _line(self, source: str, text: str) -> str:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._as_json:
            return json.dumps({"at": at, "from": source} | _parts(text), ensure_ascii=False)
        return f"{at} {source:{self._width}} | {text}" if text else ""


def _written(line: str) -> bool:
    """Write one line, nothing for an empty one; past Python's buffer, which keeps what fails."""
    try:
        os.write(STANDARD_ERROR, f"{line}\n".encode("utf-8", "replace") if line else b"")
    except OSError:
        return False
    return True


def _parts(line: str) -> dict[str, str]:
    """Return level, logger and text of a line of Python's or uvicorn's logging."""
    said = _SAID.fullmatch(line)
    if said is None:
        return {"text": line}
    parts = {"level": said[1].lower(), "logger": said[2] or "", "text": said[3]}
    return {name: part for name, part in parts.items() if part}


@dataclass(slots=True)
class Supervisor:
    """Starts each child, starts it again when it ends, and ends all when one cannot be kept."""

    plan: Plan
    log: Log
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0
    running: dict[str, Process] = field(default_factory=dict)

    async def run(self) -> int:
        """Return the exit code, once all children have ended."""
        loop = asyncio.get_running_loop()
        for number in ENDS:
            loop.add_signal_handler(number, self.stop)
        for number in hang_ups():
            loop.add_signal_handler(number, self.hang_up)
        await asyncio.gather(*(self._keep(child) for child in self.plan.children))
        if self.plan.afterwards:
            after = await asyncio.create_subprocess_exec(
                *self.plan.afterwards, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
            await after.wait()
        return self.status

    def stop(self) -> None:
        """Ask every child to end; at the second call, end them."""
        number = signal.SIGKILL if self.stopping.is_set() else signal.SIGTERM
        self.log.write("up", f"ending: {', '.join(self.running) or 'nothing'}")
        self.stopping.set()
        for process in self.running.values():
            _signal(process, number)

    def hang_up(self) -> None:
        """Ask every child to end, once: the terminal is gone."""
        if not self.stopping.is_set():
            self.stop()

    async def _keep(self, child: Child) -> None:
        failures = 0
        while not self.stopping.is_set():
            began = time.monotonic()
            code = await self._run_once(child)
            if self.stopping.is_set():
                return
            healthy = time.monotonic() - began >= HEALTHY.total_seconds()
            failures = 1 if healthy else failures + 1
            if code in LASTING or failures >= FAILURES_MOST:
                self._give_up(child, code)
                return
            await self._pause(child, code, failures)

    async def _run_once(self, child: Child) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "crawler.cli.bound", str(os.getpid()), *child.command,
            stdin=DEVNULL, stdout=PIPE if child.output else DEVNULL,
            stderr=STDOUT if child.output else PIPE, start_new_session=True,
        )  # fmt: skip
        self.running[child.name] = process
        self.log.write("up", f"{child.name} is started (pid {process.pid})")
        if self.stopping.is_set():  # asked to while it was being started
            _signal(process, signal.SIGTERM)
        reading = asyncio.create_task(self._read(child, process))
        code = await self._ended(process)
        with suppress(TimeoutError):  # a grandchild may hold the pipe open
            await asyncio.wait_for(reading, 1)
        del self.running[child.name]
        return code

    async def _ended(self, process: Process) -> int:
        """Wait for a child's end, which is forced some time after it was asked for."""
        ending = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({ending, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        done, _ = await asyncio.wait({ending}, timeout=STOP.total_seconds())
        if not done:
            self.log.write("up", f"pid {process.pid} does not end, and is killed")
            _signal(process, signal.SIGKILL)
        return await ending

    async def _read(self, child: Child, process: Process) -> None:
        stream = process.stdout if child.output else process.stderr
        if stream is not None:
            async for line in _lines(stream):
                self.log.write(child.name, line)

    async def _pause(self, child: Child, code: int, failures: int) -> None:
        wait = retry_delay(failures - 1, first=FIRST, longest=LONGEST, jitter=random.random())
        seconds = wait.total_seconds()
        self.log.write("up", f"{child.name} ended ({_how(code)}); started again in {seconds:.1f} s")
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def _give_up(self, child: Child, code: int) -> None:
        self.log.write("up", f"{child.name} cannot be kept running ({_how(code)}); all is ended")
        self.status = code if code > 0 else FAILED
        if not self.stopping.is_set():
            self.stop()


def _signal(process: Process, number: signal.Signals) -> None:
    """Signal a child; a killed one takes those it started with it."""
    with suppress(ProcessLookupError):
        if number is signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            yield "(a line that was too long)"
            continue
        if not line:
            return
        yield line.decode("utf-8", "replace")


def main(arguments: Sequence[str]) -> int:
    """Run a plan to its end; return the exit code."""
    plan = Plan.read(arguments[0])
    width = max(len(name) for name in ("up", *(child.name for child in plan.children)))
    return asyncio.run(Supervisor(plan, Log(as_json=plan.json_log, width=width)).run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
