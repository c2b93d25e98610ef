from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.dedup import placement as placing
from crawler.dedup.canonical import is_original, preference
from crawler.dedup.outcome import Outcome
from crawler.dedup.placement import decide
from crawler.dedup.rules import RULES, Preference, Rules
from crawler.dedup.scene import Scene
from crawler.dedup.ties import judge_of
from crawler.model import ChangeKind, Dating, Neighbourhood, Precision, Relation
from tests.newsroom import NOON, WIRE, Newsroom, article, cut, edited, look_alike, mark, prose

HOUR = timedelta(hours=1)


def at(name, text, **facts):
    return article(text, f"https://{name}.example/x", outlet=name, **facts)


def kinds(placement):
    return [change.kind for change in placement.changes]


async def test_an_article_like_nothing_begins_a_story():
    placement = decide(at("one", WIRE), Neighbourhood())
    assert kinds(placement) == [ChangeKind.CREATED]
    assert placement.relation is Relation.COPY
    (story,) = placement.stories
    assert (story.id, story.version, story.created) == (placement.story, 1, NOON)


async def test_a_copy_joins():
    room = Newsroom()
    first = await room.place(at("one", WIRE))
    second = await room.place(at("two", WIRE, at=NOON + HOUR))
    assert kinds(second) == [ChangeKind.JOINED]
    assert second.story == first.story
    (story,) = await room.all_stories()
    assert (story.version, story.created, story.updated) == (2, NOON, NOON + HOUR)


async def test_placing_the_same_article_again_changes_nothing():
    room = Newsroom()
    copy = at("two", WIRE)
    first = await room.place(at("one", WIRE), copy)
    again = await room.place(copy)
    assert (again.story, again.relation) == (first.story, first.relation)
    assert (again.ties, again.stories, again.forwards, again.changes) == ((), (), (), ())


async def test_an_excerpt_joins_the_story_it_was_cut_from():
    room = Newsroom()
    await room.place(at("one", WIRE))
    placement = await room.place(at("two", cut(WIRE, 0, 60), published=NOON + HOUR))
    assert placement.relation is Relation.EXCERPT
    assert len(await room.all_stories()) == 1


async def test_one_brief_in_two_long_texts_does_not_make_them_one():
    room = Newsroom()
    brief = prose("brief", 60)
    await room.place(
        at("one", f"{brief} {prose('x', 300)}"),
        at("two", f"{brief} {prose('y', 250)}"),
        at("three", brief),
    )
    assert await room.groups() == {
        frozenset({"https://one.example/x"}),
        frozenset({"https://two.example/x", "https://three.example/x"}),
    }


async def test_a_digest_is_linked_with_what_it_holds_and_no_member_of_it():
    room = Newsroom()
    other = prose("other", 200)
    digest = at("three", f"{WIRE} {other}", published=NOON + 2 * HOUR)
    await room.place(at("one", WIRE), at("two", other), digest)
    assert len(await room.all_stories()) == 3
    story = await room.story_of(digest)
    assert story.members[0].relation is Relation.DIGEST
    assert len(story.linked) == 2
    assert (await room.tie(digest, at("one", WIRE))).relation is Relation.DIGEST


async def test_two_parts_of_one_text_make_no_digest_of_the_whole():
    room = Newsroom()
    lead, rest = cut(WIRE, 0, 50), f"{prose('new lead', 55)} {cut(WIRE, 60, 200)}"
    longer = f"{WIRE} {prose('more', 70)}"
    await room.place(at("one", WIRE), at("two", lead), at("three", rest), at("four", longer))
    assert len(await room.all_stories()) == 1


async def test_a_digest_leaves_the_story_it_stood_in_once_it_is_known_for_one():
    room = Newsroom()
    other = prose("other", 200)
    digest = at("three", f"{WIRE} {other}", published=NOON + 2 * HOUR)
    wire, late = at("one", WIRE), at("two", other)
    await room.place(digest, wire)
    assert len(await room.all_stories()) == 1
    placement = await room.place(late)
    assert ChangeKind.SPLIT in kinds(placement)
    assert len(await room.groups()) == 3
    assert (await room.tie(digest, wire)).relation is Relation.DIGEST
    assert (await room.tie(digest, late)).relation is Relation.DIGEST


@pytest.mark.parametrize("hours", [0.5, 30])
async def test_cuts_of_an_earlier_text_make_no_digest_of_it(hours):
    room, later = Newsroom(), NOON + hours * HOUR
    whole = at("one", WIRE, published=NOON)
    await room.place(
        whole,
        at("two", cut(WIRE, 0, 80), published=later),
        at("three", cut(WIRE, 110, 200), published=later),
    )
    assert len(await room.all_stories()) == 1


async def test_an_edited_brief_beside_a_cut_makes_no_digest_of_the_whole():
    room = Newsroom()
    brief = edited(cut(WIRE, 0, 60), 7)
    texts = {"one": brief, "two": cut(WIRE, 80, 150), "three": cut(WIRE, 0, 150)}
    await room.place(*(at(name, text, published=NOON) for name, text in texts.items()))
    (story,) = await room.all_stories()
    assert {member.relation for member in story.members} == {Relation.COPY, Relation.EXCERPT}


async def test_a_brief_stands_with_what_it_was_made_of_and_not_with_a_round_up():
    room, wire = Newsroom(), cut(WIRE, 0, 120)
    brief = edited(cut(WIRE, 0, 60), 9)
    desk = f"{prose('new lead', 10)} {cut(wire, 5, 120)}"
    round_up = f"{brief} {prose('elsewhere', 100)}"
    texts = {"one": wire, "two": desk, "three": brief, "four": round_up}
    await room.place(*(at(name, text, published=NOON) for name, text in texts.items()))
    together = frozenset(f"https://{name}.example/x" for name in ("one", "two", "three"))
    assert await room.groups() == {together, frozenset({"https://four.example/x"})}


async def test_copies_of_one_digest_are_one_story():
    room = Newsroom()
    other = prose("other", 200)
    digests = [at(name, f"{WIRE} {other}", published=NOON + HOUR) for name in ("three", "four")]
    await room.place(at("one", WIRE), at("two", other), *digests)
    assert (await room.story_of(digests[0])).id == (await room.story_of(digests[1])).id
    assert len(await room.all_stories()) == 3


async def test_partial_texts_are_linked_both_ways():
    room = Newsroom()
    one = at("one", f"{prose('x', 100)} {cut(WIRE, 0, 80)}")
    other = at("two", f"{cut(WIRE, 0, 80)} {prose('y', 100)}")
    await room.place(one)
    placement = await room.place(other)
    assert kinds(placement) == [ChangeKind.CREATED, ChangeKind.LINKED, ChangeKind.LINKED]
    here, there = await room.story_of(one), await room.story_of(other)
    assert (here.linked, there.linked) == ((there.id,), (here.id,))


async def test_a_newcomer_proves_two_stories_to_be_one():
    room = Newsroom()
    early, late = at("one", cut(WIRE, 0, 110)), at("two", cut(WIRE, 70, 200), at=NOON + HOUR)
    first, second = await room.place(early), await room.place(late)
    assert first.story != second.story
    proof = await room.place(at("three", WIRE, at=NOON + 2 * HOUR))
    assert proof.story == first.story
    assert proof.forwards == ((second.story, first.story),)
    assert kinds(proof)[:2] == [ChangeKind.JOINED, ChangeKind.MERGED]
    assert (await room.story_of(late)).id == first.story


async def test_a_merged_story_does_not_link_to_itself():
    room = Newsroom()
    await room.place(at("one", cut(WIRE, 0, 110)), at("two", cut(WIRE, 70, 200)))
    assert len(await room.all_stories()) == 2
    await room.place(at("three", WIRE))
    (story,) = await room.all_stories()
    assert story.linked == ()


async def test_a_template_is_its_own_story_and_no_link():
    room = Newsroom()
    form = f"on {{}} March {{}} cars crossed {prose('form', 60)}"
    placement = await room.place(at("one", form.format(3, 120)), at("one2", form.format(4, 95)))
    assert kinds(placement) == [ChangeKind.CREATED]
    assert len(await room.all_stories()) == 2


async def test_three_texts_of_one_outlet_with_one_tail_are_three_stories():
    room = Newsroom()
    tail = prose("about this page", 120)
    for n in range(3):
        await room.place(article(f"{prose(n, 30)} {tail}", f"https://one.example/{n}"))
    assert {len(story.members) for story in await room.all_stories()} == {1}


async def test_versions_of_one_story_stay_together():
    room = Newsroom()
    body = WIRE.split()
    for n in range(5):
        text = " ".join([*prose(("lede", n), 20).split(), *body])
        await room.place(article(text, f"https://one.example/{n}"))
        body += prose(("more", n), 40).split()
    assert len(await room.all_stories()) == 1


async def test_a_new_text_at_a_known_address_is_a_revision():
    room = Newsroom()
    first = await room.place(at("one", WIRE))
    revised = await room.place(at("one", f"{WIRE} {prose('more', 20)}", at=NOON + HOUR))
    assert revised.story == first.story
    assert kinds(revised) == [ChangeKind.REVISED]
    (story,) = await room.all_stories()
    assert (story.version, story.updated) == (2, NOON + HOUR)


async def test_an_article_rewritten_to_another_text_leaves_its_story():
    room = Newsroom()
    stays, moves = at("one", WIRE), at("two", WIRE)
    await room.place(stays, moves)
    elsewhere = await room.place(at("two", prose("else", 200), at=NOON + HOUR))
    assert elsewhere.story != (await room.story_of(stays)).id
    assert ChangeKind.SPLIT in kinds(elsewhere)
    assert len(await room.groups()) == 2


async def test_an_id_left_behind_never_means_another_story():
    room = Newsroom()
    early, late = at("one", cut(WIRE, 0, 110)), at("two", cut(WIRE, 70, 200), at=NOON + HOUR)
    await room.place(early)
    second = await room.place(late)
    await room.place(at("three", WIRE, at=NOON + 2 * HOUR))
    away = await room.place(at("two", prose("else", 150), at=NOON + 3 * HOUR))
    assert away.story not in {second.story, (await room.story_of(early)).id}


async def test_the_earliest_of_equals_is_shown():
    room = Newsroom()
    late, early = at("one", WIRE), at("two", WIRE, published=NOON - HOUR)
    placement = await room.place(late, early)
    assert ChangeKind.CANONICAL_CHANGED in kinds(placement)
    assert (await room.story_of(late)).canonical == early.id


async def test_two_copies_of_the_same_minute_do_not_take_turns():
    room = Newsroom()
    shown = at("one", WIRE)
    placement = await room.place(shown, at("two", WIRE, published=NOON - timedelta(minutes=3)))
    assert kinds(placement) == [ChangeKind.JOINED]
    assert (await room.story_of(shown)).canonical == shown.id


async def test_a_day_without_an_hour_is_not_earlier_than_an_hour_of_that_day():
    room = Newsroom()
    day = at("two", WIRE, published=NOON.replace(hour=0))
    timed, dated = at("one", WIRE), replace(day, dating=Dating(precision=Precision.DAY))
    await room.place(dated, timed)
    assert (await room.story_of(dated)).canonical == timed.id


async def test_the_last_day_of_all_is_a_day_like_others():
    room = Newsroom()
    last = at("two", WIRE, published=datetime(9999, 12, 31, tzinfo=UTC))
    await room.place(replace(last, dating=Dating(precision=Precision.DAY)), at("one", WIRE))
    assert len((await room.all_stories())[0].members) == 2


async def test_the_agency_s_own_text_is_shown_however_late():
    room = Newsroom()
    paper = at("paper", f"(Reuters) {WIRE}", credit=["Reuters"])
    agency = at("reuters", f"(Reuters) {WIRE}", credit=["Reuters"], published=NOON + HOUR)
    await room.place(paper, agency)
    assert (await room.story_of(paper)).canonical == agency.id


@pytest.mark.parametrize(
    ("outlet", "name", "credit", "own"),
    [
        ("reuters", "", "Reuters", True),
        ("reuters.com", "", "Reuters", True),
        ("ap", "Associated Press", "The Associated Press", True),
        ("paper", "The Paper", "Reuters", False),
        ("reuters", "Reuters", "", False),
        ("ukrinform", "Ukrinform", "Укрінформ", True),
        ("ukrinform", "Ukrinform", "Укрінформу", True),
        ("ukrinform-en", "Ukrinform (English)", "Ukrinform", True),
        ("tass-ru", "TASS (Russian)", "ТАСС", True),
        ("ria", "RIA Novosti", "РИА Новости", True),
        ("interfax-ru", "Interfax (Russia)", "Интерфакс", True),
        ("interfax-ukraine-uk", "Interfax-Ukraine (Ukrainian)", "Интерфакс", False),
        ("bta.bg", "БТА", "BTA", True),
        ("", "", "Reuters", False),
    ],
)
def test_an_agency_is_known_by_its_id_its_address_or_its_name(outlet, name, credit, own):
    one = look_alike(WIRE, outlet=outlet, credit=[credit] if credit else [])
    assert is_original(replace(one, outlet_name=name)) is own


async def test_the_order_of_preferences_is_the_operator_s():
    trusted = Rules(canonical=(Preference.TRUSTED,), trusted=("two",))
    room = Newsroom(trusted)
    await room.place(at("one", WIRE, published=NOON - HOUR), at("two", WIRE))
    (story,) = await room.all_stories()
    assert story.canonical == at("two", WIRE).id


async def test_a_story_larger_than_is_regrouped_takes_copies_and_nothing_else(monkeypatch):
    monkeypatch.setattr(placing, "MOST_REGROUPED", 20)
    room, larger = Newsroom(), placing.MOST_REGROUPED + 2
    for n in range(larger):
        await room.place(at(f"outlet-{n}", f"{WIRE} {prose(n, 4)}"))
    await room.place(at("own", f"{prose('own', 120)} {cut(WIRE, 0, 80)}"))
    assert sorted(len(story.members) for story in await room.all_stories()) == [1, larger]
    placement = await room.place(at("last", f"{WIRE} {prose('last', 4)}"))
    assert kinds(placement) == [ChangeKind.JOINED]
    assert sorted(len(story.members) for story in await room.all_stories()) == [1, larger + 1]


async def test_a_member_whose_text_is_gone_stays_where_it_was():
    room = Newsroom()
    gone, here = at("one", WIRE), at("two", WIRE)
    await room.place(gone, here)
    (story,) = await room.all_stories()
    known = await room.stories.articles("test", [here.id])
    around = Neighbourhood(
        look_alikes=tuple(known.values()), nominated=frozenset({here.id}), stories=(story,)
    )
    placement = decide(at("three", WIRE), around)
    assert [m.article for m in placement.stories[0].members][:2] == [gone.id, here.id]
    assert placement.stories[0].canonical == story.canonical


async def test_a_decision_depends_on_nothing_but_its_arguments():
    room = Newsroom()
    await room.place(at("one", WIRE))
    (story,) = await room.all_stories()
    known = await room.stories.articles("test", [story.canonical])
    around = Neighbourhood(tuple(known.values()), frozenset(known), (story,))
    newcomer = at("two", f"{WIRE} {prose('more', 10)}")
    assert decide(newcomer, around) == decide(replace(newcomer), around)


def test_an_article_that_is_alone_is_judged_as_among_others():
    alone = at("one", prose("alone"))
    scene = Scene.of(alone, Neighbourhood(), RULES, {})
    whole = Outcome.of(scene, [frozenset([alone.id])]).placement()
    assert decide(alone, Neighbourhood()) == whole


def test_a_pair_is_judged_anew_once_one_of_it_was_revised():
    judge = judge_of(RULES)
    one, other = look_alike(WIRE), look_alike(WIRE, "https://two.example/", outlet="two")
    assert judge(one, other) is judge(one, other)
    revised = replace(other, fingerprint=mark(prose("revised")))
    assert judge(one, revised).relation is Relation.UNRELATED
    assert judge(one, replace(other, published=None)) is not judge(one, other)


def test_equals_are_preferred_by_id_in_whatever_order_they_come():
    equals = [look_alike(WIRE, f"https://{name}.example/") for name in "abc"]
    order = preference(equals, RULES)
    assert order == preference(reversed(equals), RULES) == sorted(equals, key=lambda one: one.id)


def test_of_two_that_appeared_together_the_fuller_is_preferred():
    short, full = look_alike(cut(WIRE, 0, 100)), look_alike(WIRE, "https://zzz.example/")
    assert preference([short, full], RULES) == [full, short]
