"""What Prometheus reads: the store's state at this instant, and what was asked of this process.

Every name stands in docs/reference/metrics.md.
"""

import time
from collections import Counter as Tallied
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.contract import ordinal
from crawler.hook import Hook, HookState
from crawler.model import ChangeId, FeedState
from crawler.ports import Census, HostLedger, Window
from crawler.schedule.health import Health, health_of
from crawler.serve.heads import method_of
from crawler.serve.service import Service

disable_created_metrics()  # type: ignore[no-untyped-call] # when a count began: nobody asks

LEDGER_DAYS = 1
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)  # seconds
NEVER = 0.0

Labels = TypeVar("Labels", bound=tuple[str, ...])


class Requests:
    """ASGI middleware that counts and times what is asked, by route and status."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._count = Counter(
            "kordon_http_requests", "Requests answered.", ["method", "route", "status"],
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kordon_http_request_duration_seconds", "From question to first byte.", ["route"],
            buckets=BUCKETS, registry=registry,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and note how."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._count.labels(method_of(scope), route, message["status"]).inc()
                self._seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, noting)


async def exposition(service: Service, asked: CollectorRegistry) -> bytes:
    """Return every metric in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    hooks = _hooks(await service.hooks.all())
    told = [*await _crawl(service), *await _topics(service), *hooks, *await _hub(service)]
    registry.register(_Told(told))
    return generate_latest(registry) + generate_latest(asked)


class _Told(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def _crawl(service: Service) -> list[Metric]:
    now, frontier = service.clock.now(), service.frontier
    return [
        *_work(await frontier.census()),
        *_feeds(await frontier.feeds(), now),
        *_publishers(await frontier.ledger(LEDGER_DAYS)),
        _gauge("kordon_pages_skipped", "Pages skipped in thirty days.", ["reason"],
               {(reason,): count for reason, count in (await frontier.skipped()).items()}),
    ]  # fmt: skip


def _work(census: Census) -> Iterator[Metric]:
    due = {("feed",): census.due_feeds, ("entry",): census.due - census.due_feeds}
    yield _gauge("kordon_work_due", "Feeds and entries whose time has come.", ["kind"], due)
    yield _gauge(
        "kordon_work_leased", "Feeds and entries being worked on.", [], {(): census.leased}
    )
    yield _gauge("kordon_entries_waiting", "Entries that wait for a retry.", [], {(): census.later})
    yield _gauge("kordon_entries_dead", "Entries given up.", [], {(): census.dead})


def _feeds(states: Sequence[FeedState], now: datetime) -> Iterator[Metric]:
    enabled = [state for state in states if state.feed.enabled]
    healths = Tallied(health_of(state, now) for state in enabled)
    by_health = {(health.value,): healths[health] for health in Health}
    yield _gauge("kordon_feeds", "Feeds that are polled, by health.", ["health"], by_health)
    paused = sum(state.paused for state in enabled)
    yield _gauge("kordon_feeds_paused", "Feeds that an operator paused.", [], {(): paused})
    for name, text, instants in (
        ("poll", "When a feed was last polled.", [state.last_poll for state in enabled]),
        ("news", "When a poll last met an unseen entry.", [state.last_new for state in enabled]),
    ):
        newest = max((at.timestamp() for at in instants if at), default=NEVER)
        yield _gauge(f"kordon_last_{name}_timestamp_seconds", text, [], {(): newest})


def _publishers(ledger: Sequence[HostLedger]) -> Iterator[Metric]:
    answers = {
        (outcome,): sum(getattr(host, outcome) for host in ledger)
        for outcome in ("not_modified", "refused", "failed")
    }
    requests = sum(host.requests for host in ledger)
    yield _gauge(
        "kordon_publisher_requests_today", "Requests sent today (UTC).", [], {(): requests}
    )
    yield _gauge("kordon_publisher_answers_today", "Answers today that brought nothing.",
                 ["outcome"], answers)  # fmt: skip
    yield _gauge("kordon_publisher_bytes_today", "Bytes received today.", [],
                 {(): sum(host.bytes for host in ledger)})  # fmt: skip


async def _topics(service: Service) -> list[Metric]:
    counts: dict[ByTopic, tuple[int, int]] = {}
    windows: dict[ByTopic, Window] = {}
    positions: dict[ByTopic, ChangeId | None] = {}
    for topic, index in service.indexes.items():
        counts[(topic,)] = await service.stories.count(topic)
        windows[(topic,)] = await service.published.window(topic)
        positions[(topic,)] = index.position
    return [*_stories(counts), *_changes(windows), *_search(positions)]


ByTopic = tuple[str, ...]


def _stories(counts: Mapping[ByTopic, tuple[int, int]]) -> Iterator[Metric]:
    articles = {topic: count for topic, (count, _) in counts.items()}
    stories = {topic: count for topic, (_, count) in counts.items()}
    yield _gauge("kordon_articles", "Articles kept.", ["topic"], articles)
    yield _gauge("kordon_stories", "Stories kept.", ["topic"], stories)


def _changes(windows: Mapping[ByTopic, Window]) -> Iterator[Metric]:
    for name, text in (
        ("last", "When the newest change was made."),
        ("first", "When the oldest change kept was made."),
    ):
        instants = {topic: _seconds(getattr(one, name)) for topic, one in windows.items()}
        yield _gauge(f"kordon_changes_{name}_timestamp_seconds", text, ["topic"], instants)


def _search(positions: Mapping[ByTopic, ChangeId | None]) -> Iterator[Metric]:
    complete = {topic: float(position is not None) for topic, position in positions.items()}
    yield _gauge("kordon_search_complete", "Whether the index holds every story.", ["topic"],
                 complete)  # fmt: skip
    reached = {topic: _seconds(position) for topic, position in positions.items()}
    yield _gauge("kordon_search_position_timestamp_seconds", "When the newest change indexed was "
                 "made.", ["topic"], reached)  # fmt: skip


def _hooks(hooks: Sequence[Hook]) -> Iterator[Metric]:
    states = Tallied(hook.state for hook in hooks)
    by_state = {(state.value,): states[state] for state in HookState}
    yield _gauge("kordon_hooks", "Hooks, by state.", ["state"], by_state)
    failing = sum(hook.failures > 0 for hook in hooks)
    yield _gauge("kordon_hooks_failing", "Hooks whose last delivery failed.", [], {(): failing})
    for name, text in (("delivered", "Changes delivered"), ("dead", "Deliveries given up")):
        sums = {(hook.id,): getattr(hook, name) for hook in hooks}
        yield _gauge(f"kordon_hook_{name}", f"{text}, ever.", ["hook"], sums)


async def _hub(service: Service) -> list[Metric]:
    found = {(topic,): await service.announcements.bulletin(topic) for topic in service.indexes}
    begun = {topic: one for topic, one in found.items() if one and service.hub_url}
    owed = {topic: sum(notice.owed for notice in one.notices) for topic, one in begun.items()}
    failures = {topic: one.failures for topic, one in begun.items()}
    return [
        _gauge("kordon_hub_feeds_owed", "Feeds the hub (WebSub) has still to be told of.",
               ["topic"], owed),
        _gauge("kordon_hub_failures", "Pings in a row that the hub did not take.", ["topic"],
               failures),
    ]  # fmt: skip


def _seconds(change: ChangeId | None) -> float:
    return ordinal(change or "")[0] / 1_000


def _gauge(name: str, text: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
