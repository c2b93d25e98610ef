"""`kordon hooks`: who is told of changes by webhook, and how that goes."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import hook_calls
from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.hook_options import kinds_in, name_in, secret_in
from crawler.cli.hook_views import attempt_row, facts_of, letter_row, row_of
from crawler.cli.narrowing import Filters, facets_in
from crawler.errors import ConfigError
from crawler.hook import Hook
from crawler.model import TopicId
from crawler.schedule.delivery import exchanged, named, paused, resumed

app = typer.Typer(help="Webhooks: who is told of changes, and how that goes.",
                  no_args_is_help=True)  # fmt: skip

Id = Annotated[str, typer.Argument(metavar="ID", help="As `hooks list` shows it.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many, newest first.")]


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
    made = hook_calls.add(
        url, TopicId(topic), events=kinds_in(events), filters=facets_in(filters or ()),
        since=since, secret=secret, name=name_in(name),
    )  # fmt: skip
    hook = asyncio.run(made)
    if as_json:
        print_json(facts_of(hook) | {"secret": None if secret_file else hook.secret})
    elif secret_file:
        say(f"hook {hook.id} for {hook.address}; it is told by `kordon serve` or `kordon up`")
    else:
        say(f"hook {hook.id} for {hook.address}; give its receiver this secret, shown only now:")
        typer.echo(hook.secret)


@app.command("list")
def list_hooks(as_json: Json = False) -> None:
    """Show every hook and how it does."""
    hooks = asyncio.run(hook_calls.every_hook())
    if as_json:
        print_json([facts_of(hook) for hook in hooks])
        return
    columns = ("id", "name", "state", "address", "topic", "asks for", "delivered", "queued", "dead",
               "trouble")  # fmt: skip
    print_table(counted(len(hooks), "hook"), columns, [row_of(hook) for hook in hooks])


@app.command()
def show(hook: Id, as_json: Json = False) -> None:
    """Show one hook: what it asked for, how far it is, what keeps it."""
    facts = facts_of(asyncio.run(hook_calls.find(hook)))
    if as_json:
        print_json(facts)
    else:
        print_facts({name.replace("_", " "): value for name, value in facts.items()})


@app.command()
def pause(hook: Id, as_json: Json = False) -> None:
    """Tell a hook nothing until it is resumed; changes wait as long as the stream keeps them."""
    _print_changed(asyncio.run(hook_calls.change(hook, lambda _: paused)), as_json=as_json)


@app.command()
def resume(hook: Id, as_json: Json = False) -> None:
    """Tell a hook again that was paused, suspended or gone, from where it stopped."""
    changed = asyncio.run(hook_calls.change(hook, lambda now: partial(resumed, now=now)))
    _print_changed(changed, as_json=as_json)


@app.command("name")
def rename(
    hook: Id,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Empty for none.")],
    as_json: Json = False,
) -> None:
    """Call a hook something, to tell it from others at its host."""
    step = partial(named, name=name_in(name))
    _print_changed(asyncio.run(hook_calls.change(hook, lambda _: step)), as_json=as_json)


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
    secret = secret_in(secret_file) if secret_file else hook_calls.new_secret()
    step = partial(exchanged, secret=secret, overlap=timedelta(hours=overlap_hours))
    changed = asyncio.run(hook_calls.change(hook, lambda now: partial(step, now=now)))
    if as_json:
        print_json(facts_of(changed) | {"secret": None if secret_file else secret})
        return
    say(f"hook {changed.id} has another secret; the old one signs {_how_long(changed)}")
    if not secret_file:
        say("give its receiver this one, shown only now:")
        typer.echo(secret)


@app.command()
def remove(hook: Id, as_json: Json = False) -> None:
    """Forget a hook with its queue and dead letters."""
    asyncio.run(hook_calls.remove(hook))
    if as_json:
        print_json({"removed": hook})
    else:
        say(f"removed: {hook}")


@app.command("test")
def ping(hook: Id, as_json: Json = False) -> None:
    """Post a `ping` now, and show how it is taken; exit code 1 when it is not."""
    reply = asyncio.run(hook_calls.ping(hook))
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
    attempts, letters = asyncio.run(hook_calls.deliveries(hook, limit))
    if as_json:
        print_json({"letters": letters} if dead else {"attempts": attempts, "letters": letters})
    elif dead:
        rows = [letter_row(one) for one in letters]
        print_table(counted(len(rows), "dead letter"), ("change", "at", "attempts", "reason"), rows)
    else:
        tried = [attempt_row(one) for one in attempts]
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
    again, left = asyncio.run(
        hook_calls.retry(hook, None if everything else frozenset(changes or ()))
    )
    if as_json:
        print_json({"retried": again, "left": left})
        return
    say(f"due again: {counted(again, 'dead letter')}")
    if left:
        say(f"{left} more wait until there is room in the queue; give the command again then")


def _print_changed(hook: Hook, *, as_json: bool) -> None:
    if as_json:
        print_json(facts_of(hook))
    else:
        say(f"{hook.state}: {hook.id}")


def _how_long(hook: Hook) -> str:
    """Return for how long the secret of before still signs."""
    until = hook.former_until
    return f"too until {until:%Y-%m-%d %H:%M} UTC" if until else "no more"
