"""Words that a short text spells with a capital letter: names, mostly.

Source: docs/decisions/0207-forms-filled-anew.md
"""

import re

from crawler.text.normalise import words

_IN_MID_SENTENCE = re.compile(r"(?<=[\w,;)–—-] )[«„“(\"']?([^\W\d_][\w'’ʼ-]*)")
_ABBREVIATION = range(2, 5)  # letters
_MOST = 0.5  # of the words in mid-sentence; a text with more capitals has another use for them


def names_of(text: str) -> frozenset[str]:
    """Return the normalised words that stand in mid-sentence with a capital letter.

    None where capitals are the rule, as in headlines and shouting; no abbreviation, which is
    rarely what a report is about.
    """
    found = _IN_MID_SENTENCE.findall(text)
    capital = [word for word in found if word[0].isupper()]
    if len(capital) > _MOST * len(found):
        return frozenset()
    names = [word for word in capital if not (word.isupper() and len(word) in _ABBREVIATION)]
    return frozenset(part for word in names for part in words(word))
