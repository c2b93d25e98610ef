"""Who looks at the page: nobody in particular, or the bearer of a token who signed in.

The token travels in a cookie that scripts cannot read and that other sites' requests do not
carry. Every form besides holds a mark made from it, and the browser must say that it comes from
our own page: three locks, each enough against a foreign page alone.

Source: docs/decisions/0171-sign-in.md
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from crawler.access import Role
from crawler.serve.guard import bearer_of, is_local
from crawler.serve.problems import Problem
from crawler.serve.service import Served

COOKIE = "kordon-token"
COOKIE_SECONDS = 30 * 86_400
MOST_FIELDS = 500  # of a form
MARK = "mark"  # the field that holds it

Form = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    name: str = ""  # as the token was named; empty: nobody signed in
    role: Role | None = None
    mark: str = ""  # what this visitor's forms must hold

    @property
    def operates(self) -> bool:
        """Whether verbs and texts are theirs."""
        return self.role is Role.OPERATOR


async def visitor_of(request: Request, service: Served) -> Visitor:
    """Return who asks, whether they may read or not."""
    presented = request.cookies.get(COOKIE, "")
    token = await bearer_of(service, presented)
    return Visitor(token.name, token.role, mark_of(presented)) if token else Visitor()


Asker = Annotated[Visitor, Depends(visitor_of)]


async def reading(request: Request, service: Served, visitor: Asker) -> Visitor:
    """Let in who may read: anybody on loopback, elsewhere who signed in.

    Raises:
        Problem: 401 before that.
    """
    if visitor.role is None and not (service.open_reads and is_local(request)):
        raise Problem(401, "sign in to see this", key="sign-in")
    return visitor


async def operating(request: Request, visitor: Asker) -> Form:
    """Return the fields of an operator's form.

    Raises:
        Problem: 401 or 403 when it is not an operator's, or not from our page.
    """
    form = await own_form(request)
    if visitor.role is None:
        raise Problem(401, "sign in to do this", key="sign-in")
    if not visitor.operates:
        raise Problem(403, f"this takes the role {Role.OPERATOR}", key="operators-only")
    if not compare_digest(first(form, MARK).encode(), visitor.mark.encode()):
        raise Problem(
            403, "this form is not of your session; load the page again", key="other-session"
        )
    return form


Reader = Annotated[Visitor, Depends(reading)]
OperatorsForm = Annotated[Form, Depends(operating)]


async def own_form(request: Request) -> Form:
    """Return the fields of a form that was sent from our own page.

    Raises:
        Problem: 403 when another site's page sent it, 422 when it cannot be read.
    """
    origin = request.headers.get("origin", "")
    foreign = bool(origin) and origin.partition("://")[2] != request.headers.get("host", "")
    if foreign or request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise Problem(403, "forms are taken from this page alone", key="foreign-form")
    try:
        text = (await request.body()).decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Problem(422, "this form cannot be read", key="form-unreadable") from error
    form: Form = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def first(form: Form, name: str) -> str:
    """Return a field's only value without space around it; empty when it is not there."""
    return form.get(name, [""])[0].strip()


def mark_of(presented: str) -> str:
    """Return the mark that goes with a token; without the token nobody can make it."""
    return sha256(f"form of {presented}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
