"""The article's own text out of a page's tree: a cascade from the quick to the careful."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import dropwhile, islice

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from crawler.extract.blocks import Block, is_sentence
from crawler.extract.body import Body, find_body
from crawler.extract.boilerplate import without_boilerplate
from crawler.extract.dates import read_instant
from crawler.extract.islands import lines_in_data
from crawler.extract.metadata import Metadata

FEWEST_LETTERS = 60  # a shorter text is a caption or a button
LONGEST_TEXT = 500_000  # letters; of 7,145 recorded articles the longest has 125,703
FEWEST_HIDDEN = 250  # letters; a shorter text in a page's data is a summary
SURE_SHARE = 0.75  # of the page's prose in the article: below it a second opinion is asked
SURE_LETTERS = 800
ALIKE = 0.85  # F1 of the words of two extractions that found the same article
WHOLE_BODY = 1.3  # how much longer structured data must be to hold what the page holds back
_STANDFIRST = re.compile(
    r"(?<![a-z])(?:(?:story|article|element|post|js|t)[-_]?)?(?:lead(?:-?in|text)?|lede|standfirst"
    r"|teaser(?:text)?|excerpt|intro(?:text)?|synopsis|sub-?(?:title|head(?:line)?|line)s?|epigraph"
    r"|dek|deck|vorspann|perex|zajawka|sapo|chapeau|summary|abstract)(?![a-z])",
    re.IGNORECASE,
)
_NAMED_ABOVE = 2  # elements around a block whose names count
_SAME_START = 40  # letters that make a shown standfirst the described one
_SPACED = 2  # times as long as the title, at most, is a line that is the title otherwise spaced
_WORD = re.compile(r"\w+")
_SHORT_WORD = 2  # letters
_DATE_WORDS = 4


def main_text(tree: HtmlElement, meta: Metadata) -> str:
    """Return the article's text, one paragraph a line, without its title; empty when there is none.

    Blocks are weighed first (`body`); where they leave doubt, trafilatura is asked and the one
    that found more running text is believed. Structured data is taken where it holds the whole
    of an article of which the page shows the beginning. Where it shows nothing, the data is read
    that its scripts would show (`islands`), but for what must be paid for. What goes on beyond
    `LONGEST_TEXT` is cut.

    Args:
        tree: The page; not changed.
        meta: What the page says about its article.

    Source: docs/decisions/0051-main-text.md
    """
    body = find_body(tree)
    lines = [block.text for block in body.blocks]
    if body.share < SURE_SHARE or body.prose < SURE_LETTERS:
        lines = _second_opinion(tree, lines, body.others)
    lines = _from_structure(lines, meta.body)
    lines = _cleaned([*_standfirst(body, lines, meta.description), *lines], meta.title)
    if text := _text_of(lines, FEWEST_LETTERS):
        return text
    hidden = [] if meta.paywalled else lines_in_data(tree, meta.title)
    return _text_of(_cleaned(hidden, meta.title), FEWEST_HIDDEN)


def _text_of(lines: Sequence[str], fewest: int) -> str:
    text = "\n".join(lines)[:LONGEST_TEXT].rstrip()
    return text if len(text) >= fewest and any(map(is_sentence, lines)) else ""


def _second_opinion(tree: HtmlElement, lines: list[str], others: Sequence[Block]) -> list[str]:
    known = {_squeezed(block.text) for block in others}
    own = [line for line in trafilatura_lines(tree) if _squeezed(line) not in known]
    other = _between_sentences(own)
    if likeness(lines, other) >= ALIKE or _running(other) <= _running(lines):
        return lines
    return other


def _between_sentences(lines: Sequence[str]) -> list[str]:
    """Return lines from the first that says something to the last; around them are menus."""
    places = [at for at, line in enumerate(lines) if is_sentence(line)]
    return list(lines[places[0] : places[-1] + 1]) if places else []


def trafilatura_lines(tree: HtmlElement) -> list[str]:
    """Return the paragraphs trafilatura finds."""
    options = Extractor(output_format="python", fast=True, comments=False, tables=False)
    document = bare_extraction(deepcopy(tree), options=options)
    return document.text.splitlines() if isinstance(document, Document) and document.text else []


def _from_structure(lines: list[str], body: str) -> list[str]:
    """Return what structured data holds, where it is the same with more, or with its paragraphs."""
    parted = len(lines) <= 1 and len(body) >= ALIKE * sum(map(len, lines))
    whole = len(body) >= WHOLE_BODY * sum(map(len, lines)) and len(body) >= SURE_LETTERS
    if not body or not (whole or parted):
        return lines
    shown, told = _words(lines), _words([body])
    agree = sum((shown & told).values()) >= ALIKE * sum(shown.values())
    return body.splitlines() if agree else lines


def _standfirst(body: Body, lines: list[str], description: str) -> list[str]:
    """Return the standfirst shown above the text, when it is not in it already.

    It is what the description says, or what the page's own names call so below the title.
    """
    start = _squeezed(description)[:_SAME_START]
    shown = next((text for text in _between(body) if _squeezed(text).startswith(start)), "")
    if len(start) < _SAME_START or not shown:
        shown = next((block.text for block in _below_title(body) if _is_standfirst(block)), "")
    known = {_squeezed(line)[:_SAME_START] for line in lines}
    return [shown] if shown and _squeezed(shown)[:_SAME_START] not in known else []


def _between(body: Body) -> Iterator[str]:
    return (block.text for block in body.before)


def _below_title(body: Body) -> Sequence[Block]:
    titles = [at for at, block in enumerate(body.before) if block.element.tag == "h1"]
    return body.before[titles[-1] + 1 :] if titles else ()


def _is_standfirst(block: Block) -> bool:
    if len(block.text) < FEWEST_LETTERS or block.is_link:
        return False
    around = (block.element, *islice(block.element.iterancestors(), _NAMED_ABOVE))
    return any(_STANDFIRST.search(element.get("class") or "") for element in around)


def _cleaned(lines: Iterable[str], title: str) -> list[str]:
    kept = dropwhile(lambda line: _is_date(line.removeprefix(title)), without_boilerplate(lines))
    heading, longest = _squeezed(title), _SPACED * len(title)
    return [
        line for line in dict.fromkeys(kept) if len(line) > longest or _squeezed(line) != heading
    ]


def _is_date(line: str) -> bool:
    """Tell whether a line says when, and nothing else but a weekday and the like."""
    words = sum(len(word) > _SHORT_WORD for word in _WORD.findall(line) if not word.isdecimal())
    return words <= _DATE_WORDS and len(line) < FEWEST_LETTERS and read_instant(line) is not None


def _running(lines: Iterable[str]) -> int:
    return sum(len(line) for line in lines if len(line) > FEWEST_LETTERS and is_sentence(line))


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """Return the F1 of the words two extractions share, 0..1."""
    here, there = _words(one), _words(other)
    both = sum((here & there).values())
    return 2 * both / max(1, sum(here.values()) + sum(there.values()))


def _words(lines: Iterable[str]) -> Counter[str]:
    return Counter(word for line in lines for word in _WORD.findall(line.lower()))


def _squeezed(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))
