"""How much of a text may leave: an excerpt, cut where a reader would pause."""

from crawler.render.document import plain

LETTERS = 300


def excerpt(text: str, letters: int = LETTERS) -> str:
    """Return the beginning of a text in one line, at most `letters` long with its ellipsis.

    It ends with a sentence where one ends in its second half, otherwise with a word.
    """
    line = plain(text[: 4 * letters])
    if len(line) <= letters:
        return line
    cut = line[: letters - 1]
    sentence = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "… "))
    if sentence >= letters // 2:
        return cut[: sentence + 1]
    word = cut.rfind(" ")
    return f"{cut[: word if word > 0 else len(cut)].rstrip(' ,;:–—-')}…"
