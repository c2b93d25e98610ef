"""Use case: is there a feed at an address? Asked once, like any reader; nothing is committed."""

from dataclasses import dataclass

from crawler.config import Config
from crawler.errors import SourceError
from crawler.pool import Pool
from crawler.read.feed import FeedDocument, read_feed

OK = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """What an address answered."""

    url: str
    reason: str = ""  # why it is no feed; empty when it is one
    problem: str = ""  # the same for a person
    title: str = ""
    entries: int = 0
    answered_by: str = ""  # after redirects

    @property
    def is_feed(self) -> bool:
        """Whether a feed was read; one without entries is a feed too."""
        return not self.reason


class Check:
    """Judges answers as polling would."""

    def __init__(self, config: Config, pool: Pool) -> None:
        self._config = config
        self._pool = pool

    async def answered(
        self, url: str, *, status: int, answered_by: str, content_type: str, body: bytes
    ) -> Checked:
        """Return what an answer to a question for `url` shows."""
        if status != OK:
            return Checked(url, f"http-{status}", f"the answer is HTTP {status}")
        deadline = self._config.feed_deadline
        try:
            found = await self._pool.run(url, deadline, read, body, answered_by, content_type)
        except SourceError as error:
            return refused(url, error)
        return Checked(url, "", "", found.title, len(found.items), answered_by)


def read(body: bytes, url: str, content_type: str) -> FeedDocument:
    """Read a feed in a worker process."""
    return read_feed(body, url=url, content_type=content_type)


def refused(url: str, error: SourceError) -> Checked:
    """Return what a failed question shows."""
    return Checked(url, error.reason, error.problem)
