"""`kordon serve`: answers over HTTP, with the search index kept up to date and hooks told."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, create_server, socket
from typing import Annotated

import typer
import uvicorn

from crawler.app import App
from crawler.catalog.topics import topic as topic_of
from crawler.cli.announcing import announced
from crawler.cli.console import say
from crawler.cli.delivering import told
from crawler.cli.indexing import indexed
from crawler.cli.run import config_of
from crawler.cli.session import opened
from crawler.cli.signals import ENDS, hang_ups
from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.serve.application import application
from crawler.serve.connections import BACKLOG, Connection
from crawler.serve.guard import is_loopback
from crawler.serve.service import Service
from crawler.store.search.index import SearchIndex

HOST, PORT = "127.0.0.1", 8787
CLOSE_SECONDS = 5  # for answers under way when we are asked to end
SWITCH_SECONDS = 0.0005  # indexing shares our lock: at the usual 5 ms it would hold up answers


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond loopback reading takes a token.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free one.")] = PORT,
    topic: Annotated[list[str] | None, typer.Option(help="Serve this topic (repeatable).")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log no requests.")] = False,
) -> None:
    """Answer HTTP until interrupted (docs/reference/api.md); tell hooks and a hub of changes."""
    asyncio.run(_serve(host, port, topic, quiet=quiet))


async def _serve(host: str, port: int, topics: list[str] | None, *, quiet: bool) -> None:
    with listening(host, port) as door:
        async with opened(config_of(topics, None)) as wired:
            await answer(wired, door, quiet=quiet)


async def answer(wired: App, door: socket, *, quiet: bool) -> None:
    """Answer what comes to a door until interrupted; the index is kept and hooks are told."""
    sys.setswitchinterval(SWITCH_SECONDS)
    here = is_loopback(door.getsockname()[0])
    async with indexed(wired) as indexes, told(wired), announced(wired, indexes):
        service = service_of(wired, indexes, open_reads=here)
        await Server(_settings(service, quiet=quiet), service).serve(sockets=[door])


@contextmanager
def listening(host: str, port: int) -> Iterator[socket]:
    """Yield a socket that listens; what is written to whom it takes in is sent at once.

    An answer is written in parts, and a part would wait until a client that is asked again on the
    same connection acknowledges the one before: 40 ms.

    Raises:
        ConfigError: Somebody else does, or the address is none of ours.
    """
    family = AF_INET6 if ":" in host else AF_INET
    try:
        door = create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]  # Python says the address once more
        raise ConfigError(
            f"nothing can listen at {host}:{port} ({why})",
            "give a free --port, and a --host of this machine",
        ) from error
    with door:
        door.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # asyncio does it for sockets of its own alone
        yield door


def _settings(service: Service, *, quiet: bool) -> uvicorn.Config:
    return uvicorn.Config(
        application(service),
        http=Connection,
        backlog=BACKLOG,
        access_log=not quiet,
        log_level="warning" if quiet else "info",
        proxy_headers=False,  # who asks is whom we are connected with
        server_header=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
    )


class Server(uvicorn.Server):
    """Uvicorn's server that ends event streams before it waits for answers under way.

    A signal ends it and nothing else: uvicorn's own way raises it again afterwards, which would
    kill us before index and store are closed.
    """

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the first interrupt, termination or hang-up end it, a second interrupt at once."""
        loop, ends = asyncio.get_running_loop(), (*ENDS, *hang_ups())
        for number in ends:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in ends:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen, and say where."""
        await super().startup(sockets)
        for door in sockets or ():
            host, port = door.getsockname()[:2]
            base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            say(f"serving at {base}/api/v1/topics")
            say(f"the page is at {base}/")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then everything else."""
        self._service.closing.set()
        await super().shutdown(sockets)


def service_of(wired: App, indexes: dict[TopicId, SearchIndex], *, open_reads: bool) -> Service:
    """Return what is served of an application."""
    return Service(
        clock=wired.clock,
        published=wired.published,
        stories=wired.stories,
        frontier=wired.frontier,
        listing=wired.listing,
        forget=wired.forget,
        rule=wired.rule,
        rulings=wired.rulings,
        account=wired.account,
        tokens=wired.tokens,
        hooks=wired.hooks,
        announcements=wired.announcements,
        push=wired.push,
        indexes=indexes,
        open_reads=open_reads,
        names={one: topic_of(one, wired.config.own_topics).name for one in indexes},
        public_url=wired.config.public_url,
        hub_url=wired.config.hub_url,
    )
