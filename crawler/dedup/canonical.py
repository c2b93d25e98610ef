"""Which article of a story is shown for all of them.

Source: docs/decisions/0064-canonical.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import log

from crawler.dedup.agencies import source_key
from crawler.dedup.rules import Preference, Rules
from crawler.model import LookAlike, Precision

_UNKNOWN = datetime.max.replace(tzinfo=UTC).timestamp()
_DAY_SECONDS = 86_400
_CLEARLY = {  # by less, two copies would take turns
    Preference.ORIGINAL: 1,
    Preference.EARLIEST: 600,  # seconds: two clocks or publishing systems may differ by minutes
    Preference.FULLEST: log(1.25),
    Preference.TRUSTED: 1,
}


def preference(members: Iterable[LookAlike], rules: Rules) -> list[LookAlike]:
    """Return the members by the rules' preferences, the one to show first; of equals by id."""
    return sorted(members, key=lambda article: (*_rank(article, rules), article.id))


def canonical_of(
    members: Iterable[LookAlike], incumbent: LookAlike | None, rules: Rules
) -> LookAlike:
    """Return the member to show, which is the incumbent unless another is clearly better.

    A few minutes or a few words are not: two copies shall not take turns.
    """
    challenger = preference(members, rules)[0]
    if incumbent is None or _clearly_better(challenger, incumbent, rules):
        return challenger
    return incumbent


def is_original(article: LookAlike) -> bool:
    """Whether the article's own outlet is the agency that its text credits."""
    if not article.credits:
        return False
    names = article.outlet, article.outlet.partition(".")[0], article.outlet_name
    own = set(map(source_key, names)) - {""}
    return any(source_key(credit) in own for credit in article.credits)


def _rank(article: LookAlike, rules: Rules) -> tuple[float, ...]:
    return tuple(_measure(article, preference, rules) for preference in rules.canonical)


def _measure(article: LookAlike, preference: Preference, rules: Rules) -> float:
    """Return how an article stands by one preference; less is better."""
    match preference:
        case Preference.ORIGINAL:
            return not is_original(article)
        case Preference.EARLIEST:
            return _published_at_latest(article)
        case Preference.FULLEST:
            return -log(max(1, article.fingerprint.shingles))
        case Preference.TRUSTED:
            outlets = rules.trusted
            return outlets.index(article.outlet) if article.outlet in outlets else len(outlets)


def _published_at_latest(article: LookAlike) -> float:
    """Return when an article appeared, in seconds since 1970; of a bare day, when that ends."""
    if article.published is None:
        return _UNKNOWN
    to_the_day = article.dating.precision is Precision.DAY
    return article.published.timestamp() + _DAY_SECONDS * to_the_day


def _clearly_better(one: LookAlike, other: LookAlike, rules: Rules) -> bool:
    """Whether the first preference in which the two clearly differ is for `one`."""
    for preference in rules.canonical:
        lead = _measure(other, preference, rules) - _measure(one, preference, rules)
        if abs(lead) >= _CLEARLY[preference]:
            return lead > 0
    return False
