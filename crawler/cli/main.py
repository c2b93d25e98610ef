"""The root of the `kordon` command: its groups, its exit codes, how it fails.

Exit codes: 0 done; 1 the work could not be done (no feed answered, nothing found, a check failed);
2 the command or a setting is wrong; 3 the store is away; 70 a fault of Kordon's own; 130
interrupted.
"""

import logging
import os
import sys
from typing import Annotated

import typer

from crawler.cli import (
    articles,
    backup,
    contract,
    demo,
    doctor,
    evaluate_dedup,
    evaluate_reading,
    explain,
    feeds,
    frontier,
    hooks,
    hosts,
    index,
    outlets,
    rulings,
    run,
    schedule,
    serve,
    server,
    settings,
    stories,
    tokens,
    topics,
    up,
    work,
)
from crawler.cli.console import say
from crawler.errors import ConfigError, KordonError, StoreError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_STORE = 3
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="kordon",
    help="Collect Ukraine-border coverage, and keep one story of its many copies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("up")(up.up)
app.command("run")(run.run)
app.command("demo")(demo.demo)
stories.app.command("why")(explain.why)
stories.app.add_typer(rulings.app)
app.add_typer(stories.app, name="stories")
app.add_typer(articles.app, name="articles")
app.add_typer(feeds.app, name="feeds")
app.add_typer(outlets.app, name="outlets")
app.add_typer(topics.app, name="topics")
app.add_typer(frontier.app, name="frontier")
app.add_typer(hosts.app, name="hosts")
app.add_typer(index.app, name="index")
app.add_typer(server.app, name="server")
app.add_typer(contract.app, name="contract")
app.add_typer(tokens.app, name="tokens")
app.add_typer(hooks.app, name="hooks")
app.command("serve")(serve.serve)
app.add_typer(work.app, name="work")
app.add_typer(settings.app, name="settings")
evaluate_reading.app.command("dedup")(evaluate_dedup.evaluate_dedup)
app.add_typer(evaluate_reading.app, name="evaluate")
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("schedule")(schedule.schedule)

_debugging = False


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show traces and logs.")] = False,
) -> None:
    """Options of every command."""
    global _debugging  # noqa: PLW0603 - one process, one command
    _debugging = debug
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING)


def main() -> None:
    """Run the command line; a failure is one sentence and an exit code, with --debug a trace."""
    try:
        app()
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
