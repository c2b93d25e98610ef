"""Two articles of a story side by side, and how much of a text a visitor may see."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crawler.dedup.relation import Reason
from crawler.model import ArticleId, OutletId, Redistribution
from crawler.render.document import plain
from crawler.render.excerpt import excerpt
from crawler.serve.page.carriers import Carrier
from crawler.serve.page.difference import Difference, difference
from crawler.serve.page.subject import Subject


@dataclass(frozen=True, slots=True)
class ShownText:
    """What a visitor may see of a text."""

    words: str
    whole: bool  # that is all of it


NOTHING = ShownText("", whole=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two articles side by side."""

    other: Carrier
    reason: Reason | None  # the rule that decides about the two alone; None: one has expired
    passage: str  # the longest that they share, normalised; empty without an operator
    difference: Difference | None  # None when a text may not be shown, or is not kept
    whole: bool  # texts; otherwise their beginnings


async def comparison_of(subject: Subject, other: Carrier) -> Comparison:
    """Return the canonical article of a story beside another of its articles."""
    pair = ArticleId(subject.story.canonical.id), ArticleId(other.id)
    service = subject.frame.service
    account, texts = await asyncio.gather(
        service.account.pair(subject.topic, pair[1], pair[0]), texts_of(subject, pair)
    )
    shown = [texts[one] for one in pair if one in texts]
    whole = all(text.whole for text in shown)
    both = len(shown) == len(pair)
    passage = account.explanation.passage.words if account and both and whole else ()
    return Comparison(
        other=other,
        reason=account.explanation.reason if account else None,
        passage=" ".join(passage),
        difference=await asyncio.to_thread(_beside, shown) if both else None,
        whole=whole,
    )


async def texts_of(
    subject: Subject, articles: Sequence[ArticleId]
) -> Mapping[ArticleId, ShownText]:
    """Return what this visitor may see of the text of each article.

    All of it is for operators, and of outlets that allow it; nothing of those that want links.
    """
    outlets = {ArticleId(one.id): OutletId(one.outlet) for one in subject.story.members}
    texts = await subject.frame.service.stories.texts(subject.topic, articles)
    found: dict[ArticleId, ShownText] = {}
    for article, text in texts.items():
        outlet = subject.outlets.get(outlets.get(article, OutletId("")))
        terms = outlet.redistribute if outlet else Redistribution.EXCERPT
        if subject.frame.visitor.operates or terms is Redistribution.FULL:
            found[article] = ShownText(text, whole=True)
        elif terms is Redistribution.EXCERPT:
            found[article] = _beginning(text)
    return found


def _beginning(text: str) -> ShownText:
    beginning = excerpt(text)
    return ShownText(beginning, whole=beginning == plain(text))


def _beside(shown: Sequence[ShownText]) -> Difference:
    """Return two texts side by side: their beginnings, unless both are whole."""
    if not all(text.whole for text in shown):
        shown = [_cut(text) for text in shown]
    one, other = shown
    return difference(one.words, other.words, one_ends=one.whole, other_ends=other.whole)


def _cut(text: ShownText) -> ShownText:
    beginning = _beginning(text.words)
    return replace(beginning, whole=text.whole and beginning.whole)
