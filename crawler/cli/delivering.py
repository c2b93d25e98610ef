"""Telling hooks from a command: the worker, and the guarded client it posts with."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from crawler.app import App
from crawler.catalog.facets import facets_of
from crawler.catalog.outlets import shipped_catalogue
from crawler.config import Config
from crawler.directory import Directory
from crawler.errors import SourceError
from crawler.fetch.conditional import retry_after
from crawler.fetch.websub import publish_form
from crawler.hook import Hook, Reply
from crawler.middlewares.client import Fetched, GuardedClient, Limits, Proxy
from crawler.ports import Clock
from crawler.render.webhook import Message, signed
from crawler.roster import is_dead
from crawler.schedule.delivery import Patience, released
from crawler.workers.loop import beside
from crawler.workers.messages import Messages
from crawler.workers.webhooks import Webhooks, worker_behind

FORM = b"application/x-www-form-urlencoded"
ANSWER_BYTES = 1_024  # of an answer that are read; nobody needs them
LEASE_BEYOND = timedelta(seconds=30)  # the deadline, for what goes with an attempt


@asynccontextmanager
async def told(wired: App) -> AsyncIterator[None]:
    """Tell the hooks of changes while the block lasts."""
    await free_from_the_dead(wired)
    async with (
        sending(wired.config, wired.clock) as sender,
        beside(webhooks(wired, sender).keep_telling(), "webhooks"),
    ):
        yield


async def free_from_the_dead(wired: App) -> None:
    """Free hooks that crashed workers of this machine held, so that none waits for their leases."""
    for hook in await wired.hooks.all():
        if hook.worker and is_dead(worker_behind(hook.worker)):
            await wired.hooks.change(hook.id, partial(released, worker=hook.worker))


def webhooks(wired: App, sender: "Sender") -> Webhooks:
    """Return the worker that tells hooks, on an application."""
    config = wired.config
    directory = Directory(wired.subscriptions, shipped_catalogue().outlets)
    return Webhooks(
        wired.hooks,
        wired.published,
        Messages(wired.published, wired.stories, directory, facets_of),
        sender.post,
        clock=wired.clock,
        worker=wired.worker,
        patience=Patience(
            attempts=config.hook_attempts,
            failing=config.hook_suspend,
            lease=2 * config.hook_deadline + LEASE_BEYOND,
        ),
    )


@asynccontextmanager
async def sending(config: Config, clock: Clock) -> AsyncIterator["Sender"]:
    """Yield what posts to hooks, within the limits of the HOOK_ settings."""
    client = GuardedClient(allowed=config.hook_allow_networks)
    try:
        yield Sender(client, clock, config.user_agent, config.hook_deadline)
    finally:
        await client.close()


class Sender:
    """Posts to hooks, signed, and to a hub; follows nothing and believes nobody's address."""

    def __init__(
        self, client: GuardedClient, clock: Clock, user_agent: str, deadline: timedelta
    ) -> None:
        self._client = client
        self._clock = clock
        self._user_agent = user_agent.encode()
        self._limits = Limits(deadline, deadline, ANSWER_BYTES, whole=False)

    async def post(self, hook: Hook, message: Message) -> Reply:
        """Return how the hook took it; that it did not is no error."""
        now = self._clock.now()
        signature = signed(message, hook.secrets(now), now)
        headers = {"user-agent": self._user_agent, **signature}
        return await self._posted(hook.url, headers, message.body)

    async def ping(self, hub: str, feed: str) -> Reply:
        """Return how a hub took that a feed of ours changed, named by its own address."""
        headers = {"user-agent": self._user_agent, "content-type": FORM}
        return await self._posted(hub, headers, publish_form(feed))

    async def _posted(self, url: str, headers: Mapping[str, bytes], form: bytes) -> Reply:
        began = time.monotonic()
        try:
            answer = await self._client.ask(
                url, headers, limits=self._limits, proxy=_proxy_for(url), form=form
            )
        except SourceError as error:
            return Reply(0, error.reason, _milliseconds_since(began))
        return self._judged(answer, _milliseconds_since(began))

    def _judged(self, answer: Fetched, milliseconds: int) -> Reply:
        said = {name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers}  # fmt: skip
        again = retry_after(said, self._clock.now()) if answer.status in {429, 503} else None
        reply = Reply(answer.status, "", milliseconds)
        return reply if reply.taken else Reply(
            answer.status, f"http-{answer.status}", milliseconds, again
        )  # fmt: skip


def _proxy_for(url: str) -> Proxy | None:
    """Return the operator's way out, as it is taken for everything that is fetched."""
    parts = URL(url)
    way = getproxies().get(parts.scheme)
    return Proxy(way) if way and not proxy_bypass(parts.host or "") else None


def _milliseconds_since(began: float) -> int:
    return round(1_000 * (time.monotonic() - began))
