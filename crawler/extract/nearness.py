"""Which of a page's elements stand nearest to its article's heading."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.extract.titles import clean, letters

_SHORTEST_TITLE = 15  # letters; what a link tells beside a time or a name


def nearest(tree: HtmlElement, title: str, *tags: str) -> Iterator[HtmlElement]:
    """Yield elements, the nearest to the heading first; none within a link that tells more."""
    wanted = letters(title)
    found: list[tuple[int, HtmlElement]] = []
    heading = 0
    for place, element in enumerate(tree.iter("h1", *tags)):
        if element.tag != "h1":
            found.append((place, element))
        elif not heading and letters(element.text_content()) == wanted:
            heading = place
    found.sort(key=lambda pair: abs(pair[0] - heading))
    return (element for _, element in found if not _is_in_teaser(element))


def _is_in_teaser(element: HtmlElement) -> bool:
    link = next(element.iterancestors("a"), None)
    if link is None:
        return False
    return len(clean(link.text_content())) - len(clean(element.text_content())) > _SHORTEST_TITLE
