"""The client on real servers: embedded, by socket, with TLS and with ACL users."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from typer.testing import CliRunner

import settings
from crawler.cli.server import app as server_command
from crawler.config import Config
from crawler.errors import ConfigError, StoreError
from crawler.store import keys
from crawler.store.server import embedded
from crawler.store.server.connection import connect, inspect, translated

PASSWORD = "p@ss/w#rd"
ENCODED = "p%40ss%2Fw%23rd"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "redis-server.md"


def config_of(home, **environ):
    return Config.from_settings(vars(settings), {"KORDON_HOME": str(home)} | environ)


@pytest.fixture
def running(home):
    return embedded.ensure_running(home)


@pytest.fixture
def admin(running):
    with redis.Redis(unix_socket_path=str(running.socket), protocol=3) as client:
        yield client


@pytest.fixture
def tls(tmp_path):
    """A server that speaks TLS only and wants to see our certificate; as (port, its own PEM)."""
    program = shutil.which("redis-server")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("no redis-server with TLS, or no openssl, is on the PATH")
    certificate, key, port = tmp_path / "cert.pem", tmp_path / "key.pem", free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=kordon test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = subprocess.Popen(
        [program, "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1",
         "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate,
         "--save", "", "--dir", tmp_path],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    log = iter(server.stdout.readline, "")
    if not any("ready to accept connections" in line.lower() for line in log):
        pytest.skip("the redis-server on the PATH was built without TLS")
    yield port, certificate, key
    server.terminate()
    server.communicate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def full(tmp_path):
    """The socket of a server whose disk is full: no file of its may grow beyond a few kilobytes."""
    program, where = shutil.which("redis-server"), tmp_path / "full.sock"
    if program is None:
        pytest.skip("no redis-server is on the PATH")
    server = subprocess.Popen(
        ["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", program, "--port", "0",
         "--unixsocket", where, "--appendonly", "yes", "--save", "", "--dir", tmp_path],
        stdout=subprocess.PIPE, text=True, restore_signals=False,  # SIGXFSZ stays ignored
    )  # fmt: skip
    log = iter(server.stdout.readline, "")
    assert any("ready to accept connections" in line.lower() for line in log)
    with redis.Redis(unix_socket_path=str(where)) as client:
        client.set("large", b"x" * 20_000)
    yield where
    server.kill()
    server.communicate()


async def test_a_full_disk_is_told_by_commands_pipelines_and_facts(full, home):
    config = config_of(home, KORDON_REDIS_URL=f"unix://{full}")
    client = await connect(config)
    for transaction in (True, False):
        pipe = client.pipeline(transaction=transaction).set("a", 1).set("b", 2)
        with pytest.raises(StoreError, match=r"^Redis cannot write to its disk"), translated():
            await pipe.execute()
    with pytest.raises(StoreError, match=r"^Redis cannot write to its disk"), translated():
        await client.set("a", 1)
    await client.aclose()
    assert not (await inspect(config)).writable


def test_the_status_of_a_server_with_a_full_disk_fails(full, home, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(home))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{full}")
    result = CliRunner().invoke(server_command, ["status"])
    assert "cannot write to its disk; connections:" in result.stdout
    assert isinstance(result.exception, StoreError)
    assert "takes no more changes; make room on it" in str(result.exception)


async def test_without_an_address_the_embedded_server_is_started(home):
    client = await connect(config_of(home))
    assert await client.ping()
    assert embedded.status(home) is not None
    await client.aclose()


async def test_scores_and_streams_come_in_the_shapes_of_resp3(home):
    client = await connect(config_of(home))
    await client.zadd("scores", {"a": 1})
    assert await client.zrange("scores", 0, -1, withscores=True) == [[b"a", 1.0]]
    assert isinstance(await client.hgetall("none"), dict)
    await client.aclose()


async def test_a_killed_embedded_server_is_met_again_by_whoever_needs_it_first(home):
    client = await connect(config_of(home))
    await client.set("kept", "yes")
    os.kill(embedded.status(home).pid, signal.SIGKILL)
    answers = await asyncio.gather(*(client.get("kept") for _ in range(50)))
    assert set(answers) == {b"yes"}
    await client.aclose()


async def test_a_server_of_the_operator_s_own_may_restart_in_the_middle(home, running):
    client = await connect(config_of(home, KORDON_REDIS_URL=f"unix://{running.socket}"))
    await client.set("kept", "yes")
    os.kill(running.pid, signal.SIGKILL)
    answer, _ = await asyncio.gather(
        client.get("kept"), asyncio.to_thread(embedded.ensure_running, home)
    )
    assert answer == b"yes"
    await client.aclose()


async def test_more_tasks_than_connections_wait_for_their_turn(home):
    client = await connect(config_of(home))
    assert all(await asyncio.gather(*(client.set(f"k{n}", n) for n in range(500))))
    assert (await inspect(config_of(home))).clients <= 64
    await client.aclose()


async def test_an_evicting_server_is_refused(home, admin):
    admin.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(ConfigError, match=r"allkeys-lru.*noeviction"):
        await connect(config_of(home))


async def test_a_replica_is_refused(home, admin):
    admin.replicaof("127.0.0.1", str(free_port()))
    with pytest.raises(StoreError, match="read-only replica"):
        await connect(config_of(home))


@pytest.fixture
def heir(tmp_path):
    """A second server, which takes over."""
    yield embedded.ensure_running(tmp_path / "heir")
    embedded.stop(tmp_path / "heir")


async def test_writes_go_to_the_new_primary_when_the_old_becomes_its_replica(
    home, tmp_path, admin, running, heir
):
    door = tmp_path / "door"
    door.symlink_to(running.socket)
    async with await connect(config_of(home, KORDON_REDIS_URL=f"unix://{door}")) as client:
        await client.set("kept", "before")
        admin.replicaof("127.0.0.1", str(free_port()))
        door.unlink()
        door.symlink_to(heir.socket)
        await client.set("kept", "after")
        async with client.pipeline(transaction=True) as steps:
            steps.append("kept", "wards")
            await steps.execute()
        assert await client.eval("return redis.call('GETSET', KEYS[1], '')", 1, "kept")
    with redis.Redis(unix_socket_path=str(heir.socket)) as other:
        assert other.get("kept") == b""


async def test_a_wrong_or_missing_password_is_told_without_it(home, running, admin):
    admin.config_set("requirepass", PASSWORD)
    refusals = {"": "asks for a password; put it into", ":wr0ng@": "refuses the user or password"}
    for user, said in refusals.items():
        url = f"unix://{user}{running.socket}"
        with pytest.raises(StoreError, match=said) as refusal:
            await connect(config_of(home, KORDON_REDIS_URL=url))
        assert "wr0ng" not in str(refusal.value)
    client = await connect(config_of(home, KORDON_REDIS_URL=f"unix://:{ENCODED}@{running.socket}"))
    assert await client.ping()
    admin.config_set("requirepass", "")
    await client.aclose()


async def test_the_rights_the_reference_lists_are_enough_and_end_at_our_keys(home, running, admin):
    rights = re.search(r"ACL SETUSER kordon on >password (.+)", REFERENCE.read_text())[1].split()
    admin.execute_command("ACL", "SETUSER", "ann", "on", f">{PASSWORD}", *rights)
    client = await connect(
        config_of(home, KORDON_REDIS_URL=f"unix://ann:{ENCODED}@{running.socket}")
    )
    assert await client.eval("return redis.call('SET', KEYS[1], 1)", 1, keys.crawl("x"))
    for command in (
        ("SET", "elsewhere", 1), ("PUBLISH", "elsewhere", "x"), ("FUNCTION", "FLUSH"),
        ("FLUSHALL",), ("CONFIG", "SET", "dir", "/tmp"), ("KEYS", "*"), ("ACL", "LIST"),
        ("EVAL", "return redis.call('GET', 'elsewhere')", 0),
    ):  # fmt: skip
        with pytest.raises(StoreError, match=r"may not do this|ermission"), translated():
            await client.execute_command(*command)
    await client.aclose()


async def test_a_user_who_may_not_ask_for_the_version_is_told_what_is_missing(home, running, admin):
    admin.execute_command("ACL", "SETUSER", "bob", "on", ">pw", "~*", "+@read")
    with pytest.raises(StoreError, match=r"may not do this .*bob.*redis-server\.md"):
        await connect(config_of(home, KORDON_REDIS_URL=f"unix://bob:pw@{running.socket}"))


async def test_an_absent_server_is_told_with_its_address(home):
    port = free_port()
    with pytest.raises(StoreError, match=rf"cannot be reached .*{port}.*KORDON_REDIS_URL"):
        await connect(config_of(home, KORDON_REDIS_URL=f"redis://127.0.0.1:{port}"))


async def test_a_server_that_will_not_start_is_told_in_its_own_words(home):
    (home / "redis" / "appendonlydir").mkdir(parents=True)
    (home / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(StoreError, match="did not start"):
        await connect(config_of(home))


async def test_tls_is_spoken_with_files_from_the_environment(tls, home):
    port, certificate, key = tls
    config = config_of(
        home,
        KORDON_REDIS_URL=f"rediss://127.0.0.1:{port}",
        KORDON_REDIS_CA=str(certificate),
        KORDON_REDIS_CERT=str(certificate),
        KORDON_REDIS_KEY=str(key),
    )
    assert (await inspect(config)).version.startswith(("redis", "valkey"))
    with pytest.raises(StoreError, match="cannot be reached"):  # the server asks who we are
        await connect(replace(config, redis_cert="", redis_key=""))
    with pytest.raises(StoreError, match=r"(?i)certificate"):  # and we ask who it is
        await connect(replace(config, redis_ca=""))


async def test_a_port_that_speaks_no_tls_is_told(home):
    with socket.create_server(("127.0.0.1", 0)) as plain:  # waits for more, as Redis does
        port = plain.getsockname()[1]
        url = f"rediss://127.0.0.1:{port}?socket_connect_timeout=0.2"
        with pytest.raises(StoreError, match="speaks none, write redis:// instead of rediss://"):
            await connect(config_of(home, KORDON_REDIS_URL=url))


async def test_every_command_of_the_start_up_is_known_to_the_server_on_the_path(tmp_path):
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("no server is on the PATH")
    embedded.ensure_running(tmp_path, program=Path(program))
    facts = await inspect(config_of(tmp_path))
    assert facts.append_only
    assert not facts.loading
    assert embedded.stop(tmp_path)
