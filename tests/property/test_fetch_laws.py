"""Laws of addresses, spellings and codings that no input may break."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from hypothesis import example, given
from hypothesis import strategies as st

from crawler.errors import SourceError
from crawler.fetch.addresses import is_public, literal
from crawler.fetch.conditional import NotModified, hold_until, judge, request_headers
from crawler.fetch.encodings import EncodingError, decoder_for
from crawler.fetch.urls import canonical_address, host_of, redirect_target, refuse_unfetchable
from crawler.model import Validators
from tests.site.publisher import PACKERS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
IPV4 = st.integers(0, 2**32 - 1).map(IPv4Address)
PATHS = st.text(max_size=60)
URLS = st.builds(
    "{}://{}{}/{}?{}#{}".format,
    st.sampled_from(["http", "HTTPS"]),
    st.sampled_from(["example.com", "Новини.УКР", "[2001:db8::1]", "8.8.8.8", "a_b.example."]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    PATHS,
    PATHS,
    PATHS,
)


def canonical(url):
    try:
        return canonical_address(url)
    except SourceError:
        return None


@given(URLS)
@example("http://example.com/%4%31/%25%2541/%%41")
@example("http://example.com/a/../..//%2e%2E/.")
@example("http://example.com/?%75tm_source=1&%26utm_source=2")
def test_the_one_spelling_of_the_one_spelling_is_itself(url):
    once = canonical(url)
    if once is not None:
        assert canonical_address(once) == once


@given(URLS)
def test_the_one_spelling_may_go_over_the_wire_and_asks_the_same_host(url):
    once = canonical(url)
    if once is not None:
        refuse_unfetchable(once)
        assert host_of(once) == host_of(url.strip())


@given(st.text(max_size=80))
def test_any_text_has_one_spelling_or_a_reason(text):
    once = canonical(text)
    if once is not None:
        refuse_unfetchable(once)


@given(st.binary(max_size=80))
def test_any_location_is_fetchable_or_refused(location):
    try:
        target = redirect_target("https://example.com/a/b?c", location)
    except SourceError:
        return
    refuse_unfetchable(target)


@given(IPV4, st.sampled_from(["{}", "{:#x}", "0{:o}"]), st.integers(1, 4))
def test_an_ipv4_address_is_read_in_every_spelling(address, spelling, parts):
    octets = list(address.packed)
    last = int.from_bytes(octets[parts - 1 :], "big")
    numbers = [*octets[: parts - 1], last]
    assert literal(".".join(spelling.format(number) for number in numbers)) == address


@given(IPV4)
def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself(address):
    inside = [
        IPv6Address(0xFFFF << 32 | int(address)),
        IPv6Address(0x2002 << 112 | int(address) << 80),
        IPv6Address(0x64FF9B << 96 | int(address)),
    ]
    assert {is_public(wrapped) for wrapped in inside} == {is_public(address)}


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_no_ipv6_address_is_public_that_python_calls_local(address):
    if address.is_private or address.is_multicast or address.is_link_local or address.is_reserved:
        carries = address in ip_network("64:ff9b::/96") or address.ipv4_mapped or address.sixtofour
        assert carries or not is_public(address)


@given(IPV4)
def test_no_ipv4_address_is_public_that_python_calls_local(address):
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_public(address)


@given(st.text(max_size=60))
def test_any_host_is_a_literal_or_a_name(host):
    found = literal(host)
    assert found is None or literal(str(found)) == found


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=2_000), st.integers(1, 500))
def test_what_was_packed_is_unpacked_within_its_room(coding, body, size):
    decoder = decoder_for("deflate" if coding == "raw-deflate" else coding)
    sent, text, room = PACKERS[coding](body), b"", len(body) + 1
    for start in range(0, len(sent), size):
        text += decoder.decode(sent[start : start + size], room - len(text))
    assert text == body
    assert decoder.complete


@given(st.sampled_from(["gzip", "deflate", "br"]), st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_unpacked_or_refused(coding, chunks):
    decoder, room = decoder_for(coding), 1_000
    for chunk in chunks:
        try:
            got = decoder.decode(chunk, room)
        except EncodingError:
            return
        room -= len(got)
        if not room:
            return
    assert room > 0


HEADER = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40)


@given(HEADER, HEADER)
def test_validators_come_back_as_they_were_sent(etag, last_modified):
    sent = request_headers(Validators(etag, last_modified))
    assert sent.get("If-None-Match", b"") == etag.encode("latin-1")
    assert sent.get("If-Modified-Since", b"") == last_modified.encode("latin-1")


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["etag", "retry-after", "cache-control", "expires", "age", "date"]), HEADER
    ),
)
def test_any_answer_means_something(status, headers):
    sent = Validators('"1"')
    outcome = judge(status, headers, url="https://example.com/", sent=sent, now=NOW)
    assert not isinstance(outcome, NotModified) or status == 304


@given(HEADER, st.integers(0, 10_000))
def test_no_publisher_holds_a_host_longer_than_the_operator_grants(value, refusals):
    until = hold_until(429, {"retry-after": value}, NOW, refusals=refusals)
    assert until is not None
    assert NOW <= until <= NOW + timedelta(days=1)
