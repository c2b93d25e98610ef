"""What happened, counted under path-like names (docs/reference/counters.md)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from crawler.model import Answer


class Tally:
    """Counts of one run; adapters and use cases add, commands show.

    Names are `<what>/<how>`: `poll/modified`, `page/fetched`, `skip/off-topic`, `place/joined`,
    `retry/http-503`, `dead/deadline`, `error/store`.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def count(self, name: str, by: int = 1) -> None:
        """Add `by` to a name."""
        self._counts[name] += by

    def __getitem__(self, name: str) -> int:
        """Return one count; 0 for a name never met."""
        return self._counts[name]

    def of(self, what: str) -> Mapping[str, int]:
        """Return the counts below `what/`, most frequent first, by what follows the slash."""
        prefix = f"{what}/"
        found = [
            (n.removeprefix(prefix), c) for n, c in self._counts.items() if n.startswith(prefix)
        ]
        return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def total(self, what: str) -> int:
        """Return the sum of the counts below `what/`."""
        return sum(self.of(what).values())

    def everything(self) -> Mapping[str, int]:
        """Return every count by full name, in alphabetical order."""
        return dict(sorted(self._counts.items()))


class Answers:
    """What hosts answered since it was last written into the ledger.

    Every answer of every kind is noted here, robots files and redirects too; the next step of the
    frontier takes them along. A crash loses those of requests that were under way.
    """

    def __init__(self) -> None:
        self._noted: list[Answer] = []

    def note(self, answer: Answer) -> None:
        """Remember one answer."""
        self._noted.append(answer)

    @contextmanager
    def taken(self) -> Iterator[Sequence[Answer]]:
        """Hand over what was noted; it is kept when the block fails."""
        noted, self._noted = self._noted, []
        try:
            yield noted
        except BaseException:
            self._noted = noted + self._noted
            raise
