"""Which words are numbers or dates: what alone may differ between two bulletins of one kind."""

from collections.abc import Iterable

from crawler.dedup.number_words import MONTHS_DAYS_AND_LARGER_NUMBERS
from crawler.dedup.spelling import plain

_NUMBERS = frozenset(plain(" ".join(MONTHS_DAYS_AND_LARGER_NUMBERS.values()).split()))


def which_are_numbers(words: Iterable[str]) -> list[bool]:
    """Return for each word, plainly spelled, whether it is a number, a month or a weekday."""
    return [
        word in _NUMBERS or (not word.isalpha() and any(map(str.isdigit, word))) for word in words
    ]
