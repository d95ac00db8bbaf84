"""The small expression language of checklists: conditions over names, without eval.

Enters: text such as `answers.scope != 'everyone' and status >= 500`. Leaves: a tree of plain lists (a program in
another language can run it too), and its truth for given names. A name that is not there is null; an order comparison
with null, or between a number and a text, is false.

    or-expr    := and-expr ('or' and-expr)*
    and-expr   := not-expr ('and' not-expr)*
    not-expr   := 'not' not-expr | comparison
    comparison := value (('==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'like') value)?
    value      := number | 'text' | "text" | true | false | null | name(.name)* | [value, …] | '(' or-expr ')'

`like` matches a whole text against a pattern in which `*` stands for anything, ignoring case.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["evaluate", "matches", "names_in", "parse"]

Node = list[Any]
_LIMIT: Final = 500
_DEPTH: Final = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<op>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*))",
    re.ASCII,
)
_COMPARISONS: Final = frozenset(["==", "!=", "<", "<=", ">", ">=", "in", "like"])
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse(text: str) -> Node:
    """The tree of an expression. Raises ValueError with the place of the first fault."""
    if len(text) > _LIMIT:
        raise ValueError(f"an expression has at most {_LIMIT} characters")
    parser = _Parser(_tokens(text))
    tree = parser.either(0)
    parser.end()
    return tree


def evaluate(node: Node, names: Mapping[str, Any]) -> bool:
    """Whether a parsed expression holds for these names (nested mappings are reached by dots)."""
    return bool(_value(node, names))


def names_in(node: Node) -> frozenset[str]:
    """Every name an expression reads."""
    if node[0] == "name":
        return frozenset([node[1]])
    return frozenset().union(*(names_in(each) for each in node[1:] if isinstance(each, list)))


def matches(text: str, pattern: str) -> bool:
    """Whether a whole text fits a pattern with `*`, ignoring case; linear in the text for each `*`."""
    text, first, *rest = text.lower(), *pattern.lower().split("*")
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - at >= len(rest[-1]) and text.endswith(rest[-1])


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected character at position {at + 1}")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise ValueError(f"unexpected {self._peek()[1]!r}")

    def either(self, depth: int) -> Node:
        if depth > _DEPTH:
            raise ValueError("too deeply nested")
        node = self._both(depth)
        while self._peek() == ("name", "or"):
            self._next()
            node = ["or", node, self._both(depth)]
        return node

    def _both(self, depth: int) -> Node:
        node = self._negation(depth)
        while self._peek() == ("name", "and"):
            self._next()
            node = ["and", node, self._negation(depth)]
        return node

    def _negation(self, depth: int) -> Node:
        if self._peek() != ("name", "not"):
            return self._comparison(depth)
        if depth > _DEPTH:
            raise ValueError("too deeply nested")
        self._next()
        return ["not", self._negation(depth + 1)]

    def _comparison(self, depth: int) -> Node:
        left = self._operand(depth)
        operator = self._peek()[1]
        if self._peek()[0] in ("op", "name") and operator in _COMPARISONS:
            self._next()
            return [operator, left, self._operand(depth)]
        return left

    def _operand(self, depth: int) -> Node:
        kind, text = self._next()
        if kind == "number":
            return ["value", float(text) if "." in text else int(text)]
        if kind == "text":
            return ["value", text[1:-1]]
        if kind == "name" and text in _WORDS:
            return ["value", _WORDS[text]]
        if kind == "name" and text not in ("and", "or", "not", "in", "like"):
            return ["name", text]
        if text == "(":
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        if text == "[":
            return self._list(depth)
        raise ValueError(f"a value is missing before {text!r}" if text else "a value is missing at the end")

    def _list(self, depth: int) -> Node:
        if depth > _DEPTH:
            raise ValueError("too deeply nested")
        items: Node = ["list"]
        while self._peek()[1] != "]":
            items.append(self._operand(depth + 1))
            if self._peek()[1] != "]":
                self._expect(",")
        self._next()
        return items

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise ValueError(f"{text!r} is missing")


def _value(node: Node, names: Mapping[str, Any]) -> Any:
    match node:
        case ["value", value]:
            return value
        case ["name", name]:
            return _lookup(name, names)
        case ["list", *items]:
            return [_value(each, names) for each in items]
        case ["not", inner]:
            return not _value(inner, names)
        case ["and", left, right]:
            return bool(_value(left, names)) and bool(_value(right, names))
        case ["or", left, right]:
            return bool(_value(left, names)) or bool(_value(right, names))
        case [operator, left, right]:
            return _compare(operator, _value(left, names), _value(right, names))
    raise ValueError("not an expression")


def _lookup(name: str, names: Mapping[str, Any]) -> Any:
    found: Any = names
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _compare(operator: str, left: Any, right: Any) -> bool:
    match operator:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "like":
            return isinstance(left, str) and isinstance(right, str) and matches(left, right)
        case "in":
            return _contains(right, left)
    if not _comparable(left, right):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def _contains(container: Any, wanted: Any) -> bool:
    if isinstance(container, str):
        return isinstance(wanted, str) and wanted in container
    return isinstance(container, list | tuple) and wanted in container


def _comparable(left: Any, right: Any) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str))
