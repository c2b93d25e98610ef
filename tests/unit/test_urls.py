import pytest

from crawler.errors import SourceError
from crawler.fetch.urls import (
    LONGEST,
    asked_address,
    canonical_address,
    host_of,
    origin_of,
    redirect_target,
    refuse_unfetchable,
)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("HTTPS://Example.COM/News", "https://example.com/News"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?&&", "https://example.com/a"),
        ("https://example.com/%7euser/%e2%82%ac", "https://example.com/~user/%E2%82%AC"),
        ("https://example.com/новини", "https://example.com/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/%2e%2e/a", "https://example.com/a"),
        ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("https://новини.укр/a", "https://xn--b1amarcd.xn--j1amh/a"),
        ("http://0x8.0x8.2056/a", "http://8.8.8.8/a"),
        ("https://[2001:DB8::0:1]/a", "https://[2001:db8::1]/a"),
        ("https://example.com/a?utm_source=rss&id=7&fbclid=x", "https://example.com/a?id=7"),
        ("https://example.com/a?UTM_Campaign=x&gclid=1&yclid=2", "https://example.com/a"),
        ("https://example.com/a?utm%5Fsource=x", "https://example.com/a"),
        ("https://example.com/a?xtor=RSS-1", "https://example.com/a"),
        ("https://example.com/a?PHPSESSID=d41d8cd9&id=7", "https://example.com/a?id=7"),
        ("https://example.com/a.cfm?id=7&CFID=12&CFTOKEN=3f", "https://example.com/a.cfm?id=7"),
        ("https://example.com/a;jsessionid=1A.node2?id=7", "https://example.com/a?id=7"),
        ("https://example.com/a;JSESSIONID=1A/b;v=2", "https://example.com/a/b;v=2"),
    ],
)
def test_a_page_has_one_spelling(given, canonical):
    assert canonical_address(given) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a?b", "https://example.com/a?b="),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://example.com/a/"),
        ("https://example.com/a", "http://example.com/a"),
        ("https://example.com/a", "https://www.example.com/a"),
        ("https://example.com/a+b", "https://example.com/a%20b"),
        ("https://example.com/a?q=1%262", "https://example.com/a?q=1&2"),
        ("https://example.com/a?ref=1", "https://example.com/a"),
        ("https://example.com/a?sid=1", "https://example.com/a?sid=2"),
        ("https://example.com/a;v=1", "https://example.com/a;v=2"),
        ("https://example.com/a?a=1&b=2", "https://example.com/a?a=1"),
    ],
)
def test_two_pages_never_become_one(one, other):
    assert canonical_address(one) != canonical_address(other)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "scheme"),
        ("example.com/a", "scheme"),
        ("mailto:desk@example.com", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("http://", "bad-address"),
        ("https:///a", "bad-address"),
        ("https://user:word@example.com/", "bad-address"),
        ("https://@example.com/", "bad-address"),
        ("https://example.com:99999/", "bad-address"),
        ("https://example.com:x/", "bad-address"),
        ("https://example.com:22/", "bad-address"),
        ("https://[::1/", "bad-address"),
        ("https://[::g]/", "bad-address"),
        ("https://exa mple.com/", "bad-address"),
        ("https://-example.com/", "bad-address"),
        ("https://a..b/", "bad-address"),
        ("https://256.1.1.1/", "bad-address"),
        ("https://1.2.3.4.5/", "bad-address"),
        ("https://example.0x7g.08x.1/", "bad-address"),
        ("https://" + "a" * 64 + ".com/", "bad-address"),
        ("https://example.com/" + "a" * LONGEST, "bad-address"),
    ],
)
def test_a_hopeless_address_is_refused_with_its_reason(url, reason):
    with pytest.raises(SourceError) as refused:
        canonical_address(url)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("https://Example.com/a", "example.com", "example.com:443"),
        ("http://example.com/a", "example.com", "example.com:80"),
        ("http://example.com:8080/", "example.com:8080", "example.com:8080"),
        ("http://новини.укр", "xn--b1amarcd.xn--j1amh", "xn--b1amarcd.xn--j1amh:80"),
        ("https://[::1]:8443/", "[::1]:8443", "[::1]:8443"),
        ("https://under_score.example.com", "under_score.example.com",
         "under_score.example.com:443"),
    ],
)  # fmt: skip
def test_a_host_bears_requests_and_an_origin_has_one_robots_file(url, host, origin):
    assert (host_of(url), origin_of(url)) == (host, origin)


@pytest.mark.parametrize("url", ["https://example.com/a?b=c%20d#e", "https://example.com:6379/"])
def test_a_clean_web_address_may_be_asked(url):
    refuse_unfetchable(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "https://user@example.com/",
        "https://example.com/a b",
        "https://example.com/a\r\nX-Evil: 1",
        "https://example.com/a\tb",
        "https://example.com/é",
        "https://example.com\\@evil.example/",
        "https://example.com/\x7f",
        "https://example.com:25/",
        "https://example.com/" + "a" * LONGEST,
    ],
)
def test_no_other_address_may_be_asked(url):
    with pytest.raises(SourceError):
        refuse_unfetchable(url)


def test_an_address_is_asked_as_given_but_without_dot_segments():
    given = "https://Example.com/open/../private/%7Ea?utm_source=rss#top"
    assert asked_address(given) == "https://example.com/private/%7Ea?utm_source=rss"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/b?c#d", "https://example.com/b?c"),
        (b"b", "https://example.com/dir/b"),
        (b"../b", "https://example.com/b"),
        (b"?page=2", "https://example.com/dir/a?page=2"),
        (b"//other.example/b", "https://other.example/b"),
        (b" HTTP://OTHER.example:80/b ", "http://other.example/b"),
        ("/новини".encode(), "https://example.com/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8"),
        ("/ново".encode("cp1251"), "https://example.com/%ED%EE%E2%EE"),
        ("https://новини.укр/".encode(), "https://xn--b1amarcd.xn--j1amh/"),
        (b"/a%20b c", "https://example.com/a%20b%20c"),
        (b"/%7Ea", "https://example.com/%7Ea"),
        (b"https://example.com/open/../private/./b", "https://example.com/private/b"),
    ],
)
def test_a_redirect_leads_where_a_browser_would_go(location, target):
    assert redirect_target("https://example.com/dir/a", location) == target
    refuse_unfetchable(target)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (b"file:///etc/passwd", "scheme"),
        (b"gopher://example.com/", "scheme"),
        (b"data:text/html,x", "scheme"),
        (b"http://user:word@example.com/", "bad-address"),
        (b"http://[::1", "bad-address"),
        (b"http:///", "bad-address"),
        (b"http://example.com:25/", "bad-address"),
    ],
)
def test_a_redirect_to_nowhere_is_refused_with_its_reason(location, reason):
    with pytest.raises(SourceError) as refused:
        redirect_target("https://example.com/a", location)
    assert refused.value.reason == reason
