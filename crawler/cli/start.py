"""Where `kordon` begins: it reads nothing before an interrupt is looked after."""

import sys

from crawler.cli.exits import EXIT_INTERRUPTED


def main() -> None:
    """Run the command line; an interrupt while its modules are read ends it without a trace."""
    try:
        from crawler.cli.main import main as command  # noqa: PLC0415 - takes a tenth of a second

        command()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
