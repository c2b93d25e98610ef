"""The data that Nuxt puts into a page: values that refer to one another, or a program.

Source: docs/decisions/0225-text-in-data.md
"""

import json
import re
from contextlib import suppress

Known = dict[str, object]

_VALUES_MOST = 100_000  # of one payload; a value may be referred to from many places
_DEEPEST = 40
_NUXT = re.compile(r"__NUXT__\s*=\s*(?=\(?\s*function\b|\{)")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?|[A-Za-z_$][\w$]*|-?(?:\d|\.\d)(?:[\w.]|(?<=e)[+-])*|[^\s"]'
)
_NAME = re.compile(r"[A-Za-z_$]")
_OPENING, _CLOSING = frozenset("{[("), frozenset("}])")
_DECODER = json.JSONDecoder(strict=False)


def unflattened(flat: object) -> object:
    """Return what a list of values stands for, each of which refers to others by their places.

    The first is the whole. A list that begins with a word is that kind of value (`Reactive`,
    `Set`). What contains itself is left out, as is what goes on for too long.

    Source: devalue, `stringify` (what Nuxt 3 calls `__NUXT_DATA__`)
    """
    return _Tree(flat).value(0, 0) if isinstance(flat, list) else None


def in_program(script: str) -> object:
    """Return the object that a script assigns to `__NUXT__`, or None when it cannot be told.

    It is a literal, or what a function gives whose parameters stand for the values that occur more
    than once. Nothing is run.

    Source: @nuxt/devalue (Nuxt 2)
    """
    found = _NUXT.search(script)
    if found is None:
        return None
    with suppress(ValueError, IndexError, RecursionError):
        flat = _Flattening(_TOKEN.findall(script, found.end()))
        return unflattened(flat.whole())
    return None


class _Tree:
    """Values written out, each as often as it is referred to."""

    def __init__(self, values: list[object]) -> None:
        self._values = values
        self._left = _VALUES_MOST
        self._above: set[int] = set()

    def value(self, at: object, depth: int) -> object:
        self._left -= 1
        if not isinstance(at, int) or not 0 <= at < len(self._values):
            return None
        value = self._values[at]
        if not isinstance(value, dict | list):
            return value
        if at in self._above or depth > _DEEPEST or self._left < 0:
            return None
        self._above.add(at)
        found = self._inside(value, depth + 1)
        self._above.remove(at)
        return found

    def _inside(self, value: Known | list[object], depth: int) -> object:
        if isinstance(value, dict):
            return {name: self.value(at, depth) for name, at in value.items()}
        if value and isinstance(value[0], str):
            inside = [self.value(at, depth) for at in value[1:]]
            return inside[0] if len(inside) == 1 else inside
        return [self.value(at, depth) for at in value]


class _Flattening:
    """Reads a literal, or a function that gives one, into values that refer to one another."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._known: dict[str, int] = {}
        self._values: list[object] = [None]

    def whole(self) -> list[object]:
        """Return the values; the whole is the first.

        Raises:
            ValueError: It is no such literal.
            IndexError: It breaks off.
        """
        is_literal = self._tokens[self._at] == "{"
        given = self._value() if is_literal else self._function()
        self._values[0] = self._values[given]
        return self._values

    def _function(self) -> int:
        opened = self._tokens.index("(", self._tokens.index("function"))
        names = self._tokens[opened + 1 : self._tokens.index(")", opened)]
        body = self._tokens.index("{", opened)
        self._at = _closed(self._tokens, body) + 1
        values = self._listed(")")
        self._known = dict(zip((name for name in names if name != ","), values, strict=False))
        self._at = body + 1
        while self._tokens[self._at] != "return":
            self._statement()
        self._at += 1
        return self._value()

    def _statement(self) -> None:
        """Take in the setting of a field; what else is said, as to sets, is passed over."""
        start = self._at
        self._at = end = _ended(self._tokens, start)
        name, sign, *field = self._tokens[start : start + 3]
        equals = start + (4 if sign == "[" else 3)
        if sign not in {".", "["} or self._tokens[equals] != "=":
            return
        self._at = equals + 1
        value, whole = self._value(), self._values[self._known.get(name, 0)]
        self._at = end
        if isinstance(whole, dict):
            whole[field[0].strip('"')] = value
        elif isinstance(whole, list):
            whole.append(value)

    def _value(self) -> int:
        word = self._next()
        if word == "{":
            return self._kept(self._fields())
        if word == "[":
            self._at -= 1
            return self._kept(self._listed("]"))
        if word.startswith('"'):
            return self._kept(_DECODER.decode(word))
        if _NAME.match(word):
            return self._named(word)
        return self._kept(float(word))

    def _named(self, word: str) -> int:
        """Return the value of a name; of a call (`new Date(0)`) what it is given."""
        if word in {"new", "void"}:
            return self._value()
        if word in {"true", "false"}:
            return self._kept(word == "true")
        while self._tokens[self._at] == ".":
            self._at += 2
        if self._tokens[self._at] != "(":
            return self._known.get(word, self._kept(None))
        given = self._listed(")")
        if word == "Array" or not given:
            return self._kept([])
        return given[0]

    def _fields(self) -> dict[str, object]:
        fields: dict[str, object] = {}
        while (name := self._next()) != "}":
            if name != ",":
                self._expected(":")
                fields[name.strip('"')] = self._value()
        return fields

    def _listed(self, end: str) -> list[int]:
        self._at += 1
        values = []
        while self._tokens[self._at] != end:
            if self._tokens[self._at] == ",":
                self._at += 1
            else:
                values.append(self._value())
        self._at += 1
        return values

    def _expected(self, token: str) -> None:
        if self._next() != token:
            raise ValueError(token)

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _kept(self, value: object) -> int:
        self._values.append(value)
        return len(self._values) - 1


def _closed(tokens: list[str], opened: int) -> int:
    """Return where the bracket stands that closes another."""
    depth = 0
    for at in range(opened, len(tokens)):
        depth += (tokens[at] in _OPENING) - (tokens[at] in _CLOSING)
        if not depth:
            return at
    raise ValueError("it breaks off")


def _ended(tokens: list[str], start: int) -> int:
    """Return where the next statement begins."""
    at = start
    while tokens[at] != ";":
        at = _closed(tokens, at) + 1 if tokens[at] in _OPENING else at + 1
    return at + 1
