"""In which language a text is written."""

from collections.abc import Sequence
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENOUGH_LETTERS = 1_500  # more text does not change the verdict
UNSURE = 0.5  # below this the feed's or page's claim decides


@lru_cache(maxsize=8)
def identifier(languages: tuple[str, ...] = ()) -> LanguageIdentifier:
    """Return a model that knows these languages only (all it was trained on for none)."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        model.set_languages([language for language in languages if language in model.labels])
    return model


def language_of(text: str, *, allowed: Sequence[str] = (), claimed: str = "") -> str:
    """Return the ISO 639-1 code of the language most of the text is written in.

    Text without a letter is in the claimed language.

    Args:
        text: Title and text together; the beginning decides.
        allowed: The languages to choose from; all when empty. Fewer are told apart better.
        claimed: What the feed or page says; decides only where the text leaves it open.
    """
    if not any(map(str.isalpha, text)):
        return claimed
    language, probability = identifier(tuple(allowed)).classify(text[:ENOUGH_LETTERS])
    return claimed if claimed and probability < UNSURE else str(language)
