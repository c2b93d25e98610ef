"""What tests of the page share: how a view is seen, and a few stories to see."""

from lxml import html
from served import TOPIC, an_article, another

CROSSING = "x-pl-krakovets-korczowa"
AS_PERSON = {"Accept": "text/html,application/xhtml+xml"}


async def seen(client, path, status=200, **params):
    """A view as a tree."""
    answer = await client.get(path, params=params or None)
    assert answer.status_code == status, answer.text[:2_000]
    return html.document_fromstring(answer.text)


def texts(tree, selector):
    return [" ".join(one.text_content().split()) for one in tree.cssselect(selector)]


async def furnished(stand):
    """Place a story of two articles and one alone; return their ids."""
    first, _, second = await stand.place(
        an_article(places=(CROSSING,)),
        an_article("two", outlet="state", title="A copy of it", minutes=30),
        another("lone", title="Нічого нового", language="uk", outlet="open", minutes=5),
    )
    return first, second


def story_path(story):
    return f"/topics/{TOPIC}/stories/{story}"
