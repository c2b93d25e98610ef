"""What each bit of a sketch says, and how many bytes it takes."""

from zlib import crc32

import numpy as np
import pytest

from crawler.dedup.sketch import (
    FRONT,
    HASH_BITS,
    MOST_TELLS,
    NEXT,
    OTHER,
    TELLING,
    hashes_of,
    is_name,
    pack,
    repack,
    shortened,
    tells_of,
    unpack,
    unpack_tells,
    values_of,
)


def hashes(*shortened_and_rest):
    """Hashes by their upper 18 bits and the rest."""
    return np.array([upper << 14 | rest for upper, rest in shortened_and_rest], np.uint32)


def sketch(*found, telling=()):
    marks = np.isin(np.arange(len(found)), telling)
    return values_of(hashes(*found), marks)


def test_a_sketch_keeps_the_upper_bits_of_each_hash_in_order():
    values = sketch((9, 0), (1, 16_383), (5, 7))
    assert hashes_of(values).tolist() == [1, 5, 9]
    assert shortened(hashes((9, 16_383))).tolist() == [9]
    assert int(hashes_of(sketch((2**HASH_BITS - 1, 0)))[0]) == 2**HASH_BITS - 1


def test_each_shingle_knows_four_bits_of_the_one_that_follows():
    values = sketch((1, 0), (2, 0b10_1011), (3, 0))
    assert ((values & NEXT) >> 3).tolist() == [0b1011, 0, 0]


@pytest.mark.parametrize(("many", "front"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_the_first_half_of_a_text_is_its_front(many, front):
    values = sketch(*((n, 0) for n in range(many)))
    assert ((values & FRONT) > 0).tolist() == [True] * front + [False] * (many - front)


def test_a_shingle_with_a_number_is_marked_and_no_other():
    assert ((sketch((1, 0), (2, 0), telling=[1]) & TELLING) > 0).tolist() == [False, True]
    assert not (sketch((1, 0), telling=[0]) & OTHER).any()


def test_a_shingle_that_comes_again_counts_once():
    assert hashes_of(sketch((4, 1), (4, 2), (4, 3), (5, 0))).tolist() == [4, 5]
    assert sketch().tolist() == []


def test_numbers_and_names_are_told_apart_and_in_order():
    tells = tells_of(["7", "12"], ["Lviv"])
    expected = sorted([crc32(b"7") & 0xFFFE, crc32(b"12") & 0xFFFE, crc32(b"Lviv") & 0xFFFE | 1])
    assert tells.tolist() == expected
    assert sum(map(is_name, tells.tolist())) == 1
    assert tells_of(["\ud800"], []).tolist() == [crc32(b"\xed\xa0\x80") & 0xFFFE]


def test_the_smallest_of_many_tells_are_kept():
    numbers = [str(n) for n in range(200)]
    every = sorted({crc32(one.encode()) & 0xFFFE for one in numbers})
    assert tells_of(numbers, []).tolist() == every[:MOST_TELLS]
    assert MOST_TELLS == 64


def test_a_sketch_takes_two_bytes_for_each_shingle_and_tell_and_65_more():
    values, tells = sketch((1, 0), (70_000, 3), (2**18 - 1, 0)), tells_of(["7"], ["Lviv"])
    packed = pack(values, tells)
    assert len(packed) == 1 + 2 * 2 + 512 // 8 + 2 * 3
    assert unpack_tells(packed).tolist() == tells.tolist()
    assert unpack(packed).tolist() == (values & ~OTHER).tolist()


def test_other_values_keep_what_a_sketch_tells():
    packed = pack(sketch((1, 0), (2, 0)), tells_of(["7"], ["Lviv"]))
    fewer = repack(packed, sketch((2, 0)))
    assert hashes_of(unpack(fewer)).tolist() == [2]
    assert unpack_tells(fewer).tolist() == unpack_tells(packed).tolist()
