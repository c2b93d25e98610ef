"""Content codings undone piece by piece, so that a bomb is noticed before it is unpacked."""

import zlib
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
_GZIP_MARK = b"\x1f\x8b"
_MEMBERS_MOST = 1_000  # of one gzip stream; honest servers send one
_UNREAD = frozenset({"zstd", "compress", "x-compress", "dcb", "dcz"})  # real, but not asked for


class EncodingError(Exception):
    """The body is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Undoes one coding."""

    @property
    def complete(self) -> bool:
        """Whether the stream may end here."""
        ...

    def decode(self, chunk: bytes, room: int) -> bytes:
        """Return what `chunk` unpacks to, cut after `room` bytes.

        Whoever gets as much as `room` has to stop: what lay beyond is lost.

        Raises:
            EncodingError: The bytes are not of this coding.
        """
        ...


def decoder_for(coding: str) -> Decoder:
    """Return what undoes a Content-Encoding; a value no one has registered means none.

    Raises:
        EncodingError: It is a coding we did not ask for and do not read.
    """
    name = coding.strip().lower()
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    if name in _UNREAD or "," in name:
        raise EncodingError(f"the coding {name!r} was not asked for")
    return _Plain()


class _Plain:
    complete = True

    def decode(self, chunk: bytes, room: int) -> bytes:
        return chunk[:room]


class _Gzip:
    """One member or several; what follows the last and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self._begun = False
        self._held = b""  # the first half of what may be another member's mark
        self._left = _MEMBERS_MOST

    @property
    def complete(self) -> bool:
        return self._member.eof or not self._begun

    def decode(self, chunk: bytes, room: int) -> bytes:
        self._begun = self._begun or bool(chunk)
        rest, self._held, parts, left = self._held + chunk, b"", list[bytes](), room
        while rest and left:
            if self._member.eof:
                if not rest.startswith(_GZIP_MARK):
                    self._held = rest if rest == _GZIP_MARK[:1] else b""
                    break
                self._member = self._next_member()
            parts.append(_inflated(self._member, rest, left))
            left -= len(parts[-1])
            rest = self._member.unused_data
        return b"".join(parts)

    def _next_member(self) -> "zlib._Decompress":
        self._left -= 1
        if not self._left:
            raise EncodingError(f"more than {_MEMBERS_MOST} members")
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


class _Deflate:
    """The zlib format, or the bare one that some servers send under the same name."""

    def __init__(self) -> None:
        self._head = b""
        self._stream: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        return not self._head if self._stream is None else self._stream.eof

    def decode(self, chunk: bytes, room: int) -> bytes:
        if self._stream is not None:
            return _inflated(self._stream, chunk, room)
        self._head += chunk
        if len(self._head) < len(b"\x78\x9c"):
            return b""
        method, check = self._head[0] & 15, int.from_bytes(self._head[:2], "big") % 31
        wrapped = (method, check) == (8, 0)  # RFC 1950, 2.2
        self._stream = zlib.decompressobj(wbits=zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return _inflated(self._stream, self._head, room)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    @property
    def complete(self) -> bool:
        return not self._begun or bool(self._stream.is_finished())

    def decode(self, chunk: bytes, room: int) -> bytes:
        self._begun = self._begun or bool(chunk)
        if self._stream.is_finished():
            return b""
        try:
            text = self._stream.process(chunk, output_buffer_limit=room)
            while len(text) < room and not self._stream.can_accept_more_data():
                text += self._stream.process(b"", output_buffer_limit=room - len(text))
        except brotli.error as error:
            raise EncodingError(str(error)) from error
        return bytes(text[:room])


def _inflated(stream: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    if stream.eof:
        return b""
    try:
        return stream.decompress(chunk, room)
    except zlib.error as error:
        raise EncodingError(str(error)) from error
