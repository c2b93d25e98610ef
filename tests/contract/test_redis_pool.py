"""The pool and its connections on a real server: what redis-py does besides is not missed."""

import asyncio

import pytest
import redis

import settings
from crawler.config import Config
from crawler.store.server import connection, embedded
from crawler.store.server.connection import connect
from crawler.store.server.redis_pool import Prompt, run

BIG = b"x" * 20_000_000  # more than any socket takes at once


@pytest.fixture
def path(home):
    return str(embedded.ensure_running(home).socket)


def asked(path, work, **options):
    """Run work with a client as the application has it."""

    async def run():
        address = f"unix://{path}" + "".join(f"?{name}={v}" for name, v in options.items())
        client = await connect(Config.from_settings(vars(settings), {"KORDON_REDIS_URL": address}))
        try:
            return await work(client)
        finally:
            await client.aclose()

    return asyncio.run(run())


async def _is_told(lent):
    async with asyncio.timeout(10):
        while not await lent.can_read():  # noqa: ASYNC110 - the server tells, no event
            await asyncio.sleep(0)


def test_a_command_that_no_socket_takes_at_once_arrives_whole(path):
    async def work(client):
        await client.set("big", BIG)
        return await client.get("big")

    assert asked(path, work) == BIG


def test_a_connection_that_the_server_closed_at_rest_is_not_lent(path):
    async def work(client):
        await client.set("some", "thing")
        lent = await client.connection_pool.get_connection()
        await client.connection_pool.release(lent)
        with redis.Redis(unix_socket_path=path) as admin:
            admin.client_kill_filter(_type="normal", skipme=True)
        await _is_told(lent)
        lent = await client.connection_pool.get_connection()
        await lent.send_command("GET", "some")  # nothing tries this again
        answer = await lent.read_response()
        await client.connection_pool.release(lent)
        return answer

    assert asked(path, work) == b"thing"


def test_an_answer_that_nobody_waits_for_is_not_the_next_ones(path):
    async def work(client):
        lent = await client.connection_pool.get_connection()
        await lent.send_command("ECHO", "of one who left")
        await client.connection_pool.release(lent)
        await _is_told(lent)
        return await client.echo("of the next")

    assert asked(path, work) == b"of the next"


def test_one_connection_serves_all_by_turns(path):
    ends = []

    async def work(client):
        async def ask(who):
            for _ in range(50):
                assert await client.echo(who) == who.encode()
            ends.append(who)

        await asyncio.gather(*(ask(f"task {n}") for n in range(8)))
        return len(client.connection_pool._available_connections)

    assert asked(path, work, max_connections=1) == 1
    assert len(ends) == 8


def test_a_script_that_the_server_forgot_is_loaded_again(path):
    async def work(client):
        script = client.register_script("return {KEYS[1], ARGV[1]}")
        answers = [await run(client, script, ["key"], ["argument"])]
        await client.script_flush()
        return [*answers, await run(client, script, ["key"], ["argument"])]

    assert asked(path, work) == [[b"key", b"argument"]] * 2


def test_a_script_whose_connection_breaks_runs_on_another(path):
    async def work(client):
        script = client.register_script("return ARGV[1]")
        lent = await client.connection_pool.get_connection()
        await client.connection_pool.release(lent)
        with redis.Redis(unix_socket_path=path) as admin:
            admin.client_kill_filter(_type="normal", skipme=True)
        return await run(client, script, [], ["said"])

    assert asked(path, work) == b"said"


def test_every_kind_of_address_has_prompt_connections():
    kinds = (*connection.PROMPT.values(), connection.EmbeddedConnection)
    assert all(issubclass(kind, Prompt) for kind in kinds)
