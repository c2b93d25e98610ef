"""A publisher that is asked; an installation that answers, and how who asks it."""

import pytest
from asked import LOOPBACK
from page_views import AS_PERSON
from served import a_stand

from crawler.access import Role
from crawler.middlewares.client import GuardedClient
from crawler.serve.page.visitor import COOKIE
from tests.site.publisher import Publisher


@pytest.fixture
async def site():
    async with Publisher() as running:
        yield running


@pytest.fixture
async def client():
    made = GuardedClient(allowed=LOOPBACK)
    yield made
    await made.close()


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
