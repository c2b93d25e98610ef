"""How reading in full and screening agree with labels made by reading; prints one JSON document.

    python -m bench.quality.recorded_labels FOLDER

FOLDER holds the recorded news. 1,179 of its articles with a title are labelled, by title and first
75 to 90 words and before anybody saw a verdict on them, once and by one reader; `doubt` marks
those that another might call otherwise. Relevant is what is about Ukraine's border with any
neighbour, on land, river or sea, or at Crimea's line: build-ups and drills there, crossings and
queues, fire over it or on what lies at it, people crossing it, what guards or blocks it. Not
relevant: the war without it, other borders, life abroad, aid driven there, diplomacy, sanctions, a
border in passing.

They were drawn at random within strata of all 7,093: what the path of that time called on topic
(`on`, `off`), and whether title and first 60 words name a border (`named`: border, frontier,
crossing, checkpoint, customs, refugees, fleeing), something near one (`hinted`: a neighbour, a
border region, massing, drills, evacuation, grain) or neither (`none`). `RECORDED` tells how many
articles each stratum holds, by which every figure is weighted back to all recorded ones.

`part` is told by a hash of the address. `tuned`, a half: looked at throughout. `second`, a quarter:
looked at now and then. `last`, a quarter: never looked at.
"""

import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import NamedTuple

from bench.quality.screening import OUTLET, SHELL, SUMMARY_WORDS, large, page_of
from crawler.desk import desk_of
from crawler.ingest import Desk, judge
from crawler.model import TopicId
from crawler.screening import screen_entry, screen_page
from crawler.text.language import language_of

LABELS = Path(__file__).resolve().parents[2] / "tests" / "golden" / "relevance" / "recorded.csv"
RECORDED = {
    "on-named": 417, "on-hinted": 260, "on-none": 417,
    "off-named": 216, "off-hinted": 462, "off-none": 5_321,
}  # fmt: skip
PARTS = ("tuned", "second", "tuned", "last")  # by the hash of the address, modulo four


class Judged(NamedTuple):
    part: str
    stratum: str
    relevant: bool
    on_topic: bool
    let_by_entry: bool
    let_by_words: bool


def part_of(url: str) -> str:
    return PARTS[blake2b(url.encode(), digest_size=1).digest()[0] % len(PARTS)]


def recorded(folder: Path) -> dict[str, dict[str, str]]:
    with gzip.open(folder / "ukraine_media.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["url"]: row for row in map(json.loads, lines) if row["title"]}


def labels() -> Iterator[dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def on_topic(row: dict[str, str], desk: Desk) -> bool:
    language = language_of(f"{row['title']}\n{row['text']}", allowed=desk.languages, claimed="")
    return bool(judge(row["title"], row["text"], desk, language).topics)


def judged(row: dict[str, str], label: dict[str, str], desk: Desk) -> Judged:
    body = "".join(f"<p>{escape(line)}</p>" for line in row["text"].splitlines() if line)
    shell = SHELL.format(title=escape(row["title"]), body=body, related="")
    summary = " ".join(row["text"].split()[:SUMMARY_WORDS])
    page = page_of(row["url"], row["title"], summary, shell.encode())
    entry = screen_entry(page.entry, desk.screens, desk.languages, OUTLET)
    words = screen_page(large(page), desk.screens, desk.languages, OUTLET)
    return Judged(
        part_of(row["url"]),
        label["stratum"],
        label["label"] == "relevant",
        on_topic(row, desk),
        entry is None,
        words is None,
    )


def weights(cases: Sequence[Judged]) -> dict[str, float]:
    """Return how many recorded articles a labelled one of each stratum stands for."""
    drawn = Counter(one.stratum for one in cases)
    return {stratum: RECORDED[stratum] / count for stratum, count in drawn.items()}


def share(held: Iterable[Judged], of: Iterable[Judged], weight: dict[str, float]) -> float:
    whole = sum(weight[one.stratum] for one in of)
    return round(sum(weight[one.stratum] for one in held) / whole, 4) if whole else 0.0


def report(cases: Sequence[Judged]) -> dict[str, float]:
    weight = weights(cases)
    relevant = [one for one in cases if one.relevant]
    taken = [one for one in cases if one.on_topic]
    found = [one for one in relevant if one.on_topic]
    precision, recall = share(found, taken, weight), share(found, relevant, weight)
    return {
        "labelled": len(cases),
        "relevant": len(relevant),
        "on_topic": len(taken),
        "found": len(found),
        "precision": precision,
        "recall": recall,
        "f1": round(2 * precision * recall / (precision + recall or 1), 4),
    }


def let(cases: Sequence[Judged], weight: dict[str, float]) -> dict[str, float]:
    return {
        "of": len(cases),
        "entry": share([one for one in cases if one.let_by_entry], cases, weight),
        "words": share([one for one in cases if one.let_by_words], cases, weight),
    }


def main() -> None:
    rows, desk = recorded(Path(sys.argv[1])), desk_of((TopicId("ukraine-border"),))
    cases = [judged(rows[one["url"]], one, desk) for one in labels()]
    parts = {part: [one for one in cases if one.part == part] for part in dict.fromkeys(PARTS)}
    weight = weights(cases)
    result = {
        "full_path": {name: report(found) for name, found in (*parts.items(), ("all", cases))},
        "let_of_relevant": let([one for one in cases if one.relevant], weight),
        "let_of_on_topic": let([one for one in cases if one.on_topic], weight),
        "let_of_all": let(cases, weight),
    }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
