"""Body F1 and CPU time of Kordon and its peers, over the same pages in one run.

    python bench/quality/extraction.py DIR [--format aeb] [--peers FOLDER] [--json]
        [--without structured,meta,article,attributes]

Peers (newspaper4k, readability-lxml, resiliparse) are no dependencies of Kordon: install them
into a folder (`pip install --target FOLDER ...`); those missing are named and left out.
`--without` takes markup out of the pages first, as older pages and small outlets lack it: what
was tuned to these pages' structured data then counts for nothing. Titles and times are Kordon's.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from statistics import mean

from lxml import html as lxml_html

from crawler.evaluate.extraction import Reading, evaluate, report, score
from crawler.evaluate.gold import GoldPage, Layout, read_gold
from crawler.extract.article import main_text
from crawler.extract.document import decode, parse
from crawler.extract.metadata import read_metadata

Reader = Callable[[GoldPage], str]
MARKUP = {
    "structured": re.compile(rb"(?is)<script[^>]*ld\+json[^>]*>.*?</script>"),
    "meta": re.compile(rb"(?is)<meta[^>]+(?:property|name|itemprop)\s*=[^>]*>"),
    "article": re.compile(rb"(?is)</?article\b[^>]*>"),
    "attributes": re.compile(
        rb"""(?is)\s(?:class|id|itemprop|role|data-[\w-]+)\s*=\s*("[^"]*"|'[^']*')"""
    ),
}


def kordon() -> Reader:
    def read(page: GoldPage) -> str:
        tree = parse(page.html)
        return "" if tree is None else main_text(tree, read_metadata(tree, page.url))

    return read


def trafilatura(*, fast: bool) -> Reader:
    extract = import_module("trafilatura").extract

    def read(page: GoldPage) -> str:
        text = decode(page.html, "")
        return extract(text, fast=fast, include_comments=False, include_tables=not fast) or ""

    return read


def newspaper4k() -> Reader:
    article = import_module("newspaper").Article

    def read(page: GoldPage) -> str:
        found = article(page.url or "https://outlet.example/1")
        found.download(input_html=decode(page.html, ""))
        found.parse()
        return str(found.text)

    return read


def readability() -> Reader:
    document = import_module("readability").Document

    def read(page: GoldPage) -> str:
        summary = document(decode(page.html, "")).summary()
        return str(lxml_html.fromstring(summary).text_content())

    return read


def resiliparse() -> Reader:
    extract = import_module("resiliparse.extract.html2text").extract_plain_text

    def read(page: GoldPage) -> str:
        return str(extract(decode(page.html, ""), main_content=True, alt_texts=False, links=False))

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "kordon": kordon,
    "trafilatura (default)": lambda: trafilatura(fast=False),
    "trafilatura (fast)": lambda: trafilatura(fast=True),
    "newspaper4k": newspaper4k,
    "readability-lxml": readability,
    "resiliparse": resiliparse,
}


def measured(name: str, pages: list[GoldPage]) -> dict[str, float | str]:
    try:
        read = READERS[name]()
    except ImportError as error:
        return {"reader": name, "missing": str(error)}
    scores, spent, failed = [], [], 0
    for page in pages:
        begun = time.process_time()
        try:
            text = read(page)
        except Exception:  # noqa: BLE001 - a peer's failure is its score
            text, failed = "", failed + 1
        spent.append(1000 * (time.process_time() - begun))
        scores.append(score(page, Reading(body=text)))
    found = report(scores)
    return {
        "reader": name,
        "words_f1": round(found.body.f1, 4),
        "shingles_precision": round(found.shingles.precision, 4),
        "shingles_recall": round(found.shingles.recall, 4),
        "shingles_f1": round(found.shingles.f1, 4),
        "cpu_ms": round(mean(spent), 1),
        "failed": failed,
    }


def stripped(page: GoldPage, markup: list[str]) -> GoldPage:
    html = page.html
    for name in markup:
        html = MARKUP[name].sub(b"", html)
    return replace(page, html=html)


def facts(pages: list[GoldPage]) -> dict[str, dict[str, int]]:
    """Return how Kordon reads titles and times."""
    found = asdict(report([scored for scored, _ in evaluate(pages)]))
    return {name: found[name] for name in ("title", "published")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", type=Layout, default=Layout.PAGES)
    parser.add_argument("--peers", type=Path, help="a folder with the peers' packages")
    parser.add_argument("--without", default="", help=f"of: {','.join(MARKUP)}")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.peers:
        sys.path.append(str(options.peers))
    markup = [name for name in options.without.split(",") if name]
    if unknown := set(markup) - MARKUP.keys():
        parser.error(f"--without knows no {', '.join(sorted(unknown))}")
    pages = [stripped(page, markup) for page in read_gold(options.folder, options.format)]
    rows = [measured(name, pages) for name in READERS]
    if options.json:
        print(json.dumps({"readers": rows, "kordon": facts(pages)}, indent=1))
        return
    for row in rows:
        figures = (f"{key} {value}" for key, value in row.items() if key != "reader")
        print(f"{row['reader']:<22}", "  ".join(figures))
    for name, counts in facts(pages).items():
        print(f"kordon, {name}", counts)


if __name__ == "__main__":
    main()
