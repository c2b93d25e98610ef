"""The article's own text out of a page's tree."""

import re
from copy import deepcopy

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from crawler.extract.boilerplate import without_boilerplate

FEWEST_LETTERS = 60  # a shorter text is a caption or a button
_TITLE_LINES = 3  # where a repeated title or a date line may stand


def main_text(tree: HtmlElement, title: str) -> str:
    """Return the article's text, one paragraph a line, without its title; empty when there is none.

    Args:
        tree: The page; not changed.
        title: The article's title as already read, to leave out of the text.
    """
    options = Extractor(output_format="python", fast=True, comments=False, tables=False)
    document = bare_extraction(deepcopy(tree), options=options)
    text = document.text if isinstance(document, Document) and document.text else ""
    lines = _without_title(without_boilerplate(text.splitlines()), title)
    text = "\n".join(lines)
    return text if len(text) >= FEWEST_LETTERS else ""


def _without_title(lines: list[str], title: str) -> list[str]:
    head = [line for line in lines[:_TITLE_LINES] if not same_words(line, title)]
    return head + lines[_TITLE_LINES:]


def same_words(one: str, other: str) -> bool:
    """Return whether two lines say the same but for case and punctuation."""
    return re.findall(r"\w+", one.lower()) == re.findall(r"\w+", other.lower())
