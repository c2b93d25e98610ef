"""An installation that answers, and how a program, a reader and an operator ask it."""

import pytest
from page_views import AS_PERSON
from served import a_stand

from crawler.access import Role
from crawler.serve.page.visitor import COOKIE


@pytest.fixture
async def stand(tmp_path):
    opened = await a_stand(tmp_path)
    yield opened
    for index in opened.service.indexes.values():
        index.close()


@pytest.fixture
async def api(stand):
    async with stand.client() as client:
        yield client


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
