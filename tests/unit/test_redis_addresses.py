import pytest
from redis.asyncio.connection import SSLConnection, UnixDomainSocketConnection

import settings
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.store.server.addresses import connection_options, redacted

SECRET = "s3cr3t"


def config(url, **environ):
    return Config.from_settings(vars(settings), {"KORDON_REDIS_URL": url} | environ)


def test_a_tcp_address_names_user_database_and_options():
    options = connection_options(config("redis://ann:p%2Fw@example.org:6380/3?socket_timeout=2"))
    assert options == {
        "host": "example.org", "port": 6380, "db": 3, "username": "ann", "password": "p/w",
        "socket_timeout": 2.0,
    }  # fmt: skip


def test_a_unix_address_names_its_socket():
    options = connection_options(config("unix://ann:pw@/run/redis.sock?db=2"))
    assert options["connection_class"] is UnixDomainSocketConnection
    assert (options["path"], options["db"]) == ("/run/redis.sock", 2)


def test_a_tls_address_takes_its_files_from_the_environment(tmp_path):
    files = {name: tmp_path / name for name in ("CA", "CERT", "KEY")}
    for file in files.values():
        file.write_text("")
    given = {f"KORDON_REDIS_{name}": str(file) for name, file in files.items()}
    options = connection_options(config("rediss://example.org", **given))
    assert options["connection_class"] is SSLConnection
    found = [options[name] for name in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")]
    assert found == [str(file) for file in files.values()]


def test_an_option_in_the_address_wins_over_the_environment(tmp_path):
    (tmp_path / "ca").write_text("")
    url = "rediss://example.org?ssl_ca_certs=/etc/ca.pem"
    options = connection_options(config(url, KORDON_REDIS_CA=str(tmp_path / "ca")))
    assert options["ssl_ca_certs"] == "/etc/ca.pem"


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"http://:{SECRET}@example.org",
        f"redis://:{SECRET}/x@example.org",
        f"redis://:12/{SECRET}@example.org",
        f"redis://ann:12/{SECRET}@example.org",
        f"redis://:x#{SECRET}@example.org",
        f"redis://:x?{SECRET}@example.org",
        f"redis://:{SECRET}@",
        f"redis://:{SECRET}@example.org:port",
        f"redis://:{SECRET}@example.org?max_connections=many",
        f"redis://:{SECRET}@example.org?protocol=2",
        f"redis://:{SECRET}@example.org?ssl_cert_reqs=none",
        f"redis://:{SECRET}@[::1",
        f"unix://:x/{SECRET}@/run/redis.sock",
        f"unix://:{SECRET}@",
        f"unix://{SECRET}/redis.sock",
    ],
)
def test_a_malformed_address_is_refused_without_showing_it(url):
    with pytest.raises(ConfigError, match="KORDON_REDIS_URL") as refusal:
        connection_options(config(url))
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.remedy


def test_tls_files_without_a_tls_address_are_refused(tmp_path):
    (tmp_path / "ca").write_text("")
    with pytest.raises(ConfigError, match="rediss://"):
        connection_options(config("redis://example.org", KORDON_REDIS_CA=str(tmp_path / "ca")))


def test_a_missing_tls_file_is_named():
    files = {"KORDON_REDIS_CERT": "/nowhere/c.pem", "KORDON_REDIS_KEY": "/nowhere/k.pem"}
    with pytest.raises(ConfigError, match=r"KORDON_REDIS_CERT names /nowhere/c\.pem"):
        connection_options(config("rediss://example.org", **files))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"rediss://ann:{SECRET}@example.org:6380/1", "rediss://example.org:6380/1"),
        (f"unix://:{SECRET}@/run/redis.sock?password={SECRET}", "unix:///run/redis.sock"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url, shown):
    assert redacted(url) == shown


def test_a_configuration_is_shown_without_its_address():
    assert SECRET not in repr(config(f"redis://:{SECRET}@example.org"))
