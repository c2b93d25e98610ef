"""Style, scripts and icon: read once, sent packed, kept by browsers until they change."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from crawler.serve.problems import Problem

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}
FOR_GOOD = "public, max-age=31536000, immutable"  # the address changes with the content

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    packed: bytes  # gzip
    digest: str  # hex, of the body
    media_type: str


@router.get("/static/{name}")
async def show_asset(name: str, request: Request) -> Response:
    """Send a file of `crawler/serve/static`."""
    asset = assets().get(name)
    if asset is None:
        raise Problem(404, f"there is no file {name}", key="no-file")
    return packed_response(
        request, asset.body, asset.packed, asset.media_type, {"Cache-Control": FOR_GOOD}
    )


def asset_address(name: str) -> str:
    """Return where a file is; the address changes with what is in it."""
    return f"/static/{name}?v={assets()[name].digest}"


def packed_response(
    request: Request, body: bytes, packed: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Return the packed body to whom takes it, else the plain one."""
    taken = "gzip" in request.headers.get("accept-encoding", "")
    encoding = {"Content-Encoding": "gzip"} if taken else {}
    own = {"Vary": "Accept-Encoding", **encoding, **headers}
    return Response(packed if taken else body, headers=own, media_type=media_type)


@cache
def assets() -> Mapping[str, Asset]:
    """Return every file by name."""
    folder = files("crawler.serve").joinpath("static")
    return {one.name: _asset(one.name, one.read_bytes()) for one in folder.iterdir()}


def _asset(name: str, body: bytes) -> Asset:
    kind = KINDS[name.rpartition(".")[2]]
    digest = blake2b(body, digest_size=6).hexdigest()
    return Asset(body, gzip.compress(body, 9, mtime=0), digest, kind)
