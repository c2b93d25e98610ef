"""Why a fetch brought nothing: the words under which failures are counted and judged."""

from enum import StrEnum


class FailReason(StrEnum):
    """Every failed fetch has one of these; an unusable status is `http-<status>` beside them."""

    SCHEME = "scheme"
    BAD_ADDRESS = "bad-address"  # credentials, another service's port, no host, too long
    BLOCKED_ADDRESS = "blocked-address"
    DNS = "dns"
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_LOST = "connection-lost"
    TLS = "tls"
    PROXY = "proxy"
    PROTOCOL = "protocol"  # what came is not HTTP
    HEADER_TIMEOUT = "header-timeout"
    BODY_TIMEOUT = "body-timeout"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    BAD_ENCODING = "bad-encoding"
    EMPTY = "empty"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    UNASKED = "unasked-304"  # "not modified", though nothing was asked conditionally
    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots-unreachable"
    OPTED_OUT = "opted-out"
    HOST_BUSY = "host-busy"  # the host's next turn lies beyond what a request may wait

    @property
    def retryable(self) -> bool:
        """Whether asking again later may bring something else."""
        return self not in _LASTING


_LASTING = frozenset({
    FailReason.SCHEME, FailReason.BAD_ADDRESS, FailReason.BLOCKED_ADDRESS, FailReason.TOO_LARGE,
    FailReason.TOO_MANY_REDIRECTS, FailReason.ROBOTS, FailReason.OPTED_OUT,
})  # fmt: skip

UNREACHED = frozenset({
    FailReason.DNS, FailReason.CONNECTION_REFUSED, FailReason.CONNECTION_LOST, FailReason.TLS,
    FailReason.PROXY, FailReason.HEADER_TIMEOUT, FailReason.ROBOTS_UNREACHABLE,
})  # nobody answered, which may be the network's doing  # fmt: skip
UNASKED = frozenset({
    FailReason.SCHEME, FailReason.BAD_ADDRESS, FailReason.BLOCKED_ADDRESS, FailReason.HOST_BUSY,
})  # fmt: skip

_REFUSED_FOR_NOW, _FIRST_ERROR = 429, 500  # statuses


def is_of_the_host(reason: str) -> bool:
    """Tell whether a fetch failed by its host, or the way to it, and not by what was asked for."""
    status = int(reason.removeprefix("http-")) if reason.startswith("http-") else 0
    unasked = reason in UNREACHED or reason == FailReason.HOST_BUSY
    return unasked or status == _REFUSED_FOR_NOW or status >= _FIRST_ERROR
