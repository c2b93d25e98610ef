"""What screening spares, and what it costs in recall, against reading everything; in one run.

    python bench/quality/screening.py SHARED [--recorded 1500] [--json]

SHARED holds `corpora/` (recorded articles, captured pages). Recorded articles are wrapped in a page
with navigation, related links and a footer; captured pages are as they came. An article is on topic
when the whole path says so; the mean cost is that of a stream with 85 % off-topic pages.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from statistics import mean
from typing import TypeVar

from crawler.desk import desk_of
from crawler.evaluate.gold import read_gold
from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata
from crawler.ingest import Desk, prepare
from crawler.model import (
    Article,
    Entry,
    EntryId,
    FeedId,
    Outlet,
    OutletId,
    Page,
    Screening,
    TopicId,
)
from crawler.screening import FEWEST_BYTES, screen_entry, screen_page

T = TypeVar("T")

FEWEST = 20  # on-topic pages for a mean cost of their own
OFF_TOPIC = 0.85  # of a stream
NOW = datetime(2026, 11, 22, tzinfo=UTC)
OUTLET = Outlet(OutletId("bench"), "Bench", kind="national", screen=Screening.ALWAYS)
SUMMARY_WORDS = 40
SHELL = """<!doctype html><html><head><title>{title} | Outlet</title></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<main><article><h1>{title}</h1>{body}</article>
<section><h2>Related articles</h2><ul>{related}</ul></section></main>
<footer>All rights reserved.</footer></body></html>"""


@dataclass(frozen=True)
class Case:
    """A page, and what reading and screening it cost and said."""

    on_topic: bool
    let_by_entry: bool
    let_by_page: bool
    whole_ms: float
    entry_ms: float
    screened_ms: float  # of the page, read in full where it was let


def recorded(folder: Path, count: int) -> Iterator[Page]:
    """Yield recorded articles as pages, a sample that is the same in every run."""
    with gzip.open(folder / "ukraine_media.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["title"]]
    chosen = random.Random(5).sample(rows, min(count, len(rows)))
    for row, others in zip(chosen, [chosen[at : at + 6] for at in range(len(chosen))], strict=True):
        body = "".join(f"<p>{escape(line)}</p>" for line in row["text"].splitlines() if line)
        related = "".join(f"<li><a href='#'>{escape(one['title'])}</a></li>" for one in others[1:])
        shell = SHELL.format(title=escape(row["title"]), body=body, related=related)
        summary = " ".join(row["text"].split()[:SUMMARY_WORDS])
        yield page_of(row["url"], row["title"], summary, shell.encode())


def captured(folder: Path) -> Iterator[Page]:
    """Yield captured pages, announced by their own title and description."""
    for page in read_gold(folder / "pages"):
        tree = parse(page.html)
        if tree is not None:
            meta = read_metadata(tree, page.url)
            yield page_of(page.url, page.title or meta.title, meta.description, page.html)


def page_of(url: str, title: str, summary: str, body: bytes) -> Page:
    entry = Entry(EntryId("e"), url, OUTLET.id, FeedId("f"), title=title, summary=summary)
    return Page(entry, url, body, "text/html", NOW)


def large(page: Page) -> Page:
    """Return the page with so much around it that it is screened; small ones never are."""
    return replace(page, body=page.body + b"<!--%s-->" % (b" " * FEWEST_BYTES))


def timed(step: Callable[[], T]) -> tuple[T, float]:
    begun = time.process_time()
    found = step()
    return found, 1000 * (time.process_time() - begun)


def case_of(page: Page, desk: Desk) -> Case:
    entry, entry_ms = timed(lambda: screen_entry(page.entry, desk.screens, desk.languages, OUTLET))
    whole, whole_ms = timed(lambda: prepare(page, replace(desk, screens=()), OUTLET))
    _, screened_ms = timed(lambda: prepare(page, desk, OUTLET))
    return Case(
        on_topic=isinstance(whole, Article),
        let_by_entry=entry is None,
        let_by_page=screen_page(large(page), desk.screens, desk.languages, OUTLET) is None,
        whole_ms=whole_ms,
        entry_ms=entry_ms,
        screened_ms=screened_ms,
    )


def report(cases: Sequence[Case]) -> dict[str, float | None]:
    """Return recall of each stage, what each lets of the rest, and mean costs of a stream."""
    on, off = [c for c in cases if c.on_topic], [c for c in cases if not c.on_topic]
    let = [case for case in cases if case.let_by_page]
    extra = mean(case.screened_ms - case.whole_ms for case in let)  # the stage itself
    reading = mean(case.whole_ms for case in (on if len(on) >= FEWEST else cases))
    entry = mean(case.entry_ms for case in cases)
    whole = stream(mean(case.whole_ms for case in off), reading)
    by_page = stream(mean(case.screened_ms for case in off), reading + extra)
    both = entry + stream(
        mean(case.screened_ms if case.let_by_entry else 0.0 for case in off), reading + extra
    )
    return {
        "pages": len(cases),
        "on_topic": len(on),
        "recall_by_entry": share(case.let_by_entry for case in on),
        "recall_by_page": share(case.let_by_page for case in on),
        "recall_of_both": share(case.let_by_entry and case.let_by_page for case in on),
        "off_topic_let_by_entry": share(case.let_by_entry for case in off),
        "off_topic_let_by_page": share(case.let_by_page for case in off),
        "whole_ms": round(whole, 2),
        "page_stage_ms": round(by_page, 2),
        "both_stages_ms": round(both, 2),
        "page_stage_times_cheaper": round(whole / by_page, 2),
        "both_stages_times_cheaper": round(whole / both, 2),
    }


def stream(off: float, on: float) -> float:
    return OFF_TOPIC * off + (1 - OFF_TOPIC) * on


def share(which: Iterable[bool]) -> float | None:
    """Return the share that holds; None of nothing."""
    found = list(which)
    return round(sum(found) / len(found), 4) if found else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("--recorded", type=int, default=1_500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    desk = desk_of((TopicId("ukraine-border"),))
    corpora = options.shared / "corpora"
    kinds = {
        "recorded": list(recorded(corpora, options.recorded)),
        "captured": list(captured(corpora)),
    }
    warm = kinds["captured"][0]
    case_of(warm, desk)
    found = {name: [case_of(page, desk) for page in pages] for name, pages in kinds.items()}
    rows = {name: report(cases) for name, cases in found.items()}
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for name, row in rows.items():
        print(name, *(f"  {key} {value}" for key, value in row.items()), sep="\n")


if __name__ == "__main__":
    main()
