"""Which of the titles a page gives is its article's, without the name of the site.

Outlets give one article up to five: the headline of structured data, a social title for each
of two networks, the heading on the page, the title of the document.

Source: docs/decisions/0052-titles.md
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from unicodedata import normalize
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.blocks import blocks_of

_JOINER = re.compile(r"\s+(?:[|–—·•»/-]|::)\s+|\s*[|｜]\s*|：")
_KICKER = re.compile(rf"(?:{_JOINER.pattern})|:\s+")
LONGEST_TITLE = 500  # letters, as in feeds; what goes on is no title
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SHORTEST_TITLE = 15  # letters; a shorter heading is a section's name
_LONGEST_SITE = 3  # words
_SHORTEST_NAME = 3  # letters; a shorter one is part of many words


@dataclass(frozen=True, slots=True)
class Titles:
    """What each place of a page calls the article; empty where it says nothing."""

    heading: str = ""
    headline: str = ""
    social: str = ""
    network: str = ""  # what another network is told
    document: str = ""


def headings(tree: HtmlElement) -> list[str]:
    """Return the page's first-level headings, in order, without the logo that leads home."""
    return [titled(one.text_content()) for one in tree.iter("h1") if not _leads_home(one)]


def _leads_home(heading: HtmlElement) -> bool:
    links = (*heading.iter("a"), *heading.iterancestors("a"))
    return any(
        urlsplit(link.get("href") or "-").path in {"", "/"}
        and clean(link.text_content()) == clean(heading.text_content())
        for link in links
    )


def own_heading(tree: HtmlElement, *told: str) -> str:
    """Return the heading of the page's article; empty when there is none.

    Pages head other articles, boxes and their own logo alike, and some have no heading at all.
    So it is the first-level heading that another title confirms, else any other line that is
    confirmed, else the longest first-level heading.
    """
    found = headings(tree)
    known = " ".join(map(letters, told))
    confirmed = [one for one in found if len(one) >= _SHORTEST_TITLE and letters(one) in known]
    return max(confirmed or _confirmed_lines(tree, told) or found, key=len, default="")


def _confirmed_lines(tree: HtmlElement, told: Iterable[str]) -> list[str]:
    wanted = {letters(piece) for title in told for piece in _pieces(title)}
    return [block.text for block in blocks_of(tree) if letters(block.text) in wanted]


def _pieces(title: str) -> Iterator[str]:
    """Yield a title, and what remains of it without what stands around it, if that is most."""
    yield from filter(None, [title])
    for joiner in _KICKER.finditer(title):
        for piece in (title[: joiner.start()], title[joiner.end() :]):
            if len(piece) >= max(_SHORTEST_TITLE, len(title) / 2):
                yield piece


def title_of(told: Titles, *, site: str = "", host: str = "") -> str:
    """Return the article's title.

    The headline of the structured data comes first. Where it is the heading as well, a social
    title that two networks are told alike is the one the outlet passes on, unless it was made
    for search: then the document's title has it too, or it bears the name of the site. Of two
    spellings the social one is the cleaner: headings join their parts, headlines escape them.

    Args:
        told: The page's titles.
        site: What the page calls its site.
        host: Where it stands; sites are called by their hosts.
    """
    names = (site, max(host.split("."), key=len))
    plain = Titles(
        heading=told.heading,
        headline=without_site(told.headline, *names),
        social=without_site(told.social, *names),
        network=without_site(told.network, *names),
        document=without_site(told.document, *names),
    )
    chosen = _chosen(told, plain)
    title = _as_shown(chosen, plain) or plain.heading or plain.document
    return plain.social if _same(title, plain.social) else title


def _chosen(told: Titles, plain: Titles) -> str:
    if not plain.headline:
        return plain.social or plain.network
    if _same(plain.headline, plain.heading) and _is_passed_on(told, plain):
        return plain.social
    kicked = _same(plain.heading, plain.social) and plain.social.endswith(plain.headline)
    return plain.social if kicked else plain.headline


def _is_passed_on(told: Titles, plain: Titles) -> bool:
    searched = told.social != plain.social or _same(plain.document, plain.social)
    return not searched and _same(told.social, told.network)


def _as_shown(chosen: str, plain: Titles) -> str:
    """Return the title without what stands around it where the page shows it bare.

    What stands behind is the name of a site or section; a kicker in front belongs to the title
    when another place tells it too.
    """
    places = (plain.headline, plain.social, plain.network, plain.heading)
    has_kicker = sum(_same(chosen, place) for place in places) > 1
    for shown in (plain.heading, plain.headline, plain.social):
        if len(shown) < _SHORTEST_TITLE or not chosen:
            continue
        if _is_before(shown, chosen) or (not has_kicker and _is_behind(shown, chosen)):
            return shown
    return chosen


def _is_before(shown: str, chosen: str) -> bool:
    return chosen.startswith(shown) and bool(_JOINER.match(chosen[len(shown) :]))


def _is_behind(shown: str, chosen: str) -> bool:
    return letters(shown) in map(letters, _KICKER.split(chosen)[1:])


def _same(one: str, other: str) -> bool:
    return bool(one) and letters(one) == letters(other)


def letters(text: str) -> str:
    """Return what two spellings of one title share: letters and digits, in one case."""
    return "".join(filter(str.isalnum, text.casefold()))


def titled(text: str) -> str:
    """Return what may be a title: one clean line, cut where no title goes on."""
    return clean(text)[:LONGEST_TITLE].rstrip()


def clean(text: str) -> str:
    """Return one line of text that every encoding can carry.

    Entities are resolved, also escaped ones; controls go, white space is collapsed.
    """
    return " ".join(_UNPRINTABLE.sub(" ", unescape(unescape(text))).split())


def without_site(title: str, *names: str) -> str:
    """Return a title without the names of its site behind it, however many stand there."""
    *_, last = [None, *_JOINER.finditer(title)]
    if last is None:
        return title
    rest, tail = title[: last.start()].rstrip(), title[last.end() :]
    section = "|" in last[0] and len(tail.split()) <= _LONGEST_SITE and len(rest) >= _SHORTEST_TITLE
    if not section and not (rest and any(_is_name(tail, name) for name in names)):
        return title
    return without_site(rest, *names)


def _is_name(tail: str, name: str) -> bool:
    one, other = _unaccented(tail), _unaccented(name)
    if min(len(one), len(other)) < _SHORTEST_NAME:
        return one == other
    return one in other or other in one


def _unaccented(text: str) -> str:
    """Return the letters as they stand in a host's name."""
    return letters("".join(filter(str.isascii, normalize("NFKD", text)))) or letters(text)
