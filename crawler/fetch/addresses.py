"""Which internet addresses may be met, decided on parsed addresses and never on spellings."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from urllib.parse import unquote

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_HOST = 1_000  # no name may be longer than 253; escapes take three letters for one

# Source: IANA special-purpose address registries, what is not globally reachable.
_CLOSED_4 = tuple(map(IPv4Network, (
    "0.0.0.0/8",  # this network; reaches this host on Linux
    "10.0.0.0/8",
    "100.64.0.0/10",  # carrier-grade NAT; metadata services of some clouds
    "127.0.0.0/8",
    "169.254.0.0/16",  # link-local; metadata services
    "172.16.0.0/12",
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
)))  # fmt: skip
_OPEN_6 = IPv6Network("2000::/3")  # all that is global unicast; ULA, link-local, ... lie outside
_CLOSED_6 = tuple(map(IPv6Network, (
    "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
    "2001:db8::/32",  # documentation
    "3fff::/20",  # documentation
)))  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")  # 64:ff9b:1::/48 is a site's own and stays closed


def is_public(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether an address is on the public internet, or in a network the operator opened.

    An IPv4 address inside an IPv6 one is judged as what a connection would reach: the mapped
    form is the IPv4 address itself, 6to4 and NAT64 lead to it from elsewhere.
    """
    plain = unmapped(address)
    return _is_global(plain) or any(plain in network for network in allowed)


def unmapped(address: Address) -> Address:
    """Return the IPv4 address that ::ffff:a.b.c.d is; any other as it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4096)
def _is_global(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address in _NAT64:
        return _is_global(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address.sixtofour is not None:
        return _is_global(address.sixtofour)
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)


@lru_cache(maxsize=4096)
def literal(host: str) -> Address | None:
    """Return the address a host spells, however oddly, or None when it is a name.

    Reads what some resolver, proxy or library would read: `0x7f.1`, `2130706433`, `0177.0.0.1`,
    `[::ffff:127.0.0.1]`, a trailing dot, percent-encoding, full-width digits.

    Source: inet_aton(3); WHATWG URL, host parsing
    """
    if len(host) > LONGEST_HOST:
        return None
    plain = _plain(host)
    return _ipv6(plain) if ":" in plain else _ipv4(plain)


def _plain(host: str) -> str:
    """Undo everything that only disguises a host: escapes, look-alike letters, brackets, dots."""
    text = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".")
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return shown.strip().strip("[]").removesuffix(".").lower()


def _ipv6(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _ipv4(text: str) -> IPv4Address | None:
    """Read one to four numbers as inet_aton does: the last fills all bytes that remain."""
    numbers = [_number(part) for part in text.split(".")]
    *leading, last = numbers if len(numbers) <= 4 else [None]  # noqa: PLR2004 - bytes
    if last is None or None in leading or last >= 256 ** (4 - len(leading)):
        return None
    value = last
    for place, number in enumerate(leading):
        if number is None or number > 255:  # noqa: PLR2004 - a byte
            return None
        value += number << 8 * (3 - place)
    return IPv4Address(value)


def _number(text: str) -> int | None:
    """Read a number in C's spelling: 0x for hexadecimal, a leading 0 for octal."""
    if re.fullmatch(r"0x[0-9a-f]*", text):
        return int(text[2:] or "0", 16)
    if re.fullmatch(r"0[0-7]+", text):
        return int(text, 8)
    return int(text) if re.fullmatch(r"[0-9]+", text) else None
