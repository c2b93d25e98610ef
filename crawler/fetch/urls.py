"""Addresses of pages: one spelling for each, the host they ask, and whether they may be asked."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from crawler.errors import SourceError
from crawler.fetch.addresses import literal
from crawler.fetch.reasons import FailReason
from crawler.model import Host

LONGEST = 4_096  # letters; Cyrillic slugs take six for one, and no real page has needed more
LONGEST_NAME = 253  # RFC 1035, 2.3.4
_PORTS = {"http": 80, "https": 443}

# Source: WHATWG Fetch, port blocking: services that would take a request for a command.
_CLOSED_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
})  # fmt: skip

# Parameters that say how a reader came, never what is shown; each is documented by its sender.
_TRACKING = frozenset({
    "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "dclid", "epik", "fb_action_ids",
    "fb_action_types", "fb_ref", "fb_source", "fbclid", "gad_campaignid", "gad_source", "gbraid",
    "gclid", "gclsrc", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mibextid", "mkt_tok",
    "msclkid", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_kwcid", "srsltid", "ttclid", "twclid",
    "vero_conv", "vero_id", "wbraid", "wickedid", "wt.mc_id", "wt_mc", "xtor", "yclid", "ymclid",
    "ysclid",
})  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "at_campaign", "at_medium", "at_custom", "at_link_")
# Session ids as PHP, servlets (7.1.3 of their specification) and ColdFusion put them in links.
_SESSIONS = frozenset({"phpsessid", "jsessionid", "cfid", "cftoken"})
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)

_ASCII = bytes(range(128))
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_PORT_END = re.compile(r":\d+$")
_NUMERIC_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")  # WHATWG: an address or nothing
_ON_THE_WIRE = re.compile(r"[!-\[\]-~]+")  # printable ASCII but space and backslash
_IN_PATH = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!$&'()*+,;=:@/-]")
_IN_QUERY = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!$&'()*+,;=:@/?-]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def canonical_address(url: str) -> str:
    """Return the one spelling under which a page is known.

    Its normal address, without tracking parameters, empty ones and the ids of a reader's session,
    which some servers give anew to each who asks for their feed. Everything else is kept in its
    order: two articles never become one, at the price that one may keep two addresses.

    Raises:
        SourceError: This is no web address that could be asked (`scheme`, `bad-address`).

    Source: RFC 3986, 6.2.2
    """
    address, mark, query = normal_address(url).partition("?")
    kept = _without_tracking(query)
    return f"{_SESSION_IN_PATH.sub('', address)}{mark if kept else ''}{kept}"


def normal_address(url: str) -> str:
    """Return the one spelling of an address that asks the same; its query stays whole.

    Scheme and host in lower case, the host as IDNA, no default port, no fragment, escapes one
    way, no dot segments.

    Raises:
        SourceError: This is no web address that could be asked (`scheme`, `bad-address`).

    Source: RFC 3986, 6.2.2
    """
    parts = _split(url.strip())
    path = _without_dots(_IN_PATH.sub(_one_way, parts.path or "/"))
    query = _IN_QUERY.sub(_one_way, parts.query)
    return f"{parts.scheme}://{_host(parts, url)}{path}{'?' if query else ''}{query}"


@lru_cache(maxsize=8192)
def host_of(url: str) -> Host:
    """Return the host that bears the request: its name, and its port unless it is the default.

    Raises:
        SourceError: There is no such host (`scheme`, `bad-address`).
    """
    return _host(_split(url), url)


def origin_of(url: str) -> Host:
    """Return host and port, always both: what one robots file speaks for (RFC 9309, 2.3).

    Raises:
        SourceError: There is no such host (`scheme`, `bad-address`).
    """
    host = host_of(url)
    scheme = url.partition(":")[0].strip().lower()
    return host if _PORT_END.search(host) else Host(f"{host}:{_PORTS[scheme]}")


def refuse_unfetchable(url: str) -> None:
    """Let an address pass that may be asked, spelled as it goes over the wire.

    http(s) without credentials, of sane length, in printable ASCII (a line break would add
    headers, a backslash is read two ways), to a port where no other service listens.

    Raises:
        SourceError: It may not be asked (`scheme`, `bad-address`).
    """
    host_of(url)
    if not _ON_THE_WIRE.fullmatch(url):
        raise SourceError(url, FailReason.BAD_ADDRESS, "the address is not spelled for the wire")


def asked_address(url: str) -> str:
    """Return the publisher's own address of a page, spelled for the wire.

    What it is known under is `canonical_address`; what is asked is what was given, tracking
    parameters included, since some sites answer to nothing else.

    Raises:
        SourceError: It may not be asked (`scheme`, `bad-address`).
    """
    return _for_the_wire(url.strip().partition("#")[0])


def redirect_target(url: str, location: bytes) -> str:
    """Return the absolute address a Location header names, spelled for the wire.

    Raises:
        SourceError: It names nothing that may be asked (`scheme`, `bad-address`).
    """
    try:
        target = urljoin(url, _text(location).strip()).partition("#")[0]
    except ValueError as error:
        raise SourceError(url, FailReason.BAD_ADDRESS, str(error)) from error
    return _for_the_wire(target)


def _for_the_wire(target: str) -> str:
    """Return an address without dot segments: what robots files are asked about is what is sent."""
    parts = _split(target)
    path = _without_dots(_IN_PATH.sub(_escaped, parts.path or "/"))
    query = _IN_QUERY.sub(_escaped, parts.query)
    return f"{parts.scheme}://{_host(parts, target)}{path}{'?' if query else ''}{query}"


def _text(location: bytes) -> str:
    """Read a header as UTF-8; bytes that are not stay the bytes they are, as escapes."""
    try:
        return location.decode()
    except UnicodeDecodeError:
        return quote(location, safe=_ASCII)


@lru_cache(maxsize=512)  # an entry's address is split for its id, its spelling and its host
def _split(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise SourceError(url[:80], FailReason.BAD_ADDRESS, "the address is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SourceError(url, FailReason.BAD_ADDRESS, str(error)) from error
    if parts.scheme not in _PORTS:
        raise SourceError(url, FailReason.SCHEME, "only http and https are asked")
    if parts.username is not None or parts.password is not None:
        raise SourceError(url, FailReason.BAD_ADDRESS, "the address holds credentials")
    if port in _CLOSED_PORTS:
        raise SourceError(url, FailReason.BAD_ADDRESS, "the port belongs to another service")
    return parts


def _host(parts: SplitResult, url: str) -> Host:
    name = _ascii_name(parts.hostname or "", url)
    port = parts.port
    return Host(name if port in {None, _PORTS[parts.scheme]} else f"{name}:{port}")


@lru_cache(maxsize=512)
def _ascii_name(name: str, url: str) -> str:
    address = literal(name)
    if address is not None:
        return str(address) if address.version == 4 else f"[{address}]"  # noqa: PLR2004 - IPv4
    try:
        plain = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise SourceError(url, FailReason.BAD_ADDRESS, str(error)) from error
    plain = plain.removesuffix(".")
    if not _NAME.fullmatch(plain) or _NUMERIC_END.search(plain) or len(plain) > LONGEST_NAME:
        raise SourceError(url, FailReason.BAD_ADDRESS, "the host is no name")
    return plain


def _one_way(match: re.Match[str]) -> str:
    """Spell a character the one way: unreserved ones plain, all others as upper-case escapes."""
    found = match[0]
    if len(found) == len("%41"):
        plain = chr(int(found[1:], 16))
        return plain if _UNRESERVED.match(plain) else found.upper()
    return _escaped(match)


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == len("%41"):
        return found
    return "".join(f"%{byte:02X}" for byte in found.encode("utf-8", "surrogatepass"))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[: max(len(kept) - 1, 1)]
        elif segment != ".":
            kept.append(segment)
    return "/".join([*kept, ""] if path.endswith(("/.", "/..")) else kept)


def _without_tracking(query: str) -> str:
    return "&".join(piece for piece in query.split("&") if piece and not _is_tracking(piece))


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKING or name in _SESSIONS or name.startswith(_TRACKING_PREFIXES)
