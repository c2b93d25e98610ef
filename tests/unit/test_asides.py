"""Does what a post says of itself go, and what it tells stay?"""

import pytest

from crawler.placing import fingerprint_of
from crawler.text.asides import told_words, without_asides
from crawler.text.names import names_of
from crawler.text.normalise import words
from tests.newsroom import RECIPE

NEWS = "Паром через Тихую не ходит до четверга, объезд через мост у Нового Двора."


@pytest.mark.parametrize(
    "post",
    [
        f"⚡️ {NEWS}",
        f"{NEWS}\n\nhttps://t.me/dozor_example/4812",
        f"{NEWS} t.me/dozor_example/4812",
        f"{NEWS}\n@dozor_bot",
        f"RT @dozor: {NEWS}",
        f"{NEWS} #Тихая #паром",
        f"{NEWS}\n#новости",
        f"Forwarded from Дозор\n\n{NEWS}",
        f"Переслано от: Дозор\n{NEWS}",
        f"{NEWS}\n\n🔔 Дорожный дозор. Подпишись, чтобы не стоять в очереди",
        f"{NEWS}\nПодписаться на канал | Прислать новость",
        f"{NEWS}\nПрислать новость: @dozor_bot",
        f"{NEWS}\nЧитайте также: Мост закрыт",
        f"{NEWS}\nПодробнее на сайте",
        f"{NEWS}\nПодробности: https://dozor.example/4812",
        f"Фото: пресс-служба района\n{NEWS}",
        f"{NEWS}\nСнимка: БТА",
        f"{NEWS}\nПоследвайте ни във Фейсбук",
        f"{NEWS}\nЧетете още: Мостът е затворен",
        f"{NEWS}\nŹródło: PAP",
        f"{NEWS}\nRead more: The bridge is shut",
        f"{NEWS}\nПідписуйтесь на наш телеграм",
        f"{NEWS} Подписывайтесь на наш канал!",
        f"{NEWS} 🔔 Дорожный дозор, подпишись: t.me/dozor_example",
    ],
)
def test_posts_of_one_text_tell_the_same_words(post):
    assert told_words(post) == words(NEWS)
    assert fingerprint_of(post, RECIPE).content_hash == fingerprint_of(NEWS, RECIPE).content_hash


def test_news_before_an_invitation_in_its_line_is_told_under_a_heading_too():
    posts = f"Срочно\n{NEWS} Подпишись!", "Срочно\nНа складе пожар, двое ранены. Подпишись!"
    assert told_words(posts[0]) == words(f"Срочно {NEWS}")
    assert len({fingerprint_of(post, RECIPE).content_hash for post in posts}) == 2


def test_a_source_before_an_invitation_in_its_line_is_an_aside_still():
    line = "Источник: пресс-служба района и области. Подписывайтесь на наш канал"
    assert told_words(f"{NEWS}\n{line}") == words(NEWS)


@pytest.mark.parametrize(
    "text",
    [
        "Президент подписал указ о границе.",
        "Вчера в #Липовка закрыли мост на ремонт.",
        "Скорость выросла до 90 км/ч, сказали в ГАИ.",
        "Фото сделал рыбак, который первым увидел лодку у берега.",
        "Источник воды в селе: три колодца. Один из них сухой.",
        "Read the letter aloud, she said, and read it slowly.",
        "Наш чатский гость приехал утром.",
        "Още от сутринта на пункта чакат триста камиона.",
        "Още повече, че мостът е затворен.",
        "Подробности: в доме на Лесной взорвался газ, двое ранены. Газ отключён.",
        "Жители смогут подписаться на уведомления о закрытии моста.",
        "Read on the bus, the letter made her laugh.",
        "Два человека / 40 машин ждали до утра.",
    ],
)
def test_what_only_looks_like_an_aside_stays(text):
    assert without_asides(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "Следвайте ни в Google News, за да сте в крак с всичко важно.",
        "Граница LIVE 🚗 Подписаться | Чат | Прислать новость",
        "❗️ЧП Юг. Подписаться ➡️ @chp_yug_ex",
        "Якщо ви знайшли помилку, будь ласка, виділіть фрагмент тексту та натисніть Ctrl+Enter.",
        "Masz dla nas temat? Napisz do nas: redakcja@kurier.example",
        "Urmărește-ne și pe Facebook, WhatsApp și YouTube pentru cele mai noi știri din județ!",
        "Sledujte nás na Facebooku a odoberajte náš newsletter.",
        "Kövess minket a Facebookon is!",
        "Падпісвайцеся на наш канал, каб нічога не прапусціць.",
        "(Reporting by Lena Quah; Editing by Simon Fitch)",
        "Readers like you are keeping these stories free for everyone. " + "Support us. " * 20,
        "© Агенция. Всички права запазени.",
        "Сумы сегодня: новости области | Прислать новость: @sumy_example_bot",
        "📲 Читайте «Пост» в Telegram, Viber и Facebook. Есть новость? Пишите @post_example",
        "Още новини: във Фейсбук и Инстаграм",
    ],
)
def test_what_an_outlet_says_of_itself_at_the_end_is_an_aside(line):
    assert told_words(f"{NEWS}\n\n{line}") == words(NEWS)


@pytest.mark.parametrize(
    "line",
    [
        "Сторони мають намір підписати угоду до кінця року.",
        "Стороны намерены подписать соглашение до конца года.",
        "Жители смогут подписаться на уведомления о закрытии моста.",
        "Guvernul susține că podul va fi gata în mai.",
        "Magyarország nem támogatja, hogy Ukrajna csatlakozzon az unióhoz.",
        "Policjanci obserwują okolice przejścia i dołączyli do patroli.",
        "Residents must follow the rules, the mayor said, and support their neighbours.",
    ],
)
def test_news_at_the_end_of_a_text_stays(line):
    assert told_words(f"{NEWS}\n\n{line}") == words(f"{NEWS} {line}")


@pytest.mark.parametrize(
    "sentence",
    ["Подробности у коллег из «Района».", "Source: the ministry.", "Read more on our website."],
)
def test_a_last_sentence_that_says_where_to_read_on_is_an_aside(sentence):
    assert told_words(f"{NEWS} {sentence}") == words(NEWS)
    assert told_words(f"{NEWS} {sentence} {NEWS}") != words(f"{NEWS} {NEWS}")


def test_one_platform_at_the_end_is_news():
    line = "The governor wrote on Telegram that two people were hurt."
    assert told_words(f"{NEWS}\n{line}") == words(f"{NEWS} {line}")


def test_a_long_line_is_the_text_speaking_whatever_it_begins_with():
    line = "Читайте также, говорит учитель, " + "и читает вслух " * 20
    assert without_asides(line) == line


def test_other_numbers_are_other_words():
    assert told_words(NEWS) != told_words(NEWS.replace("четверга", "5 марта"))


def test_a_text_of_nothing_but_asides_is_told_whole():
    assert told_words("https://dozor.example/4812") == words("https://dozor.example/4812")


def test_names_are_the_capitals_in_mid_sentence():
    text = "Пожар в Липовке, у села «Дубрава». Мэр Зорин приехал, но Анна нет."
    assert names_of(text) == {"липовке", "дубрава", "зорин", "анна"}


def test_shouting_and_headlines_name_nobody():
    assert names_of("ВНИМАНИЕ ВОДИТЕЛЯМ МОСТ ЗАКРЫТ") == frozenset()
    assert names_of("Ferry Stops And School Bus Takes The Bridge") == frozenset()


def test_an_abbreviation_is_no_name_but_a_shouted_one_is():
    text = "Ночью силы ПВО сбили над аэропортом КАЛУГА два БПЛА, сказал Зорин"
    assert names_of(text) == {"калуга", "зорин"}


def test_a_word_before_a_no_break_space_stays_where_a_handle_goes():
    assert told_words("Очередь выросла\u00a0@channel") == told_words("Очередь выросла")
