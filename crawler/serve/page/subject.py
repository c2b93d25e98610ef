"""Which story a view is about."""

from dataclasses import dataclass

from crawler.contract import StoryPayload
from crawler.model import TopicId
from crawler.serve.narrowing import Outlets
from crawler.serve.page.shell import Frame


@dataclass(frozen=True, slots=True)
class Subject:
    """A story with what a view of it needs."""

    frame: Frame
    topic: TopicId
    story: StoryPayload
    outlets: Outlets
