"""What Scrapy's own commands say that would start without Kordon's application."""

from argparse import Namespace
from typing import NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.middlewares import UNWIRED


class Unwired(ScrapyCommand):
    """A command that starts a crawler of Scrapy's: refused before it does, or it ends in a trace.

    Nothing may be asked of a publisher without the manners, and these need the application.
    """

    requires_crawler_process = False

    def short_desc(self) -> str:
        """Return that the command does nothing here."""
        return "Not in this project: it has no application to ask with"

    def run(self, args: list[str], opts: Namespace) -> NoReturn:  # noqa: ARG002 - Scrapy's
        """Refuse.

        Raises:
            UsageError: Always.
        """
        raise UsageError(UNWIRED, print_help=False)
