"""What shapes a fingerprint, and what a fingerprint is."""

from dataclasses import dataclass
from hashlib import blake2b

from crawler.model.ids import GenerationId, RecipeId


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every number that shapes a fingerprint; a change starts a new generation.

    Source: docs/decisions/0003-recipe.md
    """

    text_version: int = 6  # pinned by golden digests: extractor, tokenizer, Unicode tables
    scheme: str = "affine32"
    seed: int = 1
    permutations: int = 128
    bands: int = 3  # with rows, datasketch's optimum for a threshold of .95
    rows: int = 42
    shingle_words: int = 3
    min_shingles: int = 6  # fewer match exactly only
    named_words: int = 50  # in a text of no more, a name is as good as a number,
    names_told: int = 160  # and in one of no more it is told which there are
    sketch_least: int = 4096  # so many shingles are kept, those with the smallest hashes,
    sketch_share: int = 2  # or one in so many when that is more,
    sketch_most: int = 8192  # but never more than this
    run_words: int = 8  # articles are found by the runs of words they share,
    short: int = 300  # texts of so few shingles
    short_run_words: int = 5  # by shorter ones as well,
    short_postings: int = 8  # so many of them,
    brief: int = 160  # or, where the shingles are so few,
    brief_postings: int = 24  # so many
    postings_least: int = 16  # the same three numbers as of the sketch for the runs that nominate
    postings_share: int = 24
    postings_most: int = 64
    index_version: int = 3  # how the store finds look-alikes by them: decision 0193

    @property
    def id(self) -> RecipeId:
        """Ten hex digits that change with any number above."""
        numbers = repr([(name, getattr(self, name)) for name in self.__slots__])
        return RecipeId(blake2b(numbers.encode(), digest_size=5).hexdigest())

    @property
    def versions(self) -> tuple[int, int]:
        """What no number can say; whose code has others cannot write under this recipe."""
        return self.text_version, self.index_version


ANOTHERS = Recipe(text_version=0)  # in place of one whose numbers another Kordon alone knows


@dataclass(frozen=True, slots=True)
class Generation:
    """An index built under one recipe; two may stand side by side, and one of them is read."""

    recipe: Recipe
    number: int = 1  # of the generations that a store ever had
    named: RecipeId | None = None  # the recipe's id, where `recipe` cannot hold its numbers

    @property
    def id(self) -> GenerationId:
        """What its keys carry: the recipe's id, and after the first generation the number."""
        suffix = f".{self.number}" if self.number > 1 else ""
        return GenerationId(f"{self.recipe_id}{suffix}")

    @property
    def recipe_id(self) -> RecipeId:
        """Which recipe it was built under."""
        return self.named or self.recipe.id


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of a text can be compared without the text, under one recipe.

    Of a look-alike only `sketch`, `shingles` and `content_hash` are read: a store may drop the
    other two once it has made their index keys, and give them back empty.
    """

    signature: bytes  # uint32[permutations], little-endian: datasketch MinHash values
    samples: bytes  # uint64[n, 2], little-endian, ascending: runs that nominate, a shingle of each
    sketch: bytes  # the shingles as 18-bit hashes and what is told: crawler.dedup.sketch
    shingles: int  # distinct shingles in the text
    content_hash: bytes  # 16 bytes of BLAKE2b over the normalised words

    @property
    def kept(self) -> "Fingerprint":
        """What of it is read of a look-alike."""
        return Fingerprint(b"", b"", self.sketch, self.shingles, self.content_hash)
