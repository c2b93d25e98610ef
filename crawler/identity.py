"""One address for one article, whichever of its addresses led to it."""

from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from crawler.errors import SourceError
from crawler.fetch.urls import canonical_address

_SITE_PREFIXES = ("www.", "m.", "amp.", "mobile.")
_COPY_SEGMENTS = frozenset({"amp", "print", "amp.html", "full", "all"})


def article_address(url: str, claimed: str) -> str:
    """Return the one address of an article: the page's claim where it is plausible.

    A claim counts when it stays on the site and does not point to a page above this one
    (misconfigured sites name their homepage or section as canonical of every article).
    """
    own = canonical_address(url)
    try:
        other = canonical_address(urljoin(url, claimed)) if claimed else own
    except (SourceError, ValueError):
        return own
    return other if _plausible(own, other) else own


def _plausible(own: str, other: str) -> bool:
    here, there = urlsplit(own), urlsplit(other)
    if _site(here.netloc) != _site(there.netloc):
        return False
    path, claimed = _segments(here.path), _segments(there.path)
    above = len(claimed) < len(path) and path[: len(claimed)] == claimed
    return bool(claimed or there.query) and not above


def _site(host: str) -> str:
    for prefix in _SITE_PREFIXES:
        host = host.removeprefix(prefix)
    return host


def _segments(path: str) -> Sequence[str]:
    return [part for part in path.split("/") if part and part.lower() not in _COPY_SEGMENTS]
