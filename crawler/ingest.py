"""Use case: a page becomes an article or a counted skip.

The pure packages are strangers to each other; here they are introduced.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.config import Config
from crawler.directory import Directory
from crawler.errors import SourceError
from crawler.extract.article import main_text
from crawler.extract.consent import stand_in
from crawler.extract.document import is_html, parse
from crawler.extract.metadata import Metadata, read_metadata
from crawler.extract.publication import publication
from crawler.identity import article_address
from crawler.model import (
    Article,
    ArticleId,
    ChangeKind,
    Entry,
    EntryClaim,
    EntryId,
    Mention,
    Outlet,
    Page,
    PlaceId,
    Placement,
    Recipe,
    Skipped,
    SkipReason,
    TopicId,
    id_of,
)
from crawler.placing import GivePlace, fingerprint_of
from crawler.pool import Pool
from crawler.screening import Stage, off_topic, screen_entry, screen_page
from crawler.telemetry import Tally
from crawler.text.credit import credits_of
from crawler.text.focus import in_focus
from crawler.text.language import language_of
from crawler.text.places import PlaceFinder
from crawler.text.relevance import TopicMatcher
from crawler.text.screening import Screen

UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Desk:
    """What preparing needs besides the page; built once in each process."""

    recipe: Recipe
    matchers: tuple[TopicMatcher, ...]  # one for each active topic
    finder: PlaceFinder
    languages: tuple[str, ...] = ()  # to choose from; all when empty
    screens: tuple[Screen, ...] = ()  # one for each active topic; none where nothing is screened
    version: str = ""  # of the topics and their words
    breadth: Mapping[PlaceId, float] = field(default_factory=dict)  # see `in_focus`


def prepare(page: Page, desk: Desk, outlet: Outlet | None = None) -> Article | Skipped:
    """Return the page's article, or why it is none; nothing else can become of a page.

    Args:
        page: As fetched.
        desk: What to read it with.
        outlet: Who publishes it, where that is known: gives a name, a country and a time zone.
    """
    if not is_html(page.body, page.content_type):
        return Skipped(SkipReason.NOT_HTML, page.content_type.partition(";")[0])
    if stage := screen_page(page, desk.screens, desk.languages, outlet):
        return off_topic(stage, desk.version)
    tree = parse(page.body, page.content_type)
    if tree is None:
        return Skipped(SkipReason.NO_TEXT, "no document")
    meta = read_metadata(tree, page.url, zone=_zone(outlet))
    if meta.opted_out:
        return Skipped(SkipReason.OPTED_OUT, "tdm-reservation")
    text = main_text(tree, meta)
    return _skipped(tree, meta, text) or _article(page, meta, text, desk, outlet)


def _skipped(tree: HtmlElement, meta: Metadata, text: str) -> Skipped | None:
    if found := stand_in(tree, meta.title, text, paywalled=meta.paywalled):
        reason, detail = found
        return Skipped(reason, detail)
    return None if text else Skipped(SkipReason.NO_TEXT, "no main text")


def _article(
    page: Page, meta: Metadata, text: str, desk: Desk, outlet: Outlet | None
) -> Article | Skipped:
    title = meta.title or page.entry.title
    language = _language(title, text, desk, meta.language or page.entry.language)
    subject = judge(title, text, desk, language, outlet)
    if not subject.topics:
        return off_topic(Stage.TEXT, desk.version)
    address = article_address(page.url, meta.canonical)
    published, dating = publication(meta.published, page.entry.published, page.fetched)
    return Article(
        id=ArticleId(id_of(address)),
        url=address,
        outlet=page.entry.outlet,
        title=title,
        text=text,
        fetched=page.fetched,
        fingerprint=fingerprint_of(text, desk.recipe),
        language=language,
        published=published,
        authors=meta.authors or tuple(filter(None, [page.entry.author])),
        topics=subject.topics,
        places=subject.places,
        credits=credits_of(text),
        feed=page.entry.feed,
        outlet_name=outlet.name if outlet else meta.site,
        updated=min(meta.updated.at, page.fetched) if meta.updated else None,
        dating=dating,
        mentions=subject.mentions,
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about."""

    topics: tuple[TopicId, ...]  # active ones it belongs to
    places: tuple[PlaceId, ...]  # each once: borders first, then what the text is most about
    mentions: tuple[Mention, ...]  # offsets in title and text joined by a line end


def judge(
    title: str, text: str, desk: Desk, language: str = "", outlet: Outlet | None = None
) -> Subject:
    """Return the active topics a text belongs to, and the places it names.

    Args:
        title: The headline.
        text: The body.
        desk: Topics and places.
        language: ISO 639-1, or empty.
        outlet: Who publishes it, where that is known: its country is home, and places within its
            name are not meant.
    """
    home, whole = outlet.country if outlet else "", f"{title}\n{text}"
    mentions = _meant(desk.finder.find(whole, language), whole, outlet.name if outlet else "")
    judged = {
        matcher.topic: matcher.judge(title, text, mentions, language=language, home=home)
        for matcher in desk.matchers
    }
    borders = (border for one in judged.values() for border in one.borders)
    places = (
        *(PlaceId(f"border-{border.lower()}") for border in borders),
        *in_focus(mentions, len(title), desk.breadth),
    )
    topics = tuple(topic for topic, one in judged.items() if one.relevant)
    return Subject(topics, tuple(dict.fromkeys(places)), tuple(mentions))


def _meant(mentions: Iterable[Mention], text: str, name: str) -> list[Mention]:
    """Return the mentions that do not lie within the name of an outlet (Agenția Prut)."""
    within = [one.span() for one in re.finditer(re.escape(name), text)] if name else []
    return [
        mention
        for mention in mentions
        if not any(start <= mention.start < end for start, end in within)
    ]


def _language(title: str, text: str, desk: Desk, claimed: str) -> str:
    return language_of(f"{title}\n{text}", allowed=desk.languages, claimed=claimed)


def _zone(outlet: Outlet | None) -> tzinfo | None:
    return ZoneInfo(outlet.time_zone) if outlet and outlet.time_zone else None


# --- off the event loop, and into the store --------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page to be prepared, with the claim it answers to."""

    claim: EntryClaim
    page: Page


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article to be kept and placed, with the claim it answers to."""

    claim: EntryClaim
    article: Article


DeskOf = Callable[[tuple[TopicId, ...]], Desk]


class Ingest:
    """Has pages prepared by worker processes, and articles placed in all their topics.

    Args:
        desk_of: A module-level function; each worker process makes its desk with it, once.
    """

    def __init__(
        self,
        pool: Pool,
        place: GivePlace,
        config: Config,
        tally: Tally,
        directory: Directory,
        *,
        desk_of: DeskOf,
    ) -> None:
        self._pool = pool
        self._place = place
        self._config = config
        self._tally = tally
        self._directory = directory
        self._desk_of = desk_of

    async def warm(self) -> None:
        """Have every worker process ready before the first page comes."""
        await self._pool.warm()

    async def passed_over(self, entry: Entry) -> Skipped | None:
        """Return why an entry's page need not be fetched, if that can be told from the feed."""
        deadline, topics = self._config.prepare_deadline, self._config.topics
        outlet = await self._directory.outlet(entry.outlet)
        try:
            return await self._pool.run(
                entry.url, deadline, screen_at_desk, entry, self._desk_of, topics, outlet
            )
        except SourceError:  # words that break a reader tell nothing; the page is still fetched
            return None

    async def prepare(self, page: Page) -> Article | Skipped:
        """Return what `prepare` makes of the page, in a process that may be killed.

        Raises:
            SourceError: The page overstayed its deadline or broke its reader.
        """
        deadline, topics = self._config.prepare_deadline, self._config.topics
        outlet = await self._directory.outlet(page.entry.outlet)
        return await self._pool.run(
            page.url, deadline, prepare_at_desk, page, self._desk_of, topics, outlet
        )

    async def place(self, article: Article, entry: EntryId) -> Skipped | None:
        """Give the article its place in each of its topics; doing so again changes nothing.

        Returns:
            A skip when the entry only led once more to an article known by its own address.
        """
        outcomes = [outcome_of(await self._place(topic, article)) for topic in article.topics]
        if set(outcomes) == {UNCHANGED} and entry != EntryId(article.id):
            return Skipped(SkipReason.SAME_ARTICLE, article.url)
        for outcome in outcomes:
            self._tally.count(f"place/{outcome}")
        return None


def prepare_at_desk(
    page: Page, desk_of: DeskOf, topics: tuple[TopicId, ...], outlet: Outlet | None
) -> Article | Skipped:
    """Prepare a page in a worker process, at the desk that process keeps."""
    return prepare(page, desk_of(topics), outlet)


def screen_at_desk(
    entry: Entry, desk_of: DeskOf, topics: tuple[TopicId, ...], outlet: Outlet | None
) -> Skipped | None:
    """Screen an entry in a worker process, at the desk that process keeps."""
    desk = desk_of(topics)
    stage = screen_entry(entry, desk.screens, desk.languages, outlet)
    return off_topic(stage, desk.version) if stage else None


def outcome_of(placement: Placement) -> str:
    """Return the word a placement is counted under; `unchanged` when it was placed before."""
    own = [change.kind for change in placement.changes if change.article == placement.article]
    kind = own[0] if own else None
    return {None: UNCHANGED, ChangeKind.CREATED: "created"}.get(kind, str(kind))
