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

BOUNDS = {
    "less_than_equal": "at most {le}",
    "greater_than_equal": "at least {ge}",
    "string_too_long": "at most {max_length} letters",
    "int_parsing": "a whole number",
}  # what is wrong: what to give instead

NONE_OF_THEM = "'', "  # how the empty choice stands before the others

_ID = "20 hex digits, as lists give them"
_CHANGE = "the id of a change, such as 1700000000000-0"
_NAME = "an id of letters, digits, '.', '_' and '-', as lists give them"
INSTANT = "a day or an instant, such as 2026-11-22T12:00:00Z; + is written %2B in an address"
FORMS = {
    "cursor": "`next` of the page before as it is",
    "after": _CHANGE,
    "last-event-id": _CHANGE,
    "language": "two small letters, such as uk",
    "country": "two capital letters, such as PL",
    "border": "one such as UA-PL",
    "topic": "small letters, digits and '-', such as ukraine-border",
    "story_id": _ID,
    "article_id": _ID,
    "articles": _ID,
    "other": _ID,
}  # parameter: what its pattern stands for; others: `_NAME`

log = logging.getLogger(__name__)


class ProblemView(BaseModel):
    """What went wrong (RFC 9457)."""

    status: int = Field(examples=[404])
    title: str = Field(examples=["Not Found"])
    detail: str = Field(examples=["no story has the id 1a2b"])


class Problem(HTTPException):
    """An answer that is not what was asked for; the detail is one sentence for a person.

    Args:
        status: Of HTTP.
        detail: What programs are told.
        headers: Of the answer.
        key: Under `refusal` the page has the words for people, filled with the values; without a
            key there are none but the detail.
        values: What the words name.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        key: str = "",
        **values: str,
    ) -> None:
        super().__init__(status, detail, headers)
        self.key = key
        self.values = values


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
        status = 404 if error.subject == about else 422
        raise Problem(status, error.problem, key=error.reason) from error
    except ConfigError as error:
        raise Problem(422, error.problem, key=error.reason) from error


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem document."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"status": status, "title": title, "detail": detail})
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if error.status_code == HTTPStatus.BAD_REQUEST:  # the framework's, of bodies in no UTF-8
        return problem(422, "body: send JSON in UTF-8")
    headers = _told(error.headers or {})
    return problem(error.status_code, _said(error, headers), headers)


def _told(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers of an answer; who may GET may HEAD, which the framework does not know."""
    return {**headers, "Allow": "GET, HEAD"} if headers.get("Allow") == "GET" else headers


def _said(error: HTTPException, headers: Mapping[str, str]) -> str:
    """Return the detail; where the framework has only the status for it, what to do."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"this address takes {headers.get('Allow', 'another method')}"
    if error.detail == HTTPStatus.NOT_FOUND.phrase:
        return "nothing is at this address; /openapi.json lists those there are"
    return error.detail


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    where = (f"{'.'.join(map(str, one['loc']))}: {_in_words(one)}" for one in error.errors())
    return problem(422, "; ".join(where))


def _in_words(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value; of a pattern, what it stands for."""
    if error["type"] == "extra_forbidden":
        return "nothing is called so here; /openapi.json lists what is"
    if error["type"].startswith(("datetime", "timezone")):
        return f"give {INSTANT}"
    if error["type"] == "enum":
        return f"give {error['ctx']['expected'].removeprefix(NONE_OF_THEM)}"
    if error["type"] in BOUNDS:
        return f"give {BOUNDS[error['type']].format_map(error.get('ctx', {}))}"
    if error["type"] != "string_pattern_mismatch":
        return str(error["msg"])
    names = [name for name in error["loc"] if name in FORMS]  # of a list, the last is a number
    return f"give {FORMS[names[-1]] if names else _NAME}"


async def _store(_: Request, error: Exception) -> Response:
    log.warning("a request met an absent store: %s", error)
    retry = {"Retry-After": str(RETRY_SECONDS)}
    return problem(503, "the store is away; try again in a moment", retry)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _http,
    RequestValidationError: _invalid,
    StoreError: _store,
}
