from datetime import timedelta

import pytest

from crawler.fetch.robots import product_token, read_robots, recalled, stored

LIMIT = 512_000
PAGE = "https://example.com/private/a?b=c"


def rules(body: str, status: int = 200, agent: str = "Kordon"):
    return read_robots(status, body.encode(), agent, max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /private", False),
        ("User-agent: *\nDisallow: /Private", True),
        ("user-AGENT: *\ndisALLOW: /private", False),
        ("\ufeffUser-agent: *\nDisallow: /private", False),
        ("User-agent: *\r\nDisallow: /private\r\n", False),
        ("User-agent: *\rDisallow: /private", False),
        ("User-agent: * # all\nDisallow: /private # ours", False),
        ("User-agent: *\nDisallow: /private\nAllow: /private/a", True),
        ("User-agent: *\nAllow: /private/a\nDisallow: /private", True),
        ("User-agent: *\nDisallow: /private\nAllow: /private", True),
        ("User-agent: *\nDisallow: /*?b=", False),
        ("User-agent: *\nDisallow: /*c$", False),
        ("User-agent: *\nDisallow: /*b$", True),
        ("User-agent: *\nDisallow: /%70rivate", False),
        ("User-agent: Kordon\nDisallow: /", False),
        ("User-agent: kordon\nDisallow: /", False),
        ("User-agent: Kordon/0.1\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: Kordon/0.1 (news deduplication crawler)\nDisallow: /", False),
        ("User-agent: Kordon Bot\nDisallow: /", False),
        ("User-agent: *Kordon*\nDisallow: /", False),
        ("User-agent: Kord\nDisallow: /", True),
        ("User-agent: on\nDisallow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Kordon\nAllow: /", True),
        ("User-agent: other\nUser-agent: Kordon\nDisallow: /", False),
        ("User-agent: Kordon\nAllow: /a\n\nUser-agent: Kordon\nDisallow: /private", False),
        ("User-agent: Kordonette\nDisallow: /", True),
        ("User-agent: GPTBot\nDisallow: /\nUser-agent: *\nDisallow: /x", True),
        ("<!doctype html><title>Not found</title>", True),
        ("Disallow: /", True),
    ],
)
def test_the_file_is_read_as_rfc_9309_says(body, allowed):
    assert rules(body).allows(PAGE) is allowed


def test_the_robots_file_itself_is_always_allowed():
    assert rules("User-agent: *\nDisallow: /").allows("https://example.com/robots.txt")


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410, 451])
def test_no_file_allows_everything(status):
    found = rules("User-agent: *\nDisallow: /", status)
    assert found.reachable
    assert found.allows(PAGE)


@pytest.mark.parametrize("status", [0, 429, 500, 503, 599])
def test_a_host_that_cannot_say_allows_nothing(status):
    found = rules("User-agent: *\nAllow: /", status)
    assert not found.reachable
    assert not found.allows(PAGE)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("Crawl-delay: 10", 10), ("crawl-delay: 0.5", 0.5), ("Crawl-delay: soon", None),
     ("Crawl-delay: -1", None), ("Crawl-delay: inf", None), ("Crawl-delay: 1e300", 86_400),
     ("", None)],
)  # fmt: skip
def test_crawl_delay_is_what_is_asked_of_us(line, seconds):
    delay = rules(f"User-agent: *\n{line}\nDisallow: /x").crawl_delay
    assert delay == (None if seconds is None else timedelta(seconds=seconds))


def test_crawl_delay_of_others_is_not_ours():
    assert rules("User-agent: other\nCrawl-delay: 10").crawl_delay is None


def test_what_lies_beyond_the_limit_is_not_read():
    start = "User-agent: *\nDisallow: /first\n"
    body = start + "#" * (LIMIT - len(start)) + "\nDisallow: /private\n"
    assert rules(body).allows(PAGE)
    assert not rules(body).allows("https://example.com/first")


def test_the_line_that_the_limit_cuts_is_not_read():
    start = "User-agent: *\nDisallow: /first\n"
    cut = start + "#" * (LIMIT - len(start) - 12) + "\nDisallow: /private-room"
    assert len(cut) > LIMIT
    assert cut[:LIMIT].endswith("\nDisallow: /")
    assert rules(cut).allows(PAGE)


@pytest.mark.timeout(30)  # copied to each agent, the rules would take minutes and gigabytes
def test_thousands_of_agents_with_thousands_of_rules_are_read_at_once():
    agents = "".join(f"User-agent: a{number}\n" for number in range(15_000))
    hostile = agents + "".join(f"Disallow: /{number}\n" for number in range(15_000))
    assert rules(hostile).allows(PAGE)


@pytest.mark.parametrize("status", [200, 404, 503, 0])
def test_an_answer_survives_being_stored(status):
    body = b"User-agent: *\nDisallow: /private\nCrawl-delay: 2"
    fresh = read_robots(status, body, "Kordon", max_bytes=LIMIT)
    again = recalled(stored(status, body), "Kordon", max_bytes=LIMIT)
    assert again.reachable == fresh.reachable
    assert again.allows(PAGE) == fresh.allows(PAGE)
    assert again.crawl_delay == fresh.crawl_delay


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [("Kordon/0.1 (news; +x@y)", "Kordon"), ("my-bot", "my-bot"), ("1", "1")],
)
def test_the_product_token_is_the_name_before_the_version(user_agent, token):
    assert product_token(user_agent) == token
