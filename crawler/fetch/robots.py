"""What a host's robots file allows us (RFC 9309), parsed by protego."""

import re
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

FIRST_ERROR = 500
THROTTLED = 429  # no answer about rules, as a 5xx is none
UNREACHABLE_LIFETIME = timedelta(minutes=1)  # spares the host, and does not outlast our retries
_AGENT_LINE = re.compile(
    r"^[ \t]*user[ -]?agent[ \t]*[: \t][ \t]*([^#\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_STORED = re.compile(rb"# answered (\d{3})\n")


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What one robots file says to one agent."""

    agent: str  # the product token, as `product_token` gives it
    parsed: Protego
    reachable: bool = True  # else nothing may be asked, for now
    size: int = 0  # bytes that were read

    def allows(self, url: str) -> bool:
        """Tell whether the agent may ask for this address."""
        return self.reachable and bool(self.parsed.can_fetch(url, self.agent))

    @property
    def crawl_delay(self) -> timedelta | None:
        """The pause the publisher asks for; None when no such wish is known."""
        seconds = self.parsed.crawl_delay(self.agent)
        return None if seconds is None else timedelta(seconds=min(seconds, 86_400.0))


def product_token(user_agent: str) -> str:
    """Return the name robots files call us by: `Kordon` of `Kordon/0.1 (...)`."""
    found = re.match(r"[A-Za-z_-]+", user_agent)
    return found[0] if found else user_agent


def read_robots(status: int, body: bytes, agent: str, *, max_bytes: int) -> Rules:
    """Return the rules that an answer to a robots request amounts to.

    A file is parsed as far as `max_bytes` (at least 500 KiB are owed), without the line that
    the limit cuts. No file (4xx, too many redirects) allows everything; a host that cannot say
    (5xx, 429, no answer: status 0) allows nothing until it can.

    Source: RFC 9309, 2.3.1 and 2.5
    """
    if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        answered = status not in {0, THROTTLED} and status < FIRST_ERROR
        return Rules(agent, Protego.parse(""), reachable=answered)
    whole = body if len(body) < max_bytes else body[:max_bytes].rpartition(b"\n")[0]
    text = whole.decode("utf-8-sig", "replace")
    return Rules(agent, Protego.parse(_addressed_to(agent, text)), size=len(whole))


def stored(status: int, body: bytes) -> bytes:
    """Return a robots answer as bytes that `recalled` turns into rules again."""
    return b"# answered %03d\n" % status + body


def recalled(kept: bytes, agent: str, *, max_bytes: int) -> Rules:
    """Return the rules of an answer that was `stored`."""
    head = _STORED.match(kept)
    status, body = (int(head[1]), kept[head.end() :]) if head else (200, kept)
    return read_robots(status, body, agent, max_bytes=max_bytes)


def _addressed_to(agent: str, text: str) -> str:
    """Call each agent by one of three names: ours, `*`, or another.

    A name counts as far as it is a product token, so that `Kordon/0.1` is us, and `Kord` is not.
    Protego copies each rule to each agent of its group: twenty thousand agents with as many
    rules, which fit into the 500 KiB, would be some hundred million.

    Source: RFC 9309, 2.2.1; Google's parser, ExtractUserAgent
    """

    def renamed(line: re.Match[str]) -> str:
        name = line[1].strip().strip("*")
        if not name:
            return line[0]
        ours = product_token(name).lower() == agent.lower()
        return f"User-agent: {agent if ours else 'another'}"

    return _AGENT_LINE.sub(renamed, text)
