"""The public contract, v1: what other services read from Redis (docs/reference/contract.md).

Payloads are JSON objects; times are RFC 3339 in UTC. Readers must pass over fields they do not
know: adding one is no new version, removing or changing one is. What is added here has a
default, so that payloads written before still fit; tests/contract/v1 holds some of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from crawler.model import ArticleId, Change, LookAlike, Member, Story, TopicId

VERSION = "v1"
MAX_MEMBERS = 100  # in one payload; `size` always tells the whole
LAST_NUMBER = 999_999_999  # of a change id within its millisecond, and never reached
MAX_PLACES = 24  # those that most members name

Utc = Annotated[datetime, msgspec.Meta(tz=True)]


class ArticlePayload(msgspec.Struct, frozen=True):
    """Facts of one article: enough to show it and to go there, never its text."""

    id: str
    url: str
    outlet: str
    outlet_name: str
    title: str
    language: str  # ISO 639-1, or empty
    published: Utc | None
    first_seen: Utc
    credits: list[str]  # agencies and papers it names as its source
    places: list[str]  # gazetteer ids
    published_precision: str = ""  # "second", "minute" or "day"; empty when not known
    published_source: str = ""  # "feed", "json-ld", "meta" or "text"; empty when not known
    published_clamped: bool = False  # what was told lay in the future: this is the fetch


class MemberPayload(ArticlePayload, frozen=True, kw_only=True):
    """An article in its story."""

    relation: str  # to the canonical article


class StoryPayload(msgspec.Struct, frozen=True):
    """`story:<id>`: a story as it stands."""

    id: str
    topic: str
    version: int
    created: Utc
    updated: Utc
    canonical: ArticlePayload
    size: int
    outlets: list[str]
    languages: list[str]
    places: list[str]  # those that most members name, first
    members: list[MemberPayload]  # by arrival, the first hundred
    linked: list[str]  # stories that share much with this one without being it


class ForwardPayload(msgspec.Struct, frozen=True):
    """`story:<id>` of a story that was merged into another."""

    id: str
    moved_to: str


class ChangePayload(msgspec.Struct, frozen=True):
    """The `payload` of one event in `changes`."""

    kind: str
    story: str
    topic: str
    at: Utc
    version: int
    title: str  # of the canonical article
    url: str
    article: ArticlePayload | None
    relation: str | None  # of that article to the canonical one
    other: str | None  # the other story of a merge, split or link
    article_id: str | None = None  # of that article, also where it was forgotten


class _Either(msgspec.Struct, frozen=True):
    moved_to: str | None = None


Facts = Mapping[ArticleId, LookAlike]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGE_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


def is_before(one: str, other: str) -> bool:
    """Tell whether a change id stands before another; the empty id stands before all.

    A reader whose last id is before `trimmed` of `window` has missed changes.
    """
    return ordinal(one) < ordinal(other)


def just_before(change: str) -> str:
    """Return the id that a reader would have who was given all before this change."""
    milliseconds, number = ordinal(change)
    return f"{milliseconds}-{number - 1}" if number else f"{milliseconds - 1}-{LAST_NUMBER}"


def is_change_id(text: str) -> bool:
    """Tell whether a text is a change id in full: milliseconds, a hyphen, a number."""
    return _CHANGE_ID.fullmatch(text) is not None


def ordinal(change: str) -> tuple[int, int]:
    """Return a change id as ids are compared."""
    milliseconds, _, sequence = change.partition("-")
    return int(milliseconds or 0), int(sequence or 0)


def told_at(change: str) -> datetime:
    """Return the instant of a change; its id begins with it, in milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ordinal(change)[0])


def rfc3339(at: datetime) -> str:
    """Return an aware time as payloads and events write it."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def story_payload(topic: TopicId, story: Story, facts: Facts) -> bytes:
    """Return what `story:<id>` holds; members whose facts are not given are only counted."""
    known = [member for member in story.members if member.article in facts]
    payload = StoryPayload(
        id=story.id,
        topic=topic,
        version=story.version,
        created=story.created,
        updated=story.updated,
        canonical=article_payload(facts[story.canonical]),
        size=len(story.members),
        outlets=sorted({facts[member.article].outlet for member in known}),
        languages=sorted({facts[member.article].language for member in known} - {""}),
        places=_places(facts[member.article] for member in known),
        members=[_member(member, facts) for member in known[:MAX_MEMBERS]],
        linked=list(story.linked),
    )
    return msgspec.json.encode(payload)


def read_story(payload: bytes) -> StoryPayload | ForwardPayload:
    """Return what `story:<id>` says: the story, or where it went."""
    if msgspec.json.decode(payload, type=_Either).moved_to is not None:
        return msgspec.json.decode(payload, type=ForwardPayload)
    return msgspec.json.decode(payload, type=StoryPayload)


def change_payload(
    topic: TopicId, change: Change, story: Story | None, facts: Facts, at: datetime
) -> bytes:
    """Return the payload of one event; `story` is the change's own, as it is afterwards."""
    canonical = facts.get(story.canonical) if story else None
    article = facts.get(change.article) if change.article else None
    payload = ChangePayload(
        kind=change.kind,
        story=change.story,
        topic=topic,
        at=at,
        version=story.version if story else 0,
        title=canonical.title if canonical else "",
        url=canonical.url if canonical else "",
        article=article_payload(article) if article else None,
        relation=change.relation,
        other=change.other,
        article_id=change.article,
    )
    return msgspec.json.encode(payload)


def listings(story: Story, facts: Facts) -> tuple[str, ...]:
    """Return the `by:` lists a story stands in, such as `language:uk` and `outlet:pravda`."""
    known = [facts[member.article] for member in story.members if member.article in facts]
    languages = {f"language:{fact.language}" for fact in known if fact.language}
    places = {f"place:{place}" for place in _places(known)}
    return tuple(sorted(languages | places | {f"outlet:{fact.outlet}" for fact in known}))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every payload; `contract_v1.schema.json` is this, written down."""
    kinds = (StoryPayload, ForwardPayload, ChangePayload)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Kordon contract {VERSION}",
        "$defs": components,
    }


def _places(known: Iterable[LookAlike]) -> list[str]:
    """Return the places that most articles name; of equals those named earlier."""
    named = [place for fact in known for place in fact.places]
    return [place for place, _ in Counter(named).most_common(MAX_PLACES)] if named else []


def article_payload(fact: LookAlike) -> ArticlePayload:
    """Return the published facts of an article."""
    return ArticlePayload(*_facts(fact))


def _member(member: Member, facts: Facts) -> MemberPayload:
    return MemberPayload(*_facts(facts[member.article]), relation=member.relation)


def _facts(fact: LookAlike) -> tuple[Any, ...]:
    """Return the fields of an `ArticlePayload` in their order."""
    return (
        fact.id,
        fact.url,
        fact.outlet,
        fact.outlet_name,
        fact.title,
        fact.language,
        fact.published,
        fact.arrived,
        list(fact.credits),
        list(fact.places),
        fact.dating.precision or "",
        fact.dating.source or "",
        fact.dating.clamped,
    )
