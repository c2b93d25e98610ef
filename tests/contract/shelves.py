"""The forms that a corpus has."""

from uuid import uuid4

from crawler.store.corpus.local import LocalCorpus
from crawler.store.corpus.objects import ObjectCorpus

FORMS = ("a directory", "a file address", "objects in memory")


class Shelf:
    """One place for articles, opened as often as there are processes that share it."""

    def __init__(self, form, folder):
        self._form, self._folder = form, folder
        self._address = folder.as_uri() if form == "a file address" else f"memory://{uuid4().hex}"

    def opened(self):
        if self._form == "a directory":
            return LocalCorpus(self._folder)
        return ObjectCorpus(self._address)

    async def everything(self):
        return [article async for article in self.opened().read()]
