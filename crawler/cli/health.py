"""`kordon feeds health`: how each feed does by its own rhythm, and what became of its pages."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer

from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.session import opened
from crawler.model import Alert, Fates, FeedId, FeedState
from crawler.schedule.health import Health, health_of, pages_trouble

FATES_DAYS = 7


@dataclass(frozen=True, slots=True)
class Examined:
    """A feed with its health and what is wrong with its pages."""

    state: FeedState
    health: Health
    pages: str  # "all-walled", "all-repeated", or empty
    fates: Fates

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return self.health.alarming or bool(self.pages)


def health(
    everything: Annotated[bool, typer.Option("--all", help="Those that do well, too.")] = False,
    alerts: Annotated[int, typer.Option(min=0, help="Show so many of the newest alerts.")] = 0,
    as_json: Json = False,
) -> None:
    """Show feeds that are silent, gone, moved, blocked or lying, or whose pages all go wrong."""
    examined, told = asyncio.run(_examined(alerts))
    shown = [one for one in examined if everything or one.alarming]
    if as_json:
        print_json({"feeds": [_facts(one) for one in shown], "alerts": told})
        return
    columns = ("outlet", "health", "pages", "last news", "last outcome", "address")
    print_table(f"{len(shown)} of {len(examined)} feeds", columns, [_row(one) for one in shown])
    if told:
        print_table("Newest alerts", ("at", "was", "is", "address"), [_alert(one) for one in told])
    if not everything and len(shown) < len(examined):
        say(f"{len(examined) - len(shown)} do well: --all")


async def _examined(alerts: int) -> tuple[Sequence[Examined], Sequence[Alert]]:
    async with opened() as wired:
        now, fates = wired.clock.now(), await wired.frontier.fates(FATES_DAYS)
        states = [state for state in await wired.frontier.feeds() if state.feed.enabled]
        examined = [_judged(state, health_of(state, now), fates) for state in states]
        order = list(Health)
        examined.sort(
            key=lambda one: (not one.alarming, order.index(one.health), one.state.feed.id)
        )
        return examined, await wired.frontier.alerts(alerts) if alerts else ()


def _judged(state: FeedState, health: Health, fates: Mapping[FeedId, Fates]) -> Examined:
    ended = fates.get(state.feed.id, Fates())
    return Examined(state, health, pages_trouble(ended), ended)


def _row(one: Examined) -> tuple[object, ...]:
    state = one.state
    return (
        state.feed.outlet, one.health, one.pages, state.last_news, state.last_outcome,
        state.address,
    )  # fmt: skip


def _alert(alert: Alert) -> tuple[object, ...]:
    return alert.at, alert.was, alert.health, alert.url


def _facts(one: Examined) -> dict[str, object]:
    state = one.state
    return {
        "id": state.feed.id,
        "outlet": state.feed.outlet,
        "url": state.feed.url,
        "address": state.address,
        "health": one.health,
        "pages": one.pages,
        "fates": one.fates,
        "last_news": state.last_news,
        "last_answer": state.last_answer,
        "usual_gap_hours": round(timedelta(seconds=state.gap_seconds) / timedelta(hours=1), 1),
        "last_outcome": state.last_outcome,
        "failures": state.failures,
        "moved_to": state.moved_to,
    }
