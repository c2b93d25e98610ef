"""Is a text on topic when, and only when, its words stand near what ties them?"""

from dataclasses import replace

import pytest

from crawler.desk import desk_of
from crawler.model import PlaceId, TopicId
from crawler.text.countries import CountryFinder
from crawler.text.places import Name, PlaceFinder
from crawler.text.profile import Concept, Profile, Spot, Whole
from crawler.text.relevance import TopicMatcher

COUNTRIES = CountryFinder(
    {
        "UA": ("ukrain", "украї", "ukraiń"),
        "PL": ("poland", "polish", "польщ", "польс", "polsk"),
        "BY": ("belarus", "білорус", "białoru"),
        "MX": ("mexic",),
        "FI": ("фінл",),
        "RU": ("росі", "russia"),
    }
)
MEDYKA, BELGOROD, KHARKIV = PlaceId("x-medyka"), PlaceId("t-belgorod"), PlaceId("t-kharkiv")
BORDER = Concept(
    "border",
    1.0,
    {"en": (r"\bborders?\b",), "uk": (r"\bкордон\w*",), "pl": (r"\bgranic\w*",)},
    True,
)
QUEUE = Concept("queue", 0.5, {"en": (r"\bqueues?\b",)})
SHELLING = Concept("shelling", 0.5, {"en": (r"\bshell(s|ed|ing)\b",)}, across=True, local=True)
PROFILE = Profile(
    topic=TopicId("t"),
    concepts=(BORDER, QUEUE, SHELLING),
    countries=frozenset({"UA"}),
    neighbours=frozenset({"PL", "BY", "RU"}),
    commonplace=frozenset({"RU"}),
    places={MEDYKA: Spot(1.0, "UA"), BELGOROD: Spot(0.4, "RU"), KHARKIV: Spot(0.4, "UA")},
    exclude={"uk": (r"\bза кордоном\b",)},
)
MATCHER = TopicMatcher(PROFILE, COUNTRIES)
FINDER = PlaceFinder(
    [
        Name(MEDYKA, "Medyka", "en"),
        Name(BELGOROD, "Belgorod", "en"),
        Name(KHARKIV, "Kharkiv", "en"),
    ]
)
CONCERT = "They played well and the crowd sang along for a long time."


def judged(title: str, text: str = "", language: str = "en", **more):
    places = FINDER.find(f"{title}\n{text}")
    return MATCHER.judge(title, text, places, language=language, **more)


@pytest.mark.parametrize(
    "text",
    [
        "Польські військові на кордоні затримали 50 осіб.",
        "На кордоні стоїть паркан. На кордоні з Білоруссю нові спроби.",
    ],
)
def test_a_title_about_another_border_says_which_is_meant_below(text):
    assert not judged("На польсько-білоруському кордоні затримано 50 осіб", text, "uk").relevant
    assert judged("Затримано 50 осіб", text, "uk").relevant


def test_a_word_for_another_border_speaks_for_its_whole_sentence():
    title = "Фінляндія закриває на кордоні нічний пункт пропуску на кордоні з Росією"
    assert not judged(title, language="uk").relevant


def test_a_title_about_two_borders_leaves_open_which_is_meant_below():
    title = "Кордон Польщі з Білоруссю закрито. Український кордон працює"
    told = judged(title, "Польські військові стоять на кордоні.", "uk").evidence
    assert "lead" in [one.where for one in told]


def test_the_own_border_is_told_below_a_title_about_another():
    title = "На польсько-білоруському кордоні затримано 50 осіб"
    assert judged(title, "На українському кордоні також затримано 5 осіб.", "uk").relevant


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Ukraine closes its border", "en"),
        ("Trucks wait at Polish-Ukrainian border", "en"),
        ("Long queues at Medyka", "en"),
        ("The border at Medyka is shut", "en"),
        ("На кордоні з Польщею черги", "uk"),
        ("Прикордоння: ситуація на кордоні", "uk"),
        ("Kolejki na granicy z Ukrainą", "pl"),
    ],
)
def test_the_countrys_border_is_recognised(title, language):
    assert judged(title, language=language).relevant


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Ukraine votes", "en"),
        ("Wall on the Mexican border", "en"),
        ("Poland closes its border with Belarus", "en"),
        ("The border of the pitch", "en"),
        ("Long queues at the cinema", "en"),
        ("Українці за кордоном голосують", "uk"),
        ("Фінляндія закрила кордон з Росією", "uk"),
        ("Польща закрила кордон з Білоруссю", "uk"),
        ("Granica z Białorusią zamknięta", "pl"),
    ],
)
def test_other_borders_and_other_things_are_not(title, language):
    assert not judged(title, language=language).relevant


def test_a_neighbours_border_with_another_is_its_own():
    title = "Guards at the border with Belarus were warned that night about Ukraine"
    assert not judged(title, home="PL").relevant
    assert judged(title, home="UA").relevant


def test_two_countries_before_the_word_mean_their_border():
    assert not judged("Польща та Білорусь: на кордоні черги", language="uk").relevant
    assert judged("На кордоні з Польщею та Білоруссю черги", language="uk").relevant


def test_a_neighbour_that_every_report_names_supports_nothing():
    assert judged("Queues between Ukraine and Poland grow").relevant
    assert not judged("Queues for bread as Russia strikes Ukraine").relevant


def test_an_idiom_excludes_only_what_begins_inside_it():
    leaving = Concept("leaving", 1.0, {"uk": (r"\bвиїзд\w* чоловіків за кордоном?\b",)}, True)
    profile = replace(PROFILE, concepts=(leaving,))
    matcher = TopicMatcher(profile, COUNTRIES)
    assert matcher.judge("Виїзд чоловіків за кордоном обмежено", "", language="uk").relevant


def test_an_article_before_a_name_hides_no_country():
    words = COUNTRIES.words("près de l'ukraine et d’ukraine")
    assert [word.country for word in words if word.country] == ["UA", "UA"]


def test_czech_and_slovak_are_read_with_one_another():
    slovak = Concept("border", 1.0, {"sk": (r"\bhranic\w*",), "cs": (r"\bmez\w*",)}, True)
    matcher = TopicMatcher(replace(PROFILE, concepts=(slovak,)), COUNTRIES)
    assert matcher.judge("Hranica: Ukraina", "", language="cs").relevant


def test_title_and_lead_explain_each_other():
    assert judged("Long queues after the holidays", "Cars stand for a day at Medyka.").relevant


# --- whole articles ----------------------------------------------------------------------------


def an_article(lead: str, *body: str, sentences: int = 20) -> str:
    """Return a lead of 400 letters and more, then a body, filled up with a concert."""
    before = [lead, *[CONCERT] * 8]
    return " ".join([*before, *body, *[CONCERT] * (sentences - len(body))])


def test_an_article_is_about_what_its_title_and_lead_say():
    said = an_article("Queues at the Ukrainian border grow.")
    assert judged("Poland closes the Ukrainian border", said).relevant
    assert judged("Long queues at Medyka", said).relevant


def test_a_lead_under_a_title_about_something_else_only_touches():
    touched = "They sang at the Ukrainian border too."
    assert not judged("A band goes on tour", an_article(touched)).relevant
    assert judged("A band goes on tour", touched).relevant


def test_what_an_article_returns_to_is_what_it_is_about():
    touched = an_article("They sang at the Ukrainian border too.")
    returned = an_article(
        "They sang at the Ukrainian border too.", *["Ukraine's border shook."] * 5
    )
    assert not judged("A band goes on tour", touched).relevant
    assert judged("A band goes on tour", returned).relevant


def test_a_mention_far_down_is_not_enough_and_a_good_share_of_the_text_is():
    mention = "The train passed the Ukrainian border."
    assert not judged("Cup final", an_article(CONCERT, mention)).relevant
    assert not judged("Cup final", an_article(CONCERT, mention, mention)).relevant
    assert judged("Cup final", an_article(CONCERT, *[mention] * 9)).relevant


def test_what_is_met_everywhere_needs_a_place_at_the_border_beside_it():
    war = "The shelling of Ukraine goes on, and shells fell on Kharkiv."
    assert not judged("Shelling of Ukraine goes on", an_article(war)).relevant
    assert judged("Shelling goes on", an_article("Shells fell at Medyka in Ukraine.")).relevant


def test_a_topic_that_asks_little_of_a_place_still_asks_for_one():
    matcher = TopicMatcher(replace(PROFILE, whole=Whole(place=0.0)), COUNTRIES)
    for text in ("", an_article("Shelling goes on.")):
        assert not matcher.judge("Guards at the border", text, language="en").evidence
    title, text = "Shelling goes on", an_article("Shells fell on Kharkiv in Ukraine.")
    places = FINDER.find(f"{title}\n{text}", "en")
    assert matcher.judge(title, text, places, language="en").relevant
    assert not MATCHER.judge(title, text, places, language="en").evidence


@pytest.mark.parametrize("beside", ["Guards at Medyka fled.", "Ukraine's border is near."])
def test_the_place_may_stand_in_the_sentence_beside_it(beside):
    said = "Shelling killed two in Ukraine."
    near, far = (an_article(f"{said} {words}") for words in (beside, f"{CONCERT} {beside}"))
    assert "shelling" in {one.concept for one in judged("Two are dead", near).evidence}
    assert "shelling" not in {one.concept for one in judged("Two are dead", far).evidence}


def test_what_falls_on_the_other_side_needs_no_place_at_the_border():
    said = an_article("Shelling from Ukraine hit Belgorod, the governor said.")
    assert judged("Shelling hits Belgorod", said).relevant


def test_the_country_alone_supports_nothing_in_an_article():
    assert judged("Queues for bread in Ukraine", "Queues grow in Ukraine.").evidence
    assert not judged("Queues for bread in Ukraine", an_article("Queues in Ukraine.")).evidence


def test_an_article_tells_what_each_part_of_it_adds():
    found = judged("A band goes on tour", an_article("They sang at the Ukrainian border."))
    (lead,) = found.parts
    assert (lead.where, lead.why) == ("lead", "under a title that speaks of something else")
    assert found.score == pytest.approx(lead.worth)
    assert found.threshold == PROFILE.whole.threshold


@pytest.mark.parametrize("said", ["They sang at the Ukrainian border.", CONCERT])
def test_an_article_is_told_by_the_threshold_of_articles_whatever_it_holds(said):
    strict = replace(PROFILE, threshold=0.4, whole=Whole(threshold=0.9))
    matcher = TopicMatcher(strict, COUNTRIES)
    assert matcher.judge("A band", an_article(said), language="en").threshold == 0.9
    assert matcher.judge("A band", said, language="en").threshold == 0.4


def test_a_body_too_short_to_return_to_anything_is_not_asked_to():
    assert judged("Notes", f"We met at the Ukrainian border. {' '.join([CONCERT] * 7)}").relevant


# --- whose border ------------------------------------------------------------------------------


def test_the_outlets_country_decides_whose_border_is_meant():
    assert judged("Guards at the border were warned", home="UA").relevant
    assert not judged("Guards at the border were warned", home="PL").relevant


def test_a_border_between_two_countries_far_off_is_not_the_outlets_own():
    title = "A town that the border cut in two builds a bakery"
    assert judged(title, home="UA").relevant
    far = "The ovens stand in Mexico.\nThe door is in фінляндії."
    assert not judged(title, far, home="UA").relevant


def test_a_neighbours_queue_towards_somebody_else_is_not_ours():
    lead = "A queue of lorries and another queue of cars stand at the bridge from Poland"
    assert judged("Long queues, queues", f"{lead}. The queues grow.").relevant
    assert not judged("Long queues, queues", f"{lead} to Mexico. The queues grow.").relevant


def test_a_judgement_names_its_evidence():
    (evidence,) = judged("Ukraine closes its border").evidence
    assert (evidence.where, evidence.concept, evidence.words) == ("title", "border", "border")
    assert evidence.why


def test_a_topic_of_no_country_goes_by_its_words():
    queues = TopicMatcher(Profile(TopicId("queues"), concepts=(QUEUE,)), COUNTRIES)
    assert queues.judge("Queues for bread", "", language="en").relevant
    assert queues.judge("Queues for bread", an_article("Queues grow."), language="en").relevant
    assert not queues.judge("Bread", an_article(CONCERT, "A queue."), language="en").relevant


def test_a_topic_without_concepts_takes_everything():
    assert TopicMatcher(Profile(TopicId("everything")), COUNTRIES).judge("a", "b").relevant


@pytest.mark.parametrize("title", ["UKRAYNA SINIRINDA TIR", "Ukrayna Sınırında TIR"])
def test_turkish_capitals_are_those_of_a_dotted_and_a_dotless_letter(title):
    border = replace(BORDER, patterns={"tr": (r"\bsınır\w*",)})
    queue = replace(QUEUE, patterns={"tr": (r"\btır\b",)})
    countries = CountryFinder({"UA": ("ukrayna",)})
    matcher = TopicMatcher(replace(PROFILE, concepts=(border, queue)), countries)
    assert matcher.judge(title, "", language="tr").relevant
    assert matcher.has_words("İSTANBUL: TIR", "tr")


def test_the_border_of_a_country_far_away_is_another_for_its_own_outlets_too():
    title, text = "More checks at the Mexican border", "Twelve Ukrainians were turned back."
    assert not judged(title, text, home="MX").relevant
    assert judged("More checks at Mexican and Ukrainian borders", text, home="MX").relevant


def test_what_is_met_everywhere_is_one_thing_however_often_a_headline_says_it():
    bus = Concept("bus", 0.4, {"en": (r"\bbus(es)?\b",)}, local=True)
    once = TopicMatcher(replace(PROFILE, concepts=(bus,), threshold=0.5), COUNTRIES)
    title, text = "Ukrainian fans leave Poland by bus", "The bus to Ukraine broke down in Poland."
    judgement = once.judge(title, text, language="en")
    assert len(judgement.evidence) == 2
    assert not judgement.relevant
    often = replace(bus, local=False)
    assert (
        TopicMatcher(replace(PROFILE, concepts=(often,), threshold=0.5), COUNTRIES)
        .judge(title, text, language="en")
        .relevant
    )


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("en", "Poland ditches plan for Ukraine", ""),
        ("tr", "Polonya ile Ukrayna tahkim kuruluna gidiyor", ""),
        ("et", "Poola kindlustus maksab Ukraina bussifirmale", ""),
        ("nl", "Oekraïne in de overgang naar de euro", "Polen juicht het toe."),
        ("it", "Nuoto, l'ucraino batte il polacco", ""),
        ("de", "Übergang zur Demokratie in der Ukraine", ""),
        ("tr", "Ukrayna'nın AB kapısı aralandı", "Polonya destek veriyor."),
    ],
)
def test_words_that_mean_something_else_leave_the_border_topic_cold(language, title, text):
    (border,) = desk_of((TopicId("ukraine-border"),)).matchers
    assert not border.judge(title, text, language=language).relevant


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "de",
            "Dynamo Kiew gewinnt in Lwiw",
            "Der Stürmer traf von der Strafraumgrenze zum Sieg der Ukrainer.",
        ),
        (
            "uk",
            "«Карпати» перемогли у Львові",
            "Захисник порушив правила на кордоні штрафного майданчика, і українці забили пенальті.",
        ),
        (
            "ru",
            "«Шахтёр» победил во Львове",
            "Нападающий забил с границы штрафной, украинская команда выиграла 2:1.",
        ),
        (
            "pl",
            "Ukraińcy poniżej granicy ubóstwa",
            "W Charkowie co trzeci żyje poniżej granicy ubóstwa.",
        ),
        (
            "hu",
            "Szegénységi határ Ukrajnában",
            "Minden harmadik ukrán a szegénységi határ alatt él Ungváron.",
        ),
        ("sk", "Ukrajina: hranica chudoby", "V Charkove žije tretina ľudí pod hranicou chudoby."),
        (
            "ro",
            "Ucraina: limita de vârstă",
            "Kievul coboară pragul de vârstă pentru mobilizare la frontiera de 25 de ani.",
        ),
        (
            "de",
            "Hinzuverdienstgrenze für Ukrainer",
            "Wer aus der Ukraine kam, darf mehr verdienen: die Hinzuverdienstgrenze steigt.",
        ),
        (
            "uk",
            "Кордонська презентувала книжку в Ужгороді",
            "Письменниця Олена Кордонська розповіла про дитинство на Закарпатті.",
        ),
        (
            "ru",
            "Возрастная граница призыва",
            "В Украине снизили возрастную границу призыва до 25 лет.",
        ),
        ("pl", "Nowe granice gminy pod Lwowem", "Na Ukrainie zmieniono granice gminy."),
        ("cs", "Dynamo Kyjev prohrálo", "Gól padl z hranice pokutového území, Ukrajinci prohráli."),
        ("bg", "Украйна: възрастова граница", "Киев намали възрастовата граница за мобилизация."),
        (
            "nl",
            "Oekraïne verlaagt leeftijdsgrens",
            "Kyiv verlaagt de leeftijdsgrens voor dienstplicht.",
        ),
        ("tr", "Dinamo Kiev kaybetti", "Ukraynalı futbolcu ceza sahası sınırında faul yaptı."),
        ("lv", "Ukraina: vecuma robeža", "Kijiva pazemina vecuma robežu iesaukumam."),
        ("et", "Ukraina: vanusepiir", "Kiiev langetas mobilisatsiooni vanusepiiri."),
        ("be", "Украіна: узроставая мяжа", "Кіеў знізіў узроставую мяжу прызыву."),
    ],
)
def test_borders_of_something_else_leave_the_border_topic_cold(language, title, text):
    (border,) = desk_of((TopicId("ukraine-border"),)).matchers
    assert not border.judge(title, text, language=language).relevant


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "de",
            "Ukraine verstärkt Staatsgrenze zu Belarus",
            "Die Staatsgrenze wird mit Gräben gesichert.",
        ),
        (
            "de",
            "Lkw-Stau an der Westgrenze der Ukraine",
            "An der Westgrenze warten hunderte Lastwagen auf die Einreise nach Polen.",
        ),
        (
            "de",
            "Polen schließt EU-Außengrenze zur Ukraine",
            "Warschau sperrt die Außengrenze für Lastwagen aus der Ukraine.",
        ),
        (
            "de",
            "Karpatengrenze: Ukrainer auf der Flucht",
            "Beamte fassten an der Landesgrenze zu Rumänien zwölf ukrainische Männer.",
        ),
        ("uk", "Кордон з Румунією: черги у Порубному", "На кордоні в Порубному чекають сто фур."),
        ("de", "Ukrainische Nordgrenze vermint", "An der Nordgrenze zu Belarus legt Kiew Minen."),
        (
            "sk",
            "Kolóna na hranici vo Vyšnom Nemeckom",
            "Na hranici s Ukrajinou stoja kamióny päť hodín.",
        ),
    ],
)
def test_a_border_of_the_country_stays_one_however_it_is_called(language, title, text):
    (border,) = desk_of((TopicId("ukraine-border"),)).matchers
    assert border.judge(title, text, language=language).relevant
