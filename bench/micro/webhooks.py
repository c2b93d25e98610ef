"""How fast one hook is told, and what that costs the store.

    python bench/micro/webhooks.py --changes 2000

Needs no network: an embedded server of its own, and a receiver in another process on loopback that
answers at once.
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import redis.asyncio

from crawler.catalog.facets import facets_of
from crawler.cli.delivering import Sender
from crawler.directory import Directory
from crawler.hook import Hook, HookId
from crawler.middlewares.client import GuardedClient
from crawler.model import ChangeId, Recipe, TopicId, WorkerId
from crawler.render.webhook import written_secret
from crawler.schedule.delivery import Patience
from crawler.store import keys
from crawler.store.clock import StoreClock
from crawler.store.hooks import RedisHooks
from crawler.store.published import RedisPublished
from crawler.store.server import embedded
from crawler.store.stories import RedisStories
from crawler.store.subscriptions import RedisSubscriptions
from crawler.workers.messages import Messages
from crawler.workers.webhooks import Webhooks

TOPIC = TopicId("bench")
DAY = timedelta(days=1)
CHANGE = {
    "kind": "story.created", "story": "a" * 20, "topic": TOPIC, "at": "2026-11-22T12:00:00Z",
    "version": 1, "title": "A headline of usual length about a border crossing",
    "url": "https://one.example/story", "article": None, "relation": None, "other": None,
}  # fmt: skip


def receive(port: multiprocessing.Queue) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # the sender has hung up
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
                await reader.readexactly(int(length))
                writer.write(b"HTTP/1.1 204 X\r\n\r\n")
        writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


async def tell(socket: Path, port: int, changes: int) -> None:
    client = redis.asyncio.Redis(unix_socket_path=str(socket), protocol=3, legacy_responses=False)
    stream = keys.public(TOPIC, "changes")
    pipe = client.pipeline(transaction=False)
    for _ in range(changes):
        pipe.xadd(stream, {"kind": "story.created", "story": "a" * 20,
                           "payload": json.dumps(CHANGE)})  # fmt: skip
    await pipe.execute()
    async with StoreClock.synced(client) as clock:
        hooks, published = RedisHooks(client, clock, 30 * DAY), RedisPublished(client)
        stories = RedisStories(
            client, clock, Recipe(), candidate_window=DAY, story_window=DAY,
            changes_window=DAY, changes_max_length=changes,
        )  # fmt: skip
        guarded = GuardedClient(allowed=[ip_network("127.0.0.0/8")])
        sender = Sender(guarded, clock, "bench", timedelta(seconds=5))
        directory = Directory(RedisSubscriptions(client), ())
        worker = Webhooks(
            hooks, published, Messages(published, stories, directory, facets_of), sender.post,
            clock=clock, worker=WorkerId("bench"), patience=Patience(),
        )  # fmt: skip
        await hooks.add(
            Hook(HookId("a"), f"http://127.0.0.1:{port}/", written_secret(b"k" * 32), TOPIC,
                 datetime.now(UTC), ChangeId("0-0"))
        )  # fmt: skip
        await client.config_resetstat()
        began, cpu = time.perf_counter(), time.process_time()
        await worker.tell_all()
        seconds, used = time.perf_counter() - began, time.process_time() - cpu
        told = (await hooks.find(HookId("a"))).delivered
        stats = await client.info("commandstats")
        await guarded.close()
    await client.aclose()
    calls = sum(stat["calls"] for stat in stats.values())
    print(
        f"{told} changes in {seconds:.2f} s: {told / seconds:,.0f} a second, "
        f"{1e3 * used / told:.2f} ms of processor and {calls / told:.1f} commands each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=2_000)
    asked = parser.parse_args()
    port: multiprocessing.Queue = multiprocessing.Queue()
    receiver = multiprocessing.Process(target=receive, args=(port,), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as home:
        try:
            socket = embedded.ensure_running(Path(home)).socket
            asyncio.run(tell(socket, port.get(), asked.changes))
        finally:
            embedded.stop(Path(home))
            receiver.terminate()


if __name__ == "__main__":
    main()
