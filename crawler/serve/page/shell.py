"""The frame around every view: template, language, theme, navigation and headers."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.catalog.facets import any_place_of
from crawler.catalog.feeds_out import name_of
from crawler.model import PlaceId
from crawler.render.document import address
from crawler.serve.page.assets import asset_address, packed_response
from crawler.serve.page.speech import LANGUAGES, Speech, preferred, speech
from crawler.serve.page.visitor import Asker, Reader, Visitor
from crawler.serve.parameters import repeated
from crawler.serve.problems import Problem
from crawler.serve.service import Served, Service

THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 31_536_000
PACKING = 5  # of gzip: 9 takes twice as long for 1 % less
ONCE = frozenset({"lang", "theme", "done", "count", "after"})  # for one answer, or remembered by it
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Vary": "Accept-Encoding, Accept-Language, Cookie, HX-Request",
    "Referrer-Policy": "same-origin",  # under no-referrer a form would not say where it is from
}


@dataclass(frozen=True, slots=True)
class View:
    """An entry of the navigation; its words are `nav.<name>`."""

    name: str
    path: str
    of_topic: bool = False  # whether it shows one topic


VIEWS = (
    View("border", "/", of_topic=True),
    View("search", "/search", of_topic=True),
    View("outlets", "/outlets"),
    View("crawl", "/crawl"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every view works with, and how it answers."""

    request: Request
    service: Service
    visitor: Visitor
    speech: Speech
    theme: str
    home: str = ""  # the view that a form belongs to, if it shows that

    @property
    def is_refresh(self) -> bool:
        """Whether a view that is open asks, and not somebody who goes there."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def has_address(self) -> bool:
        """Whether going to its address leads to this view."""
        return self.request.method == "GET" or bool(self.home)

    def render(
        self, template: str, facts: Mapping[str, object] | None = None, status: int = 200
    ) -> Response:
        """Return a template filled with these facts and what all templates are given."""
        text = _templates().get_template(template).render({**self._given(), **(facts or {})})
        body = text.encode("utf-8", "replace")  # lone surrogates of hostile titles
        packed = gzip.compress(body, PACKING)
        answer = packed_response(self.request, body, packed, "text/html", HEADERS)
        answer.status_code = status
        self._remember(answer)
        return answer

    def address(self, **changed: str) -> str:
        """Return this view's address with some of its parameters changed; empty ones go.

        Those that were for one answer stay out, as people share addresses. What a form led to has
        no address of its own: then it is that of the form's view.
        """
        is_form = self.request.method != "GET"
        path = (self.home or "/") if is_form else self.request.url.path
        given = [] if is_form else self.request.query_params.multi_items()
        asked = [(name, value) for name, value in given if name not in ONCE | changed.keys()]
        pairs = [(name, value) for name, value in (*asked, *changed.items()) if value]
        return f"{path}{'?' if pairs else ''}{urlencode(pairs)}"

    def place_name(self, name: str) -> str:
        """Return what a place of the gazetteer is called in this language."""
        known = any_place_of(PlaceId(name))
        spoken = known.names.get(self.speech.code, ()) if known else ()
        return next(iter(spoken), name_of(PlaceId(name)))

    def places_named(self, ids: Iterable[str]) -> list[tuple[str, str]]:
        """Return places with their names, in their order; of one name the first alone.

        A town and what lies in it may be called the same.
        """
        named: dict[str, str] = {}
        for one in ids:
            named.setdefault(self.place_name(one), one)
        return [(one, name) for name, one in named.items()]

    def _given(self) -> Mapping[str, object]:
        return {
            "t": self.speech,
            "n": self.speech.counted,
            "frame": self,
            "visitor": self.visitor,
            "now": self.service.clock.now(),
            "views": VIEWS,
            "languages": LANGUAGES,
            "themes": THEMES,
            "asset": asset_address,
            "web": address,
        }

    def _remember(self, answer: Response) -> None:
        """Keep a choice that the address made for the views that follow."""
        for name, value in (("lang", self.speech.code), ("theme", self.theme)):
            if self.request.query_params.get(name) == value:
                answer.set_cookie(name, value, YEAR_SECONDS, httponly=True, samesite="strict")


def frame_of(request: Request, service: Served, visitor: Asker) -> Frame:
    """Return the frame for anybody, as signing in and failures need it."""
    return Frame(request, service, visitor, speech(_language(request)), _theme(request))


def reading_frame(request: Request, service: Served, visitor: Reader) -> Frame:
    """Return the frame for whoever may read.

    Raises:
        Problem: 422 when something is given twice; one of the two would be passed over.
    """
    if twice := ", ".join(repeated(request)):
        raise Problem(422, f"{twice}: give it once", key="twice", names=twice)
    return frame_of(request, service, visitor)


AnyFrame = Annotated[Frame, Depends(frame_of)]
Framed = Annotated[Frame, Depends(reading_frame)]


def _language(request: Request) -> str:
    for chosen in (request.query_params.get("lang"), request.cookies.get("lang")):
        if chosen in LANGUAGES:
            return chosen
    return preferred(request.headers.get("accept-language", ""))


def _theme(request: Request) -> str:
    for chosen in (request.query_params.get("theme"), request.cookies.get("theme")):
        if chosen in THEMES:
            return chosen
    return THEMES[0]


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("crawler.serve", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
