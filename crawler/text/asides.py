"""What a text says of itself and not of the news: links, handles, tags, whom to follow.

Source: docs/decisions/0205-asides.md
"""

import re

from crawler.text.normalise import words
from crawler.text.sentences import lower_case, sentences_of

_LONGEST = 200  # letters of a line that is an aside; in a longer one the text is speaking
_NEWS = 4  # words before an invitation that are no channel's name


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
    return _without_pointers(kept) if "@" in kept or "/" in kept or "www." in kept else kept


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
