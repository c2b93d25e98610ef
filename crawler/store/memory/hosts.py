"""The hosts of the frontier's twin: when each may be asked next, and what its robots file says.

All times are whole milliseconds, as in Redis.
"""

from dataclasses import dataclass

from crawler.model import Host


@dataclass(slots=True)
class HostClock:
    """When a host may be asked next."""

    slot: int = 0
    hold: int = 0
    turn: str = ""
    turn_ends: int = 0
    turn_slot: int = 0  # as the claim left it
    pause: int = 0
    pause_till: int = 0

    @property
    def open_at(self) -> int:
        """The first instant at which a claim may take the turn."""
        return max(self.slot, self.hold, self.turn_ends if self.turn else 0)


class MemoryHosts:
    """Every host's clock and robots file."""

    def __init__(self, operators_pause: int) -> None:
        self._operators_pause = operators_pause
        self._clocks: dict[Host, HostClock] = {}
        self._robots: dict[Host, tuple[int, bytes]] = {}

    def clock(self, host: Host) -> HostClock:
        """The clock of a host; one that was never asked is open."""
        return self._clocks.setdefault(host, HostClock())

    def pause(self, host: Host, now: int) -> int:
        """How long the host rests between two requests."""
        clock = self.clock(host)
        return max(self._operators_pause, clock.pause if clock.pause_till > now else 0)

    def set_pause(self, host: Host, pause: int, till: int) -> None:
        """Let the host rest at least so long, up to an instant."""
        clock = self.clock(host)
        clock.pause, clock.pause_till = pause, till

    def begin_turn(self, host: Host, key: str, ends: int, now: int) -> None:
        """Give the turn to the claim of this key."""
        clock = self.clock(host)
        clock.turn, clock.turn_ends = key, ends
        clock.slot = clock.turn_slot = now + self.pause(host, now)

    def end_turn(self, host: Host, key: str, rest: int, now: int) -> bool:
        """End the turn after a request: the host rests. False when the turn has passed."""
        clock = self.clock(host)
        held = clock.turn == key
        if held:
            clock.turn = ""
            clock.slot = max(clock.slot, now + max(rest, self.pause(host, now)))
        return held

    def spare_turn(self, host: Host, key: str, now: int) -> None:
        """End the turn of a host that was not asked; it rests only after slots reserved since."""
        clock = self.clock(host)
        if clock.turn == key:
            clock.turn = ""
            clock.slot = now if clock.slot == clock.turn_slot else clock.slot

    def drop_turn(self, host: Host, key: str) -> None:
        """Take the turn from a claim that was lost."""
        clock = self.clock(host)
        clock.turn = "" if clock.turn == key else clock.turn

    def reserve(self, host: Host, now: int) -> int:
        """Reserve the next slot for a request; return how long to wait for it."""
        clock = self.clock(host)
        at = max(now, clock.slot, clock.hold)
        clock.slot = at + self.pause(host, now)
        return at - now

    def hold(self, host: Host, until: int) -> None:
        """Leave the host alone until then; a longer hold stays."""
        clock = self.clock(host)
        clock.hold = max(clock.hold, until)

    def robots(self, host: Host, now: int) -> bytes | None:
        """The host's robots file within its lifetime, or None."""
        until, body = self._robots.get(host, (0, b""))
        return body if now < until else None

    def keep_robots(self, host: Host, body: bytes, until: int) -> None:
        """Remember a robots file up to an instant."""
        self._robots[host] = (until, body)
