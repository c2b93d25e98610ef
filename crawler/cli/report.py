"""What a finished run reports: counts, and the newest stories of its topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.app import App
from crawler.cli.console import out, print_json, say
from crawler.cli.stories import StoryView, print_stories, story_views
from crawler.ports import Census
from crawler.telemetry import Tally

STORIES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """A run's outcome, for programs."""

    counts: Mapping[str, int]
    waiting_for_retry: int
    dead: int
    stories: Mapping[str, list[StoryView]]


async def print_report(app: App, *, as_json: bool) -> bool:
    """Print the run's outcome; False when feeds were tried and none answered."""
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
    return _reached(app.tally)


def _print_counts(tally: Tally, census: Census) -> None:
    placed, fetched = tally.total("place"), tally["page/fetched"]
    out.print(
        f"\n{tally.total('poll')} feeds polled, {tally['entry/new']} new entries, "
        f"{fetched} pages fetched, {placed} articles placed.",
        soft_wrap=True,
    )
    for what, title in (("skip", "skipped"), ("dead", "given up"), ("retry", "to retry")):
        counts = tally.of(what)
        if counts:
            listed = ", ".join(f"{n} {name}" for name, n in counts.items())
            out.print(f"{title}: {listed}", soft_wrap=True)
    if census.dead:
        out.print(f"{census.dead} dead letters: kordon frontier list --state dead")


def _reached(tally: Tally) -> bool:
    polls: Mapping[str, Any] = tally.of("poll")
    failed = {name: n for name, n in polls.items() if name.startswith("failed:")}
    if not polls or len(failed) < len(polls):
        return True
    listed = ", ".join(f"{n} {name.removeprefix('failed:')}" for name, n in failed.items())
    say(f"kordon: no feed could be reached: {sum(failed.values())} were tried ({listed})")
    say("Is there a network? `make demo` shows a crawl without one.")
    return False
