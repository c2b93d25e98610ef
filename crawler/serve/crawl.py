"""How the crawl does: feeds, hosts, dead entries, alerts; and the verbs of operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from crawler.model import ArticleId, EntryId, FeedId, FeedState, OutletId
from crawler.ports import EntryRecord, HostRecord
from crawler.schedule.health import health_of
from crawler.serve import views
from crawler.serve.guard import json_body, operator
from crawler.serve.parameters import READING
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served
from crawler.serve.stories import outlets_of

router = APIRouter(prefix="/api/v1", tags=["crawl"], dependencies=READING,
                   responses=described(401, 422, 429, 503))  # fmt: skip
verbs = APIRouter(prefix="/api/v1", tags=["operate"],
                  dependencies=[Depends(operator), Depends(json_body)],
                  responses=described(401, 403, 415, 422, 429, 503))  # fmt: skip

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
ArticleName = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", examples=[views.STORY])]
Limit = Annotated[int, Query(ge=1, le=1_000)]


@router.get("/feeds")
async def list_feeds(service: Served) -> views.Feeds:
    """List the feeds that are polled, with their health."""
    states = await service.frontier.feeds()
    return views.Feeds(feeds=[_feed(state, service) for state in states])


@router.get("/feeds/{feed_id}", responses=described(404))
async def show_feed(feed_id: Id, service: Served) -> views.FeedView:
    """Show one feed."""
    for state in await service.frontier.feeds():
        if state.feed.id == feed_id:
            return _feed(state, service)
    raise Problem(404, f"no feed has the id {feed_id}")


@router.get("/hosts")
async def list_hosts(service: Served, limit: Limit = 100) -> views.Hosts:
    """List the hosts with work that waits, the next to be asked first."""
    hosts = await service.frontier.hosts()
    return views.Hosts(hosts=[_host(record) for record in hosts[:limit]])


@router.get("/census")
async def show_census(service: Served) -> views.CensusView:
    """Count the work."""
    census = await service.frontier.census()
    return views.CensusView(
        due=census.due,
        due_feeds=census.due_feeds,
        leased=census.leased,
        later=census.later,
        dead=census.dead,
        skipped=dict(await service.frontier.skipped()),
    )


@router.get("/entries/dead")
async def list_dead(service: Served, limit: Limit = 100) -> views.DeadEntries:
    """List pages that were given up, and why."""
    records = await service.frontier.entries("dead", limit)
    return views.DeadEntries(entries=[_dead(record) for record in records])


@router.get("/alerts")
async def list_alerts(service: Served, limit: Limit = 100) -> views.Alerts:
    """List changes of feeds' and hooks' health that somebody should look at."""
    alerts = await service.frontier.alerts(limit)
    return views.Alerts(
        alerts=[
            views.AlertView(
                about=one.about, feed=one.feed, outlet=one.outlet, url=one.url, was=one.was,
                health=one.health, outcome=one.outcome, at=one.at,
            )
            for one in alerts
        ]
    )  # fmt: skip


# --- verbs -----------------------------------------------------------------------------------


@verbs.post("/feeds/{feed_id}/pause", responses=described(404))
async def pause_feed(feed_id: Id, service: Served) -> views.Done:
    """Stop polling a feed until it is resumed; nothing learned about it is lost."""
    return await _pause(service, FeedId(feed_id), paused=True)


@verbs.post("/feeds/{feed_id}/resume", responses=described(404))
async def resume_feed(feed_id: Id, service: Served) -> views.Done:
    """Poll a paused feed again."""
    return await _pause(service, FeedId(feed_id), paused=False)


@verbs.post("/entries/dead/retry", responses=described(404))
async def retry_dead(service: Served, asked: views.Retry) -> views.Done:
    """Put dead entries back, due now, with no attempts counted."""
    chosen = None if asked.entries is None else [EntryId(entry) for entry in asked.entries]
    done = await service.frontier.retry_dead(chosen)
    if chosen and not done:
        raise Problem(404, f"none of these entries is dead: {', '.join(chosen)}")
    return views.Done(done=done)


@verbs.post("/articles/{article_id}/forget", responses=described(404))
async def forget_article(
    article_id: ArticleName, asked: views.Forgetting, service: Served
) -> views.Done:
    """Forget an article everywhere, for good; a tombstone keeps it from coming back."""
    article = ArticleId(article_id)
    if not await _in_stories(service, article) and not await service.forget.knows(article):
        raise Problem(404, f"no article has the id {article}")
    gone = await service.forget.articles([article], asked.why)
    return views.Done(done=gone.articles)


@verbs.post("/outlets/{outlet_id}/forget", responses=described(404))
async def forget_outlet(outlet_id: Id, asked: views.Forgetting, service: Served) -> views.Done:
    """Forget all that an outlet published, for good, and stop asking it."""
    outlet = OutletId(outlet_id)
    if outlet not in await outlets_of(service) and not await service.forget.knows(outlet):
        raise Problem(404, f"no outlet has the id {outlet}")
    gone = await service.forget.outlet(outlet, asked.why)
    return views.Done(done=gone.articles)


async def _in_stories(service: Served, article: ArticleId) -> bool:
    found = [await service.stories.articles(topic, [article]) for topic in service.indexes]
    return any(found)


async def _pause(service: Served, feed: FeedId, *, paused: bool) -> views.Done:
    if not await service.frontier.pause_feed(feed, paused=paused):
        raise Problem(404, f"no feed has the id {feed}")
    return views.Done(done=1)


def _feed(state: FeedState, service: Served) -> views.FeedView:
    return views.FeedView(
        id=state.feed.id,
        outlet=state.feed.outlet,
        url=state.feed.url,
        enabled=state.feed.enabled,
        paused=state.paused,
        health=health_of(state, service.clock.now()),
        failures=state.failures,
        last_outcome=state.last_outcome,
        next_poll=state.next_poll,
        last_poll=state.last_poll,
        last_new=state.last_new,
        interval_seconds=state.interval_seconds,
    )


def _host(record: HostRecord) -> views.HostView:
    return views.HostView(
        host=record.host,
        pause_seconds=record.pause.total_seconds(),
        next_turn=record.next_turn,
        held_until=record.held_until,
        feeds=record.feeds,
        entries=record.entries,
    )


def _dead(record: EntryRecord) -> views.DeadEntry:
    entry = record.entry
    return views.DeadEntry(
        id=entry.id, url=entry.url, outlet=entry.outlet, attempts=record.attempts,
        reason=record.reason, at=record.at,
    )  # fmt: skip
