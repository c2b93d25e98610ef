"""Are countries told by how the words for them begin?"""

import pytest

from crawler.catalog.topics import countries
from crawler.text.countries import Beginnings, CountryFinder

FINDER = CountryFinder(countries())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("fila alla frontiera dell'ucraina", ["UA"]),
        ("un carico d’armi per l’ucraina", ["UA"]),
        ("polonya-belarus sınırında", ["PL", "BY"]),
        ("oekraïense truckers aan de poolse grens", ["UA", "PL"]),
        ("vene piiril ootab poola veoauto", ["RU", "PL"]),
        ("на граници украјине и мађарске", ["UA", "HU"]),
        ("граница србије са пољском", ["RS", "PL"]),
        ("trenta treni da venezia", []),
        ("väravad löödi teisel poolajal", []),
        ("tifosi romani allo stadio", []),
        ("mısır'daki tırlar", ["EG"]),
        ("mısır ve buğday fiyatı", []),
    ],
)
def test_countries_are_named_in_many_languages_and_not_by_chance(text, named):
    assert [word.country for word in FINDER.words(text) if word.country] == named


def test_what_ends_in_a_mark_or_is_short_must_be_the_whole_word():
    russia = Beginnings(["rusia", "vene$", "рф"])
    assert russia.begin({"rusiaga"})
    assert russia.begin({"vene"})
    assert not russia.begin({"venezia", "рфдомен"})
    assert not Beginnings([])
