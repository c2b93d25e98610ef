"""Composition root: a `Config` becomes a wired `App`; the only place that picks implementations."""

from dataclasses import dataclass

from crawler.config import Config
from crawler.ports import Clock, Corpus, Frontier, Stories


@dataclass(frozen=True, slots=True)
class App:
    """Everything a command or a spider works with."""

    config: Config
    clock: Clock
    frontier: Frontier
    stories: Stories
    corpus: Corpus
