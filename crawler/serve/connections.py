"""Connections of clients: who lets us wait makes room for others.

The server itself waits for a request for ever, and each connection takes one of the files that a
process may have open. So a few hundred requests that never end would keep everybody out, and the
store with them, from anybody who can reach the port.
"""

import asyncio
from resource import RLIMIT_NOFILE, getrlimit

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

BACKLOG = 64  # taken at one go, before room is made
CROWD = 256  # clients that keep a connection each, and ask now and then


def waiting_most(files: int) -> int:
    """Return how many connections may wait, for a process that may have so many files open.

    Half of them: some systems grant 256, and the store and answers under way take theirs.
    """
    return min(CROWD, files // 2)


WAITING_MOST = waiting_most(getrlimit(RLIMIT_NOFILE)[0])


class Connection(H11Protocol):
    """One client's connection; of those that let us wait the longest is cut when they are many.

    We wait for a client that has not sent a whole request, or not taken the answer and asked on.
    """

    waits_since: float | None = None  # on the loop's clock

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        if self._answers():
            self.waits_since = None
        elif self.waits_since is None:
            self.waits_since = self.loop.time()
            self._make_room()

    def _answers(self) -> bool:
        """Tell whether a request is whole and its answer under way."""
        asked: RequestResponseCycle | None = self.cycle
        return asked is not None and not (asked.more_body or asked.response_complete)

    def _make_room(self) -> None:
        waiting = [
            (one.waits_since, one)
            for one in self.connections
            if isinstance(one, Connection) and one.waits_since is not None
        ]
        if len(waiting) > WAITING_MOST:
            _, longest = min(waiting, key=lambda pair: pair[0])
            longest.waits_since = None
            longest.transport.abort()
