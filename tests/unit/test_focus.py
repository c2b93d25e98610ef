"""Is the place first that a text is about?"""

import pytest

from crawler.desk import desk_of
from crawler.ingest import judge
from crawler.model import Mention, PlaceId, TopicId
from crawler.text.focus import in_focus

TOWN, COUNTRY, OTHER = map(PlaceId, ("town", "country", "other"))
BREADTH = {COUNTRY: 0.2}


def at(*places):
    return [Mention(place, start, start + 4) for place, start in places]


def test_a_title_tells_more_than_a_lead_and_a_lead_more_than_the_rest():
    assert in_focus(at((OTHER, 30), (TOWN, 5)), 20, {}) == [TOWN, OTHER]
    assert in_focus(at((OTHER, 900), (TOWN, 30)), 20, {}) == [TOWN, OTHER]


def test_what_is_named_again_and_again_is_what_a_text_is_about():
    assert in_focus(at((OTHER, 400), (TOWN, 500), (TOWN, 600)), 20, {}) == [TOWN, OTHER]


def test_a_country_stands_behind_the_town_in_it():
    mentions = at((COUNTRY, 30), (COUNTRY, 60), (TOWN, 90), (COUNTRY, 400))
    assert in_focus(mentions, 20, BREADTH) == [TOWN, COUNTRY]


def test_of_equals_the_one_named_earlier_is_first():
    assert in_focus(at((OTHER, 400), (TOWN, 500)), 20, {}) == [OTHER, TOWN]


MEDYKA = "Poland opens a lane on the border with Ukraine, Warsaw and Lviv agreed on it."
RAVA = "На кордоні Польщі й України стоять фури. У Львові кажуть, що Польща їх не пускає."
DOROHUSK = "Na granicy Polski z Ukrainą stoją ciężarówki. W Lublinie zapowiadają objazdy."


@pytest.mark.parametrize(
    ("language", "title", "text", "town"),
    [
        ("en", "Third lane opens at Medyka", MEDYKA, "medyka"),
        ("uk", "Біля Рави-Руської зібралася черга", RAVA, "rava"),
        ("pl", "Kolejka w Dorohusku", DOROHUSK, "dorohusk"),
    ],
)
def test_reports_are_about_the_place_they_report_from(language, title, text, town):
    subject = judge(title, text, desk_of((TopicId("ukraine-border"),)), language)
    assert town in next(place for place in subject.places if not place.startswith("border-"))
