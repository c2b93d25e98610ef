"""Broken promises, grouped by who must act.

    KordonError
    ├── ConfigError     the operator, at start-up only: mend the setting that is named
    │   └── UnknownError     whoever asks: name something that there is
    ├── SourceError     the publisher: record it, back off, go on
    ├── StoreError      the platform: retry, or stop cleanly
    │   └── SupersededError  whoever writes stories: look which generations are written, ask again
    └── DeliveryError   a subscriber: retry, then keep the letter

Outcomes that are expected (not modified, skipped, joined) are values, never errors.
"""


class KordonError(Exception):
    """Anything Kordon says on purpose; `str()` is one sentence an operator can act on."""


class ConfigError(KordonError):
    """Something the operator wrote cannot be used.

    Args:
        problem: What is wrong, naming the setting, option or file.
        remedy: What to do about it, as an instruction.
        reason: A stable word (`one-story`), by which the page says it in other languages.
    """

    def __init__(self, problem: str, remedy: str = "", reason: str = "") -> None:
        super().__init__(f"{problem}; {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy
        self.reason = reason


class UnknownError(ConfigError):
    """Something is meant that there is not.

    Args:
        what: Its kind, such as a story.
        subject: The id that nothing has.
        remedy: Where there are ids.
    """

    def __init__(self, what: str, subject: str, remedy: str = "") -> None:
        super().__init__(f"no {what} {subject} is known", remedy, f"unknown-{what}")
        self.subject = subject


class SourceError(KordonError):
    """A publisher gave us something we cannot use.

    Args:
        url: Where it came from.
        reason: A stable word for counting (`too-large`, `not-a-feed`).
        problem: The same for a person, with the particulars.
    """

    def __init__(self, url: str, reason: str, problem: str = "") -> None:
        super().__init__(f"{problem or reason}: {url}")
        self.url = url
        self.reason = reason
        self.problem = problem or reason

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, str, str]]:
        """Survive the way back from a worker process with the subject attached."""
        return type(self), (self.url, self.reason, self.problem)


class StoreError(KordonError):
    """Redis is away, full or refuses; what was asked may be asked again."""


class SupersededError(StoreError):
    """Other generations of stories are written by now than whoever asked knew of."""


class DeliveryError(KordonError):
    """A subscriber did not take what was sent."""
