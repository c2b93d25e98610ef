"""`kordon server`: the server Kordon runs for itself, looked at, started and stopped.

Exit codes: 0 it runs (after `stop`: none runs); 1 `status` found none; 2 a setting is wrong, or
KORDON_REDIS_URL names a server that Kordon does not manage; 3 it does not answer, start or stop, or
cannot write to its disk.
"""

import asyncio
from dataclasses import asdict
from pathlib import Path

import typer

from crawler.cli.console import Json, print_json
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.errors import ConfigError, StoreError
from crawler.store.server import embedded
from crawler.store.server.addresses import redacted
from crawler.store.server.connection import inspect
from crawler.store.server.state import UNWRITABLE, ServerState

app = typer.Typer(help="The Redis server Kordon runs for itself.", no_args_is_help=True)

MEBIBYTE = 1 << 20


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether the server runs, where, and how it fares."""
    config = _config()
    if config.redis_url:
        _show_other(config, as_json=as_json)
    else:
        _show_own(config.home, as_json=as_json)


@app.command()
def start(as_json: Json = False) -> None:
    """Start the server, or find it running; it outlives this command."""
    running = embedded.ensure_running(_managed_home())
    sentence = f"{running.version} runs at {running.socket} (pid {running.pid})."
    _tell(sentence, {"running": True} | _plain(running), as_json=as_json)


@app.command()
def stop(as_json: Json = False) -> None:
    """Stop the server once its data is on disk; whoever still needs it will start it again."""
    stopped = embedded.stop(_managed_home())
    sentence = "The server is stopped." if stopped else "No server was running."
    _tell(sentence, {"stopped": stopped}, as_json=as_json)


def _config() -> Config:
    return Config.from_settings(settings_of_kordon())


def _managed_home() -> Path:
    config = _config()
    if config.redis_url:
        raise ConfigError(
            "KORDON_REDIS_URL names a server that Kordon does not manage",
            "start and stop it where it runs, or unset KORDON_REDIS_URL",
        )
    return config.home


def _show_other(config: Config, *, as_json: bool) -> None:
    where, state = redacted(config.redis_url), asyncio.run(inspect(config))
    document = {"running": True, "address": where} | asdict(state)
    _tell(_sentence(where, state), document, as_json=as_json)
    _fail_if_unwritable(state)


def _show_own(home: Path, *, as_json: bool) -> None:
    running = embedded.status(home)
    if running is None:
        _tell(f"No server runs for {home}.", {"running": False}, as_json=as_json)
        raise typer.Exit(EXIT_FAILED)
    state = embedded.server_state(running)
    if state is None:
        raise StoreError(
            f"the server (pid {running.pid}) lives but does not answer at {running.socket}; "
            "run kordon server stop, then kordon server start"
        )
    document = {"running": True} | _plain(running) | asdict(state)
    _tell(_sentence(f"{running.socket} (pid {running.pid})", state), document, as_json=as_json)
    _fail_if_unwritable(state)


def _fail_if_unwritable(state: ServerState) -> None:
    if not state.writable:
        raise StoreError(f"the server {UNWRITABLE}")


def _sentence(where: str, state: ServerState) -> str:
    doing = "is still reading its data" if state.loading else "is ready"
    doing = doing if state.writable else "cannot write to its disk"
    log = _mebibytes(state.append_only_bytes) if state.append_only else "none"
    return (
        f"{state.version} at {where} {doing}; connections: {state.clients}, "
        f"memory: {_mebibytes(state.memory_bytes)}, append-only file: {log}."
    )


def _mebibytes(count: int) -> str:
    return f"{count / MEBIBYTE:.1f} MiB"


def _plain(running: embedded.Running) -> dict[str, object]:
    return asdict(running) | {"socket": str(running.socket)}


def _tell(sentence: str, document: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        typer.echo(sentence)
