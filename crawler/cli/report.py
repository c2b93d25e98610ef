"""What a finished run reports: counts, and the newest stories of its topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.app import App
from crawler.cli.console import a_few, counted, out, print_json, say
from crawler.cli.stories import StoryView, print_stories, story_views
from crawler.fetch.reasons import UNASKED, UNREACHED
from crawler.ports import Census
from crawler.telemetry import Tally

STORIES_SHOWN = 20
NO_NETWORK = "; is there a network? `make demo` shows a crawl without one"


@dataclass(frozen=True, slots=True)
class Report:
    """A run's outcome, for programs."""

    counts: Mapping[str, int]
    waiting_for_retry: int
    dead: int
    stories: Mapping[str, list[StoryView]]


async def print_report(app: App, since: datetime, *, as_json: bool) -> bool:
    """Print the outcome of a run begun then; False when feeds were tried and none answered."""
    census = await app.frontier.census()
    stories = {
        str(topic): await story_views(app, topic, STORIES_SHOWN) for topic in app.config.topics
    }
    if as_json:
        print_json(Report(app.tally.everything(), census.later, census.dead, stories))
    else:
        for topic, views in stories.items():
            if views:
                print_stories(f"Newest stories: {topic}", views)
        _print_counts(app.tally, census)
    told = all_failed(app.tally.of("poll"), await _failed_since(app, since))
    if told:
        say(f"kordon: {told.sentence}")
    return told is None or told.answered


def _print_counts(tally: Tally, census: Census) -> None:
    placed, fetched = tally.total("place"), tally["page/fetched"]
    out.print(
        f"\n{counted(tally.total('poll'), 'feed')} polled, "
        f"{counted(tally['entry/new'], 'new entry', 'new entries')}, "
        f"{counted(fetched, 'page')} fetched, {counted(placed, 'article')} placed.",
        soft_wrap=True,
    )
    for what, title in (("skip", "skipped"), ("dead", "given up"), ("retry", "to retry")):
        counts = tally.of(what)
        if counts:
            listed = ", ".join(f"{n} {name}" for name, n in counts.items())
            out.print(f"{title}: {listed}", soft_wrap=True)
    if census.dead:
        out.print(f"{counted(census.dead, 'dead letter')}: kordon frontier list --state dead")


@dataclass(frozen=True, slots=True)
class AllFailed:
    """What is said when every feed that was tried brought nothing."""

    sentence: str
    answered: bool  # by one publisher at least


def all_failed(polls: Mapping[str, int], addresses: Sequence[str]) -> AllFailed | None:
    """Return what to say of a round in which every poll failed; None of any other.

    Args:
        polls: How many polls ended how.
        addresses: The feeds that failed.
    """
    failed = {name.removeprefix("failed:"): n for name, n in polls.items()
              if name.startswith("failed:")}  # fmt: skip
    if not polls or len(failed) < len(polls):
        return None
    answered = not failed.keys() <= {*UNREACHED, *UNASKED}
    total, listed = sum(failed.values()), ", ".join(f"{n} {name}" for name, n in failed.items())
    told = (
        f"no feed could be {'read' if answered else 'reached'}: "
        f"{total} {'was' if total == 1 else 'were'} tried ({listed}): {a_few(addresses)}"
    )
    if answered:
        return AllFailed(f"{told}; see `kordon feeds health`", answered=True)
    asked = NO_NETWORK if not UNREACHED.isdisjoint(failed) else ""
    return AllFailed(told + asked, answered=False)


async def _failed_since(app: App, since: datetime) -> Sequence[str]:
    return [
        state.address
        for state in await app.frontier.feeds()
        if state.failures and state.last_poll and state.last_poll >= since
    ]
