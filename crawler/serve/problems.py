"""What goes wrong, as RFC 9457 problem documents."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from crawler.errors import ConfigError, StoreError, UnknownError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

log = logging.getLogger(__name__)


class ProblemView(BaseModel):
    """What went wrong (RFC 9457)."""

    status: int = Field(examples=[404])
    title: str = Field(examples=["Not Found"])
    detail: str = Field(examples=["no story has the id 1a2b"])


class Problem(HTTPException):
    """An answer that is not what was asked for; the detail is one sentence for a person."""


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return problem documents for these statuses, as OpenAPI describes answers."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": ProblemView.model_json_schema()}},
        }
        for status in statuses
    }


@contextmanager
def refusals(about: str | None = None) -> Iterator[None]:
    """Tell whoever asks what cannot be done to what is there, not that something broke.

    Args:
        about: The id in the address that is asked.

    Raises:
        Problem: 404 when there is nothing of that id, 422 for any other `ConfigError`.
    """
    try:
        yield
    except UnknownError as error:
        raise Problem(404 if error.subject == about else 422, error.problem) from error
    except ConfigError as error:
        raise Problem(422, error.problem) from error


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem document."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"status": status, "title": title, "detail": detail})
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return problem(error.status_code, error.detail, error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    where = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return problem(422, "; ".join(where))


async def _store(_: Request, error: Exception) -> Response:
    log.warning("a request met an absent store: %s", error)
    retry = {"Retry-After": str(RETRY_SECONDS)}
    return problem(503, "the store is away; try again in a moment", retry)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _http,
    RequestValidationError: _invalid,
    StoreError: _store,
}
