"""The API keeps what its OpenAPI says, whatever it is asked (schemathesis)."""

import asyncio
import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from served import TOPIC, a_stand, an_article, another

from crawler.access import Role
from crawler.serve.application import application
from crawler.text.lemmas import load

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = (
    not_a_server_error, response_schema_conformance, content_type_conformance,
    status_code_conformance,
)  # fmt: skip


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    async def opened():
        load()  # some query would wait for the dictionaries
        stand = await a_stand(tmp_path_factory.mktemp("stand"))
        await stand.place(an_article(), an_article("two", outlet="state"), another("other"))
        stand.service.closing.set()  # streams end at once
        return stand

    return asyncio.run(opened())


@pytest.fixture(scope="module")
def api(stand):
    return schemathesis.openapi.from_asgi("/openapi.json", stand.app)


OPERATIONS = [
    (path, method.upper())
    for path, methods in application(None).openapi()["paths"].items()
    for method in methods
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_answer_breaks_its_schema_and_none_is_a_server_error(stand, api, path, method):
    headers = {"Authorization": f"Bearer {stand.tokens[Role.OPERATOR]}", "Host": "localhost"}

    @settings(max_examples=15, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=api[path][method].as_strategy(), known=booleans())
    def ask(case, known):
        if known and "topic" in case.path_parameters:
            case.path_parameters["topic"] = TOPIC
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


def test_every_operation_is_asked():
    assert len(OPERATIONS) >= 22
