"""Use case: what cannot be on topic is passed over before it costs a fetch, or a reading.

Entries are screened by title and summary, pages by the words they show. Only outlets that
publish about everything are: those of a topic's own countries, regional and official ones
seldom name what their readers know. The operator decides otherwise in the catalogue (`screen`).

Source: docs/decisions/0181-screening.md
"""

from collections.abc import Sequence

from crawler.extract.quick import quick_lines
from crawler.model import Entry, Outlet, Page, Screening, Skipped, SkipReason
from crawler.text.language import language_of
from crawler.text.screening import Screen

GENERAL_KINDS = frozenset(
    {"national", "broadcaster", "agency", "tabloid", "investigative", "aggregator"}
)
BY_ENTRY, BY_PAGE = "by its entry", "by its words"  # details of a skip
FEWEST_BYTES = 50_000  # of a page; a smaller one is read in whole for what screening costs
FEWEST_LETTERS = 3_000  # shown by a page: walls show less, and are to be called by their name
LONGEST_LINES = 5  # that tell the language

PASSED_BY_ENTRY = Skipped(SkipReason.OFF_TOPIC, BY_ENTRY)
PASSED_BY_PAGE = Skipped(SkipReason.OFF_TOPIC, BY_PAGE)


def screen_entry(
    entry: Entry, screens: Sequence[Screen], languages: Sequence[str], outlet: Outlet | None
) -> Skipped | None:
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
    return None if lets else PASSED_BY_ENTRY


def screen_page(
    page: Page, screens: Sequence[Screen], languages: Sequence[str], outlet: Outlet | None
) -> Skipped | None:
    """Return why a page need not be read, or None when it may be on topic."""
    if len(page.body) < FEWEST_BYTES or not _screened(outlet, screens):
        return None
    lines = quick_lines(page.body, page.content_type)
    if sum(map(len, lines)) < FEWEST_LETTERS:
        return None
    longest = "\n".join(sorted(lines, key=len)[-LONGEST_LINES:])
    language = language_of(longest, allowed=languages, claimed=page.entry.language)
    lets = any(screen.lets_page(lines, language) for screen in screens)
    return None if lets else PASSED_BY_PAGE


def _screened(outlet: Outlet | None, screens: Sequence[Screen]) -> bool:
    if outlet is None or not screens or outlet.screen is Screening.NEVER:
        return False
    if outlet.screen is Screening.ALWAYS:
        return True
    return outlet.kind in GENERAL_KINDS and not any(one.is_home(outlet.country) for one in screens)
