from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.explanation import Beyond, beyond, explain, longest_shared
from crawler.dedup.relation import (
    Reason,
    converse,
    reason_of,
    relate,
    shares_of,
)
from crawler.dedup.rules import RULES
from crawler.model import Relation
from crawler.placing import fingerprint_of
from crawler.text.normalise import words
from tests.newsroom import NOON, RECIPE, WIRE, cut, edited, judged, look_alike, prose, reason

BULLETIN = (
    "As of {day} March, {cars} cars and {lorries} lorries wait at the crossing; the guards expect "
    "{hours} hours. Drivers are asked to keep papers ready, to watch the board above the gate and "
    "to leave no child alone in a car. The next note follows at {next} in the evening."
)


def bulletin(day, cars, lorries, hours, then):
    return BULLETIN.format(day=day, cars=cars, lorries=lorries, hours=hours, next=then)


def test_the_same_words_are_a_copy():
    assert judged(WIRE, WIRE) is Relation.COPY


def test_an_edited_text_is_a_copy():
    assert judged(WIRE, f"{prose('new lede', 30)} {cut(WIRE, 20, 190)}") is Relation.COPY


def test_a_cut_is_an_excerpt_and_its_whole_an_expansion():
    assert judged(cut(WIRE, 0, 60), WIRE) is Relation.EXCERPT
    assert judged(WIRE, cut(WIRE, 0, 60)) is Relation.EXPANSION


def test_a_form_that_is_filled_anew_is_not_edited():
    one, other = bulletin(3, 120, 45, 6, 21), bulletin(4, 310, 62, 9, 20)
    assert reason(one, edited(other, 9)) is Reason.NUMBERS_DIFFER


def traffic(day, state, other_state, lorries, cars):
    """Return a bulletin in which more words change than numbers."""
    return (
        f"As of 8 on {day} March traffic is {state} at the northern bridge, the border police "
        f"say. At the old ferry it is {other_state}, at the southern gate {state}; {lorries} "
        f"lorries stand in the lane and {cars} cars. On the road to the mountains traffic is "
        f"{other_state}, in the valley {state}. {prose('frame', 30)}"
    )


MONDAY = traffic(9, "slow for lorries that leave", "as usual", 31, 412)
TUESDAY = traffic(10, "as usual", "at a stand in both lanes", 52, 368)


@pytest.mark.parametrize(
    ("outlet", "published", "expected"),
    [
        ("one", NOON + timedelta(days=1), Reason.OTHER_NUMBERS),
        ("two", NOON + timedelta(days=1), Reason.OTHER_REPORT),
        ("two", None, Reason.OTHER_REPORT),
        ("two", NOON + timedelta(hours=2), Reason.MUTUAL),
    ],
)
def test_another_day_s_bulletin_has_other_numbers(outlet, published, expected):
    here = look_alike(MONDAY, published=NOON, outlet="one")
    there = look_alike(TUESDAY, f"https://{outlet}.example/b", published=published, outlet=outlet)
    assert reason_of(here, there, shares_of(here, there), RULES) is expected


def test_one_number_of_three_tells_the_next_day_of_the_same_outlet_only():
    report = "{} of 300 lorries crossed in 24 hours. " + prose("same", 60)
    mine, theirs = (f"{report.format(n)} {prose(own, 30)}" for n, own in ((140, "a"), (155, "b")))
    for outlet, expected in (("one", Reason.OTHER_NUMBERS), ("two", Reason.MUTUAL)):
        here = look_alike(mine, published=NOON, outlet="one")
        there = look_alike(
            theirs, "https://b.example/b", published=NOON + timedelta(days=1), outlet=outlet
        )
        assert reason_of(here, there, shares_of(here, there), RULES) is expected


def test_words_that_changed_beside_the_same_numbers_make_no_template():
    rates = "the dollar {} 90.94 roubles, the euro {} 100.42, the yuan {} 12.64 {} Tuesday"
    tail = prose("tail", 12)
    one, other = rates.format("costs", "costs", "costs", "on"), rates.format(*"abcd")
    assert judged(f"{one} {tail}", f"{other} {tail}") is Relation.COPY


def test_one_corrected_number_of_many_makes_no_template():
    form = f"in {{}} districts wind of 55 to 70 km, 5 to 12 cm of snow by 10 {prose('tail', 50)}"
    assert judged(form.format(8), form.format(9)) is Relation.COPY


def test_a_shared_quote_is_partial():
    quote = cut(WIRE, 0, 80)
    own, others = f"{prose('x', 100)} {quote}", f"{quote} {prose('y', 110)}"
    assert judged(own, others) is Relation.PARTIAL


def test_texts_of_their_own_are_unrelated():
    assert judged(WIRE, prose("other", 200)) is Relation.UNRELATED


def test_other_numbers_in_the_same_form_are_a_template():
    assert judged(bulletin(3, 120, 45, 6, 21), bulletin(4, 310, 62, 9, 20)) is Relation.TEMPLATE


def test_other_dates_in_words_are_a_template():
    tail = prose("tail", 40)
    one, other = f"у понеділок перше березня {tail}", f"у вівторок друге квітня {tail}"
    assert judged(one, other) is Relation.TEMPLATE


def test_one_number_that_grew_is_a_template():
    form = f"the fighting affects over {{}} children {prose('tail', 60)}"
    assert judged(form.format("815"), form.format("1,207")) is Relation.TEMPLATE


def test_numbers_written_otherwise_are_a_copy():
    head, tail = prose("head", 40), prose("tail", 40)
    one, other = (
        f"{head} 1,207 cars, 40% of all {tail}",
        f"{head} 1 207 cars, 40 percent of all {tail}",
    )
    assert judged(one, other) is Relation.COPY


def test_a_dateline_on_one_side_only_is_a_copy():
    assert judged(WIRE, f"Published on 3 March 2026 at 14:05 {WIRE}") is Relation.COPY


def test_numbers_in_another_order_are_a_copy():
    tail = prose("tail", 30)
    one, other = (
        f"forty storks stopped traffic on Saturday {tail}",
        (f"on Saturday forty storks stopped traffic {tail}"),
    )
    assert judged(one, other) is Relation.COPY


def test_a_number_that_changed_in_a_short_post_tells_whatever_was_added():
    post = "Ночью над районом сбили {} беспилотников, обломки упали на крышу клуба, пожара нет."
    one = fingerprint_of(post.format("два"), RECIPE)
    other = fingerprint_of(post.format("пять") + " Спасибо всем, кто не спал.", RECIPE)
    assert relation_of_posts(one, other) is Relation.TEMPLATE


def printed(text, days):
    day = None if days is None else NOON + timedelta(days=days)
    return look_alike(text, "https://two.example/b", outlet="two", published=day)


def test_two_accounts_days_apart_share_what_is_used_again():
    one, other = f"{cut(WIRE, 0, 150)} {prose('x', 50)}", f"{cut(WIRE, 0, 150)} {prose('y', 50)}"
    assert relate(look_alike(one), printed(other, 4)).relation is Relation.COPY
    assert relate(look_alike(one), printed(other, 5)).relation is Relation.UNRELATED
    assert relate(look_alike(one), printed(other, None)).relation is Relation.COPY


def test_a_text_printed_again_whole_is_a_copy_however_late():
    assert relate(look_alike(WIRE), printed(WIRE + " again", 90)).relation is Relation.COPY


def test_very_short_texts_match_by_their_very_words_only():
    brief = prose("brief", 7)
    assert judged(brief, brief) is Relation.COPY
    assert judged(brief, brief + " again") is Relation.UNRELATED


def test_a_short_post_with_another_first_word_or_a_line_more_is_a_copy():
    post = prose("post", 14)
    assert judged(post, f"other {cut(post, 1, 14)}") is Relation.COPY
    assert judged(post, f"{post} {prose('comment', 5)}") is Relation.COPY


def test_a_short_post_inside_a_longer_one_is_its_excerpt():
    post = prose("post", 10)
    assert judged(post, f"{prose('before', 20)} {post} {prose('after', 20)}") is Relation.EXCERPT


def test_short_posts_that_share_half_are_not_one_text():
    shared = prose("shared", 14)
    assert judged(f"{prose('x', 12)} {shared}", f"{prose('y', 12)} {shared}") is Relation.UNRELATED


def test_background_behind_two_leads_makes_no_copy():
    tail = prose("background", 60)
    one, other = f"{prose('x', 36)} {tail}", f"{prose('y', 38)} {tail}"
    assert reason(one, other) is Reason.BACKGROUND
    assert judged(f"{tail} {prose('x', 36)}", f"{tail} {prose('y', 38)}") is Relation.COPY


def test_a_signature_under_two_posts_of_one_outlet_makes_no_copy():
    signature = prose("signature", 26)
    one, other = f"{prose('x', 10)} {signature}", f"{prose('y', 10)} {signature}"
    assert reason(one, other, outlet="one") is Reason.FRAME
    assert judged(one, other) is Relation.COPY


def test_a_heading_over_two_posts_of_one_outlet_makes_no_copy():
    heading = prose("heading", 40)
    one, other = f"{heading} {prose('x', 18)}", f"{heading} {prose('y', 18)}"
    assert reason(one, other, outlet="one") is Reason.FRAME
    assert judged(one, other) is Relation.COPY


def test_texts_of_no_words_are_nobody_s_copies():
    assert judged("", "") is Relation.UNRELATED


def test_a_new_lead_over_an_old_text_is_a_copy():
    assert (
        judged(f"{prose('lead', 50)} {WIRE}", f"{prose('other lead', 40)} {WIRE}") is Relation.COPY
    )


def test_an_old_address_with_a_new_lead_is_a_revision():
    tail = prose("background", 60)
    one, other = look_alike(f"{prose('x', 36)} {tail}"), look_alike(f"{prose('y', 38)} {tail}")
    assert relate(one, other).relation is Relation.REVISION


ALARM = "Внимание! В {} районе объявлена опасность, оставайтесь дома и не подходите к окнам. {}"


def posted(place, more=""):
    return fingerprint_of(ALARM.format(place, more), RECIPE)


def relation_of_posts(one, other):
    return relate(
        replace(look_alike(WIRE), fingerprint=one),
        replace(look_alike(WIRE, "https://two.example/b", outlet="two"), fingerprint=other),
    ).relation


def test_another_name_in_the_same_short_post_is_a_template():
    assert relation_of_posts(posted("Липовском"), posted("Каменском")) is Relation.TEMPLATE


def test_another_name_and_a_line_more_is_a_template_still():
    other = posted("Каменском", "Берегите себя и своих близких!")
    assert relation_of_posts(posted("Липовском"), other) is Relation.TEMPLATE


def test_a_name_spelled_otherwise_is_a_copy():
    assert relation_of_posts(posted("Липовском"), posted("Липівському")) is Relation.COPY


def test_another_word_beside_a_name_and_a_name_in_a_line_more_are_one_text():
    post = "Вчера мэр Зорин {} Липовку и её школу, где чинят крышу и красят забор. {}"
    one = fingerprint_of(post.format("посетил", ""), RECIPE)
    other = post.format("осмотрел", "Спасибо, что заехал, пишет Анна Белова.")
    assert relation_of_posts(one, fingerprint_of(other, RECIPE)) is Relation.EXCERPT


def test_a_name_added_beside_the_same_numbers_is_a_copy():
    rates = "On 19 March the euro costs 19.87 lei, the dollar 17.12, the hryvnia 0.39 in all banks"
    texts = f"{rates}, Albina Bank", f"In the Post we read: {rates}"
    one, other = (fingerprint_of(text, RECIPE) for text in texts)
    assert relation_of_posts(one, other) is Relation.COPY


def test_a_name_in_a_line_more_is_a_copy():
    other = posted("Липовском", "Спасибо Анне Зориной!")
    assert relation_of_posts(posted("Липовском"), other) is Relation.COPY


REPORT = (
    "Под удар попало {place}. В результате сброса взрывного устройства с беспилотника {hurt}. "
    "Вся необходимая помощь оказывается, бригада скорой выехала сразу после обстрела. Повреждены "
    "{what}. Оперативные службы работают на месте, информация о последствиях уточняется, жителям "
    "предложили переехать в пункт временного размещения. Берегите себя и при сигнале тревоги "
    "уходите от окон в укрытие."
)
OLSHAN = REPORT.format(
    place="село Нижний Ольшан Лозовского округа", hurt="ранена женщина", what="дом и автомобиль"
)
KRASNY_YAR = REPORT.format(
    place="хутор Красный Яр Шебутинского округа", hurt="ранен мужчина", what="сарай и трактор"
)


@pytest.mark.parametrize(
    ("outlet", "expected"), [("one", Reason.OTHER_NAMES), ("two", Reason.MUTUAL)]
)
def test_one_outlet_s_report_with_other_names_is_another_event(outlet, expected):
    here, there = (fingerprint_of(text, RECIPE) for text in (OLSHAN, KRASNY_YAR))
    one = replace(look_alike(WIRE, outlet="one"), fingerprint=here)
    other = replace(look_alike(WIRE, "https://b.example/b", outlet=outlet), fingerprint=there)
    assert reason_of(one, other, shares_of(one, other), RULES) is expected


def test_the_same_address_at_another_time_is_a_revision():
    assert relate(look_alike(WIRE), look_alike(cut(WIRE, 0, 180))).relation is Relation.REVISION


def test_an_address_used_for_another_text_is_no_revision():
    assert relate(look_alike(WIRE), look_alike(prose("else"))).relation is Relation.UNRELATED


@pytest.mark.parametrize(
    ("share", "relation"),
    [(0.9, Relation.COPY), (0.5, Relation.PARTIAL), (0.1, Relation.UNRELATED)],
)
def test_limits_are_the_rules(share, relation):
    shared = int(400 * share)
    one = f"{cut(prose('s', 400), 0, shared)} {prose('x', 400 - shared)}"
    other = f"{cut(prose('s', 400), 0, shared)} {prose('y', 400 - shared)}"
    assert judged(one, other) is relation


def test_shares_are_counted_over_the_shingles_of_either_text_and_of_both():
    shares = shares_of(look_alike(cut(WIRE, 0, 52)), look_alike(cut(WIRE, 20, 122)))
    assert (shares.one, shares.other, shares.shared) == (50, 100, 30)
    assert (shares.one_in_other, shares.other_in_one) == (0.6, 0.3)
    assert shares.jaccard == pytest.approx(30 / 120)


def test_what_stands_first_in_one_text_and_last_in_the_other_stands_in_both_halves():
    passage = cut(WIRE, 0, 40)
    one, other = f"{passage} {prose('x', 60)}", f"{prose('y', 60)} {passage}"
    shares = shares_of(look_alike(one), look_alike(other))
    assert shares.front == shares.back == shares.shared == 38


def test_a_name_in_common_is_no_number_in_common():
    one, other = (replace(look_alike(WIRE), fingerprint=posted("Липовском", n)) for n in ("7", "7"))
    assert shares_of(one, other).common_numbers == 1


def test_rules_can_be_set_by_the_operator():
    quote = cut(WIRE, 0, 100)
    own, others = f"{prose('x', 100)} {quote}", f"{quote} {prose('y', 110)}"
    assert judged(own, others, held=0.4, mutual=0.4) is Relation.COPY


def test_a_tie_told_from_the_other_side_is_its_converse():
    one, other = look_alike(cut(WIRE, 0, 60)), look_alike(WIRE, "https://two.example/b")
    assert relate(other, one) == converse(relate(one, other))


def test_the_shortest_text_with_keys_is_the_shortest_that_can_be_judged():
    assert RECIPE.min_shingles == RULES.least


def test_a_verdict_can_be_explained():
    one, other = look_alike(cut(WIRE, 0, 60)), look_alike(WIRE, "https://two.example/b")
    why = explain(one, other, words(cut(WIRE, 0, 60)), words(WIRE))
    assert why.reason is Reason.HELD
    assert why.tie.one_in_other == 1
    assert why.rules is RULES
    assert " ".join(why.passage.words) == cut(WIRE, 0, 60)


def test_a_template_is_explained_by_its_numbers():
    one = look_alike(bulletin(3, 120, 45, 6, 21))
    other = look_alike(bulletin(4, 310, 62, 9, 20), "https://two.example/b")
    assert reason_of(one, other, shares_of(one, other), RULES) is Reason.NUMBERS_DIFFER


def test_the_longest_shared_passage_is_found_where_it_stands():
    passage = longest_shared(list("xyabcdez"), list("abcqabcdef"))
    assert passage.words == ("a", "b", "c", "d", "e")
    assert (passage.at_one, passage.at_other) == (2, 4)


def test_texts_that_share_no_three_words_share_no_passage():
    assert longest_shared(list("abxcd"), list("abycd")).words == ()


@pytest.mark.parametrize(
    ("told", "stored", "same_story", "at_home", "why"),
    [
        (Relation.COPY, Relation.COPY, True, False, Beyond.NOTHING),
        (Relation.COPY, None, True, False, Beyond.NOTHING),  # a twin was compared
        (Relation.PARTIAL, Relation.PARTIAL, False, False, Beyond.NOTHING),
        (Relation.EXPANSION, Relation.DIGEST, False, False, Beyond.DIGEST),
        (Relation.COPY, Relation.PARTIAL, False, True, Beyond.REPEATED),
        (Relation.PARTIAL, Relation.EXPANSION, True, False, Beyond.BARE),
        (Relation.COPY, None, False, False, Beyond.UNCOMPARED),
        (Relation.COPY, Relation.COPY, False, False, Beyond.OTHERS),
        (Relation.PARTIAL, Relation.PARTIAL, True, False, Beyond.BETWEEN),
    ],
)
def test_what_two_texts_alone_do_not_tell_is_told(told, stored, same_story, at_home, why):
    assert beyond(told, stored, same_story=same_story, at_home=at_home) is why
