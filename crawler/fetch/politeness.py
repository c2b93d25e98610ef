"""How long a host is left alone between two requests."""

from datetime import timedelta

NONE = timedelta(0)


def host_pause(
    usual: timedelta,
    *,
    longest: timedelta,
    crawl_delay: timedelta | None = None,
    latency: timedelta = NONE,
) -> timedelta:
    """Return how long to wait after one request to a host before the next.

    At least what the operator's rate allows. A publisher who asks for more gets it, and so does
    a host that struggles: one that needs five seconds for an answer is not asked every second.

    Args:
        usual: One over the rate; nothing makes the pause shorter.
        longest: What the operator grants at most to `crawl_delay` and `latency`.
        crawl_delay: Crawl-delay of the host's robots file, if it names one.
        latency: How long the host took for its last answer.

    Source: Scrapy AutoThrottle, at one request at a time
    """
    return max(usual, min(max(crawl_delay or NONE, latency), longest))
