"""Killable CPU work: processes that do one task at a time, under a deadline and a memory limit.

Each worker has a socket of its own and nothing else in common with the others, so a worker that
hangs, crashes or is killed takes exactly one task with it.

Source: docs/decisions/0040-own-process-pool.md
"""

import asyncio
import ctypes
import logging
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from traceback import format_exc
from typing import TypeVar

from crawler.errors import SourceError, StoreError

T = TypeVar("T")

_START_SECONDS = 60
_GRACE_SECONDS = 1.0  # the parent's clock decides; the worker's alarm is for orphans
_LENGTH = struct.Struct("!Q")
_NO_MEMORY_STATUS = 71
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Pool:
    """A fixed number of worker processes that are started when first needed.

    Workers ignore Ctrl-C and die with this process, however it dies. `StoreError` is raised
    when a worker cannot be started, or the pool is closed.

    Args:
        workers: How many tasks run at once.
        memory_bytes: Address space each worker may use (RLIMIT_AS; macOS does not enforce it).
        start: A module-level function that every worker calls first, to import what it needs.
    """

    def __init__(
        self, workers: int, *, memory_bytes: int, start: Callable[[], None] | None = None
    ) -> None:
        self._size = workers
        self._terms = pickle.dumps((memory_bytes, start))
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._unreaped: list[_Worker] = []
        self._closed = False

    async def run(
        self, subject: str, deadline: timedelta, function: Callable[..., T], /, *args: object
    ) -> T:
        """Return `function(*args)`, run in a worker.

        A cancelled call stops its work.

        Args:
            subject: The address that is blamed when the work fails.
            deadline: When the worker is killed; counts from when it takes the task.
            function: A module-level function; its arguments and result must pickle.
            *args: What it is called with.

        Raises:
            SourceError: Raised by the function itself, or with the reason `deadline`,
                `memory`, `crashed`, or `unreadable` (any other exception, which is chained).
        """
        seconds = deadline.total_seconds()
        task = pickle.dumps((seconds + _GRACE_SECONDS, function, args), pickle.HIGHEST_PROTOCOL)
        async with self._turns, self._worker() as worker:
            answer = await self._ask(worker, subject, seconds, task)
        succeeded, value = pickle.loads(answer)  # noqa: S301 - from our own worker
        if not succeeded:
            _raise_from_worker(subject, value)
        result: T = value
        return result

    async def warm(self) -> None:
        """Start every worker now, so that the first tasks need not wait for imports."""
        day = timedelta(days=1)
        await asyncio.gather(*(self.run("", day, os.getpid) for _ in range(self._size)))

    def close(self) -> None:
        """Kill every worker and wait until it is gone; work in progress is lost."""
        self._closed = True
        for worker in self._unreaped:
            worker.kill()
        for worker in self._idle:
            worker.hang_up()
        self._unreaped.clear()
        self._idle.clear()

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator["_Worker"]:
        worker = self._take()
        try:
            await worker.ready()
            yield worker
        except BaseException:
            worker.hang_up()
            worker.stop()
            raise
        self._idle.append(worker)

    def _take(self) -> "_Worker":
        if self._closed:
            raise StoreError("the parser processes are stopped")
        while self._idle:
            worker = self._idle.pop()
            if worker.status() is None:
                return worker
            worker.hang_up()  # died between tasks, of something outside
        self._unreaped = [worker for worker in self._unreaped if worker.status() is None]
        self._unreaped.append(_Worker(self._terms))
        return self._unreaped[-1]

    async def _ask(self, worker: "_Worker", subject: str, seconds: float, task: bytes) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                return await worker.ask(task)
        except TimeoutError as error:
            raise SourceError(subject, "deadline", f"not read within {seconds:g} s") from error
        except (EOFError, OSError) as error:
            if self._closed:
                raise StoreError("the parser processes are stopped") from error
            raise _death(subject, worker.kill()) from error


class _Worker:
    """One worker process, as its parent sees it."""

    def __init__(self, terms: bytes) -> None:
        self._terms = terms
        self._is_ready = False
        self._line, theirs = socket.socketpair()
        self._line.settimeout(0)  # the event loop waits, not the socket
        with theirs:
            self._process = _start(theirs.fileno())

    async def ready(self) -> None:
        """Return when the worker has imported what it needs."""
        if self._is_ready:
            return
        try:
            async with asyncio.timeout(_START_SECONDS):
                problem = (await self.ask(self._terms)).decode()
        except (EOFError, OSError) as error:
            raise StoreError(f"a parser process did not start (status {self.kill()})") from error
        if problem:
            raise StoreError(f"a parser process did not start ({problem})")
        self._is_ready = True

    async def ask(self, frame: bytes) -> bytes:
        """Return the worker's answer to a frame; `EOFError` when it died."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._line, _LENGTH.pack(len(frame)) + frame)
        (length,) = _LENGTH.unpack(await self._receive(_LENGTH.size))
        return await self._receive(length)

    async def _receive(self, length: int) -> bytes:
        loop = asyncio.get_running_loop()
        buffer = bytearray(length)
        rest = memoryview(buffer)
        while rest:
            count = await loop.sock_recv_into(self._line, rest)
            if count == 0:
                raise EOFError
            rest = rest[count:]
        return bytes(buffer)

    def status(self) -> int | None:
        """The exit status (negative for a signal), or None while it lives."""
        return self._process.poll()

    def stop(self) -> None:
        """Kill the process without waiting for its end."""
        self._process.kill()

    def kill(self) -> int:
        """Kill the process and return how it ended; one that was dead keeps its own status."""
        self._process.kill()
        return self._process.wait()

    def hang_up(self) -> None:
        """Let go of the socket; nobody may be waiting on it."""
        self._line.close()


def _start(descriptor: int) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - no I/O
    program = f"from crawler.pool import serve; serve({descriptor}, {os.getpid()})"
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-P", "-c", program],
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
            pass_fds=[descriptor],
            process_group=0,  # Ctrl-C in the terminal is the parent's
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    except OSError as error:
        raise StoreError(f"a parser process did not start ({error.strerror})") from error


def _death(subject: str, status: int) -> SourceError:
    if status == _NO_MEMORY_STATUS:
        return SourceError(subject, "memory", "needs more memory to read than is allowed")
    if status == -signal.SIGALRM:
        return SourceError(subject, "deadline", "not read in time")
    cause = f"signal {-status}" if status < 0 else f"exit status {status}"
    return SourceError(subject, "crashed", f"crashed its parser ({cause})")


def _raise_from_worker(subject: str, error: Exception) -> None:
    if isinstance(error, SourceError):
        raise error
    problem = f"cannot be read ({type(error).__name__}: {error})"
    raise SourceError(subject, "unreadable", problem) from error


# --- inside the worker -----------------------------------------------------------------------


def serve(descriptor: int, parent: int) -> None:
    """Answer tasks until the parent is gone: the whole life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(parent)
    logging.getLogger().addHandler(logging.NullHandler())  # libraries would write to the terminal
    with socket.socket(fileno=descriptor) as line, suppress(EOFError, ConnectionError):
        try:
            _send(line, _prepare(_receive(line)))
            while True:
                _send(line, _answer(_receive(line)))
        except MemoryError:
            os._exit(_NO_MEMORY_STATUS)


def _die_with(parent: int) -> None:
    """End at once when the parent does; elsewhere than on Linux, with the task at hand."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _prepare(terms: bytes) -> bytes:
    """Make ready on the parent's terms; return why that failed, or nothing."""
    try:
        memory_bytes, start = pickle.loads(terms)  # noqa: S301 - from our own parent
        if start is not None:
            start()
    except Exception as error:  # noqa: BLE001 - the outermost loop of this process
        return f"{type(error).__name__}: {error}".encode()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS refuses; a stricter limit may stand already
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    return b""


def _answer(task: bytes) -> bytes:
    try:
        seconds, function, args = pickle.loads(task)  # noqa: S301 - from our own parent
        signal.setitimer(signal.ITIMER_REAL, seconds)  # the kernel's: holds inside C code too
        return pickle.dumps((True, function(*args)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the outermost loop of this process
        return _portable(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _portable(error: Exception) -> bytes:
    """Pickle an exception with its traceback as a note, or one that says the same."""
    error.add_note(format_exc())
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301 - our own, a moment ago
    except Exception:  # noqa: BLE001 - exceptions pickle in any broken way they like
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return answer


def _receive(line: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size))
    return _exactly(line, length)


def _exactly(line: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    rest = memoryview(buffer)
    while rest:
        count = line.recv_into(rest)
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return bytes(buffer)


def _send(line: socket.socket, answer: bytes) -> None:
    line.sendall(_LENGTH.pack(len(answer)) + answer)
