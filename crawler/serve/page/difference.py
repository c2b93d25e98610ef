"""Two texts side by side: which words both have, and which only one of them.

Words are compared as dedup compares them (crawler.text.normalise), so that an apostrophe or a
soft hyphen is no difference; they are shown as they stand.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from crawler.text.normalise import words

MOST_WORDS = 1_200  # of each text; comparing takes their product in the worst case
_TOKEN = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words that are alike in standing in both texts, or in one."""

    text: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Both texts as runs of words."""

    one: Sequence[Run]
    other: Sequence[Run]
    cut: bool  # longer than what is compared

    @property
    def same(self) -> bool:
        """Whether no word differs."""
        return all(run.shared for run in (*self.one, *self.other))


def difference(
    one: str, other: str, *, one_ends: bool = True, other_ends: bool = True
) -> Difference:
    """Return what two texts share and what not, of their first `MOST_WORDS` words.

    A text that goes on where it is cut, as told by `one_ends` and `other_ends`, may go on as the
    other does: what that one has beyond there is no difference.
    """
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    left_cut, right_cut = len(left) > MOST_WORDS, len(right) > MOST_WORDS
    left, right = left[:MOST_WORDS], right[:MOST_WORDS]
    steps = SequenceMatcher(None, _keys(left), _keys(right)).get_opcodes()
    unknown = {"insert": left_cut or not one_ends, "delete": right_cut or not other_ends}
    if steps and unknown.get(steps[-1][0]):
        steps[-1] = ("equal", *steps[-1][1:])
    return Difference(
        one=list(_runs(left, ((tag, a, b) for tag, a, b, _, _ in steps))),
        other=list(_runs(right, ((tag, a, b) for tag, _, _, a, b in steps))),
        cut=left_cut or right_cut,
    )


def _keys(tokens: Sequence[str]) -> list[str]:
    """Return what is compared of each token; of one without a word, such as a dash, nothing."""
    return [" ".join(words(token)) for token in tokens]


def _runs(tokens: Sequence[str], steps: Iterator[tuple[str, int, int]]) -> Iterator[Run]:
    for tag, start, end in steps:
        if text := "".join(tokens[start:end]):
            yield Run(text, tag == "equal" or not words(text))
