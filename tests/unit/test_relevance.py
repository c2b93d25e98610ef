"""Is a text on topic when, and only when, its words stand near what ties them?"""

from crawler.model import PlaceId, TopicId
from crawler.text.places import Name, PlaceFinder
from crawler.text.relevance import TopicMatcher

MATCHER = TopicMatcher(TopicId("t"), [r"\bborders?\b"], [r"\bukrain\w*"])
FINDER = PlaceFinder([Name(PlaceId("x-medyka"), "Medyka", "en")])


def judged(title: str, text: str):
    return MATCHER.judge(title, text, FINDER.find(f"{title}\n{text}"))


def test_a_term_beside_the_country_or_a_place_is_on_topic_and_says_why():
    assert judged("Ukraine closes border", "").evidence == (("border", "Ukraine"),)
    assert judged("", "The border at Medyka is shut.").evidence == (("border", "Medyka"),)


def test_either_alone_is_not():
    assert not judged("Ukraine votes", "The parliament met.").relevant
    assert not judged("Mexico border", "Trucks wait.").relevant


def test_the_two_must_stand_near_each_other():
    far = (
        "Ukraine won the game. "
        + "They played well and the crowd sang. " * 20
        + "The border of the pitch."
    )
    assert not judged("Sport", far).relevant


def test_a_topic_without_terms_takes_everything():
    assert TopicMatcher(TopicId("everything"), [], []).judge("a", "b", []).relevant
