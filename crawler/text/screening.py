"""What cannot belong to a topic, told before much is spent on it.

A topic with concepts takes a text only on evidence: a word for a concept, and nearly always the
topic's country, a neighbour or a place beside it. Both are looked for, the names first: they are a
set of words; the rest is looked for only in lines that hold one, and wherever a border is spoken
of at length.

Source: docs/decisions/0181-screening.md
"""

import re
from collections.abc import Collection, Iterable, Sequence

from crawler.text.countries import Beginnings
from crawler.text.places import PlaceFinder
from crawler.text.relevance import HOMES, TopicMatcher

PROSE_LETTERS = 60  # a shorter line is a link or a label
_WORD = re.compile(r"[^\W\d_]{3,}")


class Screen:
    """Tells of one topic what a text at least must show.

    Args:
        matcher: Recognises the topic.
        finder: Finds places.
        beginnings: How words for the topic's countries begin, in lower case.
        beyond: The same for neighbours whose name tells something.
        commonplace: The same for those that every report names.
        names: Forms of the names of its places, case-folded; single words only.
    """

    def __init__(
        self,
        matcher: TopicMatcher,
        finder: PlaceFinder,
        *,
        beginnings: Iterable[str],
        beyond: Iterable[str],
        commonplace: Iterable[str],
        names: Collection[str],
    ) -> None:
        self._matcher = matcher
        self._finder = finder
        own = tuple(beginnings)
        self._beginnings = Beginnings(own)
        self._beyond = Beginnings(beyond)
        self._common = Beginnings((*own, *commonplace))
        self._names = frozenset(names)

    def lets_entry(self, title: str, summary: str, language: str = "") -> bool:
        """Return whether a page announced by these words may be on topic.

        It may when they name a place of the topic or a neighbour that tells something, or its
        country beside a word for one of its concepts; or where they speak for it at all.
        """
        text = f"{title}\n{summary}"
        if self._cannot_tell(language) or self._named(text, self._beyond):
            return True
        if self._named(text, self._common):
            return self._matcher.has_words(text, language)
        return self._speaks(title, summary, language)

    def lets_page(self, lines: Sequence[str], language: str = "") -> bool:
        """Return whether a page that shows these lines may be on topic.

        Args:
            lines: All that it shows, in order.
            language: ISO 639-1 of most of it; all are tried when it is unknown.
        """
        if self._cannot_tell(language):
            return True
        naming = [line for line in lines if self._named(line, self._beginnings)]
        if not naming:
            return False
        prose = (line for line in lines if len(line) >= PROSE_LETTERS)
        return self._speaks("", "\n".join(naming), language) or any(
            self._matcher.names_a_frontier(line, language) for line in prose
        )

    def is_home(self, country: str) -> bool:
        """Return whether what is published there may mean the topic's country unnamed."""
        return country in self._matcher.countries

    def _cannot_tell(self, language: str) -> bool:
        open_to_all = not self._matcher.has_concepts or not self._beginnings
        return open_to_all or self.is_home(HOMES.get(language, ""))

    def _named(self, text: str, beginnings: Beginnings) -> bool:
        words = {word.casefold() for word in _WORD.findall(text)}
        return not words.isdisjoint(self._names) or beginnings.begin(words)

    def _speaks(self, title: str, text: str, language: str) -> bool:
        places = self._finder.find(f"{title}\n{text}", language)
        return bool(self._matcher.judge(title, text, places, language=language).evidence)
