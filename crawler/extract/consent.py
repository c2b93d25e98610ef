"""Pages that stand where an article was promised: consent walls, challenges, dead ends, lists."""

import re

from lxml.html import HtmlElement

from crawler.extract import phrases
from crawler.extract.metadata import clean
from crawler.extract.phrases import any_of
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
LONGEST_LIST_SHARE = 0.6  # of a page's letters inside links, above which nothing else is there
FEWEST_LIST_LINKS = 25
FEWEST_LIST_TITLES = 10  # a read-also box has fewer
SHORTEST_TITLE = 15  # letters; shorter links stand inside sentences


def stand_in(tree: HtmlElement, title: str, text: str) -> tuple[SkipReason, str] | None:
    """Return what a page is instead of an article and the words that show it, or None.

    A long text is an article whatever stands around it: reports about cookies, captchas and
    error 404 exist, and every page of Europe carries a consent banner. Only a text made
    of other pages' titles is none.
    """
    if len(text) > SHORT_TEXT:
        return _text_of_links(tree, text)
    shown = clean(tree.text_content())[:20_000]
    return (
        _challenge(tree, title, text)
        or _matched(_GONE, SkipReason.SOFT_404, title, text[:SHORT_TEXT])
        or _matched(_PAYWALL, SkipReason.PAYWALL, text, shown)
        or (
            _matched(_CONSENT, SkipReason.CONSENT_WALL, text or shown)
            if len(shown) < 3 * SHORT_TEXT or not text
            else None
        )
        or _link_list(tree, text)
    )


def _challenge(tree: HtmlElement, title: str, text: str) -> tuple[SkipReason, str] | None:
    if words := _matched(_CHALLENGE, SkipReason.BOT_CHALLENGE, title, text):
        return words
    if text:
        return None
    for element in tree.iter("script", "div", "form", "iframe"):
        marks = " ".join(
            filter(
                None,
                (
                    element.get("src"),
                    element.get("id"),
                    element.get("class"),
                    element.get("action"),
                ),
            )
        )
        if found := next((mark for mark in _CHALLENGE_MARKS if mark in marks), ""):
            return SkipReason.BOT_CHALLENGE, found
    return None


def _matched(
    pattern: re.Pattern[str], reason: SkipReason, *where: str
) -> tuple[SkipReason, str] | None:
    match = next(filter(None, map(pattern.search, where)), None)
    return (reason, match[0]) if match else None


def _text_of_links(tree: HtmlElement, text: str) -> tuple[SkipReason, str] | None:
    links = {clean(link.text_content()) for link in tree.iter("a")}
    words = clean(text)
    titles = [link for link in links if len(link) >= SHORTEST_TITLE and link in words]
    letters = sum(map(len, titles))
    if len(titles) >= FEWEST_LIST_TITLES and letters > LONGEST_LIST_SHARE * len(words):
        return SkipReason.LINK_LIST, f"{len(titles)} links"
    return None


def _link_list(tree: HtmlElement, text: str) -> tuple[SkipReason, str] | None:
    links = [len(clean(link.text_content())) for link in tree.iter("a")]
    shown = len(clean(tree.text_content()))
    if (
        len(links) >= FEWEST_LIST_LINKS
        and sum(links) > LONGEST_LIST_SHARE * shown
        and len(text) < SHORT_TEXT / 2
    ):
        return SkipReason.LINK_LIST, f"{len(links)} links"
    return None
