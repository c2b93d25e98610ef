"""What fingerprinting and comparing cost: bench/micro/signatures.py prints one JSON object.

Texts of 500 made-up words, one process; everything is the best of several rounds, in
microseconds. datasketch is given its permutations ready-made, as its documentation advises.
"""

import json
import random
import time
from collections.abc import Callable

from datasketch import MinHash

from crawler.dedup.fingerprint import fingerprint, minhash
from crawler.dedup.overlap import overlap
from crawler.dedup.sketch import unpack
from crawler.model import Recipe
from crawler.text.normalise import words
from crawler.text.shingles import shingle_hashes

RECIPE = Recipe()
ROUNDS, TIMES = 7, 200
PARTS = ["bor", "der", "kor", "don", "che", "ck", "po", "int", "wa", "gon", "re", "il"]


def text_of(seed: int, length: int = 500) -> str:
    dice = random.Random(seed)
    return " ".join("".join(dice.choices(PARTS, k=3)) for _ in range(length))


def microseconds(action: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(TIMES):
            action()
        best = min(best, (time.perf_counter() - started) / TIMES)
    return round(best * 1e6, 1)


def by_datasketch(read: list[str], permutations: object) -> MinHash:
    """A signature as datasketch's users make it: joined shingles through `update_batch`."""
    signature = MinHash(RECIPE.permutations, permutations=permutations, scheme=RECIPE.scheme)
    runs = range(len(read) - RECIPE.shingle_words + 1)
    signature.update_batch([" ".join(read[at : at + RECIPE.shingle_words]).encode() for at in runs])
    return signature


def same_values(read: list[str]) -> bool:
    hashes = shingle_hashes(read, RECIPE.shingle_words)
    theirs = MinHash(RECIPE.permutations, hashfunc=lambda number: number, scheme=RECIPE.scheme)
    theirs.update_batch(hashes.tolist())
    return minhash(hashes, RECIPE).tolist() == theirs.hashvalues.tolist()


def main() -> None:
    text, other = text_of(1), text_of(1, 300) + " " + text_of(2, 200)
    read = words(text)
    hashes = shingle_hashes(read, RECIPE.shingle_words)
    one, two = (
        fingerprint(words(t), shingle_hashes(words(t), RECIPE.shingle_words), RECIPE)
        for t in (text, other)
    )
    permutations = MinHash(RECIPE.permutations, scheme=RECIPE.scheme).permutations
    theirs = microseconds(lambda: by_datasketch(read, permutations))
    ours = microseconds(lambda: minhash(shingle_hashes(read, RECIPE.shingle_words), RECIPE))

    def compared() -> None:
        unpack.cache_clear()
        overlap(one.sketch, one.shingles, two.sketch, two.shingles)

    figures = {
        "words": len(read),
        "values_identical_to_datasketch": all(same_values(words(text_of(n))) for n in range(50)),
        "datasketch_update_batch": theirs,
        "ours_shingles_and_minhash": ours,
        "times_as_fast": round(theirs / ours, 1),
        "signatures_per_second": round(1e6 / ours),
        "normalise_and_split": microseconds(lambda: words(text)),
        "shingles": microseconds(lambda: shingle_hashes(read, RECIPE.shingle_words)),
        "minhash": microseconds(lambda: minhash(hashes, RECIPE)),
        "fingerprint_whole": microseconds(lambda: fingerprint(read, hashes, RECIPE)),
        "compare_two": microseconds(compared),
        "sketch_bytes": len(one.sketch),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
