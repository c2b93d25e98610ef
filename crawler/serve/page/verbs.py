"""What operators do to stories; all but forgetting can be taken back.

Each verb is a form of the story's view, and leads back to the story as it is afterwards.
"""

import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from crawler.contract import StoryPayload
from crawler.model import ArticleId, Ruling, Story, StoryId, TopicId
from crawler.serve.page.cards import story_address
from crawler.serve.page.failures import wants_page
from crawler.serve.page.shell import frame_of
from crawler.serve.page.sign_in import redirect
from crawler.serve.page.speech import Speech
from crawler.serve.page.story import Told, story_kept, story_view
from crawler.serve.page.subject import Subject
from crawler.serve.page.visitor import Asker, Form, OperatorsForm, first, own_form, visitor_of
from crawler.serve.problems import Problem, refusals
from crawler.serve.service import Served, Service, Topic, service_of
from crawler.serve.stories import Id, outlets_of

LONGEST_REASON = 500
TOLD_ON_THE_STORY = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})


class VerbRoute(APIRoute):
    """A verb's address: what cannot be done is told on the story, with what was typed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request for the verb."""
        answered = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answered(request)
            except Problem as problem:
                if problem.status_code in TOLD_ON_THE_STORY and wants_page(request):
                    return await _refused(request, problem)
                raise

        return handle


router = APIRouter(
    prefix="/topics/{topic}/stories/{story_id}", include_in_schema=False, route_class=VerbRoute
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What an operator asks for, and why."""

    service: Service
    topic: TopicId
    story: StoryId
    form: Form
    who: str
    why: str

    @property
    def articles(self) -> list[ArticleId]:
        """The articles that were chosen."""
        return [ArticleId(one) for one in self.form.get("article", [])]

    @property
    def article(self) -> ArticleId:
        """The one article that was chosen.

        Raises:
            Problem: 422 when it is none, or several.
        """
        if len(self.articles) != 1:
            raise Problem(422, "choose one article", key="not-one-article")
        return self.articles[0]

    @property
    def other(self) -> StoryId:
        """The other story, named by its id or its address."""
        return StoryId(
            re.split("[?#]", first(self.form, "other"))[0].rstrip("/").rpartition("/")[2]
        )


def asked_for(
    service: Served, topic: Topic, story_id: Id, form: OperatorsForm, visitor: Asker
) -> Deed:
    """Return what a form asks for.

    Raises:
        Problem: 422 without a reason.
    """
    why = first(form, "why")[:LONGEST_REASON]
    if not why:
        raise Problem(422, "say why: the reason is kept with what you decide", key="no-reason")
    return Deed(service, topic, StoryId(story_id), form, visitor.name, why)


Asked = Annotated[Deed, Depends(asked_for)]


@router.post("/split")
async def split(deed: Asked) -> Response:
    """Take the chosen articles out of the story."""
    with refusals():
        rule = deed.service.rule
        await rule.split(deed.topic, deed.story, deed.articles, deed.who, deed.why)
    return _back(deed, "split")


@router.post("/merge")
async def merge(deed: Asked) -> Response:
    """Make the story one with another."""
    with refusals():
        rule = deed.service.rule
        word = await rule.merge(deed.topic, deed.story, deed.other, deed.who, deed.why)
    return _back(deed, "merge", word.stories)


@router.post("/never-merge")
async def never_merge(deed: Asked) -> Response:
    """Keep the story apart from another."""
    with refusals():
        rule = deed.service.rule
        await rule.never_merge(deed.topic, deed.story, deed.other, deed.who, deed.why)
    return _back(deed, "never-merge")


@router.post("/pin")
async def pin(deed: Asked) -> Response:
    """Show the chosen article for the story."""
    with refusals():
        await deed.service.rule.pin(deed.topic, deed.article, deed.who, deed.why)
    return _back(deed, "pin")


@router.post("/undo")
async def undo(deed: Asked) -> Response:
    """Take back what one verb decided; the form names it by who, when and why."""
    said = _instant(first(deed.form, "at")), first(deed.form, "who"), deed.why
    rulings = await deed.service.rulings.rulings(deed.topic)
    meant = [one for one in rulings if _signature(one) == said and not one.kind.takes_back]
    if not meant:
        raise Problem(404, "this was taken back already, or decided anew since", key="undone")
    word = await deed.service.rule.undo(deed.topic, meant, deed.who, f"taken back: {deed.why}")
    return _back(deed, "undo", word.stories)


@router.post("/forget")
async def forget(deed: Asked) -> Response:
    """Forget the chosen article everywhere, for good."""
    await deed.service.forget.articles([deed.article], deed.why)
    left = await deed.service.stories.story(deed.topic, deed.story)
    return _back(deed, "forget") if left else redirect("/")


def _signature(ruling: Ruling) -> tuple[datetime, str, str]:
    return ruling.at, ruling.who, ruling.why[:LONGEST_REASON]


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(422, "at is not an instant", key="form-unreadable") from error


async def _refused(request: Request, problem: Problem) -> Response:
    """Show the story again to the operator who asked, if it is there.

    Raises:
        Problem: The same, for anybody else or a story that went.
    """
    service = service_of(request)
    visitor = await visitor_of(request, service)
    topic, id_ = TopicId(request.path_params["topic"]), StoryId(request.path_params["story_id"])
    if not visitor.operates or topic not in service.indexes:
        raise problem
    position = (await service.published.window(topic)).last
    story = await story_kept(service, topic, id_)
    if not isinstance(story, StoryPayload):
        raise problem
    frame = replace(frame_of(request, service, visitor), home=story_address(topic, id_))
    subject = Subject(frame, topic, story, await outlets_of(service))
    return await story_view(
        subject, position, _told(frame.speech, problem, await own_form(request))
    )


def _told(speech: Speech, problem: Problem, form: Form) -> Told:
    """Return why nothing was done and what was typed; a decision to take back was not typed."""
    refusal, tongue = speech.refusal(problem.key, problem.values, problem.detail)
    told = Told(refusal=refusal, tongue=tongue, status=problem.status_code)
    if "at" in form:
        return told
    chosen = frozenset(form.get("article", []))
    return replace(told, why=first(form, "why"), other=first(form, "other"), articles=chosen)


def _back(deed: Deed, done: str, found: Sequence[Story] = ()) -> Response:
    """Lead to the story, or to what it became."""
    ids = [story.id for story in found]
    story = deed.story if deed.story in ids or not ids else ids[0]
    return redirect(f"{story_address(deed.topic, story)}?done={done}")
