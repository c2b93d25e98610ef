"""Who gets in, from where, and how often."""

from itertools import product

import httpx
import pytest
from api_answers import BASE
from served import TOPIC, a_stand

from crawler.access import Role
from crawler.serve.guard import Allowance


def routes(app):
    """Every route of the API with a method and an address that fits it."""
    names = {"topic": TOPIC, "feed_id": "feed-town", "outlet_id": "town",
             "story_id": "0" * 20, "article_id": "0" * 20, "kind": "language", "name": "uk",
             "format": "rss"}  # fmt: skip
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path.format(**names)


def expected(method, path, role, *, local):
    """What the authorisation lets happen: None stands for an answer of the route itself."""
    if path == "/health":
        return None
    if method == "POST":
        return {None: 401, Role.READER: 403, Role.OPERATOR: None}[role]
    return None if role or local else 401


@pytest.mark.parametrize("local", [True, False])
async def test_the_authorisation_matrix_holds_for_every_route(tmp_path, local):
    stand = await a_stand(tmp_path, open_reads=local)
    stand.service.closing.set()
    matrix = list(product(routes(stand.app), (None, *Role)))
    assert len(matrix) >= 3 * 22
    for (method, path), role in matrix:
        async with stand.client(role) as client:
            answer = await client.request(method, path, json={} if method == "POST" else None)
        refused = expected(method, path, role, local=local)
        if refused:
            assert answer.status_code == refused, (method, path, role)
        else:
            assert answer.status_code not in {401, 403}, (method, path, role)


@pytest.mark.parametrize(
    "token", ["", "nonsense", "kordon_00000000_00", "kordon__", "kordon_" + "a" * 5_000]
)
async def test_a_token_that_is_not_valid_is_refused_even_on_loopback(api, token):
    answer = await api.get(f"{BASE}/stories", headers={"Authorization": f"Bearer {token}"})
    if token:
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("peer", "host", "header"),
    [("10.0.0.7", "localhost", ""), ("127.0.0.1", "evil.example", ""),
     ("127.0.0.1", "localhost", "X-Forwarded-For"), ("127.0.0.1", "localhost", "Forwarded")],
)  # fmt: skip
async def test_reading_is_open_only_to_this_machine_itself(stand, peer, host, header):
    headers = {header: "127.0.0.1"} if header else {}
    async with stand.client(peer=peer, host=host) as client:
        assert (await client.get(f"{BASE}/stories", headers=headers)).status_code == 401
    async with stand.client(Role.READER, peer=peer, host=host) as client:
        assert (await client.get(f"{BASE}/stories", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["a{b.evil.example", 'a"b.evil.example', "a}b.evil.example:8787", "a`b.evil.example",
     "evil.example:", "evil.example:80:80", "evil@localhost", "localhost/x", "localhost:99999999",
     "[::1", "::1", "127.0.0.1.evil.example", "\xff", ""],
)  # fmt: skip
async def test_a_host_that_cannot_be_read_is_not_this_machine(stand, host):
    async with stand.client() as client:
        for path in (f"{BASE}/stories", "/search"):
            answer = await client.get(path, headers={"Host": host.encode("latin-1")})
            assert answer.status_code == 401, path


@pytest.mark.parametrize("host", ["LocalHost:8787", "127.0.0.1", "127.1.2.3:80", "[::1]:8787"])
async def test_every_name_of_this_machine_is_open(api, host):
    assert (await api.get(f"{BASE}/stories", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-IP", "Via",
     "CF-Connecting-IP", "CF-Ray", "True-Client-IP", "CDN-Loop", "X-Client-IP",
     "X-Envoy-External-Address", "Fastly-Client-IP"],
)  # fmt: skip
async def test_whatever_a_proxy_says_of_itself_closes_reading(api, header):
    assert (await api.get("/health", headers={header: "x"})).status_code == 200
    for path in (f"{BASE}/stories", "/metrics", "/search"):
        assert (await api.get(path, headers={header: "x"})).status_code == 401, path


async def test_a_proxy_that_speaks_the_old_http_opens_nothing(stand):
    async def old(scope, receive, send):
        await stand.app({**scope, "http_version": "1.0"}, receive, send)

    transport = httpx.ASGITransport(old, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get(f"{BASE}/stories")).status_code == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [("https://news.example.org", 401), ("http://[2001:db8::7]:8787", 401), ("", 200),
     ("http://127.0.0.1:8787", 200), ("http://localhost", 200), ("http://[::1]:80", 200)],
)  # fmt: skip
async def test_where_there_is_a_public_address_a_silent_proxy_opens_nothing(
    tmp_path, address, status
):
    stand = await a_stand(tmp_path, public_url=address)
    async with stand.client() as client:
        for path in (f"{BASE}/stories", f"/feeds/{TOPIC}/all.rss", "/search"):
            assert (await client.get(path)).status_code == status, path
    async with stand.client(Role.READER) as client:
        assert (await client.get(f"{BASE}/stories")).status_code == 200


async def test_a_revoked_token_is_worthless_at_once(stand):
    async with stand.client(Role.READER, peer="10.0.0.7") as client:
        assert (await client.get("/metrics")).status_code == 200
        for token in await stand.service.tokens.all():
            await stand.service.tokens.revoke(token.id)
        assert (await client.get("/metrics")).status_code == 401


async def test_answers_keep_browsers_strict_and_other_origins_out(api):
    answer = await api.get(f"{BASE}/stories", headers={"Origin": "https://evil.example"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert (await api.options("/api/v1/entries/dead/retry", headers=asked)).status_code == 405


async def test_too_many_requests_are_told_when_to_come_back(tmp_path):
    stand = await a_stand(tmp_path, reads_per_second=2.0)
    async with stand.client() as client:
        answers = [await client.get("/health") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert answers[-1].headers["retry-after"] == "1"
    async with stand.client(peer="127.0.0.2") as other:
        assert (await other.get("/health")).status_code == 200


def test_an_allowance_grows_back_with_time_and_forgets_old_addresses():
    now = [0.0]
    allowance = Allowance(2.0, lambda: now[0])
    assert [allowance.wait("a") for _ in range(4)] == [0.0] * 4
    assert allowance.wait("a") == pytest.approx(0.5)
    now[0] = 0.5
    assert (allowance.wait("a"), allowance.wait("b")) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Length": "70000"}, 413), ({"Transfer-Encoding": "chunked"}, 411),
     ({"Content-Length": "abc"}, 413)],
)  # fmt: skip
async def test_bodies_are_small_and_say_how_long_they_are(stand, headers, status):
    async with stand.client(Role.OPERATOR) as client:
        answer = await client.post("/api/v1/entries/dead/retry", headers=headers, content=b"{}")
        assert answer.status_code == status


async def test_the_description_says_that_reading_may_take_no_token_and_verbs_always_do(api):
    paths = (await api.get("/openapi.json")).json()["paths"]
    for methods in paths.values():
        for method, operation in methods.items():
            if "security" in operation:
                assert ({} in operation["security"]) is (method == "get")
