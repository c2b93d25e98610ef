"""`kordon hooks`: who is told of changes by webhook, and how that goes."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler.app import App
from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.delivering import sending
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.hook_options import (
    check_address,
    kinds_in,
    name_in,
    position_in,
    secret_in,
    topic_of,
)
from crawler.cli.narrowing import Filters, check_filters, facets_in, publishers
from crawler.cli.session import config_on, opened
from crawler.errors import ConfigError
from crawler.hook import Attempt, Hook, HookId, HookState, Letter, Reply
from crawler.model import TopicId
from crawler.ports import Step
from crawler.render.webhook import SECRET_BYTES, ping_message, written_secret
from crawler.schedule.delivery import UNREADABLE, exchanged, named, paused, resumed, revived, room

app = typer.Typer(help="Webhooks: who is told of changes, and how that goes.",
                  no_args_is_help=True)  # fmt: skip

Id = Annotated[str, typer.Argument(metavar="ID", help="As `hooks list` shows it.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many, newest first.")]
ID_BYTES = 4


@app.callback()
def group() -> None:
    """Webhooks: who is told of changes, and how that goes."""


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where changes are posted to.")],
    topic: Annotated[str, typer.Option(help="Whose changes; else the first active topic.")] = "",
    events: Annotated[
        str, typer.Option(help="Kinds, such as story.created,joined; else all.")
    ] = "",
    filters: Filters = None,
    since: Annotated[
        str, typer.Option(metavar="CHANGE", help="Begin after this change, still kept; else now.")
    ] = "",
    name: Annotated[str, typer.Option(help="What to call it, to tell it from others.")] = "",
    secret_file: Annotated[
        Path | None, typer.Option(help="Holds the secret to sign with; else one is made.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell a receiver of changes; the secret by which it knows them for ours is shown once."""
    secret = secret_in(secret_file) if secret_file else None
    wanted = (kinds_in(events), facets_in(filters or ()))
    hook = asyncio.run(_add(url, TopicId(topic), wanted, since, secret, name_in(name)))
    if as_json:
        print_json(_facts(hook) | {"secret": None if secret_file else hook.secret})
    elif secret_file:
        say(f"hook {hook.id} for {hook.address}; it is told by `kordon serve` or `kordon up`")
    else:
        say(f"hook {hook.id} for {hook.address}; give its receiver this secret, shown only now:")
        typer.echo(hook.secret)


@app.command("list")
def list_hooks(as_json: Json = False) -> None:
    """Show every hook and how it does."""
    hooks = asyncio.run(_all())
    if as_json:
        print_json([_facts(hook) for hook in hooks])
        return
    columns = ("id", "name", "state", "address", "topic", "asks for", "delivered", "queued", "dead",
               "trouble")  # fmt: skip
    print_table(counted(len(hooks), "hook"), columns, [_row(hook) for hook in hooks])


@app.command()
def show(hook: Id, as_json: Json = False) -> None:
    """Show one hook: what it asked for, how far it is, what keeps it."""
    facts = _facts(asyncio.run(_find(hook)))
    if as_json:
        print_json(facts)
    else:
        print_facts({name.replace("_", " "): value for name, value in facts.items()})


@app.command()
def pause(hook: Id, as_json: Json = False) -> None:
    """Tell a hook nothing until it is resumed; changes wait as long as the stream keeps them."""
    _print_changed(asyncio.run(_change(hook, lambda _: paused)), as_json=as_json)


@app.command()
def resume(hook: Id, as_json: Json = False) -> None:
    """Tell a hook again that was paused, suspended or gone, from where it stopped."""
    changed = asyncio.run(_change(hook, lambda now: partial(resumed, now=now)))
    _print_changed(changed, as_json=as_json)


@app.command("name")
def rename(
    hook: Id,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Empty for none.")],
    as_json: Json = False,
) -> None:
    """Call a hook something, to tell it from others at its host."""
    step = partial(named, name=name_in(name))
    _print_changed(asyncio.run(_change(hook, lambda _: step)), as_json=as_json)


@app.command("secret")
def exchange(
    hook: Id,
    secret_file: Annotated[
        Path | None, typer.Option(help="Holds the new secret; else one is made.")
    ] = None,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the old one signs too; 0 if it leaked.")
    ] = 24,
    as_json: Json = False,
) -> None:
    """Exchange the secret that messages are signed with; the new one is shown once."""
    secret = secret_in(secret_file) if secret_file else _new_secret()
    step = partial(exchanged, secret=secret, overlap=timedelta(hours=overlap_hours))
    changed = asyncio.run(_change(hook, lambda now: partial(step, now=now)))
    if as_json:
        print_json(_facts(changed) | {"secret": None if secret_file else secret})
        return
    say(f"hook {changed.id} has another secret; the old one signs {_how_long(changed)}")
    if not secret_file:
        say("give its receiver this one, shown only now:")
        typer.echo(secret)


@app.command()
def remove(hook: Id, as_json: Json = False) -> None:
    """Forget a hook with its queue and dead letters."""
    asyncio.run(_remove(hook))
    if as_json:
        print_json({"removed": hook})
    else:
        say(f"removed: {hook}")


@app.command("test")
def ping(hook: Id, as_json: Json = False) -> None:
    """Post a `ping` now, and show how it is taken; exit code 1 when it is not."""
    reply = asyncio.run(_ping(hook))
    if as_json:
        print_json({"taken": reply.taken, "status": reply.status, "reason": reply.reason,
                    "milliseconds": reply.milliseconds})  # fmt: skip
    else:
        how = "taken" if reply.taken else f"not taken ({reply.reason})"
        say(f"{how}, after {reply.milliseconds} ms")
    raise typer.Exit(0 if reply.taken else EXIT_FAILED)


@app.command()
def deliveries(
    hook: Id,
    limit: Limit = 50,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    as_json: Json = False,
) -> None:
    """Show the newest attempts to tell a hook, or its dead letters with their reason."""
    attempts, letters = asyncio.run(_deliveries(hook, limit))
    if as_json:
        print_json({"letters": letters} if dead else {"attempts": attempts, "letters": letters})
    elif dead:
        rows = [_letter(one) for one in letters]
        print_table(counted(len(rows), "dead letter"), ("change", "at", "attempts", "reason"), rows)
    else:
        tried = [_attempt(one) for one in attempts]
        print_table(
            counted(len(tried), "attempt"), ("at", "change", "outcome", "reason", "ms"), tried
        )


@app.command()
def retry(
    hook: Id,
    changes: Annotated[list[str] | None, typer.Argument(help="Dead letters, by change.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    as_json: Json = False,
) -> None:
    """Put dead letters back, due now, with no attempts counted."""
    if bool(changes) == everything:
        raise ConfigError("nothing or too much to retry", "give changes, or --all, not both")
    again, left = asyncio.run(_retry(hook, None if everything else frozenset(changes or ())))
    if as_json:
        print_json({"retried": again, "left": left})
        return
    say(f"due again: {counted(again, 'dead letter')}")
    if left:
        say(f"{left} more wait until there is room in the queue; give the command again then")


# --- what is asked of the store ----------------------------------------------------------------


async def _add(
    url: str,
    topic: TopicId,
    wanted: tuple[tuple[str, ...], tuple[str, ...]],
    since: str,
    secret: str | None,
    name: str,
) -> Hook:
    config = config_on(None)
    check_address(url, config)
    chosen = topic_of(topic, config)
    async with opened(config) as wired:
        check_filters(wanted[1], await publishers(wired))
        hook = Hook(
            id=HookId(secrets.token_hex(ID_BYTES)),
            url=url,
            secret=secret or _new_secret(),
            topic=chosen,
            created=wired.clock.now(),
            position=position_in(since, await wired.published.window(chosen)),
            events=wanted[0],
            filters=wanted[1],
            name=name,
        )
        await wired.hooks.add(hook)
    return hook


def _new_secret() -> str:
    return written_secret(secrets.token_bytes(SECRET_BYTES))


async def _all() -> Sequence[Hook]:
    async with opened() as wired:
        return await wired.hooks.all()


async def _find(name: str) -> Hook:
    async with opened() as wired:
        return await _known(wired, name)


async def _change(name: str, step_at: Callable[[datetime], Step]) -> Hook:
    async with opened() as wired:
        turn = await wired.hooks.change(HookId(name), step_at(wired.clock.now()))
    if turn is None:
        raise _unknown(name)
    return turn.hook


async def _remove(name: str) -> None:
    async with opened() as wired:
        if not await wired.hooks.remove(HookId(name)):
            raise _unknown(name)


async def _ping(name: str) -> Reply:
    async with opened() as wired, sending(wired.config, wired.clock) as sender:
        hook, now = await _known(wired, name), wired.clock.now()
        return await sender.post(hook, ping_message(f"{hook.id}-ping-{now.timestamp():.3f}", now))


async def _deliveries(name: str, limit: int) -> tuple[Sequence[Attempt], Sequence[Letter]]:
    async with opened() as wired:
        hook = await _known(wired, name)
        letters = await wired.hooks.letters(hook.id)
        return await wired.hooks.attempts(hook.id, limit), letters[: -limit - 1 : -1]


async def _retry(name: str, changes: frozenset[str] | None) -> tuple[int, int]:
    """Return how many letters were put back, and how many more were meant."""
    async with opened() as wired:
        hook, now = await _known(wired, name), wired.clock.now()
        letters = await wired.hooks.letters(hook.id)
        meant = [one for one in letters if changes is None or one.change in changes]
        again = meant[: room(hook)]
        if not await wired.hooks.revive(hook.id, again, lambda one: revived(one, again, now=now)):
            raise _unknown(name)
    return len(again), len(meant) - len(again)


async def _known(wired: App, name: str) -> Hook:
    hook = await wired.hooks.find(HookId(name))
    if hook is None:
        raise _unknown(name)
    return hook


def _unknown(name: str) -> ConfigError:
    return ConfigError(f"no hook has the id {name!r}", "see `kordon hooks list`")


# --- what is shown -----------------------------------------------------------------------------


def _print_changed(hook: Hook, *, as_json: bool) -> None:
    if as_json:
        print_json(_facts(hook))
    else:
        say(f"{hook.state}: {hook.id}")


def _how_long(hook: Hook) -> str:
    """Return for how long the secret of before still signs."""
    until = hook.former_until
    return f"too until {until:%Y-%m-%d %H:%M} UTC" if until else "no more"


def _facts(hook: Hook) -> dict[str, object]:
    """Return what may be shown of a hook: all but its secret, and what its address may hide."""
    return {
        "id": hook.id,
        "name": hook.name,
        "state": hook.state,
        "address": hook.address,
        "topic": hook.topic,
        "events": hook.events,
        "filters": hook.filters,
        "created": hook.created,
        "position": hook.position,
        "delivered": hook.delivered,
        "queued": len(hook.queue),
        "dead": hook.dead,
        "failures": hook.failures,
        "failing_since": hook.failing_since,
        "rests_until": hook.rests_until,
        "reason": hook.reason,
        "old_secret_until": hook.former_until,
    }


def _row(hook: Hook) -> tuple[object, ...]:
    asks = ", ".join((*hook.events, *hook.filters)) or "everything"
    return (hook.id, hook.name, hook.state, hook.address, hook.topic, asks, hook.delivered,
            len(hook.queue), hook.dead, _trouble(hook))  # fmt: skip


def _trouble(hook: Hook) -> str:
    if hook.reason == UNREADABLE:
        return f"{hook.reason} {hook.position}; remove it and add it anew"
    trouble = f"{hook.reason} ({hook.failures} in a row)" if hook.reason else ""
    if hook.state in {HookState.SUSPENDED, HookState.GONE}:
        trouble += "; kordon hooks resume takes it up again"
    return trouble


def _attempt(one: Attempt) -> tuple[object, ...]:
    return one.at, one.change, one.outcome, one.reason, one.milliseconds


def _letter(one: Letter) -> tuple[object, ...]:
    return one.change, one.died, one.attempts, one.reason
