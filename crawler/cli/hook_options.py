"""What an operator may write of a hook: each option read, or refused with what to write instead."""

from pathlib import Path

from yarl import URL

from crawler.catalog.topics import known_topic
from crawler.cli.session import why_of
from crawler.config import Config
from crawler.contract import is_before, is_change_id
from crawler.errors import ConfigError, SourceError
from crawler.fetch.addresses import is_public, literal
from crawler.fetch.urls import refuse_unfetchable
from crawler.model import ChangeId, ChangeKind, TopicId
from crawler.ports import Window
from crawler.render.webhook import key_of, written_secret
from crawler.setting import nearest

NAME_MOST = 60  # letters, so that a row stays one
BEGIN = "0-0"  # before the first change there ever was


def check_address(url: str, config: Config) -> None:
    """Let an address pass that may be told; what its name means is looked at when it is told.

    Raises:
        ConfigError: It is malformed, has a password, or is a private address.
    """
    try:
        refuse_unfetchable(url)
    except SourceError as error:
        raise ConfigError(
            f"{error.problem}: it cannot be posted to", "give an http(s) address without a password"
        ) from error
    address = literal(URL(url, encoded=True).raw_host or "")
    if address is not None and not is_public(address, config.hook_allow_networks):
        raise ConfigError(
            f"{address} is not public", "open its network with HOOK_ALLOW_ADDRESSES if it is yours"
        )


def topic_of(asked: TopicId, config: Config) -> TopicId:
    """Return the topic asked for, or the first active one.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    if asked and known_topic(asked, config.own_topics) not in config.topics:
        raise ConfigError(f"{asked} is no active topic", f"active are {', '.join(config.topics)}")
    return asked or config.topics[0]


def position_in(since: str, window: Window) -> ChangeId:
    """Return the change after which a hook begins: the newest, unless another kept one is named.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    if not since:
        return window.last
    if not is_change_id(since):
        raise ConfigError(f"{since} is no change id", f"write it as in {window.last}, the newest")
    begin = window.trimmed or BEGIN
    is_kept = not (is_before(since, window.first or begin) or is_before(window.last, since))
    if since != begin and not is_kept:
        kept = f"{window.first} to {window.last} are" if window.first else "none is"
        raise ConfigError(
            f"{since} is no change that is kept; {kept}", f"write {begin} to begin with the oldest"
        )
    return ChangeId(since)


def name_in(text: str) -> str:
    """Return the name of a hook as it is shown.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    name = text.strip()
    if len(name) > NAME_MOST or not name.isprintable():
        raise ConfigError(f"{name!r} cannot name a hook", f"give up to {NAME_MOST} letters")
    return name


def kinds_in(text: str) -> tuple[str, ...]:
    """Return the kinds of change that a list with commas names; none for all.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    given = tuple(kind.strip() for kind in text.split(",") if kind.strip())
    for kind in given:
        if kind not in set(ChangeKind):
            meant = nearest(kind, ChangeKind)
            raise ConfigError(
                f"there is no event {kind!r}",
                f"write {meant}" if meant else f"known are {', '.join(ChangeKind)}",
            )
    return given


def secret_in(file: Path) -> str:
    """Return the secret that a file holds, as it is always written.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    try:
        secret = file.read_text("utf-8").strip()
        return written_secret(key_of(secret))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read ({why_of(error)})", "mend the path") from error
    except ValueError as error:
        raise ConfigError(
            f"{file} holds no secret ({error})", "write whsec_ and the base64 of 24 to 64 bytes"
        ) from error
