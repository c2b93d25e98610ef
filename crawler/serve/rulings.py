"""What operators decide about stories over HTTP; each word is kept with who, when and why."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from crawler.access import Token
from crawler.model import ArticleId, Ruling, StoryId
from crawler.rule import Word
from crawler.serve import views
from crawler.serve.guard import json_body, operator
from crawler.serve.parameters import READING
from crawler.serve.problems import described, refusals
from crawler.serve.service import Served, Topic

PREFIX = "/api/v1/topics/{topic}"
router = APIRouter(prefix=PREFIX, tags=["stories"], dependencies=READING,
                   responses=described(401, 404, 422, 429, 503))  # fmt: skip
verbs = APIRouter(prefix=PREFIX, tags=["operate"],
                  dependencies=[Depends(operator), Depends(json_body)],
                  responses=described(401, 403, 404, 415, 422, 429, 503))  # fmt: skip

Name = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", examples=[views.STORY])]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$", examples=[views.STORY])]
Operator = Annotated[Token, Depends(operator)]
Limit = Annotated[int, Query(ge=1, le=1_000)]


class Reason(BaseModel):
    """Why something is decided; kept with the ruling."""

    model_config = {"extra": "forbid"}

    why: str = Field(min_length=1, max_length=500, examples=["two accounts of one event"])


class Splitting(Reason):
    """Which articles to take out of a story."""

    articles: list[Id] = Field(min_length=1, max_length=100)


class Pairing(Reason):
    """Which other story is meant."""

    other: Id


class RulingView(BaseModel):
    """One word of an operator on two articles, or on one."""

    kind: str = Field(description="together, apart, pinned, unpinned or withdrawn")
    one: str
    other: str = Field(description="the article itself where a pin is meant")
    who: str
    why: str
    at: datetime


class RulingsView(BaseModel):
    """Every ruling of a topic, the newest first."""

    rulings: list[RulingView]


class Ruled(BaseModel):
    """The stories that the articles concerned are in now."""

    model_config = {"json_schema_extra": {"examples": [{"stories": [views.STORY]}]}}

    stories: list[str]


@router.get("/rulings")
async def list_rulings(topic: Topic, service: Served, limit: Limit = 100) -> RulingsView:
    """List what operators decided: who, when and why."""
    found = sorted(await service.rulings.rulings(topic), key=lambda one: one.at, reverse=True)
    return RulingsView(rulings=[_view(ruling) for ruling in found[:limit]])


@verbs.post("/stories/{story_id}/split")
async def split(
    topic: Topic, story_id: Name, asked: Splitting, service: Served, by: Operator
) -> Ruled:
    """Take articles out of a story for good."""
    articles = [ArticleId(one) for one in asked.articles]
    return await _ruled(
        story_id, service.rule.split(topic, StoryId(story_id), articles, by.name, asked.why)
    )


@verbs.post("/stories/{story_id}/merge")
async def merge(
    topic: Topic, story_id: Name, asked: Pairing, service: Served, by: Operator
) -> Ruled:
    """Make two stories one for good; the younger id forwards to the older."""
    pair = StoryId(story_id), StoryId(asked.other)
    return await _ruled(story_id, service.rule.merge(topic, *pair, by.name, asked.why))


@verbs.post("/stories/{story_id}/never-merge")
async def never_merge(
    topic: Topic, story_id: Name, asked: Pairing, service: Served, by: Operator
) -> Ruled:
    """Keep two stories apart, whatever newcomers may prove."""
    pair = StoryId(story_id), StoryId(asked.other)
    return await _ruled(story_id, service.rule.never_merge(topic, *pair, by.name, asked.why))


@verbs.post("/articles/{article_id}/pin")
async def pin(
    topic: Topic, article_id: Name, asked: Reason, service: Served, by: Operator
) -> Ruled:
    """Show this article for its story."""
    return await _ruled(
        article_id, service.rule.pin(topic, ArticleId(article_id), by.name, asked.why)
    )


@verbs.post("/articles/{article_id}/unpin")
async def unpin(
    topic: Topic, article_id: Name, asked: Reason, service: Served, by: Operator
) -> Ruled:
    """Show for its story what the rules choose."""
    article = ArticleId(article_id)
    return await _ruled(
        article_id, service.rule.pin(topic, article, by.name, asked.why, kept=False)
    )


async def _ruled(about: str, word: Awaitable[Word]) -> Ruled:
    with refusals(about):
        return Ruled(stories=[story.id for story in (await word).stories])


def _view(ruling: Ruling) -> RulingView:
    return RulingView(
        kind=ruling.kind, one=ruling.one, other=ruling.other, who=ruling.who, why=ruling.why,
        at=ruling.at,
    )  # fmt: skip
