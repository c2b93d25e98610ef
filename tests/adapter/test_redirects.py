"""Is a redirect followed as the manners demand?"""

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.errors import SourceError
from crawler.middlewares.redirects import RedirectsMiddleware, is_hop

FOLLOW = RedirectsMiddleware(most=5)
URL = "https://example.com/a"


def answer(status: int, location: str | bytes | None = None) -> Response:
    return Response(URL, status=status, headers={} if location is None else {"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_becomes_the_next_request(status):
    asked = Request(
        URL, headers={"If-None-Match": b'"\xe9"'}, meta={"claim": 1}, cb_kwargs={"c": 2}
    )
    hop = FOLLOW.process_response(asked, answer(status, "/b"))
    assert isinstance(hop, Request)
    assert hop.url == "https://example.com/b"
    assert hop.headers["If-None-Match"] == b'"\xe9"'
    assert hop.meta == {"claim": 1, "redirect_urls": [URL], "redirect_reasons": [status]}
    assert hop.cb_kwargs == {"c": 2}
    assert is_hop(hop)
    assert not is_hop(asked)


@pytest.mark.parametrize(
    "response", [answer(200, "/b"), answer(304, "/b"), answer(300, "/b"), answer(302)]
)
def test_what_is_no_redirect_is_an_answer(response):
    assert FOLLOW.process_response(Request(URL), response) is response


def test_a_redirect_is_followed_whatever_statuses_the_spider_handles():
    asked = Request(URL, meta={"handle_httpstatus_all": True})
    assert isinstance(FOLLOW.process_response(asked, answer(302, "/b")), Request)


def test_the_way_out_is_decided_anew_for_each_hop():
    meta = {"proxy": "http://p", "_scheme_proxy": True, "_auth_proxy": "http://p",
            "download_slot": "s", "download_latency": 1.0}  # fmt: skip
    asked = Request(URL, headers={"Proxy-Authorization": "Basic x"}, meta=meta)
    hop = FOLLOW.process_response(asked, answer(302, "http://other.example/"))
    assert isinstance(hop, Request)
    assert hop.meta == {"redirect_urls": [URL], "redirect_reasons": [302]}
    assert "Proxy-Authorization" not in hop.headers
    assert "Proxy-Authorization" in asked.headers


def test_five_hops_are_followed_and_the_sixth_is_not():
    request = Request("https://example.com/0")
    for number in range(1, 6):
        hop = FOLLOW.process_response(request, answer(302, f"https://example.com/{number}"))
        assert isinstance(hop, Request)
        request = hop
    with pytest.raises(SourceError) as refused:
        FOLLOW.process_response(request, answer(302, "https://example.com/6"))
    assert refused.value.reason == "too-many-redirects"
    assert refused.value.url == "https://example.com/0"


@pytest.mark.parametrize("location", [URL, "#top", "https://EXAMPLE.com:443/a"])
def test_a_redirect_in_a_circle_ends_at_once(location):
    with pytest.raises(SourceError) as refused:
        FOLLOW.process_response(Request(URL), answer(302, location))
    assert refused.value.reason == "too-many-redirects"


@pytest.mark.parametrize(
    ("location", "reason"),
    [("file:///etc/passwd", "scheme"), ("http://u:p@example.com/", "bad-address")],
)
def test_a_redirect_elsewhere_than_the_web_is_refused(location, reason):
    with pytest.raises(SourceError) as refused:
        FOLLOW.process_response(Request(URL), answer(302, location))
    assert refused.value.reason == reason
