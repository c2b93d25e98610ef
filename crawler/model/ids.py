"""What things are known by: strings that never change their meaning."""

from hashlib import blake2b
from typing import NewType

OutletId = NewType("OutletId", str)
FeedId = NewType("FeedId", str)
EntryId = NewType("EntryId", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
ChangeId = NewType("ChangeId", str)  # "<milliseconds>-<number>", compared as numbers
TopicId = NewType("TopicId", str)
PlaceId = NewType("PlaceId", str)
RecipeId = NewType("RecipeId", str)
GenerationId = NewType("GenerationId", str)
WorkerId = NewType("WorkerId", str)
Host = NewType("Host", str)


def id_of(text: str) -> str:
    """Return 20 hex digits that stand for `text` (80 bits of BLAKE2b).

    A million ids collide with a chance below 1e-12.
    """
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
