"""*Story*: who carried it when, its copies side by side, why they belong together, its log."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from crawler.catalog.facets import place_of
from crawler.contract import ChangePayload, ForwardPayload, MemberPayload, StoryPayload, read_story
from crawler.dedup.relation import Reason, converse
from crawler.dedup.ruling import Decree, decrees_of
from crawler.model import (
    ArticleId,
    ChangeId,
    OutletId,
    PlaceId,
    Redistribution,
    StoryId,
    Tie,
    TopicId,
)
from crawler.render.document import plain
from crawler.render.excerpt import excerpt
from crawler.serve.narrowing import Outlets
from crawler.serve.page.cards import cards_of, is_dated, moment, source_of, story_address
from crawler.serve.page.carriers import Carrier
from crawler.serve.page.difference import Difference, difference
from crawler.serve.page.shell import Frame, Framed
from crawler.serve.page.spread import dots_of, firsts_of, labels_of
from crawler.serve.problems import Problem
from crawler.serve.service import Service, Topic
from crawler.serve.stories import Id, log_of, outlets_of

PLACES = 6  # named
LOGGED = 60  # changes shown, the newest
LINKED = 12  # other stories shown that share something

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two articles side by side."""

    other: Carrier
    reason: Reason | None  # the rule that decides about the two alone; None: one has expired
    passage: str  # the longest that they share, normalised; empty without an operator
    difference: Difference | None  # None when a text may not be shown, or is not kept
    whole: bool  # texts; otherwise their beginnings


@dataclass(frozen=True, slots=True)
class Asked:
    """Which story a view is about, and what is known of it."""

    frame: Frame
    topic: TopicId
    story: StoryPayload
    outlets: Outlets


@dataclass(frozen=True, slots=True)
class Told:
    """What a verb led to: what was done, or why nothing was, and what was typed."""

    done: str = ""
    refusal: str = ""
    tongue: str = "en"  # the language of the refusal
    status: int = 200
    why: str = ""
    other: str = ""
    articles: frozenset[str] = frozenset()


@router.get("/topics/{topic}/stories/{story_id}")
async def show_story(
    topic: Topic,
    story_id: Id,
    frame: Framed,
    beside: Annotated[str, Query(alias="with", pattern="^([0-9a-f]{20})?$")] = "",
    done: Annotated[str, Query(pattern="^[a-z-]{0,20}$")] = "",
) -> Response:
    """Show a story; one that was merged leads to what it became."""
    position = (await frame.service.published.window(topic)).last  # before what is shown is read
    story = await story_kept(frame.service, topic, StoryId(story_id))
    if not isinstance(story, StoryPayload):
        return _elsewhere(frame, topic, story_id, story)
    asked = Asked(frame, topic, story, await outlets_of(frame.service))
    return await story_view(asked, position, Told(done), beside)


async def story_kept(
    service: Service, topic: TopicId, id_: StoryId
) -> StoryPayload | ForwardPayload | None:
    """Return a story, where it went, or None when nothing is known of it."""
    payloads = await service.published.payloads(topic, [id_])
    return read_story(payloads[id_]) if payloads else None


async def story_view(asked: Asked, position: ChangeId, told: Told, beside: str = "") -> Response:
    """Return the view of a story, with what a verb led to; it follows what comes after `position`.

    The article `beside` is compared with the shown one; when empty, the first other one.
    """
    facts = await _facts(asked, beside)
    facts |= {"told": told, "position": position}
    return asked.frame.render("story.html", facts, told.status)


def _elsewhere(
    frame: Frame, topic: TopicId, story_id: str, forward: ForwardPayload | None
) -> Response:
    """Answer for a story that is not there under this id any more, or never was.

    A view that is open is told, and keeps what its reader sees if the story goes on elsewhere.

    Raises:
        Problem: 404 when nothing is known of it and nobody sees it.
    """
    if not frame.is_refresh:
        if forward is None:
            raise Problem(404, f"no story has the id {story_id}", key="no-story")
        return RedirectResponse(story_address(topic, StoryId(forward.moved_to)), status_code=307)
    target = "#moved" if forward else "#story"
    facts = {"address": story_address(topic, StoryId(forward.moved_to)) if forward else ""}
    answer = frame.render("story_left.html", facts)
    answer.headers.update({"HX-Retarget": target, "HX-Reselect": "#left", "HX-Reswap": "innerHTML"})
    return answer


async def _facts(asked: Asked, beside: str) -> dict[str, object]:
    service, topic, story = asked.frame.service, asked.topic, asked.story
    canonical = ArticleId(story.canonical.id)
    carriers = await _carriers(asked)
    others = [one for one in carriers if not one.shown]
    chosen = next((one for one in others if one.id == beside), next(iter(others), None))
    texts = await _texts(asked, [canonical])
    text, whole = texts.get(canonical, ("", False))
    dots = dots_of(carriers)
    return {
        "topic": topic,
        "story": story,
        "shown": next((one for one in carriers if one.shown), None),
        "address": story_address(topic, StoryId(story.id)),
        "source": source_of(story.canonical.outlet, asked.outlets, story.canonical.outlet_name),
        "places": [one for one in story.places if place_of(PlaceId(one))][:PLACES],
        "carriers": carriers,
        "dots": dots,
        "labels": labels_of(dots),
        "top": min((dot.y for dot in dots), default=78.0) - 10,
        "firsts": firsts_of(carriers),
        "span": carriers[-1].at - carriers[0].at if carriers else timedelta(),
        "paragraphs": [line for line in text.splitlines() if line.strip()],
        "whole": whole,
        "comparison": await _comparison(asked, chosen) if chosen else None,
        "linked": await cards_of(
            service, topic, [StoryId(id_) for id_ in story.linked[:LINKED]], asked.outlets
        ),
        "log": await _log(asked),
        "decrees": await _decrees(asked) if asked.frame.visitor.operates else [],
    }


async def _log(asked: Asked) -> list[ChangePayload]:
    """Return the story's changes, the newest first."""
    events = await log_of(asked.frame.service, asked.topic, StoryId(asked.story.id), LOGGED)
    return [msgspec.json.decode(one.payload, type=ChangePayload) for one in reversed(events)]


# --- who carried it --------------------------------------------------------------------------


async def _carriers(asked: Asked) -> list[Carrier]:
    """Return the members as they appeared, the first hundred that arrived."""
    canonical = asked.story.canonical.id
    ties = await asked.frame.service.stories.ties(asked.topic, ArticleId(canonical))
    known = {tie.other if tie.one == canonical else tie.one: tie for tie in ties}
    members = sorted(asked.story.members, key=lambda one: (moment(one), one.id))
    return [_carrier(asked, one, moment(members[0]), known) for one in members]


def _carrier(
    asked: Asked, member: MemberPayload, first: datetime, ties: Mapping[ArticleId, Tie]
) -> Carrier:
    tie = ties.get(ArticleId(member.id))
    return Carrier(
        id=member.id,
        url=member.url,
        title=member.title or member.url,
        language=member.language,
        source=source_of(member.outlet, asked.outlets, member.outlet_name),
        at=moment(member),
        dated=is_dated(member),
        after=moment(member) - first,
        relation=member.relation,
        credits=member.credits,
        tie=tie if tie is None or tie.one == member.id else converse(tie),
        shown=member.id == asked.story.canonical.id,
    )


# --- texts -----------------------------------------------------------------------------------


async def _texts(
    asked: Asked, articles: Sequence[ArticleId]
) -> Mapping[ArticleId, tuple[str, bool]]:
    """Return of each article what this visitor may see, and whether that is all of it.

    All of it is for operators, and of outlets that allow it; nothing of those that want links.
    """
    outlets = {ArticleId(one.id): OutletId(one.outlet) for one in asked.story.members}
    texts = await asked.frame.service.stories.texts(asked.topic, articles)
    found: dict[ArticleId, tuple[str, bool]] = {}
    for article, text in texts.items():
        outlet = asked.outlets.get(outlets.get(article, OutletId("")))
        terms = outlet.redistribute if outlet else Redistribution.EXCERPT
        if asked.frame.visitor.operates or terms is Redistribution.FULL:
            found[article] = text, True
        elif terms is Redistribution.EXCERPT:
            found[article] = _beginning(text)
    return found


async def _comparison(asked: Asked, other: Carrier) -> Comparison:
    pair = ArticleId(asked.story.canonical.id), ArticleId(other.id)
    service = asked.frame.service
    account, texts = await asyncio.gather(
        service.account.pair(asked.topic, pair[1], pair[0]), _texts(asked, pair)
    )
    shown = [texts[one] for one in pair if one in texts]
    whole = all(is_whole for _, is_whole in shown)
    both = len(shown) == len(pair)
    passage = account.explanation.passage.words if account and both and whole else ()
    return Comparison(
        other=other,
        reason=account.explanation.reason if account else None,
        passage=" ".join(passage),
        difference=await asyncio.to_thread(_beside, shown) if both else None,
        whole=whole,
    )


def _beginning(text: str, *, whole: bool = True) -> tuple[str, bool]:
    """Return the beginning of a text, and whether that is all of what was a whole one."""
    beginning = excerpt(text)
    return beginning, whole and beginning == plain(text)


def _beside(shown: Sequence[tuple[str, bool]]) -> Difference:
    """Return two texts side by side: their beginnings, unless both are whole."""
    if not all(whole for _, whole in shown):
        shown = [_beginning(text, whole=whole) for text, whole in shown]
    (one, one_ends), (other, other_ends) = shown
    return difference(one, other, one_ends=one_ends, other_ends=other_ends)


async def _decrees(asked: Asked) -> list[Decree]:
    """Return what operators decided about the story's articles, but for what only takes back."""
    members = {member.id for member in asked.story.members}
    rulings = await asked.frame.service.rulings.rulings(asked.topic)
    standing = (one for one in rulings if not one.kind.takes_back)
    return decrees_of(one for one in standing if {one.one, one.other} & members)
