"""Who may ask what: tokens and roles, decided purely.

A token is `kordon_<id>_<secret>`. The secret is 256 random bits, so a plain SHA-256 of it is as
hard to turn back as a slow hash of a password would be, and costs a request a microsecond.

Source: docs/decisions/0110-access.md
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

PREFIX = "kordon"
SECRET_BYTES = 32


class Role(StrEnum):
    """What a token's bearer may do; each may also do what stands before it."""

    READER = "reader"
    OPERATOR = "operator"

    def covers(self, needed: "Role") -> bool:
        """Tell whether this role is enough where another is needed."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: without its secret."""

    id: str  # eight hex digits
    name: str  # who bears it, for the operator
    role: Role
    digest: str  # SHA-256 of the secret, hex
    created: datetime


def issued(secret: bytes, name: str, role: Role, now: datetime) -> tuple[str, Token]:
    """Return a new token as its bearer gets it, once, and as it is kept.

    Args:
        secret: `SECRET_BYTES` random bytes by the caller.
        name: Who bears it.
        role: What the bearer may do.
        now: When it is issued.
    """
    digest = sha256(secret.hex().encode()).hexdigest()
    kept = Token(id=digest[:8], name=name, role=role, digest=digest, created=now)
    return f"{PREFIX}_{kept.id}_{secret.hex()}", kept


def id_of_token(presented: str) -> str:
    """Return the id that a presented token claims; empty when it is none of ours."""
    prefix, _, rest = presented.partition("_")
    claimed, _, secret = rest.partition("_")
    return claimed if prefix == PREFIX and secret else ""


def is_genuine(presented: str, kept: Token) -> bool:
    """Tell whether a presented token holds the secret of a kept one; in constant time."""
    secret = presented.rpartition("_")[2]
    digest = sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    return compare_digest(digest, kept.digest)
