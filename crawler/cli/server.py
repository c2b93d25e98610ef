"""`kordon server`: the embedded server, looked at, started and stopped.

Exit codes: 0 it runs and answers (after `stop`: none runs); 1 `status` found none; 2 a setting is
wrong, or KORDON_REDIS_URL names a server that Kordon does not manage; 3 it lives but does not
answer, did not start, or did not stop.
"""

import asyncio
from dataclasses import asdict
from typing import Any

import typer

from crawler.cli.console import Json, print_json
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.errors import ConfigError, StoreError
from crawler.store import embedded
from crawler.store.addresses import redacted
from crawler.store.connection import inspect
from crawler.store.facts import Facts

app = typer.Typer(help="The Redis server Kordon runs for itself.", no_args_is_help=True)

MEBIBYTE = 1 << 20


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether the server runs, where, and how it fares."""
    config = _config()
    if config.redis_url:
        where = redacted(config.redis_url)
        _tell(as_json, _sentence(where, asyncio.run(inspect(config))), embedded=False, where=where)
        return
    running = embedded.status(config.home)
    if running is None:
        _tell(as_json, f"No server runs for {config.home}.", running=False)
        raise typer.Exit(1)
    facts = embedded.facts(running)
    if facts is None:
        raise StoreError(
            f"the server (pid {running.pid}) lives but does not answer at {running.socket}; "
            "run kordon server stop, then start"
        )
    sentence = _sentence(f"{running.socket} (pid {running.pid})", facts)
    _tell(as_json, sentence, running=True, **asdict(running), **_without_version(facts))


@app.command()
def start(as_json: Json = False) -> None:
    """Start the server, or find it running; it outlives this command."""
    running = embedded.ensure_running(_managed().home)
    sentence = f"{running.version} runs at {running.socket} (pid {running.pid})."
    _tell(as_json, sentence, running=True, **asdict(running))


@app.command()
def stop(as_json: Json = False) -> None:
    """Stop the server once its data is on disk; whoever still needs it will start it again."""
    stopped = embedded.stop(_managed().home)
    sentence = "The server is stopped." if stopped else "No server was running."
    _tell(as_json, sentence, stopped=stopped)


def _config() -> Config:
    return Config.from_settings(settings_of_kordon())


def _managed() -> Config:
    config = _config()
    if config.redis_url:
        raise ConfigError(
            "KORDON_REDIS_URL names a server that Kordon does not manage",
            "start and stop it where it runs, or unset KORDON_REDIS_URL",
        )
    return config


def _sentence(where: str, facts: Facts) -> str:
    state = "is still reading its data" if facts.loading else "is ready"
    saved = f"{_mebibytes(facts.append_only_bytes)} on disk" if facts.append_only else "no log kept"
    return (
        f"{facts.version} at {where} {state}: {facts.clients} connections, "
        f"{_mebibytes(facts.memory_bytes)} of memory, {saved}."
    )


def _mebibytes(count: int) -> str:
    return f"{count / MEBIBYTE:.1f} MiB"


def _without_version(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in asdict(facts).items() if name != "version"}


def _tell(as_json: bool, sentence: str, **document: object) -> None:
    if as_json:
        print_json(
            {k: v if isinstance(v, bool | int | str) else str(v) for k, v in document.items()}
        )
    else:
        typer.echo(sentence)
