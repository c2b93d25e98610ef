"""The application that answers HTTP: routes, guard, problems, put together."""

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from crawler.serve import (
    catalogue,
    changes,
    crawl,
    probes,
    rulings,
    stories,
    syndication,
    websub,
)
from crawler.serve.changes import Streams
from crawler.serve.guard import Guard
from crawler.serve.heads import Heads
from crawler.serve.metrics import Requests
from crawler.serve.page.failures import add_handlers
from crawler.serve.page.routers import ROUTERS
from crawler.serve.page.shell import PACKING
from crawler.serve.service import Service

DESCRIPTION = """\
Deduplicated news: stories, who carried them, and what changed.

Reading is open on loopback; elsewhere it takes a token, and verbs always take one of an operator
(`kordon tokens add`). Errors are problem documents (RFC 9457). Times are RFC 3339 in UTC. Pass
over fields you do not know.
"""


class Api(FastAPI):
    """FastAPI, described as it lets in."""

    def openapi(self) -> dict[str, Any]:
        """Return the description; what is read takes a token from elsewhere alone."""
        return _described()


def application(service: Service, *, now: Callable[[], float] = time.monotonic) -> FastAPI:
    """Return the application that serves these ports.

    Args:
        service: What is served, and under which terms.
        now: Seconds of a clock that never goes back, for allowances.
    """
    app = Api(
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        routes=list(_routes()),
    )
    app.state.service = service
    app.state.streams = Streams(service)
    add_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=PACKING)  # what is not packed already
    app.add_middleware(Guard, service=service, now=now)
    app.state.asked = CollectorRegistry()
    app.add_middleware(Requests, registry=app.state.asked)
    app.add_middleware(Heads)
    return app


# --- what is the same for every application of a process, since both take a fifth of a second ---


@cache
def _described() -> dict[str, Any]:
    document = get_openapi(
        title="Kordon",
        version="1",
        description=DESCRIPTION,
        routes=_routes(),
        separate_input_output_schemas=False,
    )
    for operations in document["paths"].values():
        if "security" in operations.get("get", {}):
            operations["get"]["security"] = [{}, {"HTTPBearer": []}]
    return document


@cache
def _routes() -> Sequence[BaseRoute]:
    every = APIRouter()
    for part in (stories, changes, catalogue, crawl, rulings, syndication, probes, websub):
        every.include_router(part.router)
    for part in (crawl, rulings):
        every.include_router(part.verbs)
    for view in ROUTERS:
        every.include_router(view)
    return every.routes
