"""Whether a text is about a topic: the topic's words near the words that tie them to a place."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.model import TopicId
from crawler.text.places import Mention

NEAR_LETTERS = 160  # about a sentence: within it two words speak of one thing


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a topic made of a text, and the words it went by."""

    relevant: bool
    evidence: tuple[
        tuple[str, str], ...
    ] = ()  # (topic word, what ties it) as they stand in the text


class TopicMatcher:
    """Recognises one topic: any of `terms` near any of `anchors` or near a place.

    A topic without terms takes everything.
    """

    def __init__(self, topic: TopicId, terms: Iterable[str], anchors: Iterable[str]) -> None:
        self.topic = topic
        self._terms = _any_of(terms)
        self._anchors = _any_of(anchors)

    def judge(self, title: str, text: str, places: Sequence[Mention]) -> Judgement:
        """Return whether the text is on topic.

        Args:
            title: The headline.
            text: The body.
            places: The places named in title and text joined by a line end.
        """
        if self._terms is None:
            return Judgement(relevant=True)
        whole = f"{title}\n{text}"
        anchors = sorted([*_spans(self._anchors, whole), *((one.start, one.end) for one in places)])
        pairs = [
            (whole[start:end], whole[near[0] : near[1]])
            for start, end in _spans(self._terms, whole)
            if (near := _nearest(anchors, start, end))
        ]
        return Judgement(bool(pairs), tuple(dict.fromkeys(pairs)))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(alternatives, re.IGNORECASE) if alternatives else None


def _spans(pattern: re.Pattern[str] | None, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)] if pattern else []


def _nearest(anchors: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    at = bisect_left(anchors, (start, end))
    for other in anchors[max(0, at - 1) : at + 2]:
        apart = max(other[0] - end, start - other[1])
        if 0 <= apart <= NEAR_LETTERS:
            return other
    return None
