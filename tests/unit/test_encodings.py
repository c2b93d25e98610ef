import brotli
import pytest

from crawler.fetch.encodings import EncodingError, decoder_for
from tests.site.publisher import PACKERS

TEXT = "Кордон. ".encode() * 500
ROOM = 10_000


def unpacked(name: str, chunks: list[bytes], room: int = ROOM) -> tuple[bytes, bool]:
    decoder = decoder_for("deflate" if name == "raw-deflate" else name)
    text = b""
    for chunk in chunks:
        text += decoder.decode(chunk, room - len(text))
        if len(text) == room:
            break
    return text, decoder.complete


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_unpacked_whatever_its_pieces(name, size):
    sent = PACKERS[name](TEXT)
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert unpacked(name, chunks) == (TEXT, True)


@pytest.mark.parametrize("name", PACKERS)
def test_a_body_that_breaks_off_is_not_complete(name):
    assert unpacked(name, [PACKERS[name](TEXT)[:-3]])[1] is False


@pytest.mark.parametrize("name", PACKERS)
def test_nothing_at_all_is_complete(name):
    assert unpacked(name, []) == (b"", True)


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_gives_no_more_than_there_is_room_for(name):
    text, _ = unpacked(name, [PACKERS[name](bytes(5_000_000))])
    assert len(text) == ROOM


@pytest.mark.parametrize("name", PACKERS)
def test_bytes_of_another_kind_are_refused(name):
    with pytest.raises(EncodingError):
        unpacked(name, [b"<!doctype html><title>Plain</title>"])


@pytest.mark.parametrize("name", ["", "identity", "utf-8", "none", "text/html"])
def test_a_coding_that_does_not_exist_means_none(name):
    assert unpacked(name, [b"<p>", b"text"]) == (b"<p>text", True)


@pytest.mark.parametrize("name", ["zstd", "compress", "gzip, br", "gzip, gzip"])
def test_a_coding_that_was_not_asked_for_is_refused(name):
    with pytest.raises(EncodingError, match="not asked for"):
        decoder_for(name)


@pytest.mark.parametrize("size", [1, 30, 100_000])
def test_a_gzip_stream_may_have_several_members(size):
    sent = PACKERS["gzip"](b"one ") + PACKERS["gzip"](b"two ") + PACKERS["gzip"](b"three")
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert unpacked("gzip", chunks) == (b"one two three", True)


@pytest.mark.parametrize("trailer", [b"\0\0\0", b"\x1f", b"\n", b"garbage"])
def test_what_follows_a_gzip_stream_is_ignored(trailer):
    assert unpacked("x-gzip", [PACKERS["gzip"](b"text"), trailer]) == (b"text", True)


def test_a_million_empty_members_are_refused():
    with pytest.raises(EncodingError, match="members"):
        unpacked("gzip", [PACKERS["gzip"](b"") * 5_000])


def test_what_follows_a_brotli_stream_is_ignored():
    assert unpacked("br", [brotli.compress(b"text"), b"garbage"]) == (b"text", True)
