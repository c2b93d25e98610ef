"""Which blocks of a page are its article."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract.blocks import Block, blocks_of, is_caption, is_never_article
from crawler.extract.phrases import COMMENTS, LAST, SOURCE, any_of

_SOURCE = any_of(SOURCE, before="^", after=r"\s*:\s*\S.{0,60}$")
_OTHERS = any_of(LAST, before=r"^\W*", after=r"\W*$")
_COMMENTS = any_of(COMMENTS, before=r"^\W*(?:\d+\s)?", after=r"\W*\d*\W*$")
_NEAR_END = 3  # blocks after the last sentence, among which a source may be named
FORGIVING_SHARE = 0.4  # of the page's prose inside a doubtful element: then it is the article
NEAR_BEST = 0.95
MAIN = 0.3  # of the prose in one `article` element: then its siblings are other articles
LARGEST_CARD = 900  # letters of a teaser with its headline
FEWEST_LETTERS = 250  # less undoubted prose than this, and even the furniture is looked through


@dataclass(frozen=True, slots=True)
class Body:
    """An article's blocks, and how sure it is that they are the article and all of it."""

    blocks: tuple[Block, ...]
    before: tuple[Block, ...]  # what the page shows ahead of them: title, standfirst, captions
    share: float  # of the page's prose that is in the article, 0..1
    others: tuple[Block, ...] = ()  # comments, other articles of the page, and links to some

    @property
    def prose(self) -> float:
        """Letters of running text in the article."""
        return _prose(self.blocks)


def find_body(tree: HtmlElement) -> Body:
    """Return the page's article, its headings included.

    Doubtful elements are left out unless they hold most of the page's prose. Of what remains
    the smallest element with nearly all of it is the article, from its title to the last
    sentence, or to the title of the next article where a page goes on with one.
    """
    found = _with_cards(blocks_of(_body(tree)))
    shown = _without_likes(_without_sections(found))
    blocks = _undoubted(shown)
    frame = _frame(blocks)
    inside = [block for block in blocks if frame in block.ancestors] if frame is not None else []
    kept = _ended(_one_article(_begun(inside), frame))
    start = shown.index(kept[0]) if kept else 0
    whole = _prose([block for block in shown if not any(map(is_never_article, block.doubts))])
    share = _prose(kept) / whole if whole else 0.0
    own = set(map(id, shown))
    mine = set(map(id, kept))
    others = tuple(
        block
        for block in found
        if id(block) not in own or (block.is_link and id(block) not in mine)
    )
    return Body(tuple(kept), tuple(shown[:start]), share if share <= 1 else 0.0, others)


def _body(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    return tree if body is None else body


# --- doubts ----------------------------------------------------------------------------------


def _with_cards(blocks: list[Block]) -> list[Block]:
    """Let teaser cards be doubted: small elements whose heading is a link to another page."""
    cards = {
        card
        for block in blocks
        if block.is_heading and block.is_link and block.element.tag != "h1"
        if (card := _card(block.element)) is not None
    }
    for block in blocks:
        if cards and (around := block.ancestors & cards):
            block.doubts = (*block.doubts, *around)
    return blocks


def _card(heading: HtmlElement) -> HtmlElement | None:
    card = heading.getparent()
    while card is not None and next(card.iter("p", "li"), None) is None:
        card = card.getparent()
    if card is None or next(card.iter("h1"), None) is not None:
        return None
    return card if len(card.text_content()) < LARGEST_CARD else None


def _without_sections(blocks: list[Block]) -> list[Block]:
    """Drop what is said below a heading for comments or other news, an article standing before.

    Labels and links stay: they tell that what is around them is no article.
    """
    written, sections = 0.0, set[HtmlElement]()
    for at, block in enumerate(blocks):
        if written > FEWEST_LETTERS / 2 and block.prose <= 0 and _heads_others(block.text):
            section = _section(block, blocks[:at])
            inside = _prose([one for one in blocks[at:] if section in one.ancestors])
            if _COMMENTS.match(block.text) or inside <= written:
                sections.add(section)
        written += 0.0 if block.doubts else max(0.0, block.prose)
    own = {one for one in sections if next(one.iter("h1"), None) is None}
    return [block for block in blocks if block.prose <= 0 or own.isdisjoint(block.ancestors)]


def _heads_others(text: str) -> bool:
    return bool(_COMMENTS.match(text) or _OTHERS.match(text))


def _section(heading: Block, before: Sequence[Block]) -> HtmlElement:
    """Return the largest element around a heading that holds no sentence before it."""
    told = {element for block in before if block.prose > 0 for element in block.ancestors}
    section = heading.element
    for around in section.iterancestors():
        if around in told:
            break
        section = around
    return section


def _undoubted(blocks: list[Block]) -> list[Block]:
    doubted = {doubt for block in blocks for doubt in block.doubts}
    never = {element for element in doubted if is_never_article(element)}
    shown = [block for block in blocks if never.isdisjoint(block.doubts)]
    kept = _forgiven(shown)
    told = [block for block in shown if all(map(is_caption, block.doubts))]
    if _prose(kept) < FORGIVING_SHARE * _prose(told) and _prose(told) >= FEWEST_LETTERS:
        return told  # a gallery
    return kept if _prose(kept) >= FEWEST_LETTERS else _forgiven(blocks)


def _forgiven(blocks: list[Block]) -> list[Block]:
    mass: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks:
        for doubt in block.doubts:
            mass[doubt] += max(0.0, block.prose)
    enough = FORGIVING_SHARE * _prose(blocks)
    return [block for block in blocks if all(mass[doubt] > enough for doubt in block.doubts)]


def _prose(blocks: Sequence[Block]) -> float:
    return sum(max(0.0, block.prose) for block in blocks)


# --- the frame -------------------------------------------------------------------------------


def _frame(blocks: Sequence[Block]) -> HtmlElement | None:
    """Return the smallest element with nearly all the prose and little else."""
    worth: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks:
        for element in block.ancestors:
            worth[element] += block.prose
    best = max(worth.values(), default=0.0)
    if best <= 0:
        return None
    rich = (element for element, value in worth.items() if value >= NEAR_BEST * best)
    return max(rich, key=lambda element: sum(1 for _ in element.iterancestors()))


def _begun(blocks: list[Block]) -> list[Block]:
    """Drop what stands before the title, where the title is inside."""
    at = next((at for at, block in enumerate(blocks) if block.element.tag == "h1"), None)
    return blocks if at is None or not _prose(blocks[at:]) else blocks[at + 1 :]


def _one_article(blocks: list[Block], frame: HtmlElement | None) -> list[Block]:
    """Drop a second article: in an `article` element of its own, or below another h1."""
    whole = _prose(blocks)
    first = next((block for block in blocks if block.prose > 0), None)
    if first is None or frame is None:
        return blocks
    own = next(_articles_within(first, frame), None)
    if own is not None and _prose([one for one in blocks if own in one.ancestors]) > MAIN * whole:
        blocks = [
            block
            for block in blocks
            if own in block.ancestors or next(_articles_within(block, frame), None) is None
        ]
    return _before_next_title(blocks)


def _articles_within(block: Block, frame: HtmlElement) -> Iterator[HtmlElement]:
    for element in block.element.iterancestors("article"):
        if element is frame:
            return
        if frame in element.iterancestors():
            yield element


def _before_next_title(blocks: list[Block]) -> list[Block]:
    written = 0.0
    for at, block in enumerate(blocks):
        if block.element.tag == "h1" and written > FEWEST_LETTERS:
            return blocks[:at]
        written += max(0.0, block.prose)
    return blocks


def _without_likes(blocks: list[Block]) -> list[Block]:
    """Drop other articles beside the one with the title: of its tag and class, each with a time."""
    title = next((block for block in blocks if block.element.tag == "h1"), None)
    for own in title.element.iterancestors() if title else ():
        if _prose([block for block in blocks if own in block.ancestors]) > FEWEST_LETTERS:
            likes = set(filter(_has_time, _likes(own)))
            return [block for block in blocks if likes.isdisjoint(block.ancestors)]
    return blocks


def _likes(element: HtmlElement) -> Iterator[HtmlElement]:
    name = element.get("class")
    named = bool(name) or element.tag == "article"
    return (one for one in element.itersiblings(element.tag) if named and one.get("class") == name)


def _has_time(element: HtmlElement) -> bool:
    return next(element.iter("time", "h1"), None) is not None


def _ended(blocks: list[Block]) -> list[Block]:
    """Drop what follows the last sentence, and labels that do not stand among paragraphs."""
    prose = [at for at, block in enumerate(blocks) if block.prose > 0]
    if not prose:
        return []
    beside = {blocks[at].element.getparent() for at in prose}
    end = prose[-1] + 1
    kept = [
        block
        for at, block in enumerate(blocks[:end])
        if block.prose > 0 or (not block.is_link and _may_be_short(block, beside, at > prose[0]))
    ]
    return kept + [block for block in blocks[end : end + _NEAR_END] if _SOURCE.match(block.text)]


def _may_be_short(block: Block, beside: Container[HtmlElement | None], begun: bool) -> bool:
    if block.is_heading or block.element.tag == "li":
        return True
    return begun and block.element.tag == "p" and block.element.getparent() in beside
