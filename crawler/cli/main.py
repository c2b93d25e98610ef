"""The root of the `kordon` command: the options of every command, how it fails."""

import importlib.metadata
import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.cli.commands import Root
from crawler.cli.console import say, show_what_can_be
from crawler.cli.exits import EXIT_FAILED, EXIT_FAULT, EXIT_INTERRUPTED, EXIT_STORE, EXIT_USAGE
from crawler.errors import ConfigError, KordonError, StoreError

app = typer.Typer(
    name="kordon",
    cls=Root,
    help="Collect Ukraine-border coverage, and keep one story of its many copies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_debugging = False


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kordon {importlib.metadata.version('kordon')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show traces and logs.")] = False,
    version: Annotated[  # noqa: ARG001 - told before anything else
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of every command."""
    global _debugging  # noqa: PLW0603 - one process, one command
    _debugging = debug
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a failure is one sentence and an exit code, with --debug a trace.

    Args:
        arguments: Those of the process, unless others are given.
    """
    show_what_can_be()
    try:
        app(arguments, prog_name="kordon")
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        say("kordon: interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:  # the outermost frame of the process
        if _debugging:
            raise
        say(f"kordon: {sentence(error)}")
        sys.exit(exit_code(error))


def sentence(error: Exception) -> str:
    """Return what happened and what to do about it, for an operator."""
    if isinstance(error, KordonError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}; mend it and run the command again"
    return (
        f"a fault of Kordon's own ({type(error).__name__}: {error}); "
        "run it again as `kordon --debug ...` and report what it prints"
    )


def exit_code(error: Exception) -> int:
    """Return the exit code that tells a caller who must act."""
    if isinstance(error, ConfigError):
        return EXIT_USAGE
    if isinstance(error, StoreError):
        return EXIT_STORE
    return EXIT_FAILED if isinstance(error, KordonError | OSError) else EXIT_FAULT
