"""Who carried a story, when, and why that article belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.contract import MemberPayload
from crawler.dedup.relation import converse
from crawler.model import ArticleId, Tie
from crawler.serve.page.cards import Source, is_dated, moment, source_of
from crawler.serve.page.subject import Subject


@dataclass(frozen=True, slots=True)
class Carrier:
    """An article of the story: who carried it, when, and why it belongs."""

    id: str
    url: str
    title: str
    language: str
    source: Source
    at: datetime
    dated: bool  # by its outlet; else it is when we first saw it
    after: timedelta  # since the first one
    relation: str
    credits: Sequence[str]
    tie: Tie | None  # told from this article to the one that is shown; None: through others
    shown: bool  # is the canonical one


async def carriers_of(subject: Subject) -> list[Carrier]:
    """Return the members as they appeared, the first hundred that arrived."""
    canonical = subject.story.canonical.id
    ties = await subject.frame.service.stories.ties(subject.topic, ArticleId(canonical))
    known = {tie.other if tie.one == canonical else tie.one: tie for tie in ties}
    members = sorted(subject.story.members, key=lambda one: (moment(one), one.id))
    return [_carrier(subject, one, moment(members[0]), known) for one in members]


def _carrier(
    subject: Subject, member: MemberPayload, first: datetime, ties: Mapping[ArticleId, Tie]
) -> Carrier:
    tie = ties.get(ArticleId(member.id))
    return Carrier(
        id=member.id,
        url=member.url,
        title=member.title or member.url,
        language=member.language,
        source=source_of(member.outlet, subject.outlets, member.outlet_name),
        at=moment(member),
        dated=is_dated(member),
        after=moment(member) - first,
        relation=member.relation,
        credits=member.credits,
        tie=tie if tie is None or tie.one == member.id else converse(tie),
        shown=member.id == subject.story.canonical.id,
    )
