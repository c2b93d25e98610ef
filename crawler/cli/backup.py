"""`kordon backup` and `kordon restore`: server data and corpus, at one instant, in one file."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.console import Json, print_json, say
from crawler.cli.session import opened, settings_of_kordon
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.roster import is_dead
from crawler.store import backup as backups
from crawler.store.backup_file import Manifest, examine
from crawler.store.migrations import check_schema
from crawler.store.server.connection import connect

MEBIBYTE = 1 << 20


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write; appears when it is whole.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Save what the server holds and the corpus; a crawl may run, and waits a moment."""
    if file.exists() and not force:
        raise ConfigError(f"{file} is there already", "give another name, or --force")
    config = Config.from_settings(settings_of_kordon())
    manifest = asyncio.run(_save(config, file.absolute()))
    _tell("saved", manifest, file, as_json=as_json)
    if config.corpus_url and not as_json:
        say("The corpus at KORDON_CORPUS_URL is not in it: keep versions of it where it lies.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `kordon backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace stories and corpus.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back; refuses to replace anything without --force."""
    config = Config.from_settings(settings_of_kordon())
    manifest = examine(file)
    asyncio.run(_load(config, file, force=force))
    _tell("restored", manifest, file, as_json=as_json)
    if config.corpus_url and manifest.corpus and not as_json:
        say("Not its corpus: the one at KORDON_CORPUS_URL is as it was. Unset that to have both.")


def _corpus(config: Config) -> Path | None:
    """Return the corpus that goes into a backup; one at an address of its own does not."""
    return None if config.corpus_url else config.corpus


async def _save(config: Config, file: Path) -> Manifest:
    async with await connect(config) as client:
        await check_schema(client)  # whatever the recipe: before `index build` comes a backup
        return await backups.save(client, _corpus(config), file)


async def _load(config: Config, file: Path, *, force: bool) -> None:
    corpus = _corpus(config)
    async with await connect(config) as client:
        there = await backups.occupied(client, corpus)
        if there and not force:
            raise ConfigError(f"there are {there} already", "restore elsewhere, or give --force")
        if there:
            await _refuse_while_crawling(config)
        topics = await backups.followed(client)
        await backups.load(client, corpus, file)
        topics |= await backups.followed(client) | frozenset(config.topics)
        await backups.break_off(client, topics)


async def _refuse_while_crawling(config: Config) -> None:
    alive: list[str] = []
    with suppress(ConfigError):  # a store of another Kordon is what a backup may well replace
        async with opened(config) as wired:
            alive += [one for one in await wired.frontier.workers() if not is_dead(one)]
    if alive:
        raise ConfigError(
            f"a crawl is running ({', '.join(alive)})",
            "stop it first, or wait until its lease ends",
        )


def _tell(done: str, manifest: Manifest, file: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "manifest": manifest})
        return
    corpus = sum(manifest.corpus.values()) / MEBIBYTE
    say(
        f"{done}: {manifest.keys} keys and {corpus:.1f} MiB of corpus, "
        f"as they were at {manifest.created:%Y-%m-%d %H:%M:%S} UTC ({file})"
    )
