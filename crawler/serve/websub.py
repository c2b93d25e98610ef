"""Where hubs call us: verification of a lease, and pushes."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from crawler.model import FeedId
from crawler.serve.service import Served

PLAIN = "text/plain; charset=utf-8"

router = APIRouter(prefix="/websub", include_in_schema=False)


@router.get("/{feed}/{token}")
async def verify(feed: str, token: str, request: Request, service: Served) -> Response:
    """Answer a hub's challenge for a lease that we asked for; 404 for any other."""
    query = dict(request.query_params)
    challenge = await service.push.verified(FeedId(feed), token, query)
    if challenge is None:
        return Response(status_code=404)
    return Response(challenge, media_type=PLAIN, headers={"X-Content-Type-Options": "nosniff"})


@router.post("/{feed}/{token}")
async def receive(
    feed: str,
    token: str,
    request: Request,
    service: Served,
    x_hub_signature: Annotated[str, Header()] = "",
) -> Response:
    """Take a push: 202 when its lease is known, whatever its signature; 404 else."""
    body = await request.body()  # the guard has looked at its length
    known = await service.push.pushed(FeedId(feed), token, x_hub_signature, body)
    return Response(status_code=202 if known else 404)
