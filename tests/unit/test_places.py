"""Are places found in the forms they take in a sentence?"""

import pytest

from crawler.model import PlaceId
from crawler.text.places import Name, PlaceFinder

P = PlaceId("p")


def found(name: str, language: str, text: str) -> list[str]:
    finder = PlaceFinder([Name(P, name, language)])
    return [text[mention.start : mention.end] for mention in finder.find(text)]


@pytest.mark.parametrize(
    ("name", "language", "form"),
    [
        ("Шегині", "uk", "Шегинях"),
        ("Краківець", "uk", "Краківця"),
        ("Рава-Руська", "uk", "Рави-Руської"),
        ("Чоп", "uk", "Чопі"),
        ("Харків", "uk", "Харкова"),
        ("Чернівці", "uk", "Чернівцях"),
        ("Закарпаття", "uk", "Закарпатті"),
        ("Волинська область", "uk", "Волинській області"),
        ("Шостка", "uk", "Шостці"),
        ("Велика Писарівка", "uk", "Великої Писарівки"),
        ("Велика Писарівка", "uk", "Великій Писарівці"),
        ("Устилуг", "uk", "Устилузі"),
        ("Белгород", "ru", "Белгороде"),
        ("Рава-Русская", "ru", "Раве-Русской"),
        ("Черновицкая область", "ru", "Черновицкой области"),
        ("Гомель", "be", "Гомелю"),
        ("Брэст", "be", "Брэсце"),
        ("Medyka", "pl", "Medyce"),
        ("Dorohusk", "pl", "Dorohusku"),
        ("Przemyśl", "pl", "Przemyślu"),
        ("Korczowa", "pl", "Korczowej"),
        ("Lwów", "pl", "Lwowie"),
        ("Wołyń", "pl", "Wołyniu"),
        ("Korosteń", "pl", "Korostenia"),
        ("Szeginie", "pl", "Szegini"),
        ("Szeginie", "pl", "Szeginiach"),
        ("Siret", "ro", "Siretului"),
        ("Suceava", "ro", "Sucevei"),
        ("Záhony", "hu", "Záhonynál"),
        ("Csap", "hu", "Csapon"),
        ("Vyšné Nemecké", "sk", "Vyšnom Nemeckom"),
        ("Užhorod", "sk", "Užhorode"),
        ("Lvovas", "lt", "Lvove"),
        ("Ļviva", "lv", "Ļvivā"),
        ("Lemberg", "de", "Lembergs"),
        ("Lviv", "en", "Lviv's"),
        ("Harkiv", "et", "Harkivist"),
        ("Sumõ", "et", "Sumõsse"),
        ("Homel", "cs", "Homelu"),
        ("Černovice", "cs", "Černovicích"),
    ],
)
def test_a_name_is_found_in_its_inflected_form(name, language, form):
    text = f"o {form}, 2026"
    assert found(name, language, text) == [form]


@pytest.mark.parametrize(
    ("name", "language", "form"),
    [
        ("Львів", "uk", "львівської"),
        ("Перемишль", "uk", "перемишльському"),
        ("Чернівці", "uk", "чернівецькі"),
        ("Закарпаття", "uk", "Закарпатської"),
        ("Луцьк", "uk", "луцьким"),
        ("Харьков", "ru", "харьковских"),
        ("Сумы", "ru", "сумского"),
        ("Гомель", "be", "гомельскай"),
        ("Lwów", "pl", "lwowskiego"),
        ("Przemyśl", "pl", "przemyskim"),
        ("Łuck", "pl", "łuckiej"),
        ("Užhorod", "sk", "užhorodskom"),
        ("Ungvár", "hu", "ungvári"),
    ],
)
def test_the_adjective_made_of_a_name_speaks_of_the_place(name, language, form):
    assert found(name, language, f"o {form}, 2026") == [form]


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("İzmail", "tr", "Tır kuyruğu İzmail'deki feribotta"),
        ("Siret", "et", "Järjekord Siret’is kasvab"),
        ("Izmail", "fr", "l'attente au port d'Izmail"),
        ("Užhorod", "it", "code all’Užhorod di confine"),
    ],
)
def test_a_name_that_an_apostrophe_joins_to_something_is_found_alone(name, language, text):
    (mention,) = PlaceFinder([Name(P, name, language)]).find(text, language)
    assert text[mention.start : mention.end] == name


@pytest.mark.parametrize(
    "text",
    [
        "Autocarri fermi al valico di Siret",
        "Vrachtwagens wachten bij grensovergang Siret",
        "Colas en el paso fronterizo de Siret",
        "Siret sınır kapısı kapandı",
    ],
)
def test_more_languages_call_an_ambiguous_name_a_crossing(text):
    assert PlaceFinder([Name(P, "Siret", "en", against=())]).find(text)


def test_the_adjective_of_a_short_name_needs_its_capital():
    assert found("Чоп", "uk", "на Чопській митниці") == ["Чопській"]
    assert found("Чоп", "uk", "чопською мовою") == []


def test_nothing_is_made_of_names_that_every_report_describes_things_by():
    finder = PlaceFinder([Name(P, "Київ", "uk", described=False)])
    assert finder.find("київський вокзал") == []


def test_an_ambiguous_name_is_sure_where_the_text_calls_it_a_crossing():
    finder = PlaceFinder([Name(P, "Паланка", "ru", against=())])
    assert finder.find("Очередь на КПП «Паланка» растёт")
    assert finder.find("Паланка: на таможне очередь")
    assert not finder.find("Паланка закрыта на ремонт")


def test_a_name_needs_its_capital():
    assert found("Сороки", "uk", "на дереві сиділи сороки") == []


def test_the_longest_name_counts():
    finder = PlaceFinder(
        [Name(PlaceId("town"), "Рава", "uk"), Name(PlaceId("pass"), "Рава-Руська", "uk")]
    )
    assert [mention.place for mention in finder.find("У Раві-Руській тихо")] == ["pass"]


def test_apostrophes_of_all_kinds_are_one():
    assert found("Куп'янськ", "uk", "у Куп’янську") == ["Куп’янську"]


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("Курськ", "uk", "На вулиці Курській прорвало трубу"),
        ("Белгород", "ru", "На Белгородской улице открыли школу"),
        ("Lwów", "pl", "Wypadek na ul. Lwowskiej"),
        ("Курск", "ru", "Годовщина гибели подлодки «Курск»"),
        ("Москва", "uk", "Крейсер «Москва» затонув"),
        ("Kursk", "en", "Years after the submarine Kursk sank"),
    ],
)
def test_a_street_or_a_ship_is_not_the_town_it_is_named_after(name, language, text):
    assert found(name, language, text) == []


def test_the_ships_of_a_country_name_it():
    assert found("Україна", "uk", "Кораблі України вийшли в море") == ["України"]


def test_the_streets_of_a_town_are_in_it():
    assert found("Харків", "uk", "На вулицях Харкова тихо") == ["Харкова"]


@pytest.mark.parametrize("language", ["bg", "mk", "sr"])
def test_south_slavic_texts_use_the_names_of_their_script(language):
    finder = PlaceFinder([Name(P, "Белгород", "ru")])
    assert finder.find("Експлозија у граду Белгород", language)
