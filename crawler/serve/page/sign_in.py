"""Signing in with a token from `kordon tokens add`, and out again."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from crawler.serve.guard import bearer_of
from crawler.serve.page.shell import AnyFrame
from crawler.serve.page.visitor import COOKIE, COOKIE_SECONDS, first, own_form
from crawler.serve.service import Served

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def show_form(frame: AnyFrame, back: str = "/") -> Response:
    """Show the form that asks for a token."""
    return frame.render("sign_in.html", {"back": local(back), "refused": False})


@router.post("/sign-in")
async def sign_in(request: Request, frame: AnyFrame, service: Served) -> Response:
    """Keep a valid token in the browser, and go on where the visitor was."""
    form = await own_form(request)
    back, presented = local(first(form, "back")), first(form, "token")
    if await bearer_of(service, presented) is None:
        return frame.render("sign_in.html", {"back": back, "refused": True}, 401)
    answer = redirect(back)
    answer.set_cookie(
        COOKIE, presented, COOKIE_SECONDS, httponly=True, samesite="strict",
        secure=is_encrypted(request),
    )  # fmt: skip
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Let the browser forget the token; the token stays valid."""
    form = await own_form(request)
    answer = redirect(local(first(form, "back")))
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def redirect(address: str) -> Response:
    """Send a browser on after a form, so that going back does not send the form again."""
    return RedirectResponse(address, status_code=303)


def local(address: str) -> str:
    """Return an address if it is one of ours, else the first view's."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() else "/"


def is_encrypted(request: Request) -> bool:
    """Tell whether the browser speaks TLS, with us or with a proxy in front."""
    proto = request.headers.get("x-forwarded-proto", "")
    return "https" in {request.url.scheme, proto}
