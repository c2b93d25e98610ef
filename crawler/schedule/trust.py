"""Whether a feed's validators tell the truth, and when it is asked as if there were none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.model import Entry, FeedState, Validators, id_of
from crawler.schedule.health import missing_news

DAY = timedelta(days=1)
LONGEST_UNREAD = timedelta(days=30)
PENANCE = 7  # plain looks, one a day, after each 304 that hid news
MOST_PENANCE = 28
MISSED_TO_DOUBT = 5  # entries that should have come while only 304 was answered
MARK_BYTES = 4
LISTED_MOST = 1_000  # entries remembered of one listing


def asks_plainly(state: FeedState, *, seen_window: timedelta) -> bool:
    """Tell whether the coming poll leaves its validators at home.

    Once, when a feed that used to bring news answers nothing but 304 (a server that says so
    whatever happens looks just like that); daily, for a while, when it was caught; and before the
    entries it once listed are forgotten, for a 304 lists nothing.

    Decided at the instant the poll falls due, so that who asks and who judges agree.
    """
    if state.last_listed is None or state.next_poll is None:
        return False
    unread = state.next_poll - state.last_listed
    if unread >= min(seen_window / 2, LONGEST_UNREAD):
        return True
    if unread < DAY:
        return False
    unchecked = state.last_news == state.last_listed
    return state.lies > 0 or (unchecked and missing_news(state, state.next_poll) >= MISSED_TO_DOUBT)


def marks_of(entries: Sequence[Entry], before: bytes = b"") -> bytes:
    """Return four bytes for each entry, then those there were: what a feed lists, to know it by."""
    return (b"".join(map(_mark, entries)) + before)[: MARK_BYTES * LISTED_MOST]


def unlisted(state: FeedState, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that this feed did not list when it was last read."""
    marks = state.listed
    known = {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)}
    return [entry for entry in entries if _mark(entry) not in known]


def marks_of_versions(versions: Sequence[tuple[str, str]], before: bytes) -> bytes:
    """Return four bytes for each address in one version, then those there were, up to a limit."""
    return (b"".join(map(_version_mark, versions)) + before)[: MARK_BYTES * LISTED_MOST]


def unmarked(marks: bytes, versions: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the addresses whose versions have no mark, in order."""
    known = {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)}
    return [version for version in versions if _version_mark(version) not in known]


def judged(state: FeedState, answered: Validators, *, plainly: bool, news: bool) -> FeedState:
    """Return the state with what a body that came tells of the feed's validators.

    A lie: the body holds news under the validators that were good for 304 a poll ago. In vain:
    asked with validators, the feed sends what it sent before.
    """
    if plainly:
        hid = news and answered == state.validators != Validators() and _was_304(state)
        penance = state.lies + PENANCE if hid else max(0, state.lies - 1)
        return replace(state, lies=min(penance, MOST_PENANCE))
    if state.validators == Validators() or news:
        return state
    return replace(state, vain_changes=state.vain_changes + 1)


def _was_304(state: FeedState) -> bool:
    return state.last_answer is not None and state.last_answer != state.last_listed


def _version_mark(version: tuple[str, str]) -> bytes:
    return bytes.fromhex(id_of(" ".join(version))[: 2 * MARK_BYTES])


def _mark(entry: Entry) -> bytes:
    return bytes.fromhex(entry.id[: 2 * MARK_BYTES])
