"""Are the sources a text names found, and are people not taken for them?"""

import pytest

from crawler.text.credit import Role, credits_of, find_credits


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("KYIV, Nov 22 (Reuters) - Trucks wait at the border.", ("Reuters",)),
        ("WARSAW — AP — Trucks wait.", ("AP",)),
        ("He accused NATO of posting forces, according to the Express UK.", ("Express UK",)),
        ("Acting in concert with the Kremlin, cited News Hub.", ("News Hub",)),
        ("Forces may roll out any day, noted Military.", ("Military",)),
        ("The bridge is closed, according to Ukrainska Pravda News.", ("Ukrainska Pravda News",)),
        ("За даними Укрінформу, рух відновили.", ("Укрінформу",)),
        ("Про це повідомляє «Європейська правда».", ("Європейська правда",)),
        ("Об этом сообщает издание «Медуза» со ссылкой на ТАСС.", ("Медуза", "ТАСС")),
        ("Ruch wznowiono.\nŹródło: PAP", ("PAP",)),
        ("Джерело: Суспільне", ("Суспільне",)),
        ("Source: Carpathian Wire Service\nThe lane opens.", ("Carpathian Wire Service",)),
        ("МОСКВА, 10 ноября. /ТАСС/. Очереди выросли.", ("ТАСС",)),
        ("10 ноября, Минск /Корр. БЕЛТА/. Очереди выросли.", ("БЕЛТА",)),
        ("МИНСК, 10 ноя — РИА Новости. Очереди выросли.", ("РИА Новости",)),
        ("КИЇВ. 10 листопада. УНІАН. Черги зросли.", ("УНІАН",)),
        ("Рух відновили.\nЗа матеріалами: «Суспільне»", ("Суспільне",)),
        ("Движение восстановили. По материалам Reuters.", ("Reuters",)),
        ("Движението е възстановено.\nИзточник: БТА", ("БТА",)),
        ("Der Verkehr rollt.\nQuelle: dpa", ("dpa",)),
        ("Der Verkehr rollt.\ndpa/AFP", ("dpa",)),
        ("A forgalom helyreállt.\nMTI", ("MTI",)),
        ("The minister told Reuters that trucks wait.", ("Reuters",)),
    ],
)
def test_sources_are_found_in_byline_dateline_and_prose(text, names):
    assert credits_of(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Рух відновлено, повідомляє Укрінформ.", "Укрінформ"),
        ("Як інформує УНІАН, черга зросла.", "УНІАН"),
        ("Про це повідомив Інтерфакс-Україна.", "Інтерфакс-Україна"),
        ("Очередь выросла, сообщает ТАСС.", "ТАСС"),
        ("Очередь выросла, сообщил Интерфакс.", "Интерфакс"),
        ("По данным агентства Рейтер, движение восстановлено.", "Рейтер"),
        ("Опашката намаля, съобщава БТА.", "БТА"),
        ("Опашката намаля, предаде БТА.", "БТА"),
        ("Според Ройтерс опашката намаля.", "Ройтерс"),
        ("По информация на БТА опашката намаля.", "БТА"),
        ("Министърът, цитиран от БТА, обеща ремонт.", "БТА"),
        ("Опашката намаля, пише вестник „Труд“.", "Труд"),
        ("Паводле БелТА, чарга вырасла.", "БелТА"),
        ("Jak podała PAP, kolejka wzrosła.", "PAP"),
        ("Według agencji Reuters kolejka wzrosła.", "Reuters"),
        ("Coada a crescut, transmite Agerpres.", "Agerpres"),
        ("Potrivit Agerpres, coada a crescut.", "Agerpres"),
        ("Informuje o tom agentúra TASR.", "TASR"),
        ("Podle agentury ČTK fronta narostla.", "ČTK"),
        ("Az MTI szerint a sor megnőtt.", "MTI"),
        ("A sor megnőtt, közölte az MTI.", "MTI"),
        ("Die Schlange wuchs, berichtet die dpa.", "dpa"),
        ("Wie die Nachrichtenagentur dpa meldet, wuchs die Schlange.", "dpa"),
        ("Eilė pailgėjo, praneša BNS.", "BNS"),
        ("Rinda pieauga, ziņo LETA.", "LETA"),
        ("Anadolu Ajansı'nın haberine göre kuyruk uzadı.", "Anadolu"),
        ("La file s'allonge, rapporte l'AFP.", "AFP"),
        ("La fila crece, según EFE.", "EFE"),
        ("La coda cresce, riferisce l'ANSA.", "ANSA"),
    ],
)
def test_an_agency_is_credited_as_each_language_does(text, name):
    assert credits_of(text) == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "Повідомляє Державна прикордонна служба України.",
        "Сообщает Государственная пограничная служба.",
        "Опашката намаля, съобщи Иван Петров от Гранична полиция.",
        "Според България опашката намаля.",
        "According to Belarusian Defence Minister Viktor Khrenin, his government reacts.",
        "Volodymyr Zelensky spoke. The front holds, noted Zelensky.",
        "The trucks wait, reported Colonel Petrenko.",
        "Trucks wait at the border. Nobody is credited.",
        "The ministry called AP. Reporters came.",
        "Смотрите видео и/или фото.",
    ],
)
def test_people_are_no_sources(text):
    assert credits_of(text) == ()


def test_a_credit_tells_which_way_the_text_flowed():
    text = "LVIV (AFP) - Guards told Reuters of a queue, according to the Daily Mail."
    roles = [(credit.name, credit.role) for credit in find_credits(text)]
    assert roles == [("AFP", Role.ORIGIN), ("Reuters", Role.TOLD), ("Daily Mail", Role.CITED)]


def test_a_credit_stands_where_it_says():
    text = "LVIV (AFP) - Guards wait."
    (credit,) = find_credits(text)
    assert text[credit.start : credit.end] == "AFP"
