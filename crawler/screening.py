"""Use case: what cannot be on topic is passed over before it costs a fetch, or a reading.

Entries are screened by title and summary, pages by the words they show. Only outlets that
publish about everything are: those of a topic's own countries, regional and official ones
seldom name what their readers know. The operator decides otherwise in the catalogue (`screen`).

Source: docs/decisions/0181-screening.md
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from crawler.extract.quick import quick_lines
from crawler.model import Entry, Outlet, Page, Screening, Skipped, SkipReason
from crawler.ports import EntryRecord
from crawler.text.language import language_of
from crawler.text.screening import Screen

GENERAL_KINDS = frozenset(
    {"national", "broadcaster", "agency", "tabloid", "investigative", "aggregator"}
)
FEWEST_BYTES = 50_000  # of a page; a smaller one is read in whole for what screening costs
FEWEST_LETTERS = 3_000  # shown by a page: walls show less, and are to be called by their name
LONGEST_LINES = 5  # that tell the language


class Stage(StrEnum):
    """What showed that something is off topic, as a skip's detail tells it."""

    ENTRY = "by its entry"  # not fetched
    WORDS = "by its words"  # not read
    TEXT = "by its text"


def off_topic(stage: Stage, version: str) -> Skipped:
    """Return the skip of what no active topic wants.

    Args:
        stage: What showed it.
        version: Of the topics, so that it can be told later whether others judged.
    """
    return Skipped(SkipReason.OFF_TOPIC, f"{stage}, topics {version}")


def screen_entry(
    entry: Entry, screens: Sequence[Screen], languages: Sequence[str], outlet: Outlet | None
) -> Stage | None:
    """Return why an entry's page need not be fetched, or None when it may be on topic.

    An entry without a summary, or with a title of two words, says too little to be judged.

    Args:
        entry: As its feed announced it.
        screens: One for each active topic; none lets everything pass.
        languages: To choose from; all when empty.
        outlet: Who publishes it; unknown ones are not screened.
    """
    if not _screened(outlet, screens) or not entry.summary.strip() or len(entry.title.split()) < 3:  # noqa: PLR2004
        return None
    text = f"{entry.title}\n{entry.summary}"
    language = language_of(text, allowed=languages, claimed=entry.language)
    lets = any(one.lets_entry(entry.title, entry.summary, language) for one in screens)
    return None if lets else Stage.ENTRY


def screen_page(
    page: Page, screens: Sequence[Screen], languages: Sequence[str], outlet: Outlet | None
) -> Stage | None:
    """Return why a page need not be read, or None when it may be on topic."""
    if len(page.body) < FEWEST_BYTES or not _screened(outlet, screens):
        return None
    lines = quick_lines(page.body, page.content_type)
    if sum(map(len, lines)) < FEWEST_LETTERS:
        return None
    longest = "\n".join(sorted(lines, key=len)[-LONGEST_LINES:])
    language = language_of(longest, allowed=languages, claimed=page.entry.language)
    lets = any(screen.lets_page(lines, language) for screen in screens)
    return None if lets else Stage.WORDS


def _screened(outlet: Outlet | None, screens: Sequence[Screen]) -> bool:
    if outlet is None or not screens or outlet.screen is Screening.NEVER:
        return False
    if outlet.screen is Screening.ALWAYS:
        return True
    return outlet.kind in GENERAL_KINDS and not any(one.is_home(outlet.country) for one in screens)


# --- a second look ---------------------------------------------------------------------------


def passed_over(skipped: Iterable[EntryRecord], since: datetime | None) -> list[EntryRecord]:
    """Return the entries that were skipped as off topic since then (None: ever; UTC if naive)."""
    start = since.replace(tzinfo=since.tzinfo or UTC) if since else None
    return [
        one
        for one in skipped
        if one.reason.startswith(SkipReason.OFF_TOPIC)
        and (start is None or (one.at is not None and one.at >= start))
    ]


def may_belong(passed: EntryRecord, screens: Iterable[Screen], *, judged_by: str) -> bool:
    """Return whether an entry once passed over may belong to a topic by the words of its feed.

    Args:
        passed: As the frontier lists it.
        screens: Of the topic.
        judged_by: Version of the topics whose verdict still holds; empty when none does.
    """
    if judged_by and passed.reason.endswith(f"topics {judged_by}"):
        return False
    entry = passed.entry
    return any(one.lets_entry(entry.title, entry.summary, entry.language) for one in screens)
