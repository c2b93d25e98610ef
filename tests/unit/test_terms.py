"""Does trying terms by their first letters find what trying all of them would?"""

import csv
import re
from pathlib import Path

import pytest

from crawler.catalog.topics import patterns_of, topic
from crawler.text.terms import TermFinder

HEADLINES = Path(__file__).parent.parent / "golden" / "relevance" / "headlines.csv"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\bborders?\b", "the borders of", ["borders"]),
        (r"\b(при|поза)?прикордон\w*", "на прикордонні", ["прикордонні"]),
        (r"\bруб(іж|еж)\w*", "три рубежі", ["рубежі"]),
        (r"\bкпп\b|\bпункт\w* пропуску\b", "на кпп і пункті пропуску", ["кпп", "пункті пропуску"]),
        (r"\w*határ(on|nál)\b", "az országhatáron", ["országhatáron"]),
        (r"\bcross-?border\b", "crossborder and cross-border", ["crossborder", "cross-border"]),
        (r"\bch?op\b", "cop and chop", ["cop", "chop"]),
        (r"\b[Ss]ienos\b", "prie sienos", ["sienos"]),
    ],
)
def test_terms_of_every_shape_are_found(pattern, text, found):
    finder = TermFinder([(0, pattern)])
    assert [text[start:end] for _, start, end in finder.find(text)] == found


def test_a_term_says_what_it_stands_for_and_none_stands_inside_another():
    finder = TermFinder([(1, r"\bborder crossings?\b"), (0, r"\bborder\b"), (0, r"\bcrossings?\b")])
    assert finder.find("a border crossing, a border") == [(1, 2, 17), (0, 21, 27)]


def test_the_shipped_terms_are_found_as_by_one_great_alternation():
    wanted = topic("ukraine-border")
    with HEADLINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for language in ("en", "uk", "ru", "be", "pl", "ro", "hu", "sk", "lt", "de"):
        patterns = [
            pattern
            for name, use in wanted.concepts.items()
            for pattern in patterns_of(name, use)[language]
        ]
        whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
        finder = TermFinder((0, pattern) for pattern in patterns)
        for row in rows:
            text = f"{row['headline']} {row['lead']}".lower()
            if row["language"] == language:
                assert bool(finder.find(text)) == bool(whole.search(text)), text
