"""The launcher, with real processes, on every server that is here."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import redis

from crawler.errors import ConfigError, StoreError
from crawler.store.server import embedded
from crawler.store.server.sockets import MAX_SOCKET_BYTES

STARTERS = 20
PROGRAMS = [pytest.param(None, id="shipped")] + [
    pytest.param(Path(found), id=name)
    for name in ("valkey-server", "redis-server")
    if (found := shutil.which(name))
]


@pytest.fixture(params=PROGRAMS)
def program(request):
    return request.param


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "дім з пробілом"
    yield home
    embedded.stop(home)


@pytest.fixture
def foreigner():
    """A live process that is none of ours."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    yield process
    process.communicate()


def client_of(running):
    return redis.Redis(unix_socket_path=str(running.socket), protocol=3, retry=None)


def servers_at(socket):
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(str(socket) in part for part in process.info["cmdline"] or ())
    ]


def kill(running):
    """Kill the server as the kernel would, and see its connections end."""
    with client_of(running) as client, suppress(redis.ConnectionError):
        client.ping()
        os.kill(running.pid, signal.SIGKILL)
        while client.ping():
            pass


def write_append_only_file(home, commands):
    folder = home / "redis" / "appendonlydir"
    folder.mkdir(parents=True)
    (folder / "appendonly.aof.manifest").write_bytes(
        b"file appendonly.aof.1.incr.aof seq 1 type i\n"
    )
    (folder / "appendonly.aof.1.incr.aof").write_bytes(commands)


def start_and_tell(home, barrier, told):
    barrier.wait()
    told.put(embedded.ensure_running(home))


def test_a_server_is_started_and_joined(home, program):
    started = embedded.ensure_running(home, program=program)
    assert embedded.ensure_running(home, program=program) == started
    assert embedded.status(home) == started
    assert embedded.server_state(started).version == started.version


def test_twenty_starts_at_once_give_one_server(home):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["crawler.store.server.embedded"])
    barrier, told = processes.Barrier(STARTERS), processes.Queue()
    starters = [
        processes.Process(target=start_and_tell, args=(home, barrier, told))
        for _ in range(STARTERS)
    ]
    for starter in starters:
        starter.start()
    answers = {told.get(timeout=60) for _ in starters}
    for starter in starters:
        starter.join()
    assert len(answers) == 1
    assert servers_at(answers.pop().socket) == [embedded.status(home).pid]


def test_a_killed_server_comes_back_with_its_data(home, program):
    first = embedded.ensure_running(home, program=program)
    with client_of(first) as client:
        client.set("kept", "yes")
    kill(first)
    second = embedded.ensure_running(home, program=program)
    with client_of(second) as client:
        assert client.get("kept") == b"yes"
    assert second.pid != first.pid


def test_a_stopped_server_comes_back_with_its_data(home, program):
    with client_of(embedded.ensure_running(home, program=program)) as client:
        client.set("kept", "yes")
    assert embedded.stop(home)
    assert not embedded.stop(home)
    with client_of(embedded.ensure_running(home, program=program)) as client:
        assert client.get("kept") == b"yes"


def test_a_joiner_keeps_the_server_when_its_starter_is_interrupted_and_killed(home):
    script = (
        "import sys, pathlib; from crawler.store.server.embedded import ensure_running; "
        "print(ensure_running(pathlib.Path(sys.argv[1])).pid, flush=True); input()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    started = int(starter.stdout.readline())
    joined = embedded.ensure_running(home)
    with client_of(joined) as client:
        client.ping()
        os.killpg(starter.pid, signal.SIGINT)  # what Ctrl-C sends
        os.killpg(starter.pid, signal.SIGKILL)
        starter.communicate()
        assert client.ping()
    assert joined.pid == started == embedded.status(home).pid


def test_a_pid_that_now_belongs_to_a_stranger_is_neither_joined_nor_signalled(home, foreigner):
    running = embedded.ensure_running(home)
    kill(running)
    record = home / "redis" / "server.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"pid": foreigner.pid}))
    assert embedded.ensure_running(home).pid != foreigner.pid
    earlier = running.started - timedelta(hours=1)
    embedded._terminate(replace(running, pid=foreigner.pid, started=earlier))
    assert foreigner.poll() is None


def test_a_record_is_worth_nothing_once_its_server_is_gone(home):
    running = embedded.ensure_running(home)
    record = (home / "redis" / "server.json").read_text()
    assert embedded.stop(home)
    (home / "redis" / "server.json").write_text(record)
    assert embedded.status(home) is None
    assert not embedded.stop(home)
    assert embedded.ensure_running(home).pid != running.pid


def test_a_server_that_runs_keeps_its_lock_through_a_rewrite_of_its_file(home):
    running = embedded.ensure_running(home)
    with client_of(running) as client:
        client.bgrewriteaof()
        assert embedded.status(home) == running


def test_an_unreadable_record_does_not_hide_the_server(home):
    running = embedded.ensure_running(home)
    (home / "redis" / "server.json").write_text("{")
    assert embedded.ensure_running(home) == running


def test_no_second_server_starts_while_one_holds_the_data(home):
    running = embedded.ensure_running(home)
    (home / "redis" / "server.json").unlink()
    assert embedded.ensure_running(home).pid == running.pid
    assert servers_at(running.socket) == [running.pid]


def test_a_server_whose_socket_was_removed_is_replaced_with_its_data(home):
    first = embedded.ensure_running(home)
    with client_of(first) as client:
        client.set("kept", "yes")
    first.socket.unlink()
    second = embedded.ensure_running(home)
    with client_of(second) as client:
        assert client.get("kept") == b"yes"
    assert servers_at(second.socket) == [second.pid] != [first.pid]


def test_a_home_that_is_moved_keeps_its_server(home, tmp_path):
    running = embedded.ensure_running(home)
    moved = home.rename(tmp_path / "moved")
    assert embedded.ensure_running(moved) == running
    assert embedded.ensure_running(home).pid != running.pid
    assert embedded.stop(moved)


def test_a_long_home_path_gets_a_socket_within_the_limit(tmp_path):
    home = tmp_path / ("long" * 30) / ("longer" * 30)
    running = embedded.ensure_running(home)
    try:
        assert len(os.fsencode(running.socket)) <= MAX_SOCKET_BYTES
    finally:
        assert embedded.stop(home)


def test_a_starter_waits_until_the_data_is_read(home, program):
    count = 300_000
    one = b"*3\r\n$3\r\nSET\r\n$7\r\n%07d\r\n$1\r\nx\r\n"
    write_append_only_file(home, b"".join(one % number for number in range(count)))
    with client_of(embedded.ensure_running(home, program=program)) as client:
        assert client.dbsize() == count


def test_a_server_that_cannot_read_its_data_says_why(home, program):
    write_append_only_file(home, b"this is no append-only file")
    with pytest.raises(StoreError, match=r"did not start: .*append.*KORDON_REDIS_URL"):
        embedded.ensure_running(home, program=program)
    assert embedded.status(home) is None


def test_the_socket_and_the_data_are_closed_to_others(home):
    running = embedded.ensure_running(home)
    modes = [path.stat().st_mode & 0o077 for path in (running.socket.parent, home, home / "redis")]
    assert modes == [0, 0, 0]


def test_the_server_listens_on_no_port_and_keeps_every_key(home, program):
    with client_of(embedded.ensure_running(home, program=program)) as client:
        kept = client.config_get("port", "appendonly", "appendfsync", "maxmemory-policy", "save")
    assert kept == {
        "port": "0", "appendonly": "yes", "appendfsync": "everysec",
        "maxmemory-policy": "noeviction", "save": "",
    }  # fmt: skip


def test_a_home_that_is_a_file_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigError, match="KORDON_HOME"):
        embedded.ensure_running(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can enter what is another user's")
def test_root_starts_and_stops_nothing_in_another_users_home(tmp_path):
    (tmp_path / "redis").mkdir(mode=0o700)
    os.chown(tmp_path / "redis", 12_345, 12_345)
    for verb in (embedded.ensure_running, embedded.status, embedded.stop):
        with pytest.raises(ConfigError, match="run this as that user: sudo -u '#12345' env"):
            verb(tmp_path)
    assert list((tmp_path / "redis").iterdir()) == []


def test_nothing_runs_and_nothing_is_stopped_where_nothing_was_started(tmp_path):
    assert embedded.status(tmp_path) is None
    assert not embedded.stop(tmp_path)


def test_a_program_that_is_no_server_is_named(home):
    with pytest.raises(StoreError, match="did not start"):
        embedded.ensure_running(home, program=Path(shutil.which("false") or tempfile.gettempdir()))
