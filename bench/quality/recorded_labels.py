"""How reading in full and screening agree with labels made by reading; prints one JSON document.

    python -m bench.quality.recorded_labels FOLDER

FOLDER holds the recorded news. The labelled 200 are its articles with a title, shuffled by
`random.Random(181)`: the first hundred that reading in full calls on topic and the first hundred it
does not. Each was labelled once, by title and first 90 words, before the verdicts were seen; there
was no second reader. Half are on topic by design, so recall is weighted back to all recorded
articles too.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

from bench.quality.screening import OUTLET, SHELL, SUMMARY_WORDS, large, page_of, share
from crawler.desk import desk_of
from crawler.ingest import Desk, judge
from crawler.model import TopicId
from crawler.screening import screen_entry, screen_page
from crawler.text.language import language_of

LABELS = Path(__file__).resolve().parents[2] / "tests" / "golden" / "relevance" / "recorded.csv"


class Judged(NamedTuple):
    relevant: bool
    on_topic: bool
    let_by_entry: bool
    let_by_words: bool


def on_topic(row: dict[str, str], desk: Desk) -> bool:
    language = language_of(f"{row['title']}\n{row['text']}", allowed=desk.languages, claimed="")
    return bool(judge(row["title"], row["text"], desk, language).topics)


def judged(row: dict[str, str], label: str, desk: Desk) -> Judged:
    body = "".join(f"<p>{escape(line)}</p>" for line in row["text"].splitlines() if line)
    shell = SHELL.format(title=escape(row["title"]), body=body, related="")
    summary = " ".join(row["text"].split()[:SUMMARY_WORDS])
    page = page_of(row["url"], row["title"], summary, shell.encode())
    entry = screen_entry(page.entry, desk.screens, desk.languages, OUTLET)
    words = screen_page(large(page), desk.screens, desk.languages, OUTLET)
    return Judged(label == "relevant", on_topic(row, desk), entry is None, words is None)


def let(cases: Iterable[Judged]) -> dict[str, float | None]:
    of = [(one.let_by_entry, one.let_by_words) for one in cases]
    return {"of": len(of), "entry": share(a for a, _ in of), "words": share(b for _, b in of)}


def main() -> None:
    with gzip.open(Path(sys.argv[1]) / "ukraine_media.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = {row["url"]: row for row in map(json.loads, lines) if row["title"]}
    labels = {one["url"]: one["label"] for one in csv.DictReader(LABELS.open(encoding="utf-8"))}
    desk = desk_of((TopicId("ukraine-border"),))
    cases = [judged(rows[url], label, desk) for url, label in labels.items()]
    precision = share(one.relevant for one in cases if one.on_topic)
    recall = share(one.on_topic for one in cases if one.relevant)
    part = share(on_topic(row, desk) for row in rows.values())
    found, missed = part * precision, share(one.relevant for one in cases if not one.on_topic)
    f1 = round(2 * precision * recall / (precision + recall), 4)
    report = {
        "full_path": {"precision": precision, "recall": recall, "f1": f1},
        "on_topic_of_all_recorded": part,
        "recall_weighted": round(found / (found + (1 - part) * missed), 4),
        "let_of_relevant": let(one for one in cases if one.relevant),
        "let_of_on_topic": let(one for one in cases if one.on_topic),
        "let_of_all": let(cases),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
