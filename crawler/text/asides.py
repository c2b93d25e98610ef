"""What a text says of itself and not of the news: links, handles, tags, whom to follow.

Source: docs/decisions/0205-asides.md
"""

import re

from crawler.text.normalise import words
from crawler.text.sentences import lower_case, sentences_of

_LONGEST = 200  # letters of a line that is an aside; in a longer one the text is speaking
_NEWS = 4  # words before an invitation that are no channel's name
_CLOSING = 4  # lines at the end of a text in which its outlet may speak of itself,
_LONGEST_CLOSING = 400  # letters of such a line


def _any_of(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


_INVITATIONS = (  # wherever they stand in a line
    "подписывайтесь", "подписывайся", "подпишитесь", "подпишись",
    "подписаться на канал", "подписаться на наш",
    "підписуйтесь", "підписуйтеся", "підпишіться", "підписатися на канал", "підписатися на наш",
    "абонирайте се", "последвайте ни",
    "subscribe to our", "sign up to our", "sign up for our", "follow us on",
    "obserwuj nas", "subskrybuj",
)  # fmt: skip
_FOLLOW = _any_of(  # in a closing line: imperatives that news seldom ends with
    r"follow (?:us|[\w ]{1,40} on)\b", "subscribe to", "sign up (?:to|for)", "become a member",
    "join us", r"(?:do you have|have you got|got|seen) an? (?:story|tip|news)", "donate",
    "support (?:us|our work|local journalism|independent)", "readers like you",
    "reporting by", "edited by",
    "(?:по)?следвайте", "абонирайте", "получавайте", "присъединете се", "харесайте",
    "станете част", "подкрепете", "имате (?:новина|сигнал)", "сигнали изпращайте", "пишете ни",
    "поставете оценка", "гледайте .{0,40}емисия",
    r"подписаться(?: на [«\"]|\W*(?:$|\|))", "подписывайтесь", "подпишитесь", "подпишись",
    "читайте нас", r"(?:прислать|сообщить|предложить) (?:сво[юе] )?новость",
    "следите за (?:нами|новостями|обновлениями)", "присоединяйтесь", "присылайте",
    "поддержать редакцию", "поддержите нас",
    r"підписатис[яь](?: на [«\"]|\W*(?:$|\|))", "підписуйтес[яь]", "підпишіться",
    "читайте нас", "стежте за",
    "долучайтес[яь]", "надсилайте", "пишіть нам", "підтрим(?:ати|айте) (?:нас|незалежну)",
    "поділіться", "маєте новину", "стали свідк", "знайшли помилку", "більше новин",
    r"падпісацца(?: на [«\"]|\W*(?:$|\|))", "падпісвайцеся", "падпішыцеся",
    "чытайце нас", "сачыце за", "далучайцеся", "дасылайце",
    r"obserwuj\b", r"polub\b", r"dołącz\b", "śledź nas", "subskrybuj", "bądź na bieżąco",
    "zapisz się", r"wesprzyj\b", "napisz do nas", "masz dla nas",
    r"urmăre[sș]te(?:-ne|\s+și)", "urmăriți-ne", "abonează-te", "abonați-vă", "trimite-ne",
    "trimiteți-ne", "alătură-te", "te așteptăm", "editor(?: online)?:",
    "sledujte", "odoberajte", "odebírejte", "prihláste sa", "přihlaste se", "pridajte sa",
    "podporte", "podpořte", "máte tip", "napíšte nám", "napište nám",
    "kövess(?:en|d|e)? (?:minket|bennünket)", "iratkozz(?:on)? fel", "csatlakozz(?:on)? hozzánk",
    "támogass(?:on|a)? (?:minket|munkánkat)", "írj(?:on)? nekünk", "oszd meg",
    "pratite nas", "zapratite", "pretplatite se", "folgen sie", "abonnieren sie",
    "suivez-nous", "abonnez-vous", "síguenos", "suscríbete", "seguici", "iscriviti",
    "takip edin", "abone olun", "sekite mus", "prenumeruokite", "jälgi meid",
)  # fmt: skip
_PLATFORM = re.compile(
    r"\b(?:telegram|viber|whatsapp|facebook|instagram|twitter|youtube|tiktok|threads|linkedin"
    r"|телеграм|вайбер|вайбър|ват[сз]ап|фейсбук|[иі]нстаграм|твит[тъ]ер|ютуб|тик-?ток|вконтакте"
    r"|одноклассник|дзен)"
)
_MANY = 2  # platforms that a closing line names: it tells where else to read
_RIGHTS = _any_of(
    "all rights reserved", "may not be (?:published|republished|reproduced)", "republication",
    "всички права запазени", "позоваването на", "публикуването на материали",
    "все права защищены", "всі права захищен", "усе правы абаронен",
    "wszelkie prawa zastrzeżone", "kopiowanie (?:tekstów|materiałów)",
    "toate drepturile rezervate", "všetky práva vyhradené", "všechna práva vyhrazena",
    "minden jog fenntartva", "sva prava (?:pridržana|zadržana)",
    r"ctrl\s*\+\s*enter", "google news", "wiadomościach google",
)  # fmt: skip
_READ_ON = _any_of(
    r"чита(?:йте|ть|й) (?:также|ещ[её]|далее|дальше|полностью|на сайте)",
    r"подробн(?:ее|ости)\b[^.!?]{0,40}(?:/\S*)?\W*$",
    r"присла?ть (?:сво[юе] )?(?:новость|фото|видео)",
    r"(?:наш|мы в) (?:чат|телеграм|telegram|max|вк|vk|дзен)\b",
    r"чита(?:йте|й) (?:також|ще|далі)",
    r"наді(?:слати|шліть) (?:новину|фото|відео)",
    r"ч[еи]т(?:ете|и) (?:още|повече)",
    r"(?:прочетете|вижте|виж) (?:още|повече)",
    r"още по темата",
    r"изтеглете .{0,30}приложение",
    r"(?:czytaj|zobacz|przeczytaj|sprawdź) (?:też|także|również|więcej|dalej)",
    r"więcej\s*:",
    r"polub nas",
    r"read (?:more|also|next)\b",
    r"(?:see|watch) also",
    r"more on this",
    r"(?:join|find) us on",
    r"download our app",
    r"get our (?:app|newsletter)",
)
_FORWARDED = _any_of(
    r"forwarded (?:from|message)\b",
    r"переслано (?:от|из|від)\b",
    r"(?:репост|repost)(?: из| от| from)?\s*[:@]",
)
_SOURCE = _any_of(
    "источник", "фото", "видео", "кадр",
    "джерело", "світлина", "відео",
    "източник", "снимк[аи]",
    "źródło", "fot", "foto", "zdjęcie", "wideo",
    "(?:source|photo|picture|image|video)s?",
    "quelle", "bild", "sursa", "forrás", "zdroj",
)  # fmt: skip
_ASIDE = re.compile(
    rf"[\W_]*(?:{_READ_ON}|{_FORWARDED}|{_SOURCE}\.?\s*[:/©][^.!?]{{0,60}}\W*$)", re.IGNORECASE
)
_OF_ITSELF = re.compile(rf"\b(?:{_FOLLOW}|{_RIGHTS})")  # in lower case: that is faster
_POINTER = re.compile(r"(?:@|://|www\.|\.[a-zA-Z]{2,8}/)\S*")  # from its sign to the word's end
_CLOSING_TAGS = re.compile(r"(?m)(?:^|(?<=[.!?…»”\"]))(?:[^\S\n]*#\w+,?)+[^\S\n]*$")


def told_words(text: str) -> list[str]:
    """Return the normalised words of what a text tells, in order: two texts are compared by them.

    A text that is nothing but asides tells all of them.
    """
    return words(without_asides(text)) or words(text)


def without_asides(text: str) -> str:
    """Return the text without links, handles, closing tags and lines about where it comes from.

    Two posts of one text differ in these, and any two of one channel agree in them. A tag inside
    a sentence is a word of it and stays.
    """
    told = (line if len(line) > _LONGEST else _told_of(line) for line in text.split("\n"))
    kept = "\n".join(line for line in told if line is not None)
    if "#" in kept:
        kept = _CLOSING_TAGS.sub("", kept)
    if "@" in kept or "/" in kept or "www." in kept:
        kept = _without_pointers(kept)
    return _without_closing(kept)


def _without_closing(text: str) -> str:
    """Return the text without what its outlet says of itself at the end, lines and sentences."""
    lines = text.split("\n")
    ends = [at for at, line in enumerate(lines) if line.strip()][-_CLOSING:]
    if not ends:
        return text
    asides = {at for at in ends if _is_closing(lines[at])}
    kept = [line for at, line in enumerate(lines) if at not in asides]
    if asides and not any(map(words, kept)):
        return text
    last = max(at for at, line in enumerate(kept) if line.strip())
    kept[last] = _before_asides(kept[last])
    return "\n".join(kept)


def _is_closing(line: str) -> bool:
    if len(line) > _LONGEST_CLOSING:
        return False
    lowered = line.lower()
    return bool(_OF_ITSELF.search(lowered)) or len({*_PLATFORM.findall(lowered)}) >= _MANY


def _before_asides(line: str) -> str:
    """Return a line without the sentences at its end that are asides."""
    end = line[-_LONGEST_CLOSING:]
    spans = list(sentences_of(end))
    while len(spans) > 1 and _ASIDE.match(end, *spans[-1]):
        spans.pop()
    return line[: len(line) - len(end) + spans[-1][1]]


def _without_pointers(text: str) -> str:
    """Return the text without the words that are links, addresses or handles."""
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("RT @", "@")
    kept, read = [], 0
    for pointer in _POINTER.finditer(text):
        at = pointer.start()
        begin = max(text.rfind(" ", read, at), text.rfind("\n", read, at), read - 1) + 1
        kept.append(text[read:begin])
        read = pointer.end()
    return "".join((*kept, text[read:]))


def _told_of(line: str) -> str | None:
    """Return what a line tells before it invites to follow; None where it is an aside."""
    if _ASIDE.match(line):
        return None
    lowered = lower_case(line)
    found = [at for phrase in _INVITATIONS if (at := lowered.find(phrase)) >= 0]
    if not found:
        return line
    before = line[: max((end for _, end in sentences_of(line) if end <= min(found)), default=0)]
    is_news = len(words(before)) >= _NEWS and not _ASIDE.match(before)
    return before if is_news else None
