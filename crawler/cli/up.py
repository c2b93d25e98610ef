"""`kordon up`: everything that one machine needs, in one supervised command."""

import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.contact import ask_for_contact
from crawler.cli.run import Topics, config_of
from crawler.cli.schedule import program
from crawler.cli.serve import HOST, PORT, listening
from crawler.cli.session import catalogue_of
from crawler.cli.supervise import Child, Plan
from crawler.config import Config
from crawler.store.server import embedded


def up(
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond loopback reading takes a token.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free one.")] = PORT,
    topic: Topics = None,
    catalog: Annotated[
        Path | None, typer.Option(help="Take in this list, CSV or OPML, and no shipped feed.")
    ] = None,
    json_log: Annotated[bool, typer.Option("--json-log", help="Log JSON, one object a line.")] = (
        False
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Log no requests.")] = False,
) -> None:
    """Crawl, answer HTTP and tell hooks until interrupted, each started again when it fails.

    Exit code 1 or more: one of them could not be kept running; the log says why.
    """
    config = config_of(topic, None)
    if catalog:
        catalogue_of(catalog)  # refused now rather than in the log
    with listening(host, port):  # likewise
        pass
    ask_for_contact(config)
    plan = plan_of(
        config, _serving(host, port, topic, quiet=quiet), _crawling(topic, catalog),
        json_log=json_log,
    )  # fmt: skip
    command = [sys.executable, "-m", "crawler.cli.supervise", json.dumps(asdict(plan))]
    os.execv(sys.executable, command)  # noqa: S606 - our own program, no shell


def plan_of(
    config: Config, serving: Sequence[str], crawling: Sequence[str], *, json_log: bool
) -> Plan:
    """Return what is kept running; a server that is started for it is stopped after it.

    Raises:
        ConfigError: The embedded server cannot be started.
        StoreError: It does not answer.
    """
    ours = not config.redis_url and embedded.status(config.home) is None
    if ours:
        embedded.ensure_running(config.home)
    return Plan(
        children=(
            Child("serve", (*_kordon(), "serve", *serving)),
            Child("crawl", (*_kordon(), "run", "--watch", *crawling), output=False),
        ),
        afterwards=(program(), "server", "stop") if ours else (),
        json_log=json_log,
    )


def _kordon() -> tuple[str, ...]:
    """Return how our own command is called; as talkative as this one."""
    debugging = logging.getLogger().isEnabledFor(logging.DEBUG)
    return (program(), "--debug") if debugging else (program(),)


def _serving(host: str, port: int, topics: list[str] | None, *, quiet: bool) -> list[str]:
    return [
        "--host", host, "--port", str(port), *_repeated("--topic", topics),
        *(["--quiet"] if quiet else []),
    ]  # fmt: skip


def _crawling(topics: list[str] | None, catalog: Path | None) -> list[str]:
    listed = ["--catalog", str(catalog.absolute())] if catalog else []
    return [*_repeated("--topic", topics), *listed]


def _repeated(option: str, values: Sequence[str] | None) -> list[str]:
    return [word for value in values or () for word in (option, value)]
