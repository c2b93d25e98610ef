"""*Crawl*: how the work goes at this instant, what was passed over, and what was given up."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from crawler.model import WorkerId
from crawler.ports import Census, HostLedger, HostRecord
from crawler.serve.page.outlets import HostLine
from crawler.serve.page.shell import Framed
from crawler.serve.page.topics import topic_asked
from crawler.serve.service import Service
from crawler.store.search.query import Wanted

HOUR = timedelta(hours=1)
STORIES_COUNTED = 2_000  # in an hour
DEAD_SHOWN = 50
HOSTS_SHOWN = 10
HOST_DAYS = 7
ASKED_LEAST = 5  # requests, for a mean to say something
PULSE_SECONDS = 10  # between two looks of an open view at the numbers,
WORK_SECONDS = 30  # and at the lists below them
DONE = frozenset({"retry"})  # verbs that lead back here

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The crawl at one instant."""

    at: datetime
    census: Census
    polled: int  # feeds, within the last hour
    with_news: int  # feeds that brought an unseen entry within the last hour
    stories: int  # that began within the last hour, in all topics
    requests: int  # today (UTC)
    refused: int
    failed: int
    unchanged: int
    bytes: int

    @property
    def due_entries(self) -> int:
        """Entries whose time has come."""
        return self.census.due - self.census.due_feeds


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that has work in hand."""

    machine: str
    pid: str
    since: datetime | None


@router.get("/crawl")
async def show_crawl(frame: Framed, topic: str = "", done: str = "", count: int = 0) -> Response:
    """Show the whole of it."""
    service = frame.service
    chosen, pulse = topic_asked(service, topic), await pulse_of(service)
    facts = {
        "topic": chosen,
        "position": (await service.published.window(chosen)).last,
        "pulse": pulse,
        "workers": await workers_of(service),
        "skipped": ranked(await service.frontier.skipped()),
        "dead": await service.frontier.entries("dead", DEAD_SHOWN),
        "held": held(await service.frontier.hosts(), pulse.at),
        "slow": slowest(await service.frontier.ledger(HOST_DAYS)),
        "hooks": await service.hooks.all(),
        "done": done if done in DONE else "",
        "count": count,
        "pulse_seconds": PULSE_SECONDS,
        "work_seconds": WORK_SECONDS,
    }
    return frame.render("crawl.html", facts)


@router.get("/crawl/pulse")
async def show_pulse(frame: Framed) -> Response:
    """Show the numbers alone, for a view that is open."""
    pulse, workers = await asyncio.gather(pulse_of(frame.service), workers_of(frame.service))
    return frame.render("pulse.html", {"pulse": pulse, "workers": workers})


async def pulse_of(service: Service) -> Pulse:
    """Return the crawl as it is now."""
    now, frontier = service.clock.now(), service.frontier
    census, states, today, stories = await asyncio.gather(
        frontier.census(), frontier.feeds(), frontier.ledger(1), _stories_since(service, now - HOUR)
    )
    return Pulse(
        at=now,
        census=census,
        polled=_since(now - HOUR, (state.last_poll for state in states)),
        with_news=_since(now - HOUR, (state.last_new for state in states)),
        stories=stories,
        **_summed(today),
    )


async def workers_of(service: Service) -> list[Worker]:
    """Return the processes that have work in hand, by machine and age."""
    found = [_worker(name) for name in await service.frontier.workers()]
    epoch = datetime.fromtimestamp(0, UTC)
    return sorted(found, key=lambda one: (one.machine, one.since or epoch))


def slowest(borne: Sequence[HostLedger]) -> list[HostLine]:
    """Return the hosts that took longest to answer, of those that were asked some times."""
    asked = [one for one in borne if one.requests >= ASKED_LEAST]
    asked.sort(key=lambda one: -one.milliseconds / one.requests)
    return [HostLine(one) for one in asked[:HOSTS_SHOWN]]


def held(hosts: Sequence[HostRecord], now: datetime) -> list[HostRecord]:
    """Return the hosts that asked to be left alone, the longest first."""
    asked = [one for one in hosts if one.held_until and one.held_until > now]
    return sorted(asked, key=lambda one: one.held_until or now, reverse=True)[:HOSTS_SHOWN]


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return counts by name, the largest first."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _summed(today: Sequence[HostLedger]) -> dict[str, int]:
    return {
        "requests": sum(one.requests for one in today),
        "refused": sum(one.refused for one in today),
        "failed": sum(one.failed for one in today),
        "unchanged": sum(one.not_modified for one in today),
        "bytes": sum(one.bytes for one in today),
    }


async def _stories_since(service: Service, since: datetime) -> int:
    wanted = Wanted(since=since)
    found = await asyncio.gather(
        *(asyncio.to_thread(one.find, wanted, STORIES_COUNTED) for one in service.indexes.values())
    )
    return sum(len(one.stories) for one in found)


def _since(since: datetime, instants: Iterable[datetime | None]) -> int:
    return sum(at is not None and at >= since for at in instants)


def _worker(name: WorkerId) -> Worker:
    """Read a worker's name as `roster.this_worker` writes it; another's stays as it is."""
    machine, _, rest = name.partition(":")
    pid, _, started = rest.partition(":")
    try:
        since = datetime.fromtimestamp(float(started), UTC)
    except ValueError:
        return Worker(name, "", None)
    return Worker(machine, pid, since)
