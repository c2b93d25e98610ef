"""`kordon tokens`: who may ask the API for what."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from crawler.access import SECRET_BYTES, Role, Token, issued
from crawler.cli.console import Json, counted, print_json, print_table, say
from crawler.cli.session import opened
from crawler.errors import ConfigError

app = typer.Typer(help="Tokens for the API: who may read, who may operate.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Tokens for the API: who may read, who may operate."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who bears it, such as a service's name.")],
    role: Annotated[Role, typer.Option(help="What the bearer may do.")] = Role.READER,
    as_json: Json = False,
) -> None:
    """Issue a token and show it, this once: only its digest is kept."""
    presented, kept = asyncio.run(_add(name, role))
    if as_json:
        print_json({"token": presented} | _facts(kept))
    else:
        say(f"{kept.role} token {kept.id} for {name}; it is shown only now:")
        typer.echo(presented)


@app.command("list")
def list_tokens(as_json: Json = False) -> None:
    """Show the tokens that are valid."""
    tokens = asyncio.run(_all())
    if as_json:
        print_json([_facts(token) for token in tokens])
        return
    rows = [(token.id, token.name, token.role, token.created) for token in tokens]
    print_table(counted(len(tokens), "token"), ("id", "name", "role", "issued"), rows)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="As `tokens list` shows it.")],
    as_json: Json = False,
) -> None:
    """Make a token worthless, at once and everywhere."""
    if not asyncio.run(_revoke(token)):
        raise ConfigError(f"no token has the id {token!r}", "see `kordon tokens list`")
    if as_json:
        print_json({"revoked": token})
    else:
        say(f"revoked: {token}")


async def _add(name: str, role: Role) -> tuple[str, Token]:
    async with opened() as wired:
        taken = {token.name for token in await wired.tokens.all()}
        secret, now = secrets.token_bytes(SECRET_BYTES), wired.clock.now()
        presented, kept = issued(secret, name, role, now, taken=taken)
        await wired.tokens.add(kept)
    return presented, kept


async def _all() -> Sequence[Token]:
    async with opened() as wired:
        return await wired.tokens.all()


async def _revoke(token: str) -> bool:
    async with opened() as wired:
        return await wired.tokens.revoke(token)


def _facts(token: Token) -> dict[str, object]:
    return {name: value for name, value in asdict(token).items() if name != "digest"}
