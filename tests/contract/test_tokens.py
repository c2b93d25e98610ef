"""One body for both: what any `Tokens` keeps; and the command that issues them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from crawler.access import Role, id_of_token, is_genuine, issued
from crawler.cli.tokens import app
from crawler.errors import ConfigError
from crawler.store import keys
from crawler.store.tokens import MemoryTokens, RedisTokens

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "redis"])
def tokens(request):
    if request.param == "memory":
        return MemoryTokens()
    return RedisTokens(request.getfixturevalue("server"))


async def test_a_token_is_found_until_it_is_revoked(tokens):
    _, first = issued(b"1" * 32, "one", Role.READER, NOON)
    _, second = issued(b"2" * 32, "two", Role.OPERATOR, NOON - timedelta(days=1))
    for token in (first, second):
        await tokens.add(token)
    assert await tokens.find(first.id) == first
    assert await tokens.all() == [second, first]
    assert await tokens.revoke(first.id)
    assert not await tokens.revoke(first.id)
    assert await tokens.find(first.id) is None


def test_only_the_whole_token_is_genuine():
    presented, kept = issued(b"1" * 32, "one", Role.READER, NOON)
    assert id_of_token(presented) == kept.id
    assert is_genuine(presented, kept)
    other, _ = issued(b"2" * 32, "one", Role.READER, NOON)
    for forged in (presented[:-1], presented + "0", other, f"kordon_{kept.id}_{kept.digest}"):
        assert not is_genuine(forged, kept)


@pytest.mark.parametrize(
    "text", ["", "kordon", "kordon_", "kordon_ab", "kordon_ab_", "miniflux_a_b"]
)
def test_what_is_no_token_claims_no_id(text):
    assert id_of_token(text) == ""


def test_an_operator_may_read_and_a_reader_may_not_operate():
    assert Role.OPERATOR.covers(Role.READER)
    assert not Role.READER.covers(Role.OPERATOR)


@pytest.fixture
def kordon(server, server_socket, tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    return lambda *words: CliRunner().invoke(app, words, catch_exceptions=False)


def test_an_issued_token_is_listed_without_its_secret_and_revoked(kordon, server_socket):
    given = json.loads(kordon("add", "dashboard", "--role", "operator", "--json").stdout)
    assert given["token"].startswith(f"kordon_{given['id']}_")
    listed = kordon("list", "--json").stdout
    assert [token["role"] for token in json.loads(listed)] == ["operator"]
    secret = given["token"].rpartition("_")[2]
    assert secret not in listed
    assert "digest" not in listed
    kordon("revoke", given["id"])
    assert json.loads(kordon("list", "--json").stdout) == []
    with pytest.raises(ConfigError, match="no token has the id"):
        kordon("revoke", given["id"])


@pytest.mark.parametrize(
    ("name", "told"),
    [("", "has no name"), ("  ", "has no name"), ("a" * 65, "64 letters"), ("a\nb", "one line"),
     (" a", "space around"), ("taken", "taken")],
)  # fmt: skip
def test_a_token_is_named_so_that_its_bearer_is_known_by_it(name, told):
    with pytest.raises(ConfigError, match=told):
        issued(b"1" * 32, name, Role.READER, NOON, taken={"taken"})


def test_a_name_is_free_again_once_its_token_is_revoked(kordon):
    first = json.loads(kordon("add", "dashboard", "--json").stdout)
    with pytest.raises(ConfigError, match="dashboard"):
        kordon("add", "dashboard")
    kordon("revoke", first["id"])
    again = json.loads(kordon("add", "dashboard", "--json").stdout)
    assert [token["id"] for token in json.loads(kordon("list", "--json").stdout)] == [again["id"]]
    assert issued(b"1" * 32, "ї" * 64, Role.READER, NOON)[1].name == "ї" * 64


async def test_the_store_holds_no_secret(server):
    presented, kept = issued(b"1" * 32, "one", Role.READER, NOON)
    await RedisTokens(server).add(kept)
    raw = await server.hget(keys.tokens(), kept.id)
    assert presented.rpartition("_")[2].encode() not in raw
