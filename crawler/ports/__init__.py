"""What the use cases need of the outside, as protocols; `store` has each of them twice.

Every method of a store may raise `StoreError`. Async begins here.
"""

from crawler.ports.announcements import Announcements, Hooks, Hubs, Step, Subscriptions, Tell
from crawler.ports.clock import Clock
from crawler.ports.frontier import Census, EntryRecord, Frontier, HostLedger, HostRecord
from crawler.ports.published import (
    Corpus,
    Event,
    Published,
    Standing,
    Texts,
    Tokens,
    Tombstones,
    Window,
)
from crawler.ports.stories import (
    Decide,
    Depart,
    Erasure,
    Generations,
    KeptStories,
    Leftover,
    Lesson,
    Lessons,
    Regroup,
    Rulings,
    Size,
    Stories,
    Succeed,
)

__all__ = [
    "Announcements",
    "Census",
    "Clock",
    "Corpus",
    "Decide",
    "Depart",
    "EntryRecord",
    "Erasure",
    "Event",
    "Frontier",
    "Generations",
    "Hooks",
    "HostLedger",
    "HostRecord",
    "Hubs",
    "KeptStories",
    "Leftover",
    "Lesson",
    "Lessons",
    "Published",
    "Regroup",
    "Rulings",
    "Size",
    "Standing",
    "Step",
    "Stories",
    "Subscriptions",
    "Succeed",
    "Tell",
    "Texts",
    "Tokens",
    "Tombstones",
    "Window",
]
