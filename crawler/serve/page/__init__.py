"""The page: views for people, rendered by us; no build step, no outside request.

To add a view:

1. Write `page/<view>.py` with a `router = APIRouter(include_in_schema=False)` and handlers that
   take `frame: Framed` (`shell.py`; it lets in who may read) and return
   `frame.render("<view>.html", {...})`. What is shown is computed in the handler's module as frozen
   dataclasses; templates only lay it out.
2. Write `templates/<view>.html`: `{% extends "base.html" %}`, blocks `title` and `main`. Macros
   for what recurs are in `templates/macros.html`. Everything is escaped; never use `|safe`. No
   `style=` and no `<script>` with content: the content security policy forbids both. Geometry
   of drawings goes into SVG attributes.
3. Put its words into `data/en.toml` and `data/uk.toml` under `[<view>]`, and `nav.<view>`;
   templates say `t("<view>.title")`, and `n("count.story", 5)` for numbers with a noun. A test
   holds both tables to the same keys.
4. Add its router to `ROUTERS` in `routers.py` and, if it is in the navigation, a `View` to
   `shell.VIEWS`.
5. A verb is a `POST` whose handler takes `form: OperatorsForm` (`visitor.py`; it checks role,
   mark and origin) and answers `redirect(...)`; its form holds `{{ m.mark() }}`.
6. What should follow the crawl asks again when `live` (macros.html) hears of a change.

Source: docs/decisions/0170-a-page-without-a-build.md
"""
