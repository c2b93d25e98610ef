"""What the commands about hooks ask of the store and of a receiver."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from crawler.app import App
from crawler.cli.delivering import sending
from crawler.cli.hook_options import check_address, position_in, topic_of
from crawler.cli.narrowing import check_filters, publishers
from crawler.cli.session import config_on, opened
from crawler.errors import ConfigError
from crawler.hook import Attempt, Hook, HookId, Letter, Reply
from crawler.model import TopicId
from crawler.ports import Step
from crawler.render.webhook import SECRET_BYTES, ping_message, written_secret
from crawler.schedule.delivery import revived, room

ID_BYTES = 4


async def add(
    url: str,
    topic: TopicId,
    *,
    events: tuple[str, ...],
    filters: tuple[str, ...],
    since: str,
    secret: str | None,
    name: str,
) -> Hook:
    """Return a new hook, kept.

    Args:
        url: Where its receiver is.
        topic: Whose changes it is told; empty for the first active topic.
        events: Kinds of changes; empty for all.
        filters: Facets of stories; empty for all.
        since: The change it begins after; empty for the newest.
        secret: Signs what it is told; None for one made here.
        name: What it is called; may be empty.

    Raises:
        ConfigError: The address may not be posted to, or a topic, filter or change is not known.
    """
    config = config_on(None)
    check_address(url, config)
    chosen = topic_of(topic, config)
    async with opened(config) as wired:
        check_filters(filters, await publishers(wired))
        hook = Hook(
            id=HookId(secrets.token_hex(ID_BYTES)),
            url=url,
            secret=secret or new_secret(),
            topic=chosen,
            created=wired.clock.now(),
            position=position_in(since, await wired.published.window(chosen)),
            events=events,
            filters=filters,
            name=name,
        )
        await wired.hooks.add(hook)
    return hook


def new_secret() -> str:
    """Return a secret as receivers write it."""
    return written_secret(secrets.token_bytes(SECRET_BYTES))


async def every_hook() -> Sequence[Hook]:
    """Return all hooks there are."""
    async with opened() as wired:
        return await wired.hooks.all()


async def find(name: str) -> Hook:
    """Return a hook by its id; `ConfigError` when there is none, here and below."""
    async with opened() as wired:
        return await _known(wired, name)


async def change(name: str, step_at: Callable[[datetime], Step]) -> Hook:
    """Return a hook after a step that is made for this instant."""
    async with opened() as wired:
        turn = await wired.hooks.change(HookId(name), step_at(wired.clock.now()))
    if turn is None:
        raise _unknown(name)
    return turn.hook


async def remove(name: str) -> None:
    """Forget a hook with its queue and dead letters."""
    async with opened() as wired:
        if not await wired.hooks.remove(HookId(name)):
            raise _unknown(name)


async def ping(name: str) -> Reply:
    """Return how a receiver takes a `ping`."""
    async with opened() as wired, sending(wired.config, wired.clock) as sender:
        hook, now = await _known(wired, name), wired.clock.now()
        return await sender.post(hook, ping_message(f"{hook.id}-ping-{now.timestamp():.3f}", now))


async def deliveries(name: str, limit: int) -> tuple[Sequence[Attempt], Sequence[Letter]]:
    """Return the newest attempts to tell a hook, and its newest dead letters."""
    async with opened() as wired:
        hook = await _known(wired, name)
        letters = await wired.hooks.letters(hook.id)
        return await wired.hooks.attempts(hook.id, limit), letters[: -limit - 1 : -1]


async def retry(name: str, changes: frozenset[str] | None) -> tuple[int, int]:
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
