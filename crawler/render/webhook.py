"""A change as it is told to a webhook, and the signature by which its receiver knows it for ours.

Source: Standard Webhooks 1.0 (standardwebhooks.com); docs/decisions/0175-webhooks.md
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from crawler.render.document import rfc3339

PREFIX = "whsec_"
SECRET_BYTES = 32
SECRET_LEAST, SECRET_MOST = 24, 64  # bytes that the standard allows
VERSION = "v1"

CHANGE_LOST = "gap"
PING = "ping"


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, whoever it is told to."""

    id: str  # the same at every attempt; by it a receiver knows what it has already
    kind: str  # of the change, or "gap", or "ping"
    body: bytes  # JSON


def change_message(
    name: str,
    kind: str,
    at: datetime,
    change: bytes,
    *,
    story: bytes | None,
    other: bytes | None = None,
    excerpt: str,
    state_controlled: Sequence[str],
) -> Message:
    """Return a change with its stories as they stand now.

    Args:
        name: The message's id.
        kind: Of the change.
        at: When the change was made.
        change: JSON, `contract.ChangePayload`.
        story: JSON, `contract.StoryPayload` or where it moved; None when it is gone.
        other: The same of the second story that a split or a merge names.
        excerpt: Of the story's canonical article; empty where its outlet objects.
        state_controlled: Those among the outlets of both that a state controls.
    """
    data = {
        "change": msgspec.Raw(change),
        "story": msgspec.Raw(story) if story is not None else None,
        "other": msgspec.Raw(other) if other is not None else None,
        "excerpt": excerpt,
        "state_controlled": state_controlled,
    }
    return _message(name, kind, at, data)


def gap_message(name: str, at: datetime, after: str, until: str) -> Message:
    """Return the news that the changes after one id, up to another, will not be told."""
    return _message(name, CHANGE_LOST, at, {"after": after, "until": until})


def ping_message(name: str, at: datetime) -> Message:
    """Return a message that says nothing but that it came."""
    return _message(name, PING, at, {})


def _message(name: str, kind: str, at: datetime, data: Mapping[str, object]) -> Message:
    whole = {"type": kind, "timestamp": rfc3339(at), "data": data}
    return Message(name, kind, msgspec.json.encode(whole))


# --- signing ---------------------------------------------------------------------------------


def written_secret(key: bytes) -> str:
    """Return a key as operators and receivers write it."""
    return f"{PREFIX}{base64.b64encode(key).decode()}"


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for.

    Raises:
        ValueError: It is not `whsec_` and the base64 of 24 to 64 bytes.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not SECRET_LEAST <= len(key) <= SECRET_MOST:
        raise ValueError(f"not {SECRET_LEAST} to {SECRET_MOST} bytes")
    return key


def signed(message: Message, secrets: Sequence[str], now: datetime) -> Mapping[str, bytes]:
    """Return the headers under which a message goes out at this instant, signed with each secret.

    The signatures cover id, time and body, so that none can be exchanged or sent again later.
    """
    sent = str(int(now.timestamp()))
    signatures = (signature(message.id, sent, message.body, secret) for secret in secrets)
    return {
        "content-type": b"application/json",
        "webhook-id": message.id.encode(),
        "webhook-timestamp": sent.encode(),
        "webhook-signature": " ".join(signatures).encode(),
    }


def signature(name: str, sent: str, body: bytes, secret: str) -> str:
    """Return `v1,` and the base64 of HMAC-SHA256 over id, Unix seconds and body."""
    content = b".".join((name.encode(), sent.encode(), body))
    digest = hmac.new(key_of(secret), content, sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"
