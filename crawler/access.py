"""Who may ask what: tokens and roles, decided purely.

A token is `kordon_<id>_<secret>`. The secret is 256 random bits, so a plain SHA-256 of it is as
hard to turn back as a slow hash of a password would be, and costs a request a microsecond.

Source: docs/decisions/0110-access.md
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

from crawler.errors import ConfigError

PREFIX = "kordon"
SECRET_BYTES = 32
NAME_LETTERS = 64


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
    name: str  # who bears it: what it decides is kept under this name
    role: Role
    digest: str  # SHA-256 of the secret, hex
    created: datetime


def issued(
    secret: bytes, name: str, role: Role, now: datetime, *, taken: Collection[str] = ()
) -> tuple[str, Token]:
    """Return a new token as its bearer gets it, once, and as it is kept.

    Args:
        secret: `SECRET_BYTES` random bytes by the caller.
        name: Who bears it.
        role: What the bearer may do.
        now: When it is issued.
        taken: The names of other tokens that are valid.

    Raises:
        ConfigError: The name would not tell who it is.
    """
    if problem := _fault_of_name(name, taken):
        raise ConfigError(problem, "name who bears it, such as night-shift")
    digest = sha256(secret.hex().encode()).hexdigest()
    kept = Token(id=digest[:8], name=name, role=role, digest=digest, created=now)
    return f"{PREFIX}_{kept.id}_{secret.hex()}", kept


def _fault_of_name(name: str, taken: Collection[str]) -> str:
    """Return why a token cannot be named so; empty when it can."""
    if not name.strip():
        return "the token has no name"
    if len(name) > NAME_LETTERS:
        return f"a token's name may have {NAME_LETTERS} letters, not {len(name)}"
    if not name.isprintable() or name != name.strip():
        return f"the token's name {name!r} is not one line without space around it"
    if name in taken:
        return f"the name {name!r} is taken by a valid token"
    return ""


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
