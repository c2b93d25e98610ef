"""What the demo prints: stories with who copied whom, what was kept apart, what was skipped."""

from collections.abc import Sequence
from itertools import groupby

from rich.markup import escape
from rich.table import Table

from crawler.cli.console import out, print_whole, printable
from crawler.cli.demo_view import FIRST, ActView, Apart, DemoStory, Text
from crawler.model import Relation

DIFFERENCES_SHOWN = 10
OUTLET_WIDTH = 21  # letters
_PREPOSITION = {
    Relation.DIGEST: "  holds",
    Relation.PARTIAL: "  shares with",
    Relation.TEMPLATE: "  same form as",
}


def print_act(view: ActView) -> None:
    """Print an act: in the first everything, in the second what changed."""
    stories = [story for story in view.stories if len(story.texts) > 1]
    if view.act > 1:
        stories = [one for one in stories if any(text.new or text.revised for text in one.texts)]
    _print_stories(view, stories)
    if view.act == 1:
        _print_apart(view.apart)
        _print_passed(view)
    _print_verdict(view)


def _print_stories(view: ActView, stories: Sequence[DemoStory]) -> None:
    table = _table("when", "relation", "outlet", "headline")
    for story in stories:
        for text in story.texts:
            when = f"{text.published:%a %H:%M}" if text.published else ""
            row = (when, _word(text), text.outlet, text.title)
            table.add_row(*map(_cell, row), style="bold" if text.relation == FIRST else "")
        table.add_row()
    _print_titled("Who published first, and who copied" if view.act == 1 else "What changed", table)
    if view.act == 1:
        single = sum(len(story.texts) == 1 for story in view.stories)
        out.print(f"and {single} stories that one outlet alone carried", style="dim")


def _word(text: Text) -> str:
    mark = " (new)" if text.new else " (revised)" if text.revised else ""
    return f"{text.relation}{mark}"


def _print_apart(apart: Sequence[Apart]) -> None:
    table = _table("relation", "outlet", "headline")
    for one in sorted(apart, key=lambda one: (one.relation, one.one.url)):
        table.add_row(*map(_cell, (one.relation, one.one.outlet, one.one.title)), style="bold")
        for other in one.others:
            table.add_row(*map(_cell, (_PREPOSITION[one.relation], other.outlet, other.title)))
        table.add_row()
    _print_titled("Linked, but stories of their own", table)


def _print_passed(view: ActView) -> None:
    table = _table("skipped", "pages", "for example")
    by_reason = sorted(view.passed, key=lambda entry: entry.reason)
    groups = [list(group) for _, group in groupby(by_reason, key=lambda entry: entry.reason)]
    for group in sorted(groups, key=len, reverse=True):
        seen = f"{group[0].title} [{group[0].detail}]" if group[0].detail else group[0].title
        table.add_row(*map(_cell, (group[0].reason, len(group), seen)))
    for feed in view.unread:
        table.add_row(*map(_cell, (f"feed: {feed.outcome}", "", feed.url)))
    _print_titled("Skipped, and why", table)


def _print_verdict(view: ActView) -> None:
    counts = view.counts
    articles = sum(1 for _ in view.texts)
    out.print(
        f"{counts.get('page/fetched', 0)} pages fetched in {view.seconds:.0f} s: "
        f"{articles} articles in {len(view.stories)} stories, {len(view.passed)} entries skipped."
    )
    for difference in view.differences[:DIFFERENCES_SHOWN]:
        out.print(_cell(f"differs: {difference}"), style="red", soft_wrap=True)
    if len(view.differences) > DIFFERENCES_SHOWN:
        out.print(f"differs: {len(view.differences) - DIFFERENCES_SHOWN} more", style="red")
    style = "green" if view.agrees else "bold red"
    out.print(f"Compared with the world as written: {view.verdict}.", style=style, soft_wrap=True)


def _print_titled(title: str, table: Table) -> None:
    out.print(f"\n[bold]{escape(title)}[/bold]")
    print_whole(table)


def _table(*columns: str) -> Table:
    """A table of one-line rows; on a terminal the last column takes what is left of the line."""
    table = Table(box=None, padding=(0, 1, 0, 0), expand=out.is_terminal, header_style="dim")
    most = OUTLET_WIDTH if out.is_terminal else None
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True, max_width=most)
    table.add_column(columns[-1], no_wrap=True, overflow="ellipsis", ratio=1)
    return table


def _cell(value: object) -> str:
    return escape(printable(str(value)))
