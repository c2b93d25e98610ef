"""Parameters of addresses: those there are, and each as often as it can be given."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from crawler.serve.guard import reader
from crawler.serve.problems import Problem


async def described_parameters(request: Request) -> None:
    """Refuse parameters that the OpenAPI does not describe, and one for all given twice.

    Passed over, they would lead to another answer than was asked for.

    Raises:
        Problem: 422, with their names.
    """
    if not request.query_params:
        return
    takes = _described(request)
    unknown = [name for name in request.query_params if name not in takes]
    twice = [name for name in repeated(request) if takes.get(name) != "array"]
    told = [f"query.{name}: nothing is called so here; /openapi.json lists what is"
            for name in unknown]  # fmt: skip
    told += [f"query.{name}: give it once" for name in twice if name in takes]
    if told:
        raise Problem(422, "; ".join(told))


def _written_out(given: object) -> object:
    """Refuse a bare number: `2026` would be a second of 1970, and nobody means that."""
    if isinstance(given, str) and given.strip().lstrip("+-").replace(".", "", 1).isdigit():
        raise PydanticCustomError("datetime_parsing", "a number is no instant")
    return given


def _aware(at: datetime) -> datetime:
    """Return an instant; one without a zone is taken as UTC."""
    return at.replace(tzinfo=at.tzinfo or UTC)


Instant = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(_aware)]

READING = (Depends(reader), Depends(described_parameters))  # of every address that is read


def repeated(request: Request) -> list[str]:
    """Return the names of the parameters that are given more than once."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    return [name for name, times in given.items() if times > 1]


def _described(request: Request) -> Mapping[str, str]:
    """Return the parameters of the address that is asked, with the types they have."""
    paths: Mapping[str, Any] = request.app.openapi()["paths"]
    operation = paths[request.scope["route"].path_format][request.method.lower()]
    described = operation.get("parameters", ())
    return {one["name"]: one["schema"].get("type", "") for one in described if one["in"] == "query"}
