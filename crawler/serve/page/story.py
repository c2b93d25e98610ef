"""*Story*: who carried it when, its copies side by side, why they belong together, its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from crawler.catalog.facets import place_of
from crawler.contract import ChangePayload, ForwardPayload, StoryPayload, read_story
from crawler.dedup.ruling import Decree, decrees_of
from crawler.model import ArticleId, ChangeId, PlaceId, StoryId, TopicId
from crawler.serve.page.cards import cards_of, source_of, story_address
from crawler.serve.page.carriers import Carrier, carriers_of
from crawler.serve.page.comparison import NOTHING, comparison_of, texts_of
from crawler.serve.page.shell import Frame, Framed
from crawler.serve.page.spread import dots_of, firsts_of, labels_of
from crawler.serve.page.subject import Subject
from crawler.serve.problems import Problem
from crawler.serve.service import Service, Topic
from crawler.serve.stories import Id, log_of, outlets_of

PLACES = 6  # named
LOGGED = 60  # changes shown, the newest
LINKED = 12  # other stories shown that share something

router = APIRouter(include_in_schema=False)


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
    subject = Subject(frame, topic, story, await outlets_of(frame.service))
    return await story_view(subject, position, Told(done), beside)


async def story_kept(
    service: Service, topic: TopicId, id_: StoryId
) -> StoryPayload | ForwardPayload | None:
    """Return a story, where it went, or None when nothing is known of it."""
    payloads = await service.published.payloads(topic, [id_])
    return read_story(payloads[id_]) if payloads else None


async def story_view(
    subject: Subject, position: ChangeId, told: Told, beside: str = ""
) -> Response:
    """Return the view of a story, with what a verb led to; it follows what comes after `position`.

    The article `beside` is compared with the shown one; when empty, the first other one.
    """
    facts = await _facts(subject, beside)
    facts |= {"told": told, "position": position}
    return subject.frame.render("story.html", facts, told.status)


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


async def _facts(subject: Subject, beside: str) -> dict[str, object]:
    service, topic, story = subject.frame.service, subject.topic, subject.story
    canonical = ArticleId(story.canonical.id)
    carriers = await carriers_of(subject)
    others = [one for one in carriers if not one.shown]
    chosen = next((one for one in others if one.id == beside), next(iter(others), None))
    text = (await texts_of(subject, [canonical])).get(canonical, NOTHING)
    return {
        "topic": topic,
        "story": story,
        "shown": next((one for one in carriers if one.shown), None),
        "address": story_address(topic, StoryId(story.id)),
        "source": source_of(story.canonical.outlet, subject.outlets, story.canonical.outlet_name),
        "places": [one for one in story.places if place_of(PlaceId(one))][:PLACES],
        "paragraphs": [line for line in text.words.splitlines() if line.strip()],
        "whole": text.whole,
        "comparison": await comparison_of(subject, chosen) if chosen else None,
        "linked": await cards_of(
            service, topic, [StoryId(id_) for id_ in story.linked[:LINKED]], subject.outlets
        ),
        "log": await _log(subject),
        "decrees": await _decrees(subject) if subject.frame.visitor.operates else [],
        **_line_of_time(carriers),
    }


def _line_of_time(carriers: Sequence[Carrier]) -> dict[str, object]:
    dots = dots_of(carriers)
    return {
        "carriers": carriers,
        "dots": dots,
        "labels": labels_of(dots),
        "top": min((dot.y for dot in dots), default=78.0) - 10,
        "firsts": firsts_of(carriers),
        "span": carriers[-1].at - carriers[0].at if carriers else timedelta(),
    }


async def _log(subject: Subject) -> list[ChangePayload]:
    """Return the story's changes, the newest first."""
    events = await log_of(subject.frame.service, subject.topic, StoryId(subject.story.id), LOGGED)
    return [msgspec.json.decode(one.payload, type=ChangePayload) for one in reversed(events)]


async def _decrees(subject: Subject) -> list[Decree]:
    """Return what operators decided about the story's articles, but for what only takes back."""
    members = {member.id for member in subject.story.members}
    rulings = await subject.frame.service.rulings.rulings(subject.topic)
    standing = (one for one in rulings if not one.kind.takes_back)
    return decrees_of(one for one in standing if {one.one, one.other} & members)
