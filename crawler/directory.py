"""Who publishes, by id: the operator's own outlets before the shipped ones."""

from collections.abc import Iterable

from crawler.model import Outlet, OutletId
from crawler.ports import Subscriptions


class Directory:
    """Answers for every outlet, also one that another process added a moment ago.

    What the store said of an outlet is kept for this process's life.

    Args:
        subscriptions: Where the operator's own outlets are.
        shipped: The others.
    """

    def __init__(self, subscriptions: Subscriptions, shipped: Iterable[Outlet]) -> None:
        self._subscriptions = subscriptions
        self._shipped = {outlet.id: outlet for outlet in shipped}
        self._known: dict[OutletId, Outlet] = {}

    async def outlet(self, name: OutletId) -> Outlet | None:
        """Return the outlet of an id, or None when nobody told of it."""
        if name not in self._known:
            found = await self._subscriptions.outlet(name) or self._shipped.get(name)
            if found is None:
                return None
            self._known[name] = found
        return self._known[name]

    async def zone(self, name: OutletId) -> str:
        """Return the IANA name of an outlet's time zone; empty when it is not known."""
        outlet = await self.outlet(name)
        return outlet.time_zone if outlet else ""
