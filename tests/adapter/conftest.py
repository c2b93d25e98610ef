"""An installation that answers, and how a reader and an operator ask it for views."""

import pytest
from page_views import AS_PERSON
from served import TOPIC, a_stand

from crawler.access import Role
from crawler.serve.page.visitor import COOKIE


@pytest.fixture
async def stand(tmp_path):
    opened = await a_stand(tmp_path)
    yield opened
    opened.service.indexes[TOPIC].close()


@pytest.fixture
async def page(stand):
    async with stand.client() as client:
        client.headers.update(AS_PERSON)
        yield client


@pytest.fixture
async def operator(stand):
    async with stand.client() as client:
        client.headers.update(AS_PERSON)
        client.cookies.set(COOKIE, stand.tokens[Role.OPERATOR])
        yield client
