"""Use case: hubs announce news, so that a feed need not be asked to find out.

A push is a hint and never the truth: it makes the feed due, the poll fetches it. While a hub keeps
its word the feed is polled slowly for safety; one that misses news loses that trust.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.config import Config
from crawler.errors import SourceError
from crawler.fetch.urls import asked_address
from crawler.fetch.websub import (
    SECRET_BYTES,
    after_poll,
    asks_now,
    confirmed,
    is_named,
    is_relied_on,
    is_signed,
    subscription_form,
    topic_of,
)
from crawler.model import FeedId, FeedState, HubLease
from crawler.ports import Clock, Frontier, Hubs

LEAST_BETWEEN_PUSHES = timedelta(minutes=1)  # more make the feed due no sooner


@dataclass(frozen=True, slots=True)
class HubRequest:
    """A request for a lease, to be sent as a form."""

    url: str
    body: bytes


class Push:
    """Leases with hubs: asked for, granted, kept or broken."""

    def __init__(self, hubs: Hubs, frontier: Frontier, clock: Clock, config: Config) -> None:
        self._hubs = hubs
        self._frontier = frontier
        self._clock = clock
        self._config = config

    async def adjusted(self, before: FeedState, after: FeedState) -> FeedState:
        """Return the state a poll leaves, its next poll later where a hub is relied on."""
        lease = await self._lease(after)
        if lease is None:
            return after
        now, news = self._clock.now(), after.last_news != before.last_news
        judged = after_poll(lease, since=before.last_answer, news=news)
        if judged != lease:
            await self._hubs.keep(judged)
        if after.next_poll is None or after.failures or not is_relied_on(judged, now):
            return after
        return replace(after, next_poll=max(after.next_poll, now + self._config.poll_pushed))

    async def request(self, state: FeedState) -> HubRequest | None:
        """Return the request for a lease that is due now; it counts as sent."""
        if not self._config.websub_callback or not state.wishes.hub:
            return None
        lease, now = await self._hubs.lease(state.feed.id), self._clock.now()
        if not asks_now(lease, state, now):
            return None
        try:
            hub = asked_address(state.wishes.hub)
        except SourceError:
            return None
        same = lease is not None and (lease.hub, lease.topic) == (state.wishes.hub, topic_of(state))
        wanted = replace(lease, asked=now) if lease and same else self._new(state)
        await self._hubs.keep(wanted)
        return HubRequest(hub, subscription_form(wanted, self._callback(wanted)))

    async def verified(self, feed: FeedId, token: str, query: Mapping[str, str]) -> str | None:
        """Return what to answer a hub that asks whether we meant it; None to refuse."""
        lease = await self._named(feed, token)
        granted = lease and confirmed(lease, query, self._clock.now())
        if not granted:
            return None
        await self._hubs.keep(granted[0])
        return granted[1]

    async def pushed(self, feed: FeedId, token: str, signature: str, body: bytes) -> bool:
        """Make the feed due when a push is genuine; False when nobody asked for it.

        One with a wrong signature is taken without a word and changes nothing (WebSub, 8).
        """
        lease, now = await self._named(feed, token), self._clock.now()
        if lease is None:
            return False
        late_enough = lease.pushed is None or now - lease.pushed >= LEAST_BETWEEN_PUSHES
        if is_signed(lease, signature, body) and late_enough:
            await self._hubs.keep(replace(lease, pushed=now))
            await self._frontier.hasten([feed])
        return True

    async def _lease(self, state: FeedState) -> HubLease | None:
        used = self._config.websub_callback and state.wishes.hub
        return await self._hubs.lease(state.feed.id) if used else None

    async def _named(self, feed: FeedId, token: str) -> HubLease | None:
        lease = await self._hubs.lease(feed)
        return lease if lease and is_named(lease, token) else None

    def _new(self, state: FeedState) -> HubLease:
        return HubLease(
            feed=state.feed.id,
            hub=state.wishes.hub,
            topic=topic_of(state),
            token=secrets.token_urlsafe(SECRET_BYTES),
            secret=secrets.token_urlsafe(SECRET_BYTES),
            asked=self._clock.now(),
        )

    def _callback(self, lease: HubLease) -> str:
        return f"{self._config.websub_callback.rstrip('/')}/{lease.feed}/{lease.token}"
