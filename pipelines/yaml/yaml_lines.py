"""YAML with line numbers: a tree of plain values that remembers where each came from.

Scalars follow YAML 1.2 (as JSON people expect): ``no`` and ``on`` are texts, ``1:30`` is a text, ``1e-3`` is a number,
``010`` is ten and a date is a text. Duplicate keys, which YAML forbids and PyYAML lets pass, are reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""The keys and list indices that lead to a value."""

LIMIT = 100_000
"""Values in a config; more are refused."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"(~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"(true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INF = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")


class _Loader(yaml.SafeLoader):
    """PyYAML's reader, which here only builds nodes; scalars are resolved by ``scalar``."""

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"<<\Z"))]}  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with the text itself, at *line* (from 1; 0: the whole file)."""

    line: int
    path: Path
    message: str
    hint: str = ""


@dataclass(slots=True)
class Document:
    """What a YAML text holds: *value*, the line of every path in it, and the mistakes found on the way."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of *path*, or of the nearest thing around it; 0 when nothing is known."""
        return self.lines.get(self.known(path), 0)

    def known(self, path: Sequence[str | int]) -> Path:
        """*path*, or that of the nearest thing around it whose line is known."""
        return next((part for n in range(len(path), 0, -1) if (part := tuple(path[:n])) in self.lines), ())


def scalar(text: str) -> Any:
    """What a plain (unquoted) scalar means in YAML 1.2: None, a bool, an int, a float or the text itself."""
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if len(text) > 300:
        return text
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text) or _INF.match(text):
        return float(text.replace(".", "") if _INF.match(text) else text)
    return text


def parse(text: str) -> Document:
    """Read one YAML document; what is wrong with it goes to ``mistakes``, all of it where that is possible."""
    document = Document()
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            document.value = _Builder(document).build(node, ())
    except RecursionError:
        document.mistakes.append(Mistake(0, (), "too large or too deeply nested to be a config."))
    except yaml.MarkedYAMLError as error:
        document.mistakes.append(_syntax(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        document.mistakes.append(Mistake(line, (), f"holds the character U+{error.character:04X}.", "Remove it."))
    return document


def _syntax(error: yaml.MarkedYAMLError) -> Mistake:
    """PyYAML's complaint in plain words."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    problem = error.problem or "cannot be read"
    hint = ""
    if r"'\t'" in problem:
        problem, hint = "a tab where YAML wants spaces", "Indent with spaces."
    elif "mapping values are not allowed" in problem:
        hint = "Is a line above indented wrongly, or does a text with a colon lack its quotes?"
    elif "expected a single document" in (error.context or ""):
        problem, hint = "a second document begins", "A config is one YAML document: remove the line ---."
    elif "expected <block end>" in problem:
        hint = "Is the line indented like its neighbours?"
    elif problem == "could not find expected ':'":
        hint = "Does a key lack its colon?"
    elif "found undefined alias" in problem:
        hint = "Put a text that begins with * in quotes."
    elif problem.endswith("'<stream end>'"):
        problem = problem.replace("'<stream end>'", "the end of the file")
    elif "cannot start any token" in problem:
        hint = "Put the text in quotes."
    elif error.context_mark and mark and error.context_mark.line != mark.line and error.context:
        hint = f"It began at line {error.context_mark.line + 1} ({error.context})."
    return Mistake(line, (), f"not valid YAML: {problem}.", hint)


class _Builder:
    """From PyYAML's nodes to plain values, keeping the line of each."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: list[yaml.Node] = []
        self.built = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        self.built += 1
        if self.built > LIMIT:  # aliases of aliases grow without end
            raise RecursionError
        if any(node is outer for outer in self.open):
            self.complain(node, path, "an alias that contains itself.")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.open.append(node)
        try:
            if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
                return [self.build(item, (*path, n)) for n, item in enumerate(node.value)]
            if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
                return self.mapping(node, path)
        finally:
            self.open.pop()
        self.complain(node, path, f"the tag {_shown_tag(node)} is not supported.", "Remove it.")
        return None

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = _sound(str(node.value))
        if node.style is None and node.tag == _TAG + "str":
            return scalar(text)  # also `!!str 12`, which nobody writes instead of "12"
        if node.tag != _TAG + "str":
            self.complain(node, path, f"the tag {_shown_tag(node)} is not supported.", "Remove it.")
        return text

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _TAG + "merge":
                merged |= self.merge(value, path)
        for key, value in node.value:
            if key.tag == _TAG + "merge":
                continue
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, path, "a key must be a text.")
                continue
            name = _sound(str(key.value))
            inner = (*path, name)
            if name in built:
                first = self.document.lines[inner]
                line = key.start_mark.line + 1
                where = "earlier on this line" if first == line else f"at line {first}"
                self.complain(key, inner, f"given twice (first {where}).", "Remove one.")
                continue
            self.document.lines[inner] = key.start_mark.line + 1
            built[name] = self.build(value, inner)
        return merged | built

    def merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        """``<<``: one mapping, or a list of them of which the first wins."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                self.complain(part, path, "<< needs an alias of a mapping.")
                continue
            merged = self.mapping(part, path) | merged
        return merged

    def complain(self, node: yaml.Node, path: Path, message: str, hint: str = "") -> None:
        self.document.mistakes.append(Mistake(node.start_mark.line + 1, path, message, hint))


def _sound(text: str) -> str:
    """*text* with pairs of surrogates, as JSON writes them, joined, and lone ones replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _shown_tag(node: yaml.Node) -> str:
    return str(node.tag).replace(_TAG, "!!")
