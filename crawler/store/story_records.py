"""Private records of a topic as bytes: what the scripts in `lua/stories` store and hand back.

The layouts are described in `lua/stories/records.lua`; what a script never looks into is
msgpack.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import NamedTuple, Self

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from crawler.model import (
    Article,
    ArticleId,
    DateSource,
    Dating,
    Fingerprint,
    LookAlike,
    Member,
    OutletId,
    PlaceId,
    Precision,
    Relation,
    Story,
    StoryId,
    Tie,
)
from crawler.store.nomination import KEY, IndexKeys

Handle = int

_SEEN = struct.Struct(">d")
_VERSION = struct.Struct(">I")
_MEMBERS = struct.Struct(">HH")  # their count, and which of them is the canonical one
_VERDICT = struct.Struct(">B3d")
_TIE = struct.Struct(">IB25s")
_ARRAY = struct.Struct(">BH")
_KEY = bytes([0xA0 | KEY])  # before a string of that length
_RELATIONS = (  # stored by position: append only
    Relation.COPY,
    Relation.REVISION,
    Relation.EXCERPT,
    Relation.EXPANSION,
    Relation.DIGEST,
    Relation.PARTIAL,
    Relation.TEMPLATE,
    Relation.UNRELATED,
)


class _Dating(msgspec.Struct, array_like=True, frozen=True, gc=False):
    precision: Precision | None
    source: DateSource | None
    clamped: bool
    other: datetime | None


class _Body(msgspec.Struct, array_like=True, frozen=True, gc=False):
    id: str
    url: str
    outlet: str
    outlet_name: str
    title: str
    language: str
    published: datetime | None
    arrived: datetime
    credits: tuple[str, ...]
    sketch: bytes
    shingles: int
    content_hash: bytes
    places: tuple[str, ...] = ()  # absent from what contract v0 stored
    dating: _Dating | None = None  # None: nothing is known


class _StoryBody(msgspec.Struct, array_like=True, frozen=True, gc=False):
    members: tuple[tuple[str, int], ...]  # article, position of the relation
    created: datetime
    updated: datetime


_encoder = msgspec.msgpack.Encoder()
_bodies = msgspec.msgpack.Decoder(_Body)
_story_bodies = msgspec.msgpack.Decoder(_StoryBody)
_compressor = ZstdCompressor(level=1)
_decompressor = ZstdDecompressor()

pack = _encoder.encode


def raw(data: bytes) -> msgspec.Raw:
    """Return bytes as a msgpack string: the scripts' reader is older than msgpack's binary type."""
    return msgspec.Raw(b"\xdb" + len(data).to_bytes(4) + data)


def index_row(index: IndexKeys) -> tuple[object, ...]:
    """Return an article's index keys as `place.lua` takes them: a msgpack array of strings."""
    keys = (*index.strong, *index.weak)
    return len(index.strong), msgspec.Raw(_ARRAY.pack(0xDC, len(keys)) + _KEY.join((b"", *keys)))


def pack_text(text: str) -> bytes:
    """Return a text as one zstd frame."""
    return _compressor.compress(text.encode("utf-8", "surrogatepass"))


def unpack_text(frame: bytes) -> str:
    """Return the text of a frame."""
    return _decompressor.decompress(frame).decode("utf-8", "surrogatepass")


def fact_of(article: Article, story: StoryId, known: LookAlike | None) -> LookAlike:
    """Return an article as later decisions will see it: its index keys stay behind."""
    return LookAlike.of(article, story, known, article.fingerprint.kept)


def is_revised(known: LookAlike | None, fact: LookAlike) -> bool:
    """Whether an article came with another text than before: its ties were of that one."""
    return known is not None and known.fingerprint.content_hash != fact.fingerprint.content_hash


def pack_article(fact: LookAlike) -> bytes:
    """Return the body of an article's record; its story stands before it."""
    mark = fact.fingerprint
    return pack(
        _Body(
            fact.id,
            fact.url,
            fact.outlet,
            fact.outlet_name,
            fact.title,
            fact.language,
            fact.published,
            fact.arrived,
            fact.credits,
            mark.sketch,
            mark.shingles,
            mark.content_hash,
            fact.places,
            None if fact.dating == Dating() else _Dating(*astuple(fact.dating)),
        )
    )


def unpack_article(record: bytes) -> LookAlike:
    """Return the article of a whole record."""
    end = record.index(0, _SEEN.size)
    body = _bodies.decode(record[end + 1 :])
    return LookAlike(
        ArticleId(body.id),
        StoryId(record[_SEEN.size : end].decode()),
        body.url,
        OutletId(body.outlet),
        body.title,
        body.language,
        body.published,
        body.arrived,
        Fingerprint(b"", b"", body.sketch, body.shingles, body.content_hash),
        body.outlet_name,
        body.credits,
        tuple(PlaceId(place) for place in body.places),
        Dating(*msgspec.structs.astuple(body.dating)) if body.dating else Dating(),
    )


def pack_story(story: Story) -> bytes:
    """Return the body of a story's record; version, links and handles stand before it."""
    members = tuple((m.article, _RELATIONS.index(m.relation)) for m in story.members)
    return pack(_StoryBody(members, story.created, story.updated))


class StoryRecord(NamedTuple):
    """A stored story with its members' handles."""

    story: Story
    handles: tuple[Handle, ...]

    @classmethod
    def unpacked(cls, id_: StoryId, record: bytes) -> Self:
        """Return the story of a whole record."""
        (version,) = _VERSION.unpack_from(record)
        names_end = record.index(0, _VERSION.size)
        linked_end = record.index(0, names_end + 1)
        count, canonical = _MEMBERS.unpack_from(record, linked_end + 1)
        at = linked_end + 1 + _MEMBERS.size
        body = _story_bodies.decode(record[at + 4 * count :])
        linked = record[names_end + 1 : linked_end].decode().split("\n")
        story = Story(
            id=id_,
            canonical=ArticleId(body.members[canonical][0]),
            members=tuple(Member(ArticleId(a), _RELATIONS[r]) for a, r in body.members),
            created=body.created,
            updated=body.updated,
            version=version,
            linked=tuple(StoryId(other) for other in linked if other),
        )
        return cls(story, struct.unpack_from(f">{count}I", record, at))


def listed_under(record: bytes) -> Sequence[str]:
    """Return the names of the `by:` lists that the story of a whole record stands in."""
    names = record[_VERSION.size : record.index(0, _VERSION.size)].decode()
    return names.split("\n") if names else ()


def forward_target(record: bytes) -> StoryId | None:
    """Return where a story's record forwards to; None for a story that stands."""
    (version,) = _VERSION.unpack_from(record)
    return None if version else StoryId(record[_VERSION.size : -1].decode())


def pack_verdict(tie: Tie) -> bytes:
    """Return what a tie says, without the articles it holds between."""
    code = _RELATIONS.index(tie.relation)
    return _VERDICT.pack(code, tie.jaccard, tie.one_in_other, tie.other_in_one)


def unpack_ties(owner: Handle, ties: bytes, ids: Mapping[Handle, ArticleId]) -> Sequence[Tie]:
    """Return an article's ties with those articles whose ids are given."""
    found = []
    for other, is_one, verdict in _TIE.iter_unpack(ties):
        if other in ids:
            pair = (ids[owner], ids[other]) if is_one else (ids[other], ids[owner])
            code, jaccard, one_in_other, other_in_one = _VERDICT.unpack(verdict)
            relation = _RELATIONS[code]
            found.append(Tie(*pair, relation, jaccard, one_in_other, other_in_one))
    return found


def tied_handles(ties: bytes) -> tuple[Handle, ...]:
    """Return the other articles of a tie list."""
    return tuple(other for other, _, _ in _TIE.iter_unpack(ties))
