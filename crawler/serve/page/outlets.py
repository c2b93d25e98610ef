"""*Outlets and feeds*: who is asked, how that goes, and what their machines bear of it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from crawler.model import Alert, Fates, FeedId, Outlet, OutletId
from crawler.ports import HostLedger, HostRecord
from crawler.serve.crawl import Id
from crawler.serve.page.cards import Source
from crawler.serve.page.choices import Choice, Option
from crawler.serve.page.feed_lines import FeedLine, State, gravity, line_of
from crawler.serve.page.shell import Frame, Framed
from crawler.serve.problems import Problem
from crawler.serve.service import Service

FATES_DAYS = 7
LEDGER_DAYS = 30
ALERTS_MOST = 1_000  # looked through for those of one outlet
ALERTS_SHOWN = 20
PAGE = 50

router = APIRouter(include_in_schema=False)


class Trouble(StrEnum):
    """Which outlets are listed."""

    ANY = ""
    TROUBLED = "troubled"  # a feed of theirs wants looking at


class Asked(BaseModel):
    """What the list is narrowed to; everything given must hold."""

    trouble: Trouble = Trouble.ANY
    state: State | None = None
    origin: str = Field("", pattern="^([A-Z]{2})?$")
    name: str = Field("", max_length=100)
    page: int = Field(1, ge=1, le=1_000)

    def given(self) -> dict[str, str]:
        """Return the parameters as an address holds them, without those left as they are."""
        return {name: str(value) for name, value in self.model_dump(exclude_defaults=True).items()}

    def fits(self, one: "OutletLine") -> bool:
        """Tell whether an outlet is listed."""
        return (
            (not self.trouble or one.troubled)
            and (self.state is None or any(feed.state is self.state for feed in one.feeds))
            and (not self.origin or one.source.country == self.origin)
            and self.name.casefold() in f"{one.source.name} {one.source.id}".casefold()
        )


@dataclass(frozen=True, slots=True)
class OutletLine:
    """One outlet with its feeds, the gravest first."""

    source: Source
    homepage: str
    languages: Sequence[str]
    kind: str
    feeds: Sequence[FeedLine]

    @property
    def worst(self) -> State:
        """The gravest state of its feeds."""
        return self.feeds[0].state if self.feeds else State.OFF

    @property
    def troubled(self) -> bool:
        """Whether somebody should look."""
        return any(feed.state.alarming or feed.pages for feed in self.feeds)


@dataclass(frozen=True, slots=True)
class HostLine:
    """What one host bears, and how it is spared."""

    borne: HostLedger
    record: HostRecord | None = None  # where its turns matter

    @property
    def share_unchanged(self) -> int:
        """Percent of the answers that were 304."""
        return round(100 * self.borne.not_modified / self.borne.requests) if self.asked else 0

    @property
    def mean_milliseconds(self) -> int:
        """Until the last header."""
        return round(self.borne.milliseconds / self.borne.requests) if self.asked else 0

    @property
    def asked(self) -> bool:
        """Whether it was asked at all."""
        return self.borne.requests > 0


@router.get("/outlets")
async def list_outlets(frame: Framed, asked: Annotated[Asked, Query()]) -> Response:
    """List outlets with their feeds, those in trouble first."""
    lines = await outlet_lines(frame.service)
    shown = [one for one in lines if asked.fits(one)]
    start = (asked.page - 1) * PAGE
    facts = {
        "asked": asked,
        "lines": shown[start : start + PAGE],
        "total": len(shown),
        "feeds": sum(len(one.feeds) for one in shown),
        "troubled": sum(one.troubled for one in lines),
        "choices": _choices(frame, asked, lines),
        "next": asked.page + 1 if len(shown) > start + PAGE else None,
    }
    return frame.render("outlets.html", facts)


@router.get("/outlets/{outlet_id}")
async def show_outlet(frame: Framed, outlet_id: Id, done: str = "") -> Response:
    """Show one outlet: every feed with its rhythm, what its hosts bear, its alerts."""
    lines = await outlet_lines(frame.service)
    found = next((one for one in lines if one.source.id == outlet_id), None)
    if found is None:
        raise Problem(404, f"no outlet has the id {outlet_id}", key="no-outlet")
    hosts = await _hosts(frame.service, found.feeds)
    facts = {"outlet": found, "hosts": hosts, "done": done if done in DONE else "",
             "alerts": await _alerts(frame.service, found)}  # fmt: skip
    return frame.render("outlet.html", facts)


DONE = frozenset({"pause", "resume", "poll"})


async def outlet_lines(service: Service) -> list[OutletLine]:
    """Return every outlet that has feeds, those in trouble first, then by name."""
    catalogue, states, fates = await asyncio.gather(
        service.listing.catalogue(), service.frontier.feeds(), service.frontier.fates(FATES_DAYS)
    )
    now = service.clock.now()
    feeds: dict[OutletId, list[FeedLine]] = {}
    for state in states:
        line = line_of(state, fates.get(state.feed.id, Fates()), now)
        feeds.setdefault(state.feed.outlet, []).append(line)
    known = {outlet.id: outlet for outlet in catalogue.outlets}
    lines = [_line(known.get(name) or Outlet(name, name), found) for name, found in feeds.items()]
    return sorted(lines, key=lambda one: (not one.troubled, gravity(one.worst),
                                          one.source.name.casefold()))  # fmt: skip


def _line(outlet: Outlet, feeds: Iterable[FeedLine]) -> OutletLine:
    return OutletLine(
        Source(outlet.id, outlet.name, outlet.state_controlled, outlet.country),
        outlet.homepage,
        outlet.languages,
        outlet.kind,
        sorted(feeds, key=lambda feed: (gravity(feed.state), feed.url)),
    )


def _choices(frame: Frame, asked: Asked, lines: Sequence[OutletLine]) -> list[Choice]:
    """Return the filters, with how many outlets each option would leave of all."""
    named = frame.speech.named
    states = Counter(state for one in lines for state in {feed.state for feed in one.feeds})
    origins = Counter(one.source.country for one in lines if one.source.country)
    return [
        Choice("state", str(asked.state or ""), _options(
            {state.value: states[state] for state in State if states[state]},
            {state.value: named("state", state.value) for state in State})),
        Choice("origin", asked.origin, _options(
            dict(origins.most_common()), {one: named("country", one) for one in origins})),
    ]  # fmt: skip


def _options(counts: Mapping[str, int], names: Mapping[str, str]) -> list[Option]:
    return [Option(value, names[value], count) for value, count in counts.items()]


async def _hosts(service: Service, feeds: Iterable[FeedLine]) -> list[HostLine]:
    names = list(dict.fromkeys(feed.host for feed in feeds if feed.host))
    if not names:
        return []
    records = {one.host: one for one in await service.frontier.hosts(names)}
    borne = {one.host: one for one in await service.frontier.ledger(LEDGER_DAYS, names)}
    return [HostLine(borne.get(name, HostLedger(name)), records.get(name)) for name in names]


async def _alerts(service: Service, outlet: OutletLine) -> list[Alert]:
    own = {FeedId(feed.id) for feed in outlet.feeds}
    alerts = await service.frontier.alerts(ALERTS_MOST)
    return [one for one in alerts if one.about == "feed" and one.feed in own][:ALERTS_SHOWN]
