"""HEAD, answered as GET is, without the body (RFC 9110, 9.3.2)."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED = "kordon.head"  # in a scope whose method was HEAD


class Heads:
    """ASGI middleware that has the application answer a HEAD as a GET and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET", ASKED: True}, _bodiless(send)
        await self._app(scope, receive, send)


def is_head(request: HTTPConnection) -> bool:
    """Tell whether nobody waits for the body."""
    return ASKED in request.scope


def method_of(scope: Scope) -> str:
    """Return the method that was asked with."""
    return "HEAD" if ASKED in scope else str(scope["method"])


def _bodiless(send: Send) -> Send:
    async def sending(message: Message) -> None:
        await send({**message, "body": b""} if "body" in message else message)

    return sending
