"""When an article appeared, by what its page and its feed say of it.

Source: docs/decisions/0182-time-and-its-source.md
"""

from datetime import datetime, timedelta

from crawler.extract.dates import Instant
from crawler.model import DateSource, Dating, Precision

SAME = timedelta(minutes=1)  # feeds and pages round
_A_DAY = timedelta(days=1)


def publication(
    page: Instant | None, feed: datetime | None, fetched: datetime
) -> tuple[datetime | None, Dating]:
    """Return when the article appeared, never in the future, and how well that is known.

    The page's word counts, and the feed's where the page has none. A page that gives only the
    day is refined by a feed that agrees with it about the day. What lies after the fetch is a
    clock that runs ahead, an hour of another zone or an embargo: a feed that does not is
    believed instead, else it is the time of the fetch, and marked.

    Args:
        page: What the page says.
        feed: What the feed says.
        fetched: When the page came.
    """
    chosen = _chosen(page, feed, fetched)
    if chosen is None:
        return None, Dating()
    other = page.at if chosen.source is DateSource.FEED and page else feed
    return min(chosen.at, fetched), Dating(
        precision=chosen.precision,
        source=chosen.source,
        clamped=_is_ahead(chosen, fetched),
        other=other if other and abs(other - chosen.at) > SAME else None,
    )


def _chosen(page: Instant | None, feed: datetime | None, fetched: datetime) -> Instant | None:
    if feed is None:
        return page
    told = Instant(feed, _precision(feed), DateSource.FEED)
    if page is None or page.at > fetched >= feed:
        return told
    refined = page.precision is Precision.DAY and abs(feed - page.at) <= 2 * _A_DAY
    return told if refined else page


def _is_ahead(told: Instant, fetched: datetime) -> bool:
    """Tell whether a time lies after the fetch; a bare day may have begun elsewhere."""
    return told.at > fetched + (_A_DAY if told.precision is Precision.DAY else timedelta(0))


def _precision(at: datetime) -> Precision:
    """Return how finely a feed tells: many fill in seconds that they do not know."""
    return Precision.SECOND if at.second else Precision.MINUTE
