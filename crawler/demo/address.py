"""Addresses as publishers make them: Latin words of the headline, joined by hyphens."""

import re
from unicodedata import combining, normalize

_LETTERS = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
        "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
        "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
        "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "", "ы": "y", "э": "e", "ю": "iu",
        "я": "ia", "ё": "e", "ł": "l", "’": "", "ʼ": "", "'": "",
    }
)  # fmt: skip
_GAP = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


def slug(headline: str) -> str:
    """Return the headline as the last part of an address, at most 60 letters."""
    latin = headline.casefold().translate(_LETTERS)
    bare = "".join(letter for letter in normalize("NFKD", latin) if not combining(letter))
    words = _GAP.sub("-", bare).strip("-")
    return words if len(words) <= _LONGEST else words[:_LONGEST].rpartition("-")[0]
