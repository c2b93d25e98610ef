"""In which language a text is written."""

import re
from collections.abc import Collection
from copy import copy
from functools import cache, lru_cache
from string import ascii_lowercase

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENOUGH_LETTERS = 800  # more text does not change the verdict
ISO_639_1_LETTERS = 2
UNSURE = 0.5  # below this the feed's or page's claim decides
EAST_SLAVIC = frozenset({"uk", "ru", "be"})
_QUOTED = re.compile(r"«[^»]*»|„[^“”]*[“”]|“[^”]*”|\"[^\"\n]*\"")
_ENOUGH_UNQUOTED = 15  # letters; less than that, and what is quoted tells too
_OTHER_CYRILLIC = frozenset("јљњђћџѓќѕәғқңөұүһҳҷӣӯ")  # Serbian, Macedonian, Kazakh, Tajik ...


@lru_cache(maxsize=8)
def identifier(languages: tuple[str, ...] = ()) -> LanguageIdentifier:
    """Return a model that knows these languages only (all of ISO 639-1 it can tell for none).

    It was trained on others too, whose codes have three letters: dialects of Arabic, Cantonese.
    """
    model = copy(_whole_model())
    known = [label for label in model.labels if len(label) == ISO_639_1_LETTERS]
    model.set_languages([one for one in known if one in languages] if languages else known)
    return model


@cache
def _whole_model() -> LanguageIdentifier:
    """Return what every model shares: a second of CPU and 80 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, *, allowed: Collection[str] = (), claimed: str = "") -> str:
    """Return the ISO 639-1 code of the language most of the text is written in.

    Ukrainian, Russian and Belarusian are told by the letters only one of them has, which a
    short headline shows more surely than any statistic. What a text quotes is not counted.
    Text without a letter is in the claimed language.

    Args:
        text: Title and text together; the beginning decides.
        allowed: The languages to choose from; all when empty. Fewer are told apart better.
        claimed: What the feed or page says; decides where the text leaves it open, and names one
            that is not allowed where the text bears it out.
    """
    text = _unquoted(text[:ENOUGH_LETTERS])
    if not any(map(str.isalpha, text)):
        return claimed
    choice = tuple(sorted(set(allowed)))
    if claimed and choice and claimed not in choice and identifier().classify(text)[0] == claimed:
        return claimed
    if (not choice or set(choice) >= EAST_SLAVIC) and (told := _east_slavic(text.lower())):
        return told
    language, probability = identifier(choice).classify(text)
    return claimed if claimed and probability < UNSURE else str(language)


def _unquoted(text: str) -> str:
    """Return what a text says in its own words, unless that is next to nothing."""
    own = _QUOTED.sub(" ", text)
    if own == text or _letters(own) < _ENOUGH_UNQUOTED:
        return text
    return own


def _east_slavic(text: str) -> str:
    """Return the East Slavic language the letters tell, or nothing where they tell none."""
    if not _OTHER_CYRILLIC.isdisjoint(text):
        return ""
    if 3 * _count(text, ascii_lowercase) > 2 * _letters(text):
        return ""  # two thirds of it are Latin
    ukrainian = _count(text, "їєґ") + (_count(text, "і") if "и" in text else 0)
    russian = _count(text, "ыэё") if "и" in text else 0
    belarusian = 3 * _count(text, "ў") + (_count(text, "іы") if "и" not in text else 0)
    told = {"uk": ukrainian, "ru": russian, "be": belarusian if _belarusian(text) else 0}
    best = max(told, key=lambda code: told[code])
    return best if told[best] else ""


def _belarusian(text: str) -> bool:
    return "ў" in text or ("і" in text and "ы" in text and "и" not in text)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _count(text: str, letters: str) -> int:
    return sum(map(text.count, letters))
