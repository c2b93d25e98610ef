"""Quality floors on labelled pairs; each is pinned with a digest of its corpus.

To lower a floor takes a decision record that says why. The texts of `dedup/` were written for
these tests; the recorded news beside the checkout belongs to its outlets.
"""

import hashlib
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from crawler.evaluate.dedup import evaluate
from crawler.evaluate.labels import read_pairs, read_samples
from crawler.model import Relation

OWN = Path(__file__).parent / "dedup"
OWN_DIGEST = "a57278d8418f85c5"
POSTS = {  # digest, floors of pairs and of stories; how they came about: docs/decisions/0208
    "posts": ("a0b1c26a548fef0d", 0.97, 0.97),
    "later": ("8a31de9ecf3cf48d", 0.92, 0.95),
    "last": ("836c988d76cb3862", 1.00, 1.00),
}
EDITS = {  # digest, floors of pairs and of stories, and of pairs without times
    # how they came about: docs/decisions/0214, from outlets_bg on 0216, from portals_bg on 0218,
    # outlets_and_posts and desks 0219, the two after these 0227 to 0229, all anew in 0230 and 0231
    "edits_bg": ("2f1dc797c7c7bf45", 0.97, 0.97, 0.94),
    "edits_ru": ("1ff39201ac4d0705", 0.94, 0.89, 0.95),
    "edits_uk_pl_ro": ("73a31222dea97b1f", 0.97, 0.96, 0.97),
    "edits_en": ("499bc912c81e71a0", 0.95, 0.96, 0.92),
    "edits_bg_ru": ("350ef558d67aaebe", 0.93, 0.89, 0.93),
    "edits_en_sk_hu_ro_be": ("c0e402d40770787d", 0.96, 0.95, 0.96),
    "edits_bg_ru_en_uk": ("55c0416480418507", 0.93, 0.93, 0.92),
    "edits_mixed": ("c6b32fe4ba62fc2e", 0.97, 0.98, 0.98),
    "edits_further": ("467d86a06e37af1a", 0.97, 0.96, 0.96),
    "outlets_bg": ("7da4cc05d89bfcc6", 0.96, 0.98, 0.97),
    "channels_ru": ("4c9792c2a38bde09", 0.95, 0.97, 0.95),
    "apart_en": ("b2e8178ba7afa60b", 0.97, 0.96, 0.95),
    "mixed_bg_uk": ("96404955405d2af0", 0.97, 0.96, 0.93),
    "mixed_ru_en_pl_ro": ("911afd4b9854ff9d", 0.98, 0.97, 0.96),
    "portals_bg": ("fb8d5bb7d5c2feb7", 0.95, 0.95, 0.94),
    "posts_ru": ("622aafe9b0f02551", 0.92, 0.91, 0.93),
    "lookalikes_en": ("b5b196f8c2e66f3f", 0.97, 0.96, 0.94),
    "mixed_seven": ("d5d1e49715eef253", 0.98, 0.97, 0.96),
    "newsrooms_bg": ("81874fa847a07588", 0.98, 0.96, 0.96),
    "reposts_ru": ("c34a052fabd9bd1c", 0.96, 0.95, 0.93),
    "wires_en": ("1b104e37a48c621d", 0.96, 0.97, 0.94),
    "outlets_and_posts": ("1fc8de64cbf21325", 0.91, 0.88, 0.88),
    "desks": ("41235e20f07401cc", 0.95, 0.99, 0.91),
    "outlets_posts_apart": ("086491af8a17a58f", 0.89, 0.90, 0.86),
    "seven_more": ("60648119ec30dc34", 0.86, 0.91, 0.85),
    "bulgarian_russian_more": ("9f84128986a83663", 0.91, 0.91, 0.85),
    "corrections_and_rewrites": ("86ba363c54e55cd2", 0.79, 0.73, 0.79),
}
# pairs that share boilerplate in one story, at most
MERGED = {"portals_bg": 1, "lookalikes_en": 2}
# floors of precision of sure pairs, if not 0.94
PRECISE = {"lookalikes_en": 0.89, "portals_bg": 0.93, "edits_bg": 0.92}
FORMS = {  # digest, floors of pairs, of stories and of sure stories: docs/decisions/0207
    "forms": ("5cd2850edbe16afc", 0.87, 0.90, 0.98),
}
RECORDED_DIGEST = "8789a932d66efc8b"


def digest_of(*paths):
    found = hashlib.blake2b(digest_size=8)
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


async def run(articles, pairs):
    return await evaluate(read_samples(articles), read_pairs(pairs))


def together(evaluation, label):
    return [p for p in evaluation.pairs if p.labelled.label == label and p.same_story]


@pytest.fixture(scope="module")
def own():
    paths = OWN / "articles.jsonl", OWN / "pairs.tsv"
    assert digest_of(*paths) == OWN_DIGEST, "the corpus changed: measure the floors anew"
    return paths


async def test_our_own_corpus_is_judged_without_a_mistake(own):
    evaluation = await run(*own)
    assert len(evaluation.pairs) == 85
    assert evaluation.mistakes() == []
    assert evaluation.by_story()["all"].f1 == 1


async def test_bulletins_in_five_languages_are_templates(own):
    evaluation = await run(*own)
    bulletins = [pair for pair in evaluation.pairs if pair.labelled.label == "template"]
    assert len(bulletins) == 15
    assert {pair.tie.relation for pair in bulletins} == {Relation.TEMPLATE}


async def test_round_ups_are_linked_and_no_members(own):
    evaluation = await run(*own)
    held = [pair for pair in evaluation.pairs if pair.labelled.note == "round-up"]
    assert {(pair.tie.relation, pair.same_story) for pair in held} == {(Relation.DIGEST, False)}


async def test_what_is_not_one_text_never_stands_in_one_story(own):
    evaluation = await run(*own)
    for label in ("partial", "boilerplate", "different", "template"):
        assert together(evaluation, label) == []


async def test_every_pair_to_be_found_is_nominated(own):
    evaluation = await run(*own)
    assert all(pair.nominated for pair in evaluation.pairs if pair.labelled.label.is_one_text)


def pinned(name, kinds):
    paths = OWN / f"{name}.jsonl", OWN / f"{name}.tsv"
    digest, *floors = kinds[name]
    assert digest_of(*paths) == digest, "the corpus changed: measure the floors anew"
    return paths, floors


@pytest.fixture(scope="module", params=POSTS, ids=str)
def posts(request):
    return pinned(request.param, POSTS)


@pytest.fixture(scope="module", params=EDITS, ids=str)
def edits(request):
    paths, floors = pinned(request.param, EDITS)
    return paths, (*floors, PRECISE.get(request.param, 0.94), MERGED.get(request.param, 0))


async def test_posts_and_briefs_are_judged_well(posts):
    paths, (pairs, stories) = posts
    evaluation = await run(*paths)
    assert evaluation.by_relation()["all"].f1 >= pairs
    assert evaluation.by_story()["all"].f1 >= stories


async def test_texts_that_editors_went_over_are_found(edits):
    paths, (pairs, stories, _, precision, merged) = edits
    evaluation = await run(*paths)
    assert evaluation.by_relation()["all"].f1 >= pairs
    assert evaluation.by_story()["all"].f1 >= stories
    assert evaluation.by_relation()["all sure"].precision >= precision
    assert len(together(evaluation, "boilerplate")) <= merged


async def test_edited_texts_are_found_where_no_time_is_known(edits):
    (articles, labels), (_, _, pairs, precision, _) = edits
    untimed = (replace(sample, published=None) for sample in read_samples(articles))
    evaluation = await evaluate(untimed, read_pairs(labels))
    assert evaluation.by_relation()["all"].f1 >= pairs
    assert evaluation.by_relation()["all sure"].precision >= precision


async def test_reports_in_one_frame_of_words_are_told_apart():
    paths, (pairs, stories, sure) = pinned("forms", FORMS)
    evaluation = await run(*paths)
    assert evaluation.by_relation()["all"].f1 >= pairs
    assert evaluation.by_story()["all"].f1 >= stories
    assert evaluation.by_story()["all sure"].f1 >= sure
    assert together(evaluation, "boilerplate") == []


async def test_signatures_and_other_posts_never_share_a_story(posts):
    paths, _ = posts
    evaluation = await run(*paths)
    assert together(evaluation, "boilerplate") == together(evaluation, "different") == []


async def test_the_recorded_news_is_judged_well(shared):
    paths = (
        shared / "corpora" / "ukraine_media.jsonl.gz",
        shared / "corpora" / "ukraine_media_pairs.tsv",
    )
    assert digest_of(*paths) == RECORDED_DIGEST, "the corpus changed: measure the floors anew"
    evaluation = await run(*paths)
    pairs, stories = evaluation.by_relation(), evaluation.by_story()
    assert pairs["cross-outlet sure"].f1 >= 0.99
    assert pairs["cross-outlet"].f1 >= 0.99
    assert pairs["all"].f1 >= 0.99
    assert pairs["same-outlet sure"].f1 >= 0.97
    assert stories["cross-outlet sure"].f1 >= 0.99
    assert stories["all"].f1 >= 0.97
    assert stories["same-outlet sure"].f1 >= 0.97
    assert together(evaluation, "boilerplate") == []
    assert evaluation.alarming() == []
    assert max(chain(evaluation.sizes())) <= 40
