from ipaddress import ip_address, ip_network

import pytest

from crawler.fetch.addresses import is_public, literal
from tests.site.forbidden import FORBIDDEN, LOOPBACK_SPELLINGS, PUBLIC


@pytest.mark.parametrize("text", FORBIDDEN)
def test_an_address_off_the_public_internet_is_closed(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_on_the_public_internet_is_open(text):
    assert is_public(ip_address(text))


def test_the_operator_opens_a_network_and_only_that():
    opened = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    assert is_public(ip_address("10.1.2.3"), opened)
    assert is_public(ip_address("::ffff:10.1.2.3"), opened)
    assert is_public(ip_address("fd00::1"), opened)
    assert not is_public(ip_address("10.2.0.1"), opened)


def test_an_opened_network_is_not_reached_by_a_detour():
    opened = [ip_network("127.0.0.0/8")]
    assert not is_public(ip_address("64:ff9b::127.0.0.1"), opened)
    assert not is_public(ip_address("2002:7f00:1::1"), opened)


@pytest.mark.parametrize(
    "host",
    LOOPBACK_SPELLINGS,
)
def test_every_spelling_of_loopback_is_read(host):
    assert literal(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("[::FFFF:7F00:1]", "::ffff:7f00:1"),
        ("[fe80::1%25eth0]", "fe80::1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("4294967295", "255.255.255.255"),
        ("10.65535", "10.0.255.255"),
        ("12\u00ad7.0.0.1", "127.0.0.1"),
        ("127.0.0.\u200b1", "127.0.0.1"),
    ],
)
def test_an_odd_literal_is_read_as_a_resolver_would(host, address):
    assert literal(host) == ip_address(address)


@pytest.mark.parametrize(
    "host",
    ["", ".", "example.com", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "4294967296", "1.16777216",
     "127.0.0.1.example", "0x7g", "0a", "-1", "1..2", "[v1.fe80]", "cafe", "9" * 2_000, "%%%"],
)  # fmt: skip
def test_a_name_is_no_literal(host):
    assert literal(host) is None
