"""The contact address publishers see: asked for once, on a terminal, then remembered."""

import sys

import typer

from crawler.cli.console import say
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.overrides import contact_of, remember_contact, remembered_contact

WHY = "Publishers see who crawls them: the User-Agent can carry an address they may write to."
QUESTION = "Your mail address or web page (Enter for none)"
HINT = "No contact address: publishers cannot reach you. Set CONTACT or KORDON_CONTACT."


def ask_for_contact(config: Config) -> bool:
    """Ask the operator for a contact if there is none yet; True when one was given.

    Only on a terminal, and only once for each home: an empty answer is remembered too. Elsewhere
    a hint is all.
    """
    if config.contact or remembered_contact(config.home) is not None:
        return False
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say(HINT)
        return False
    say(WHY)
    contact = _answer()
    remember_contact(config.home, contact)
    say(f"Remembered in {config.home}." if contact else f"{HINT} You will not be asked again.")
    return bool(contact)


def _answer() -> str:
    while answer := str(typer.prompt(QUESTION, default="", show_default=False, err=True)).strip():
        try:
            return contact_of(answer)
        except ConfigError as error:
            say(str(error))
    return ""
