"""Whether it lives, and what it counts: for supervisors and Prometheus, not for readers."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from crawler.serve.guard import reader
from crawler.serve.metrics import exposition
from crawler.serve.problems import described
from crawler.serve.service import Served

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["probes"], responses=described(429, 503))


@router.get("/health", response_class=PlainTextResponse)
async def health(service: Served) -> str:
    """Answer `ok` while the store answers; open to everybody, and says nothing else."""
    await service.frontier.census()
    return "ok"


@router.get(
    "/metrics",
    dependencies=[Depends(reader)],
    response_class=PlainTextResponse,
    responses=described(401),
)
async def metrics(service: Served, request: Request) -> Response:
    """Return the metrics in Prometheus' text format (docs/reference/metrics.md)."""
    text = await exposition(service, request.app.state.asked)
    return Response(text, media_type=CONTENT_TYPE)
