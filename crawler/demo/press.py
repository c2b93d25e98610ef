"""How pages are made out of manuscripts: edited, filled in, cut, and related to their origins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from crawler.demo.address import slug
from crawler.demo.manuscript import Manuscript, Spec, Text, quoted
from crawler.demo.publishers import DemoOutlet, DemoPage, Kin
from crawler.model import SkipReason


class Press:
    """Makes pages out of manuscripts; a page may refer to any page before it by key."""

    def __init__(
        self, now: datetime, outlets: Iterable[DemoOutlet], manuscripts: Sequence[Manuscript]
    ) -> None:
        self._now = now
        self._outlets = {outlet.id: outlet for outlet in outlets}
        self._texts = {
            f"{script.name}/{name}": text
            for script in manuscripts
            for name, text in script.texts.items()
        }
        self._specs = {
            f"{script.name}/{spec.id}": (script, spec)
            for script in manuscripts
            for spec in script.pages
        }
        self._made: dict[str, DemoPage] = {}

    def pages(self) -> tuple[DemoPage, ...]:
        """Return the pages of all manuscripts, every one after those it refers to."""
        for key in self._specs:
            self._page(key)
        return tuple(self._made.values())

    def _page(self, key: str) -> DemoPage:
        if key not in self._made:
            self._made[key] = self._make(key, *self._specs[key])
        return self._made[key]

    def _make(self, key: str, script: Manuscript, spec: Spec) -> DemoPage:
        of = tuple(_qualified(script, name) for name in spec.of)
        origin = self._page(of[0]) if of else None
        text = self._text(script, spec, origin)
        outlet = self._outlets[spec.outlet]
        moment = self._now - timedelta(hours=spec.ago)
        page = DemoPage(
            key=key,
            outlet=outlet,
            url=_address(outlet, spec.path, key, text.headline, moment),
            headline=text.headline,
            paragraphs=text.paragraphs,
            published=moment,
            modified=moment,
            act=spec.act,
            feed=spec.feed,
            author=spec.author or outlet.author,
            kin=Kin(spec.relation) if spec.relation else None,
            of=of,
            skip=SkipReason(spec.skip) if spec.skip else None,
        )
        return _related(page, origin)

    def _text(self, script: Manuscript, spec: Spec, origin: DemoPage | None) -> Text:
        """The page's headline and paragraphs, as `Spec` says they come about."""
        start = self._start(script, spec, origin)
        body = _edited(start.paragraphs[: spec.keep or None], spec, script.name)
        lead, plus = (self._paragraphs(script, name) for name in (spec.lead, spec.plus))
        credit = (spec.credit,) if spec.credit else ()
        filled = (_filled(part, spec.fill) for part in (*lead, *body, *plus, *credit))
        return Text(_filled(spec.headline or start.headline, spec.fill), tuple(filled))

    def _start(self, script: Manuscript, spec: Spec, origin: DemoPage | None) -> Text:
        if origin is not None and not spec.text:
            return Text(origin.headline, origin.paragraphs)
        text = script.texts[spec.text]
        return Text(text.headline, quoted(text, self._texts))

    def _paragraphs(self, script: Manuscript, name: str) -> tuple[str, ...]:
        return quoted(script.texts[name], self._texts) if name else ()


def _related(page: DemoPage, origin: DemoPage | None) -> DemoPage:
    """The page with its story: its origin's when it joins that, its own otherwise."""
    if page.skip is not None:
        return page
    if origin is None or page.kin is None or not page.kin.relation.joins:
        return replace(page, story=page.key)
    if page.kin is Kin.REVISION:
        page = replace(page, url=origin.url, published=origin.published)
    return replace(page, story=origin.story)


def _qualified(script: Manuscript, name: str) -> str:
    return name if "/" in name else f"{script.name}/{name}"


def _edited(paragraphs: Sequence[str], spec: Spec, file: str) -> Sequence[str]:
    body = "\n".join(paragraphs)
    for old, new in spec.edits:
        if old not in body:
            raise ValueError(f"{file}/{spec.id}: nothing to edit: {old}")
        body = body.replace(old, new)
    return body.split("\n")


def _filled(paragraph: str, fill: Mapping[str, str]) -> str:
    for name, value in fill.items():
        paragraph = paragraph.replace(f"{{{name}}}", value)
    return paragraph


def _address(outlet: DemoOutlet, path: str, key: str, headline: str, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(outlet.time_zone))
    path = (path or outlet.paths).format(
        slug=slug(headline),
        number=100_000 + crc32(key.encode()) % 900_000,
        year=local.year,
        month=f"{local.month:02}",
        day=f"{local.day:02}",
    )
    return f"http://{outlet.host}{path}"
