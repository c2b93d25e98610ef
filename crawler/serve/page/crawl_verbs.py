"""What operators do to the crawl: pause a feed, resume it, poll it now, try dead letters again."""

from fastapi import APIRouter
from fastapi.responses import Response

from crawler.model import EntryId, FeedId
from crawler.serve.crawl import Id
from crawler.serve.page.sign_in import local, redirect
from crawler.serve.page.visitor import Form, OperatorsForm, first
from crawler.serve.problems import Problem
from crawler.serve.service import Served

router = APIRouter(include_in_schema=False)


@router.post("/feeds/{feed_id}/pause")
async def pause(feed_id: Id, service: Served, form: OperatorsForm) -> Response:
    """Poll a feed no more until it is resumed; nothing learned about it is lost."""
    return _back(
        form, "pause", known=await service.frontier.pause_feed(FeedId(feed_id), paused=True)
    )


@router.post("/feeds/{feed_id}/resume")
async def resume(feed_id: Id, service: Served, form: OperatorsForm) -> Response:
    """Poll a paused feed again."""
    return _back(
        form, "resume", known=await service.frontier.pause_feed(FeedId(feed_id), paused=False)
    )


@router.post("/feeds/{feed_id}/poll")
async def poll(feed_id: Id, service: Served, form: OperatorsForm) -> Response:
    """Make a feed due now; its host's turn is waited for."""
    await service.frontier.hasten([FeedId(feed_id)])
    return _back(form, "poll", known=True)


@router.post("/crawl/retry")
async def retry(service: Served, form: OperatorsForm) -> Response:
    """Put the chosen dead letters back, or all of them, due now with no attempts counted."""
    everything = first(form, "all") == "yes"
    chosen = [EntryId(one) for one in form.get("entry", [])]
    if not everything and not chosen:
        raise Problem(422, "choose at least one of them", key="none-chosen")
    done = await service.frontier.retry_dead(None if everything else chosen)
    return redirect(f"/crawl?done=retry&count={done}")


def _back(form: Form, done: str, *, known: bool) -> Response:
    """Lead back to the outlet's view, which says what was done."""
    if not known:
        raise Problem(404, "no feed has this id", key="no-feed")
    return redirect(f"{local(first(form, 'back'))}?done={done}")
