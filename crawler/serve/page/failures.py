"""What goes wrong, as a page for people; programs are answered with problem documents."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from crawler.catalog.facets import borders
from crawler.errors import StoreError
from crawler.serve import problems
from crawler.serve.page.choices import section_name
from crawler.serve.page.shell import Frame, frame_of
from crawler.serve.page.visitor import Visitor, visitor_of
from crawler.serve.service import service_of

FOR_PROGRAMS = ("/api/", "/metrics", "/websub/")
FEEDS_OUT = "/feeds/"  # to be read; what is sent there are the forms of feeds that are polled

Answer = Callable[[Request, Exception], Awaitable[Response]]


def add_handlers(app: FastAPI) -> None:
    """Let people see pages where programs get problem documents."""
    for kind, answer in problems.HANDLERS.items():
        app.add_exception_handler(kind, _for_people(answer))
    app.add_exception_handler(Exception, _for_people(_fault))


def wants_page(request: Request) -> bool:
    """Tell whether a person's browser asks, for something that is the page's."""
    path = request.url.path
    is_feed = path.startswith(FEEDS_OUT) and request.method == "GET"
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not is_feed and not path.startswith(FOR_PROGRAMS)


def _for_people(answer: Answer) -> Answer:
    async def handle(request: Request, error: Exception) -> Response:
        told = await answer(request, error)
        return await _page(request, error, told) if wants_page(request) else told

    return handle


async def _page(request: Request, error: Exception, told: Response) -> Response:
    status = told.status_code
    service = service_of(request)
    known = Visitor() if isinstance(error, StoreError) else await visitor_of(request, service)
    frame = frame_of(request, service, known)
    if status == HTTPStatus.UNAUTHORIZED:
        return frame.render("sign_in.html", {"back": _back(request), "refused": False}, status)
    detail, tongue = _said(frame, error)
    facts = {"status": status, "detail": detail, "tongue": tongue,
             "sections": _offered(frame, error)}  # fmt: skip
    return frame.render("failure.html", facts, status)


def _said(frame: Frame, error: Exception) -> tuple[str, str]:
    """Return what may be shown of an error, and its language.

    Of validation errors these are the names that were wrong.
    """
    if isinstance(error, problems.Problem):
        return frame.speech.refusal(error.key, error.values, error.detail)
    return ", ".join(sorted(_wrong(error))), "en"


def _wrong(error: Exception) -> set[str]:
    """Return the parameters that a validation error is about."""
    if not isinstance(error, RequestValidationError):
        return set()
    return {str(one["loc"][-1]) for one in error.errors()}


def _offered(frame: Frame, error: Exception) -> list[tuple[str, str]]:
    """Return the sections of the border with the addresses of their views, if another was asked."""
    if "border" not in _wrong(error):
        return []
    return [(section_name(frame, one), frame.address(border=one)) for one in borders()]


def _back(request: Request) -> str:
    return str(request.url.replace(scheme="", netloc="")) if request.method == "GET" else "/"


async def _fault(_: Request, __: Exception) -> Response:
    """Answer for a fault of ours; the server logs it with its trace."""
    return problems.problem(500, "this is a fault of Kordon's own; its log says more")
