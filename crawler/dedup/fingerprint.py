"""What of a text is compared: MinHash values, its shingles in short, an exact digest.

Source: docs/decisions/0003-recipe.md
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.numbers import which_are_numbers
from crawler.dedup.sketch import Marks, Tells, pack, tells_of, values_of
from crawler.model import Fingerprint, Recipe

Hashes = NDArray[np.uint32]
Samples = NDArray[np.uint64]
Runs = NDArray[np.uint64]

NO_WORDS = blake2b(digest_size=16).digest()  # the content hash of a text without any
_OF_A_NAME = 3  # letters
_SPARE = 2  # times as many samples as postings, to stand in for those that are boilerplate
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64
_HALF = np.uint64(32)
_AT_ONCE, _WIDTH = 512, 64  # hashes in one table of permutations, and what they are rounded to


def fingerprint(
    words: Sequence[str],
    hashes: Hashes,
    recipe: Recipe,
    names: Collection[str] = frozenset(),
) -> Fingerprint:
    """Return what of a text can be compared without it.

    Args:
        words: The normalised words, plainly spelled, in order.
        hashes: One hash for each shingle of `recipe.shingle_words` words, `uint32`, in order.
        recipe: The numbers that shape it.
        names: Which of the words are names; asked of texts of `recipe.names_told` at most.
    """
    numbers = np.array(which_are_numbers(words), bool)
    telling = numbers
    if names and len(words) <= recipe.named_words:
        telling = numbers | np.array([word in names for word in words], bool)
    values = values_of(hashes, _any_of_run(telling, len(hashes)))
    kept = _size(len(values), recipe.sketch_least, recipe.sketch_share, recipe.sketch_most)
    return Fingerprint(
        signature=minhash(hashes, recipe).astype("<u4").tobytes(),
        samples=_sampled(hashes, _kinds(len(values), recipe), recipe).astype("<u8").tobytes(),
        sketch=pack(values[:kept], _told(words, numbers, names)),
        shingles=len(values),
        content_hash=_digest(" ".join(words), 16),
    )


def minhash(hashes: Hashes, recipe: Recipe) -> Hashes:
    """Return datasketch's MinHash values of some hashes, bit for bit, `uint32[permutations]`.

    One multiplication, one addition and one minimum over a table of up to 512 hashes at once, so
    that a long text takes no more memory than a short one. datasketch hashes each shingle with
    SHA-1 first and takes ten times as long (bench/micro/signatures).
    """
    smallest = np.full(recipe.permutations, np.iinfo(np.uint32).max, np.uint32)
    for at in range(0, len(hashes), _AT_ONCE):
        mixed = _premixed(_padded(hashes[at : at + _AT_ONCE]))
        multipliers, offsets = _permutations(
            recipe.permutations, recipe.seed, recipe.scheme, len(mixed)
        )
        table = multipliers * mixed
        table += offsets
        np.minimum(smallest, table.min(axis=1), out=smallest)
    return smallest


def bands(fingerprint: Fingerprint, recipe: Recipe) -> tuple[bytes, ...]:
    """Return the keys, 8 bytes each, under which near copies find each other.

    None for a text too short to judge.
    """
    if fingerprint.shingles < recipe.min_shingles:
        return ()
    width = 4 * recipe.rows
    rows = (fingerprint.signature[at * width : (at + 1) * width] for at in range(recipe.bands))
    return tuple(bytes([at]) + blake2b(row, digest_size=7).digest() for at, row in enumerate(rows))


def postings(fingerprint: Fingerprint, recipe: Recipe) -> Runs:
    """Return the sampled runs of words, `uint64[n]`, under which a cut and its whole meet.

    The smallest hashes, more of them for a longer text, so that an excerpt of a tenth still
    shares some; none for a text too short to judge.
    """
    if fingerprint.shingles < recipe.min_shingles:
        return np.empty(0, np.uint64)
    runs, inside = samples(fingerprint).T
    words = inside >> _HALF
    kinds = _kinds(fingerprint.shingles, recipe)
    return np.concatenate([runs[words == kind][:size] for kind, size in kinds])


def samples(fingerprint: Fingerprint) -> Samples:
    """Return the sampled runs, `uint64[n, 2]`: their hashes, and a shingle of each.

    Runs of one length stand together, by their hashes; the upper half of the second column tells
    the length.
    """
    return np.frombuffer(fingerprint.samples, "<u8").reshape(-1, 2)


def exact_key(fingerprint: Fingerprint) -> bytes:
    """Return the key under which texts of the very same words find each other, 16 bytes."""
    return fingerprint.content_hash


def _kinds(shingles: int, recipe: Recipe) -> tuple[tuple[int, int], ...]:
    """Return the lengths of the runs that a text is found by, and how many of each."""
    size = max(recipe.postings_least, shingles // recipe.postings_share)
    kinds = [(recipe.run_words, min(size, recipe.postings_most))]
    if shingles <= recipe.short:
        brief = shingles <= recipe.brief
        kinds.append(
            (recipe.short_run_words, recipe.brief_postings if brief else recipe.short_postings)
        )
    return tuple(kinds)


def _sampled(shingles: Hashes, kinds: Iterable[tuple[int, int]], recipe: Recipe) -> Samples:
    """Return the smallest runs of each length, with some to spare for what is boilerplate."""
    runs = ((_runs_of(shingles, words, recipe), size) for words, size in kinds)
    return np.concatenate([found[: _SPARE * size] for found, size in runs])


def _runs_of(shingles: Hashes, words: int, recipe: Recipe) -> Samples:
    """Return one row for each run of so many words, made of the shingles that cover it."""
    width = recipe.shingle_words
    covering = [*range(0, words - width, width), words - width]
    count = max(0, len(shingles) - covering[-1])
    runs = np.full(count, words, np.uint64)
    for offset in covering:
        runs = (runs ^ shingles[offset : offset + count]) * _MIX
        runs ^= runs >> _HALF
    inside = shingles[covering[len(covering) // 2] :][:count] | (np.uint64(words) << _HALF)
    found = np.column_stack((runs, inside))
    return found[np.unique(runs, return_index=True)[1]]


def _size(shingles: int, least: int, share: int, most: int) -> int:
    return min(max(least, shingles // share), most, shingles)


def _any_of_run(marks: Marks, shingles: int) -> Marks:
    """Return for each shingle whether any of its words is marked."""
    held = np.zeros(shingles, bool)
    for offset in range(len(marks) - shingles + 1 if shingles else 0):
        held |= marks[offset : offset + shingles]
    return held


def _told(words: Sequence[str], numbers: Marks, names: Collection[str]) -> Tells:
    """Return what stands for the numbers and dates of a text, and for its names.

    Of a name three letters are told: its ending is often spelled in two ways.
    """
    counted = _counted(words, np.flatnonzero(numbers).tolist())
    return tells_of(counted, [word[:_OF_A_NAME] for word in words if word in names])


def _counted(words: Sequence[str], places: Iterable[int]) -> list[str]:
    """Return the words at these places, digits in groups as one number."""
    found: list[list[str]] = []
    last, goes_on = -1, False
    for at in places:
        word = words[at]
        if goes_on and at == last + 1 and word.isdigit():
            found[-1].append(word)
        else:
            found.append([word])
        last, goes_on = at, word.isdigit()
    return list(map("".join, found))


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


@cache
def _permutations(count: int, seed: int, scheme: str, width: int) -> tuple[Hashes, Hashes]:
    """Return multipliers and offsets, `uint32[count, width]`, each row one number.

    NumPy goes through two whole tables twice as fast as through a table and a column.
    """
    from datasketch import MinHash  # noqa: PLC0415 - brings scipy, which only parsers need

    multipliers, offsets = MinHash(num_perm=count, seed=seed, scheme=scheme).permutations
    columns = multipliers[:, np.newaxis], offsets[:, np.newaxis]
    return columns[0].repeat(width, axis=1), columns[1].repeat(width, axis=1)


def _padded(hashes: Hashes) -> Hashes:
    """Return the hashes and the first of them again, up to a multiple of 64: few table widths."""
    padded = np.full(-(-len(hashes) // _WIDTH) * _WIDTH, hashes[0], np.uint32)
    padded[: len(hashes)] = hashes
    return padded


def _premixed(hashes: Hashes) -> Hashes:
    """Return the hashes under MurmurHash3's finaliser, as scheme `affine32` has it."""
    mixed: Hashes = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
