"""Which topic a view is about."""

from crawler.model import TopicId
from crawler.serve.problems import Problem
from crawler.serve.service import Service


def topic_asked(service: Service, name: str) -> TopicId:
    """Return the topic of this name; the first one when none is named.

    Raises:
        Problem: 404 when it is not served here.
    """
    if name and name not in service.indexes:
        raise Problem(404, f"there is no topic {name} here", key="no-topic", name=name)
    return TopicId(name) if name else next(iter(service.indexes))
