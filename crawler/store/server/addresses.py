"""What an operator's Redis address means; no message ever shows a part that may be secret."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from redis.asyncio.connection import parse_url

from crawler.config import Config
from crawler.errors import ConfigError

OPTIONS = frozenset(
    {
        "client_name", "db", "max_connections", "password",
        "socket_connect_timeout", "socket_timeout", "ssl_ca_certs", "ssl_ca_path",
        "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile", "ssl_password",
        "username",
    }
)  # fmt: skip
FORMS = "write redis://, rediss:// (TLS) or unix://, as in rediss://user:password@host:6379/0"
ENCODE = "percent-encode special characters in the user and password (a slash is %2F)"


def connection_options(config: Config) -> dict[str, Any]:
    """Return redis-py's options for `KORDON_REDIS_URL` and its TLS files.

    Raises:
        ConfigError: The address is malformed or names an unknown option, or a file is missing.
    """
    url = config.redis_url
    _check_form(url)
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        raise ConfigError("KORDON_REDIS_URL cannot be read", ENCODE) from None
    options = _tls_files(config) | options
    if not url.startswith("rediss:") and any(name.startswith("ssl_") for name in options):
        raise ConfigError(
            "TLS files or options are given, but KORDON_REDIS_URL asks for no TLS",
            "write rediss:// instead of redis://",
        )
    return options


def redacted(url: str) -> str:
    """Return where an address points, without its user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _check_form(url: str) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ConfigError("KORDON_REDIS_URL cannot be read", ENCODE) from None
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ConfigError("KORDON_REDIS_URL is of an unknown kind", FORMS)
    if parts.scheme == "unix":
        whole = parts.path.startswith("/") and "@" not in parts.path and not parts.hostname
    else:
        whole = bool(parts.hostname) and re.fullmatch(r"/?\d*/?", parts.path) is not None
    if not whole or parts.fragment:
        raise ConfigError("KORDON_REDIS_URL cannot be read", f"{FORMS}; {ENCODE}")
    unknown = sorted(parse_qs(parts.query, keep_blank_values=True).keys() - OPTIONS)
    if unknown:
        raise ConfigError(
            f"KORDON_REDIS_URL holds {len(unknown)} unknown option(s)",
            f"known are {', '.join(sorted(OPTIONS))}",
        )


def _tls_files(config: Config) -> dict[str, Any]:
    given = (
        ("ssl_ca_certs", "KORDON_REDIS_CA", config.redis_ca),
        ("ssl_certfile", "KORDON_REDIS_CERT", config.redis_cert),
        ("ssl_keyfile", "KORDON_REDIS_KEY", config.redis_key),
    )
    return {option: _readable(variable, path) for option, variable, path in given if path}


def _readable(variable: str, path: str) -> str:
    if not os.access(path, os.R_OK) or not Path(path).is_file():
        raise ConfigError(f"{variable} names {path}, which cannot be read", "give a PEM file")
    return path
