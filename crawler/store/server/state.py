"""What a server says of itself (INFO), and whether Kordon may use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.errors import ConfigError, StoreError

REDIS_OLDEST = (7, 0)  # EXPIRETIME, script flags, multi-part append-only files
VALKEY_OLDEST = (8, 0)

LAST_WRITES = ("aof_last_write_status", "rdb_last_bgsave_status")
UNWRITABLE = "cannot write to its disk and takes no more changes; make room on it"
REPLICA = "this Redis is a read-only replica; give its primary's address in KORDON_REDIS_URL"

Info = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server's state, for an operator."""

    version: str  # "valkey 9.1.2"
    loading: bool
    clients: int  # besides the one that asked
    memory_bytes: int
    memory_limit_bytes: int  # 0: none
    append_only: bool
    append_only_bytes: int
    writable: bool  # its last attempt to write to its disk succeeded


def state_of(info: Info) -> ServerState:
    """Return the part of INFO an operator asks for; what a provider hides counts as zero."""
    return ServerState(
        version=version_of(info),
        loading=is_loading(info),
        clients=max(0, int(info.get("connected_clients", 1)) - 1),
        memory_bytes=int(info.get("used_memory", 0)),
        memory_limit_bytes=int(info.get("maxmemory", 0)),
        append_only=bool(info.get("aof_enabled", 0)),
        append_only_bytes=int(info.get("aof_current_size", 0)),
        writable=all(info.get(name, "ok") == "ok" for name in LAST_WRITES),
    )


def version_of(info: Info) -> str:
    """Return the server's name and version; Valkey gives the Redis it descends from besides."""
    valkey = info.get("valkey_version")
    return f"valkey {valkey}" if valkey else f"redis {info.get('redis_version', 'unknown')}"


def is_loading(info: Info) -> bool:
    """Whether the server is still reading its data."""
    return bool(info.get("loading", 0))


def check_usable(info: Info) -> None:
    """Refuse a server that cannot hold the schedule and the stories safely.

    Raises:
        ConfigError: It is too old, a Cluster or Sentinel node, or may evict keys.
        StoreError: It is a replica: when its primary fails it, or another, takes over.
    """
    _check_version(info)
    _check_kind(info)
    policy = str(info.get("maxmemory_policy", "noeviction"))  # some providers hide it
    if policy != "noeviction":
        raise ConfigError(
            f"this server may throw keys away when memory is short (maxmemory-policy is {policy})",
            "run CONFIG SET maxmemory-policy noeviction, or set it at your provider",
        )


def _check_version(info: Info) -> None:
    name, _, number = version_of(info).partition(" ")
    oldest = VALKEY_OLDEST if name == "valkey" else REDIS_OLDEST
    if _numbers(number) < oldest:
        raise ConfigError(
            f"this server is {name} {number}; Kordon needs Redis 7.0 or Valkey 8.0 and newer",
            "upgrade it, or unset KORDON_REDIS_URL to use the server that Kordon brings",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _check_kind(info: Info) -> None:
    mode = str(info.get("redis_mode", info.get("server_mode", "standalone")))  # Valkey: the latter
    if mode != "standalone":
        raise ConfigError(
            f"this is a {mode} node, and Kordon speaks to one standalone server",
            "give the address of a primary that is not part of a Cluster",
        )
    if info.get("role", "master") != "master":
        raise StoreError(REPLICA)
