"""A kept article as bytes: the records that every form of the corpus is made of.

A record is a skippable zstd frame (key, time, length, checksum) and a zstd frame that holds one
JSON line; so any zstd tool prints the articles of a segment.

Source: docs/decisions/0071-corpus-segments.md
"""

import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from crawler.model import Article, ArticleId
from crawler.store.records import millis

SUFFIX = ".jsonl.zst"

_HEADER = struct.Struct("<II8sQII")  # magic, size of the rest, key, fetched ms, length, CRC-32
_MAGIC = 0x184D2A50  # a skippable frame: RFC 8878, 3.1.2
_CUT = 0x184D2A51  # another: of a record whose text was taken out
_SKIPPABLE = struct.Struct("<II")  # magic, size of what follows
_REST = _HEADER.size - _SKIPPABLE.size
_articles = msgspec.json.Decoder(Article)
_compressor = ZstdCompressor(level=3)


class Record(NamedTuple):
    """One record, and where it stands in its segment."""

    at: int
    fetched: int  # milliseconds since 1970
    key: bytes
    whole: memoryview  # header and frame
    is_cut: bool = False  # its text was taken out

    def article(self) -> Article:
        """Return the article that was kept."""
        return _articles.decode(ZstdDecompressor().decompress(self.whole[_HEADER.size :]))


def key_of(article: Article) -> bytes:
    """Return eight bytes that an address shares with itself as long as its text is the same."""
    return blake2b(
        article.url.encode("utf-8", "surrogatepass"),
        key=article.fingerprint.content_hash,
        digest_size=8,
    ).digest()


def packed(article: Article) -> bytes:
    """Return the article as a record, marked when its text was taken out."""
    magic = _MAGIC if article.text else _CUT
    frame = _compressor.compress(msgspec.json.encode(article) + b"\n")
    fetched, checksum = millis(article.fetched), crc32(frame)
    return _HEADER.pack(magic, _REST, key_of(article), fetched, len(frame), checksum) + frame


def cut(article: Article) -> bytes:
    """Return the article as a record without its text, under the key it had with it."""
    return packed(replace(article, text="", mentions=()))


def is_due(record: Record, articles: Collection[ArticleId], before: int) -> bool:
    """Tell whether a record holds the text of one of these articles, fetched before then (ms)."""
    old = not record.is_cut and record.fetched < before
    return old and record.article().id in articles


def records(segment: memoryview) -> Iterator[Record]:
    """Yield the whole records of a segment; what a crash tore off the end is left out."""
    at = 0
    while at + _HEADER.size <= len(segment):
        magic, rest, key, fetched, length, checksum = _HEADER.unpack_from(segment, at)
        if magic == _MAGIC and rest != _REST:  # erased
            at += _SKIPPABLE.size + rest
            continue
        start, at = at, at + _HEADER.size + length
        whole = segment[start:at]
        frame = whole[_HEADER.size :]
        if magic not in {_MAGIC, _CUT} or len(frame) < length or crc32(frame) != checksum:
            return
        yield Record(start, fetched, key, whole, magic == _CUT)


def once(found: Iterable[Record]) -> Iterator[Record]:
    """Yield the first record of each key."""
    seen: set[bytes] = set()
    for record in found:
        if record.key not in seen:
            seen.add(record.key)
            yield record


def blank(size: int) -> tuple[bytes, bytes]:
    """Return what a record of so many bytes is erased with: a head, and the zeros behind it."""
    zeros = size - _SKIPPABLE.size
    return _SKIPPABLE.pack(_MAGIC, zeros), bytes(zeros)
