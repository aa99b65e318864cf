"""Content codings, undone piece by piece."""

import gzip
import random
import zlib
from collections.abc import Iterable

import pytest

from fusion_mcp.tools.download.decoding import PIECE, DamagedError, decoder_for

TEXT = b"".join(b"Line %d says something of its own.\n" % number for number in range(5_000))
NOISE = random.Random(7).randbytes(150_000)


def decoded(coding: str, chunks: Iterable[bytes]) -> bytes:
    decoder = decoder_for(coding)
    assert decoder is not None
    body = b"".join(piece for chunk in chunks for piece in decoder.feed(chunk))
    decoder.finish()
    return body


def in_chunks(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def raw(data: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


CODED = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    " GZip ": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw,
}


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 10_000_000])
@pytest.mark.parametrize("coding", CODED)
def test_a_body_is_decoded_however_it_is_cut(coding: str, size: int) -> None:
    text = TEXT[:3_000] if size < 1000 else TEXT
    assert decoded(coding, in_chunks(CODED[coding](text), size)) == text


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, PIECE + 258, 3 * PIECE, 3 * PIECE + 1])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_no_byte_is_lost_where_a_piece_ends(coding: str, length: int) -> None:
    for text in (b"a" * length, (NOISE * 2)[:length], (TEXT + TEXT)[:length]):
        assert decoded(coding, [CODED[coding](text)]) == text


@pytest.mark.parametrize("size", [1, 2, 7, 10_000_000])
def test_gzip_members_follow_each_other(size: int) -> None:
    members = [TEXT[:700], b"", b"x", TEXT[700:1400]]
    assert decoded("gzip", in_chunks(b"".join(map(gzip.compress, members)), size)) == b"".join(members)


@pytest.mark.parametrize("trailer", [b"\0", b"\0" * 700, b"\x1f", b"\x1f\x8a", b"garbage" * 20])
@pytest.mark.parametrize("size", [1, 10_000_000])
def test_what_follows_the_last_gzip_member_is_ignored(trailer: bytes, size: int) -> None:
    assert decoded("gzip", in_chunks(gzip.compress(b"text") + trailer, size)) == b"text"


def test_endless_gzip_members_are_damage() -> None:
    with pytest.raises(DamagedError):
        decoded("gzip", in_chunks(gzip.compress(b"") * 5_000, PIECE))


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_handed_out_in_small_pieces(coding: str) -> None:
    decoder = decoder_for(coding)
    assert decoder is not None
    pieces = list(decoder.feed(CODED[coding](bytes(5_000_000))))
    assert max(map(len, pieces)) <= PIECE
    assert sum(map(len, pieces)) == 5_000_000


def test_a_bomb_is_unpacked_no_further_than_somebody_takes_its_pieces() -> None:
    decoder = decoder_for("gzip")
    assert decoder is not None
    bomb = gzip.compress(bytes(5_000_000))
    assert len(next(iter(decoder.feed(bomb)))) <= PIECE
    with pytest.raises(DamagedError):
        decoder.finish()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate"])
def test_a_body_that_ends_too_early_is_damaged(coding: str) -> None:
    whole = CODED[coding](TEXT)
    for end in (1, 2, 15, len(whole) // 2, len(whole) - 1):
        with pytest.raises(DamagedError):
            decoded(coding, [whole[:end]])


def test_a_second_gzip_member_that_ends_too_early_is_damaged() -> None:
    with pytest.raises(DamagedError):
        decoded("gzip", [gzip.compress(b"first") + gzip.compress(b"second")[:-1]])


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("body", [b"<html>no compression</html>", NOISE, b"\x78\x9c" + NOISE, b"\x1f\x8b" + NOISE])
def test_a_body_that_was_never_compressed_is_damaged(coding: str, body: bytes) -> None:
    with pytest.raises(DamagedError):
        decoded(coding, [body])


def test_a_wrong_checksum_is_damage() -> None:
    wrong = bytearray(gzip.compress(TEXT))
    wrong[-8] ^= 1
    with pytest.raises(DamagedError):
        decoded("gzip", [bytes(wrong)])


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_an_empty_body_is_whole_in_every_coding(coding: str) -> None:
    assert decoded(coding, []) == b""


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip;q=1", "rubbish"])
def test_other_codings_and_several_at_once_are_not_undone(coding: str) -> None:
    assert decoder_for(coding) is None
