"""Where the time comes from."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where `now` comes from; synced to the store's own time outside tests."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        ...
