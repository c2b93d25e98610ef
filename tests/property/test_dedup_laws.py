"""Laws of words, fingerprints and stories that no input may break."""

import asyncio
import random
import re
import unicodedata
from datetime import timedelta

import numpy as np
from datasketch import MinHash
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawler.dedup.boilerplate import Boilerplate
from crawler.dedup.fingerprint import minhash
from crawler.dedup.overlap import overlap
from crawler.dedup.relation import converse, relate
from crawler.dedup.sketch import pack, tells_of, unpack, unpack_tells, values_of
from crawler.model import Relation
from crawler.text.asides import told_words, without_asides
from crawler.text.normalise import normalise, words
from crawler.text.shingles import shingle_hashes
from tests.newsroom import NOON, RECIPE, Newsroom, article, look_alike, mark, prose

LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"
CYRILLIC_WORDS = st.text(LETTERS, min_size=1, max_size=9).filter(
    lambda word: word.strip("'") == word and "''" not in word
)
SENTENCES = st.lists(CYRILLIC_WORDS, min_size=3, max_size=20)
LOOK_ALIKES = str.maketrans("аеорсухіАЕОРСУХІ", "aeopcyxiAEOPCYXI")
VOWELS = "аеєиіїоуюя"


def disguised(sentence, dice):
    """The same sentence, as another keyboard, editor and publishing system would leave it."""
    text = "".join(
        letter.translate(LOOK_ALIKES) if dice.random() < 0.3 and plain else letter
        for letter, plain in zip(sentence, _in_words_with_cyrillic(sentence), strict=True)
    )
    text = "".join(
        letter + ("\u0301" if letter in VOWELS and dice.random() < 0.1 else "") for letter in text
    )
    text = re.sub(
        "(?<=[^\\W_])(?=[^\\W_])", lambda _: dice.choice(["", "", "\u00ad", "\u200b"]), text
    )
    text = text.replace("'", dice.choice("'’ʼ`´"))
    text = dice.choice([f"«{text}»", f'"{text}"', f"“{text}”", text])
    return unicodedata.normalize(dice.choice(["NFC", "NFD"]), text)


def _in_words_with_cyrillic(sentence):
    """For each letter, whether its word keeps a letter that no Latin one looks like."""
    for word in re.split("( )", sentence):
        plain = any(letter not in "аеорсухі'" for letter in word)
        yield from (plain for _ in word)


@given(SENTENCES, st.randoms(use_true_random=False))
def test_one_sentence_has_one_set_of_shingles_however_it_is_typed(sentence, dice):
    text = " ".join([*sentence, "щось"])
    plain = shingle_hashes(words(text), 3).tolist()
    assert shingle_hashes(words(disguised(text, dice)), 3).tolist() == plain


@given(st.text(max_size=200))
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)
    assert words(normalise(text)) == words(text)


@given(st.text(max_size=200))
def test_words_are_never_empty_and_hold_no_spaces(text):
    assert all(word and not re.search(r"\s", word) for word in words(text))


ASIDES = st.sampled_from(
    [
        "https://t.me/canal_example/48213?single", "t.me/canal_example/17", "@canal_bot",
        "#новости #граница", "🔔 Подпишись на канал", "Читайте також: міст закрито",
        "Forwarded from Пограничье", "Снимка: БТА", "Source: agency", "⚡️⚡️", "",
    ]
)  # fmt: skip


@given(SENTENCES, st.lists(ASIDES, max_size=4), st.lists(ASIDES, max_size=4))
def test_what_a_post_says_of_itself_changes_nothing_of_what_it_tells(sentence, above, below):
    text = " ".join(["щось", *sentence])
    assume(without_asides(text) == text)
    assert told_words("\n".join([*above, text + ".", *below])) == told_words(text)


@given(st.text(max_size=200))
def test_leaving_out_asides_twice_is_leaving_them_out_once(text):
    once = without_asides(text)
    assert told_words(once) == told_words(text) or not words(once)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=300))
def test_the_signature_is_datasketch_s(numbers):
    theirs = MinHash(num_perm=128, hashfunc=lambda number: number, scheme="affine32")
    theirs.update_batch(numbers)
    assert minhash(np.array(numbers, np.uint32), RECIPE).tolist() == theirs.hashvalues.tolist()


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=400),
    st.lists(st.text(), max_size=100),
)
def test_a_sketch_survives_packing(numbers, told):
    values = values_of(np.array(numbers, np.uint32), np.zeros(len(numbers), bool))
    tells = tells_of(told[::2], told[1::2])
    sketch = pack(values, tells)
    assert unpack(sketch).tolist() == values.tolist()
    assert unpack_tells(sketch).tolist() == tells.tolist()


@given(st.integers(0, 200), st.integers(0, 200), st.integers(20, 200))
def test_containment_is_what_the_texts_share(own, others, shared):
    one = f"{prose('own', own)} {prose('shared', shared)}"
    other = f"{prose('others', others)} {prose('shared', shared)}"
    mine, theirs = mark(one), mark(other)
    found = overlap(mine.sketch, mine.shingles, theirs.sketch, theirs.shingles)
    assert abs(found.one_in_other - (shared - 2) / (own + shared - 2)) < 0.05


TEXTS = st.builds(
    lambda parts: " ".join(prose(*part) for part in parts),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([40, 90, 150])), min_size=1, max_size=3),
)
PAPERS = st.sampled_from(["one", "two", "three", "four"])
DAYS = st.sampled_from([NOON, NOON + timedelta(days=1), NOON + timedelta(days=9), None])


@st.composite
def arrivals(draw):
    """Articles at addresses of their own, any two of which may share whole passages."""
    texts = draw(st.lists(st.tuples(TEXTS, PAPERS, DAYS), min_size=2, max_size=9))
    return [
        article(text, f"https://{outlet}.example/{n}", outlet=outlet, published=day)
        for n, (text, outlet, day) in enumerate(texts)
    ]


async def placed(articles):
    room = Newsroom()
    await room.place(*articles)
    return room


@given(TEXTS, TEXTS)
def test_a_relation_told_from_the_other_side_is_its_converse(one, other):
    here, there = look_alike(one), look_alike(other, "https://two.example/b")
    assert relate(there, here) == converse(relate(here, there))


@settings(max_examples=60)
@given(arrivals())
def test_placing_everything_twice_changes_nothing(articles):
    async def law():
        room = await placed(articles)
        before = (await room.groups(), await room.changes())
        for one in articles:
            assert not (await room.place(one)).changes
        assert (await room.groups(), await room.changes()) == before

    asyncio.run(law())


@settings(max_examples=60)
@given(arrivals(), st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_the_order_of_arrival(articles, dice):
    async def law():
        shuffled = articles.copy()
        dice.shuffle(shuffled)
        assert await (await placed(shuffled)).groups() == await (await placed(articles)).groups()

    asyncio.run(law())


@settings(max_examples=60)
@given(arrivals())
def test_no_story_holds_two_articles_that_are_digest_or_template(articles):
    async def law():
        room = await placed(articles)
        for story in await room.all_stories():
            ids = {*story.articles}
            for one in ids:
                for tie in await room.stories.ties("test", one):
                    apart = tie.relation in (Relation.DIGEST, Relation.TEMPLATE)
                    assert not (apart and {tie.one, tie.other} <= ids)

    asyncio.run(law())


@settings(max_examples=60)
@given(arrivals())
def test_every_article_stands_in_one_story_and_every_link_leads_to_one(articles):
    async def law():
        room = await placed(articles)
        stories = await room.all_stories()
        members = [member.article for story in stories for member in story.members]
        assert sorted(members) == sorted(one.id for one in articles)
        for story in stories:
            assert story.canonical in {*story.articles}
            for other in story.linked:
                assert (await room.stories.story("test", other)).id != story.id

    asyncio.run(law())


@settings(max_examples=60)
@given(arrivals())
def test_events_tell_every_story_and_every_joining(articles):
    async def law():
        room = await placed(articles)
        events = await room.changes()
        told = {change.article for change in events if change.kind in ("story.created", "joined")}
        assert told == {one.id for one in articles}
        begun = {c.story for c in events if c.kind == "story.created"}
        begun |= {c.other for c in events if c.kind == "split"}
        assert {story.id for story in await room.all_stories()} <= begun

    asyncio.run(law())


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(0, 30))
def test_boilerplate_is_never_counted_too_low(texts, probe):
    known, seen = Boilerplate.blank(), 0
    for text in texts:
        known = known.with_text(mark(prose(text, 40)))
        seen += text == probe
    common = known.common(unpack(mark(prose(probe, 40)).sketch))
    assert common.all() or seen < 5


def test_hundreds_of_articles_find_the_same_stories_in_any_order():
    dice = random.Random(7)
    wires = [prose(("wire", n), 150) for n in range(150)]
    articles = [
        article(f"{prose(('own', n), dice.randrange(30))} {dice.choice(wires)}",
                f"https://{n % 20}.example/{n}", outlet=f"outlet-{n % 20}")
        for n in range(600)
    ]  # fmt: skip

    async def law():
        shuffled = dice.sample(articles, len(articles))
        assert await (await placed(shuffled)).groups() == await (await placed(articles)).groups()

    asyncio.run(law())
