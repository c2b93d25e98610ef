"""Which article of a story is shown for all of them.

Source: docs/decisions/0064-canonical.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from crawler.model import LookAlike

_UNKNOWN = datetime.max.replace(tzinfo=UTC)
_A_LEAD = timedelta(minutes=10)  # by less, two clocks or two publishing systems may differ


def best(members: Iterable[LookAlike]) -> LookAlike:
    """Return the member to show: the original agency text, else the earliest, else the fullest."""
    return min(members, key=_rank)


def canonical_of(members: Iterable[LookAlike], incumbent: LookAlike | None) -> LookAlike:
    """Return the member to show, which is the incumbent unless another is clearly before it.

    That is: the original where the incumbent is a copy, or published ten minutes earlier; so
    two copies do not take turns.
    """
    challenger = best(members)
    if incumbent is None or _clearly_before(challenger, incumbent):
        return challenger
    return incumbent


def is_original(article: LookAlike) -> bool:
    """Whether the article's own outlet is the agency that its text credits."""
    own = {article.outlet.casefold(), article.outlet_name.casefold()}
    return any(credit.casefold() in own for credit in article.credits)


def _rank(article: LookAlike) -> tuple[bool, datetime, int, str]:
    return (
        not is_original(article),
        article.published or _UNKNOWN,
        -article.fingerprint.shingles,
        article.id,
    )


def _clearly_before(one: LookAlike, other: LookAlike) -> bool:
    if is_original(one) != is_original(other):
        return is_original(one)
    return (other.published or _UNKNOWN) - (one.published or _UNKNOWN) >= _A_LEAD
