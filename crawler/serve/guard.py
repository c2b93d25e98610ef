"""Who gets in: tokens, roles, loopback; and how often.

Source: docs/decisions/0110-access.md
"""

import ipaddress
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.access import Role, Token, id_of_token, is_genuine
from crawler.serve.problems import Problem, problem
from crawler.serve.proxies import is_proxied
from crawler.serve.service import Served, Service, service_of

MAX_BODY_BYTES = 65_536
PUSH_MOST_BYTES = 1_048_576  # hubs send what is new of a feed; it is only checked for its signature
ADDRESSES = 10_000  # whose allowance is remembered

# one name or address, and a port; whatever else comes as Host names nobody
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z.-]+))(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
_bearer = HTTPBearer(auto_error=False, description="A token from `kordon tokens add`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def reader(request: Request, service: Served, credentials: Credentials) -> None:
    """Let in who may read: anybody on loopback, elsewhere the bearer of any token.

    Raises:
        Problem: 401 without a valid token.
    """
    if credentials is None and service.open_reads and is_local(request):
        return
    await _admit(service, credentials, Role.READER)


async def operator(service: Served, credentials: Credentials) -> Token:
    """Let in who may operate, which always takes a token; return it.

    Raises:
        Problem: 401 without a valid token, 403 with another role's.
    """
    return await _admit(service, credentials, Role.OPERATOR)


async def json_body(request: Request) -> None:
    """Let a body through that says it is JSON, and no body.

    Raises:
        Problem: 415 for any other.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind.startswith("application/") and kind.endswith(("/json", "+json"))
    if request.headers.get("content-length", "0").strip("0") and not is_json:
        raise Problem(415, "a body is JSON here; send it with Content-Type: application/json")


async def _admit(
    service: Service, credentials: HTTPAuthorizationCredentials | None, needed: Role
) -> Token:
    token = await bearer_of(service, credentials.credentials if credentials else "")
    if token is None:
        raise Problem(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
    if not token.role.covers(needed):
        raise Problem(403, f"this takes the role {needed}")
    return token


async def bearer_of(service: Service, presented: str) -> Token | None:
    """Return the valid token that somebody presents, or None."""
    token = await service.tokens.find(id_of_token(presented)) if presented else None
    return token if token and is_genuine(presented, token) else None


def is_local(request: Request) -> bool:
    """Tell whether a request comes from this machine, meant for it, and through no proxy.

    The Host is looked at because a page elsewhere can point a name of its own at 127.0.0.1; a
    proxy's marks, because its own address says nothing of who asks. Where there is a public
    address, something passes requests on, and may do so without a mark: nothing is local then.
    """
    peer = request.client.host if request.client else ""
    here = is_loopback(peer) and is_loopback(_host_asked(request))
    return here and not is_proxied(request) and not _is_public(service_of(request))


def _host_asked(request: Request) -> str:
    """Return the host that `Host` names; empty when it cannot be read.

    Not `request.url`: that says our own address instead of a Host that it cannot read, and
    browsers send such ones, as of `http://a{b.evil.example/`.
    """
    found = _HOST.fullmatch(request.headers.get("host", ""))
    return (found[1] or found[2]).lower() if found else ""


def _is_public(service: Service) -> bool:
    """Tell whether the operator says that others reach us."""
    return bool(service.public_url) and not is_loopback(urlsplit(service.public_url).hostname or "")


def is_loopback(host: str) -> bool:
    """Tell whether an address or name stands for this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- how often -------------------------------------------------------------------------------


class Allowance:
    """Requests that one address may make: so many a second, and two seconds' worth at once."""

    def __init__(self, per_second: float, now: Callable[[], float]) -> None:
        self._per_second = per_second
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take one request; return 0, or the seconds after which it may be made."""
        now, most = self._now(), 2 * self._per_second
        left, then = self._left.pop(address, (most, now))
        left = min(most, left + (now - then) * self._per_second)
        granted = left >= 1
        self._left[address] = (left - granted, now)
        if len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if granted else (1 - left) / self._per_second


class Guard:
    """ASGI middleware: allowances, the size of bodies, and headers that keep browsers strict."""

    def __init__(self, app: ASGIApp, service: Service, now: Callable[[], float]) -> None:
        self._app = app
        self._reads = Allowance(service.reads_per_second, now)
        self._writes = Allowance(service.writes_per_second, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the application, or let it answer, with our headers on it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = refusal or self._app
        await answer(scope, receive, _strict(send))

    def _refusal(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[None]] | None:
        writes = scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        address = (scope.get("client") or ("",))[0]
        wait = (self._writes if writes else self._reads).wait(address)
        if wait:
            retry = {"Retry-After": str(int(wait) + 1)}
            return problem(429, "too many requests from this address", retry)
        headers = dict(scope["headers"])
        if b"transfer-encoding" in headers:
            return problem(411, "say how long the body is")
        length = headers.get(b"content-length", b"0")
        most = PUSH_MOST_BYTES if scope["path"].startswith("/websub/") else MAX_BODY_BYTES
        if not length.isdigit() or int(length) > most:
            return problem(413, f"a body may have {most} bytes")
        return None


HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


def _strict(send: Send) -> Send:
    """Return `send` with the headers that an answer does not set itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.decode() for name, _ in message["headers"]}
            missing = {name: text for name, text in HEADERS.items() if name not in own}
            extra = [(name.encode(), text.encode()) for name, text in missing.items()]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return sending
