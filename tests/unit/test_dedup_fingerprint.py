import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH

from crawler.dedup import numbers
from crawler.dedup.fingerprint import bands, exact_key, fingerprint, minhash, postings
from crawler.dedup.numbers import which_are_numbers
from crawler.dedup.overlap import overlap
from crawler.dedup.sketch import MOST_TELLS, pack, tells_of, unpack, unpack_tells, values_of
from crawler.model import Recipe
from crawler.text.normalise import words
from crawler.text.shingles import shingle_hashes
from tests.newsroom import RECIPE, mark, prose


def shares(one, other):
    mine, theirs = mark(one), mark(other)
    return overlap(mine.sketch, mine.shingles, theirs.sketch, theirs.shingles)


def runs(fingerprint):
    return postings(fingerprint, RECIPE).tolist()


@pytest.mark.parametrize("length", [3, 66, 67, 400, 514, 515, 1500])
def test_minhash_is_datasketch_s_bit_for_bit(length):
    hashes = shingle_hashes(words(prose("any", length)), 3)
    theirs = MinHash(num_perm=128, seed=1, hashfunc=lambda number: number, scheme="affine32")
    theirs.update_batch(hashes.tolist())
    assert minhash(hashes, RECIPE).tolist() == theirs.hashvalues.tolist()


def test_nothing_has_datasketch_s_empty_minhash():
    empty = MinHash(num_perm=128, scheme="affine32").hashvalues
    assert minhash(np.empty(0, np.uint32), RECIPE).tolist() == empty.tolist()


def test_bands_and_rows_are_datasketch_s_optimum_for_near_copies():
    optimum = MinHashLSH(threshold=0.95, num_perm=RECIPE.permutations)
    assert (RECIPE.bands, RECIPE.rows) == (optimum.b, optimum.r)


def test_the_fingerprint_of_a_text_is_pinned():
    found = mark(
        "Lorries waited at the crossing for 14 hours on Monday, carriers said. " + prose("pin")
    )
    assert exact_key(found).hex() == "b9e06aafcfce9d1fcdd330f8a80865eb"
    assert bands(found, RECIPE)[0].hex() == "008bb205e95abc43"
    assert runs(found)[:2] == [35705400802926007, 296742448048048193]
    assert RECIPE.id == "b451b13028"


def test_copies_share_every_key():
    one, other = mark(prose("wire")), mark(prose("wire").upper() + "!")
    assert bands(one, RECIPE) == bands(other, RECIPE)
    assert runs(one) == runs(other)
    assert exact_key(one) == exact_key(other)


def test_a_short_text_is_found_by_its_exact_words_only():
    short = mark(prose("brief", RECIPE.min_shingles))
    assert bands(short, RECIPE) == ()
    assert runs(short) == []
    assert exact_key(short) == exact_key(mark(prose("brief", RECIPE.min_shingles)))


def test_an_excerpt_shares_postings_with_a_text_five_times_as_long():
    whole = prose("feature", 1_000)
    cut = " ".join(whole.split()[300:500])
    shared = {*runs(mark(cut))} & {*runs(mark(whole))}
    assert len(shared) >= 2


def test_texts_that_share_shorter_runs_only_share_no_posting():
    phrases = [prose(f"phrase {n}", 7) for n in range(40)]
    one = mark(" ".join(f"{phrase} {prose(f'one {n}', 2)}" for n, phrase in enumerate(phrases)))
    other = mark(" ".join(f"{phrase} {prose(f'other {n}', 2)}" for n, phrase in enumerate(phrases)))
    assert overlap(one.sketch, one.shingles, other.sketch, other.shingles).shared >= 190
    assert not {*runs(one)} & {*runs(other)}


def test_a_short_text_with_every_eighth_word_changed_is_still_found():
    told = prose("item", 200).split()
    edited = [f"{word}x" if n % 8 == 7 else word for n, word in enumerate(told)]
    one, other = mark(" ".join(told)), mark(" ".join(edited))
    assert {*runs(one)} & {*runs(other)}


def test_a_brief_text_with_every_seventh_word_changed_is_still_found():
    told = prose("post", 35).split()
    edited = [f"{word}x" if n % 7 == 6 else word for n, word in enumerate(told)]
    one, other = mark(" ".join(told)), mark(" ".join(edited))
    assert {*runs(one)} & {*runs(other)}


def test_a_brief_text_is_found_in_a_longer_one_by_the_longer_runs():
    brief = prose("post", RECIPE.brief)
    longer = mark(f"{brief} {prose('more', 20)}")
    assert {*runs(mark(brief))} & {*runs(longer)}


def test_the_sketch_of_a_news_text_is_whole():
    found = mark(prose("long", 3_000))
    assert len(unpack(found.sketch)) == found.shingles > 2_960  # some meet by chance


def test_the_sketch_of_a_huge_text_is_bounded():
    found = mark(prose("huge", 20_000))
    assert len(unpack(found.sketch)) == RECIPE.sketch_most
    assert found.shingles > 18_500  # as good as 20,000 may be told apart


def test_a_passage_inside_a_huge_text_is_measured_by_the_sample():
    huge = prose("huge", 20_000)
    found = shares(" ".join(huge.split()[5_000:6_000]), huge)
    assert found.one_in_other == pytest.approx(1, abs=0.02)
    assert found.other_in_one == pytest.approx(1_000 / 20_000, abs=0.02)


def test_repeated_captions_count_once():
    caption = prose("caption", 40)
    once = mark(f"{prose('body')} {caption}")
    often = mark(f"{prose('body')} {caption} {caption} {caption}")
    assert often.shingles - once.shingles <= 2 * (RECIPE.shingle_words - 1)


def test_a_packed_sketch_is_unpacked_whole():
    values = values_of(shingle_hashes(words(prose("any", 500)), 3), np.zeros(498, bool))
    tells = tells_of(["14", "monday"], ["k"])
    assert unpack(pack(values, tells)).tolist() == values.tolist()
    assert unpack_tells(pack(values, tells)).tolist() == tells.tolist()


@pytest.mark.parametrize("word", ["14", "2026", "березня", "март", "marca", "monday", "f16", "сто"])
def test_numbers_and_dates_are_known_in_many_languages(word):
    assert which_are_numbers([word]) == [True]


@pytest.mark.parametrize(
    "word",
    ["border", "кордон", "може", "сім'я", "one", "a", "het", "hat", "du", "mai", "ten", "may"],
)
def test_other_words_are_no_numbers(word):
    assert which_are_numbers([word]) == [False]


def test_every_listed_number_is_spelled_as_words_are_compared():
    assert [word for word in numbers._NUMBERS if words(word) != [word]] == []


def test_numbers_are_the_same_however_their_digits_are_grouped():
    one, other = prose("a", 30), prose("b", 30)
    assert shares(f"{one} 1,207 {other}", f"{one} 1 207 {other}").changed_numbers == 0
    assert shares(f"{one} 1,207 {other}", f"{one} 1,208 {other}").changed_numbers == 1


def test_a_number_that_only_one_has_is_no_changed_one():
    one, other = prose("a", 30), prose("b", 30)
    assert shares(f"{one} 1,207 {other} 14", f"{one} 1,207 {other}").changed_numbers == 0


def test_of_a_table_of_numbers_as_much_is_compared_as_both_tell():
    few = " lorries, ".join(map(str, range(100, 100 + MOST_TELLS // 2)))
    many = " lorries, ".join(map(str, range(100, 100 + 4 * MOST_TELLS)))
    assert shares(few, many).changed_numbers == 0
    assert shares(many, many.replace("1", "7")).changed_numbers > 0.3


def test_any_number_of_a_recipe_changes_its_id():
    assert Recipe(postings_share=7).id != RECIPE.id


def test_no_words_have_a_fingerprint_too():
    nothing = fingerprint([], shingle_hashes([], 3), RECIPE)
    assert nothing.shingles == 0
    assert runs(nothing) == []
