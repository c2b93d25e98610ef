"""WebSub: what to send a hub, what to believe of what it sends.

Source: W3C WebSub (Recommendation, 2018)
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from crawler.model import FeedState, HubLease

WANTED_LEASE = timedelta(days=10)
SHORTEST_LEASE = timedelta(hours=1)  # a hub that grants less would be asked all the time
LONGEST_LEASE = timedelta(days=90)
RENEWED_AT = 0.8  # of the lease
ASKED_AGAIN_AFTER = timedelta(days=1)  # a hub that never verifies
MISSES_TO_DEMOTE = 3  # polls in a row that found what the hub had not announced
SECRET_BYTES = 32
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # WebSub, 7.1


def asks_now(lease: HubLease | None, state: FeedState, now: datetime) -> bool:
    """Tell whether a hub should be asked for a lease: none yet, another hub, or soon over."""
    if not state.wishes.hub:
        return False
    if lease is None or (lease.hub, lease.topic) != (state.wishes.hub, topic_of(state)):
        return True
    if now - lease.asked < ASKED_AGAIN_AFTER:
        return False
    return lease.granted is None or now >= lease.granted + RENEWED_AT * lease.length


def topic_of(state: FeedState) -> str:
    """Return the address under which a hub knows the feed: its own word, else the one we ask."""
    return state.wishes.topic or state.address


def subscription_form(lease: HubLease, callback: str) -> bytes:
    """Return the body of a request for a lease."""
    return urlencode(
        {
            "hub.mode": "subscribe",
            "hub.topic": lease.topic,
            "hub.callback": callback,
            "hub.lease_seconds": int(WANTED_LEASE.total_seconds()),
            "hub.secret": lease.secret,
        }
    ).encode()


def publish_form(feed: str) -> bytes:
    """Return the body that tells a hub that a feed of ours changed, by its own address.

    Source: PubSubHubbub 0.4, 7; WebSub leaves it to hub and publisher
    """
    return urlencode({"hub.mode": "publish", "hub.url": feed}).encode()


def confirmed(
    lease: HubLease, query: Mapping[str, str], now: datetime
) -> tuple[HubLease, str] | None:
    """Return the lease as granted and the challenge to answer with; None to refuse.

    Refused is whatever was not asked for: another topic, another mode, no challenge. Nobody can
    unsubscribe us either: what we no longer want runs out.

    Source: WebSub, 5.3
    """
    wanted = query.get("hub.mode") == "subscribe" and query.get("hub.topic") == lease.topic
    challenge = query.get("hub.challenge", "")
    if not (wanted and challenge):
        return None
    seconds = query.get("hub.lease_seconds", "")
    granted = timedelta(seconds=int(seconds[:10])) if _is_number(seconds) else WANTED_LEASE
    length = min(max(granted, SHORTEST_LEASE), LONGEST_LEASE)
    return replace(lease, granted=now, length_seconds=length.total_seconds()), challenge


def is_signed(lease: HubLease, signature: str, body: bytes) -> bool:
    """Tell in constant time whether a push was signed with the secret of its lease.

    Source: WebSub, 7.1
    """
    method, _, given = signature.partition("=")
    if method not in _METHODS:
        return False
    right = hmac.new(lease.secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))


def is_named(lease: HubLease, token: str) -> bool:
    """Tell in constant time whether a callback was called by the name we gave the hub."""
    return hmac.compare_digest(lease.token.encode(), token.encode("utf-8", "replace"))


def after_poll(lease: HubLease, *, since: datetime | None, news: bool) -> HubLease:
    """Return the lease with what a poll told of its hub: news it announced, or did not."""
    if not news:
        return lease
    announced = lease.pushed is not None and (since is None or lease.pushed >= since)
    return replace(lease, misses=0 if announced else lease.misses + 1)


def is_relied_on(lease: HubLease, now: datetime) -> bool:
    """Tell whether pushes may be waited for: granted, not over, proven, and not missed of late."""
    return (
        lease.granted is not None
        and lease.pushed is not None
        and now < lease.granted + lease.length
        and lease.misses < MISSES_TO_DEMOTE
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
