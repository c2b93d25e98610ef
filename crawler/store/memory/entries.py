"""The entries of the frontier's twin: what is to be fetched, was seen, died or was skipped.

All times are whole milliseconds, as in Redis, but for the skips that an operator is shown.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import Entry, EntryClaim, EntryId, Skipped
from crawler.ports import EntryRecord
from crawler.store.bounds import LOSS_WAIT_LONGEST, LOSSES_AT_ONCE, SKIP_DAYS, SKIPPED_KEPT
from crawler.store.memory.work import MemoryWork, Work
from crawler.store.records import host_at, instant, listed_as


@dataclass(slots=True)
class Kept:
    """An entry that waits, is leased or is dead, and how it fared so far."""

    entry: Entry
    attempts: int = 0
    reason: str = ""
    losses: int = 0


class MemoryEntries:
    """Every entry from its first listing to its end, and the marks that it leaves."""

    def __init__(self, work: MemoryWork, losses: int) -> None:
        self._work = work
        self._losses = losses
        self._kept: dict[EntryId, Kept] = {}
        self._dead: dict[EntryId, int] = {}
        self._seen: dict[EntryId, int] = {}
        self._skipped: list[EntryRecord] = []  # newest first
        self._skips: list[tuple[datetime, str]] = []

    def kept(self, entry: EntryId) -> Kept:
        """What is known of an entry that has not come to its end."""
        return self._kept[entry]

    # --- listed ---

    def list_all(self, entries: Sequence[Entry], again: Collection[EntryId], now: int) -> int:
        """Mark entries as seen and queue those to be fetched, in order; count the unseen."""
        fresh = 0
        for behind, entry in zip(range(len(entries) - 1, -1, -1), entries, strict=True):
            seen, known = entry.id in self._seen, entry.id in self._kept
            if not known and (not seen or entry.id in again):
                self._kept[entry.id] = Kept(entry)
                self._work.queue("e", entry.id, host_at(entry.url), now - behind)
                fresh += not seen
            self._seen[entry.id] = now
        return fresh

    def forget_unlisted(self, since: int) -> None:
        """Let go of the seen marks of entries that no feed listed since."""
        self._seen = {entry: at for entry, at in self._seen.items() if at > since}

    # --- tried in vain ---

    def retry(self, work: Work, reason: str, due: int) -> None:
        """Queue an entry once more, with one attempt more."""
        kept = self._kept[EntryId(work.id)]
        kept.attempts, kept.reason, kept.losses = kept.attempts + 1, reason, 0
        self._work.queue("e", work.id, work.host, due)

    def lose(self, work: Work, now: int) -> None:
        """Queue an entry whose lease was lost, or bury it when it was lost too often."""
        entry = EntryId(work.id)
        self._kept[entry].losses += 1
        losses = self._kept[entry].losses
        if losses < self._losses:
            self._work.queue("e", work.id, work.host, now + _wait_after(losses))
        else:
            self.bury(entry, "lost", now)

    # --- dead ---

    def bury(self, entry: EntryId, reason: str, now: int) -> None:
        """Put an entry among the dead letters."""
        self._dead[entry] = now
        self._kept[entry].reason = reason

    def dead_since(self, since: int) -> int:
        """How many died after an instant."""
        return sum(died > since for died in self._dead.values())

    def drop_dead(self, since: int) -> None:
        """Let go of dead letters, but for those that died after an instant."""
        for entry in [entry for entry, died in self._dead.items() if died <= since]:
            del self._dead[entry], self._kept[entry]

    def retry_dead(self, entries: Sequence[EntryId] | None, now: int) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        chosen = set(self._dead) if entries is None else set(entries) & set(self._dead)
        for entry in chosen:
            del self._dead[entry]
            kept = self._kept[entry] = Kept(self._kept[entry].entry)
            self._work.queue("e", entry, host_at(kept.entry.url), now)
        return len(chosen)

    # --- done, skipped, forgotten ---

    def finish(self, entry: EntryId) -> bool:
        """Forget an entry and its work, whoever holds it; False when there is no work."""
        if not self._work.drop("e", entry):
            return False
        del self._kept[entry]
        return True

    def note_skip(self, claim: EntryClaim, skipped: Skipped, now: datetime) -> None:
        """Count a skip and show it to the operator."""
        self._skipped = [listed_as(claim, skipped, now), *self._skipped][:SKIPPED_KEPT]
        self._skips.append((now, skipped.reason))

    def revisit(self, skipped: Sequence[EntryRecord], now: int) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more."""
        queued = 0
        for shown in skipped:
            if shown in self._skipped:
                self._skipped.remove(shown)
            if shown.entry.id not in self._kept:
                self._kept[shown.entry.id] = Kept(shown.entry)
                self._work.queue("e", shown.entry.id, host_at(shown.entry.url), now)
                queued += 1
        return queued

    def holds(self, meant: Callable[[Entry], bool]) -> bool:
        """Tell whether any waiting, leased, dead or listed entry is one that is meant."""
        kept = [one.entry for one in self._kept.values()]
        return any(map(meant, [*kept, *(shown.entry for shown in self._skipped)]))

    def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many."""
        chosen = [id_ for id_, kept in self._kept.items() if gone(kept.entry)]
        for entry in chosen:
            del self._kept[entry]
            self._dead.pop(entry, None)
            self._work.drop("e", entry)
        stays = [shown for shown in self._skipped if not gone(shown.entry)]
        dropped = len(chosen) + len(self._skipped) - len(stays)
        self._skipped = stays
        return dropped

    # --- what an operator sees ---

    def records(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        if state == "skipped":
            return self._skipped[: max(limit, 0)]
        newest = sorted(self._in_state(state), key=lambda found: found[::-1], reverse=True)
        return [self._record(EntryId(name), state, at) for name, at in newest[: max(limit, 0)]]

    def _in_state(self, state: str) -> list[tuple[str, int]]:
        if state == "dead":
            return list(self._dead.items())
        if state == "leased":
            return [(work.id, work.ends) for work in self._work.leased() if work.kind == "e"]
        return [(work.id, work.due) for work in self._work.queued("e")]

    def _record(self, entry: EntryId, state: str, at: int) -> EntryRecord:
        kept = self._kept[entry]
        return EntryRecord(kept.entry, state, kept.attempts, kept.reason, instant(at))

    def skips(self, now: datetime) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        first = now.date() - timedelta(days=SKIP_DAYS - 1)
        return dict(sorted(Counter(why for at, why in self._skips if at.date() >= first).items()))


def _wait_after(losses: int) -> int:
    """Return how long an entry waits that was lost so often."""
    if losses <= LOSSES_AT_ONCE:
        return 0
    return min(1000 << (losses - LOSSES_AT_ONCE - 1), LOSS_WAIT_LONGEST)
