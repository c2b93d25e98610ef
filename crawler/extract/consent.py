"""Pages that stand where an article was promised: consent walls, challenges, dead ends, lists."""

import re

from lxml.html import HtmlElement

from crawler.extract import phrases
from crawler.extract.blocks import blocks_of
from crawler.extract.phrases import any_of
from crawler.extract.titles import clean
from crawler.model import SkipReason

_CHALLENGE = any_of(phrases.CHALLENGE)
_CONSENT = any_of(phrases.CONSENT)
_GONE = any_of(phrases.GONE)
_PAYWALL = any_of(phrases.PAYWALL)
_CHALLENGE_MARKS = (
    "cf-challenge",
    "challenge-platform",
    "cf_chl",
    "_incapsula_",
    "px-captcha",
    "captcha-delivery",
    "ddos-guard",
    "turnstile",
    "hcaptcha",
    "g-recaptcha",
)
SHORT_TEXT = 600  # letters; a wall's own words are fewer, a report's are more
SMALL_PAGE = 1_800  # letters shown in all; a wall has nothing around it
MOST_SHOWN = 20_000
WHOLE_TITLE = 0.6  # of a title's letters, for it to say nothing else
LARGEST_LINKED_SHARE = 0.6  # of letters inside links, above which nothing else is there
LARGEST_TITLED_SHARE = 0.3  # of lines that are another page's title; an article has one or two
FEWEST_LINKS = 25
FEWEST_TITLES = 10  # a read-also box has fewer
SHORTEST_TITLE = 15  # letters; shorter links stand inside sentences


def stand_in(
    tree: HtmlElement, title: str, text: str, *, paywalled: bool = False
) -> tuple[SkipReason, str] | None:
    """Return what a page is instead of an article and the words that show it, or None.

    A long text is an article whatever stands around it: reports about cookies, captchas and
    error 404 exist, and every page of Europe carries a consent banner. Only a text made of
    other pages' titles is none, nor one whose title says that nothing is here.

    Args:
        tree: The page.
        title: Its title as read.
        text: Its text as read.
        paywalled: Whether structured data says that one must pay for the whole.
    """
    if found := _gone_by_title(title) or _text_of_links(tree, text):
        return found
    if len(text) > SHORT_TEXT:
        return None
    shown = " ".join(block.text for block in blocks_of(tree))[:MOST_SHOWN]
    return (
        _challenge(tree, title, text)
        or _matched(_GONE, SkipReason.SOFT_404, title, text or shown)
        or _matched(_PAYWALL, SkipReason.PAYWALL, text, shown)
        or ((SkipReason.PAYWALL, "isAccessibleForFree") if paywalled else None)
        or _consent(text, shown)
        or _link_list(tree, text, shown)
    )


def _gone_by_title(title: str) -> tuple[SkipReason, str] | None:
    match = _GONE.search(title)
    if match and len(match[0]) >= WHOLE_TITLE * len(title):
        return SkipReason.SOFT_404, match[0]
    return None


def _consent(text: str, shown: str) -> tuple[SkipReason, str] | None:
    """Judge by the text itself; by the page only where it is a small one, or has no text."""
    if text and len(shown) > SMALL_PAGE:
        return None
    return _matched(_CONSENT, SkipReason.CONSENT_WALL, text or shown)


def _challenge(tree: HtmlElement, title: str, text: str) -> tuple[SkipReason, str] | None:
    if words := _matched(_CHALLENGE, SkipReason.BOT_CHALLENGE, title, text):
        return words
    if text:
        return None
    elements = tree.iter("script", "div", "form", "iframe")
    marks = " ".join(
        element.get(name) or "" for element in elements for name in ("src", "id", "class", "action")
    )
    found = next((mark for mark in _CHALLENGE_MARKS if mark in marks), "")
    return (SkipReason.BOT_CHALLENGE, found) if found else None


def _matched(
    pattern: re.Pattern[str], reason: SkipReason, *where: str
) -> tuple[SkipReason, str] | None:
    match = next(filter(None, map(pattern.search, where)), None)
    return (reason, match[0]) if match else None


def _text_of_links(tree: HtmlElement, text: str) -> tuple[SkipReason, str] | None:
    """Recognise a text that is other pages' titles, with or without a blurb below each."""
    links = {clean(link.text_content()) for link in tree.iter("a")}
    titles = {link for link in links if len(link) >= SHORTEST_TITLE}
    lines = text.splitlines()
    linked = [line for line in lines if line.removeprefix("- ") in titles]
    within = [title for title in titles if title in text]
    mostly = sum(map(len, within)) > LARGEST_LINKED_SHARE * len(text)
    if len(within) >= FEWEST_TITLES and (mostly or len(linked) > LARGEST_TITLED_SHARE * len(lines)):
        return SkipReason.LINK_LIST, f"{len(within)} links"
    return None


def _link_list(tree: HtmlElement, text: str, shown: str) -> tuple[SkipReason, str] | None:
    """Recognise a page that holds little but links, or teasers and no text of its own."""
    links = [len(clean(link.text_content())) for link in tree.iter("a")]
    linked = len(links) >= FEWEST_LINKS and sum(links) > LARGEST_LINKED_SHARE * len(shown)
    teasers = sum(length >= SHORTEST_TITLE for length in links) >= FEWEST_TITLES
    if (linked and len(text) < SHORT_TEXT / 2) or (teasers and not text):
        return SkipReason.LINK_LIST, f"{len(links)} links"
    return None
