"""What a file of Python has under a name, as far as its text tells. It is parsed, and never run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schemas.nearest import nearest

BASE = "Stage"
OTHER_BASES = ("TeacherStage", "Gather", "Spawn")
"""Stages that a build must know before it runs: they need a package."""
FACTS = ("reads", "writes", "makes_samples")
OURS = ("code", "reads", "writes", "samples", "sha256")
"""The keys that do not go to the code."""
PACKAGE = "Put it into a package: see docs/writing_a_stage.md."
MEASURED = ("media", "signals")
"""What a function finds on its timeline only where a stage before it laid it there."""
LENGTH = "seconds"
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class CodeMistake:
    """What is wrong, at a *line* of the file; 0: with what the config says, under *key*."""

    line: int
    message: str
    hint: str = ""
    key: str = "code"


@dataclass(slots=True)
class CodeFacts:
    """What is known of a function, or of a Stage class, without running it."""

    reads: set[str] = field(default_factory=set)
    """The lanes that a class says it reads; of a function those of ``MEASURED`` that its text uses."""
    is_function: bool = False
    uses_length: bool = False
    """Whether a function uses the length of the video."""
    writes: set[str] = field(default_factory=set)
    samples: bool = False
    mistakes: list[CodeMistake] = field(default_factory=list)


def code_facts(
    text: str,
    name: str,
    settings: Collection[str] = (),
    lanes: Collection[str] | None = None,
    beside: Collection[str] = (),
) -> CodeFacts:
    """What *text*, the content of a file, has under *name*.

    Args:
        settings: the keys of the config that it is given.
        lanes: the lanes that the config says it reads or writes.
        beside: names of modules that lie beside the file, which does not take them along.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        said = error.msg if isinstance(error.msg, str) else "it is not Python"
        return CodeFacts(mistakes=[CodeMistake(error.lineno or 1, f"not valid Python: {said}.")])
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL; nested without end
        return CodeFacts(mistakes=[CodeMistake(1, f"not valid Python: {error}.")])
    facts = CodeFacts(mistakes=list(_imports(tree, beside)))
    found = _top_level(tree)
    thing = found.get(name)
    if thing is None:
        own = [one for one, node in found.items() if node is not None and not one.startswith("_")]
        near = nearest(name, own)
        listed = f"It has {', '.join(own)}." if own else "It has neither a function nor a class."
        if name in found:
            message = f"{name} is not defined here, but imported or assigned."
            facts.mistakes.append(CodeMistake(_line_of(tree, name), message, f"Write def {name}(video) in this file."))
        else:
            hint = f"Did you mean {near}?" if near else listed
            facts.mistakes.append(CodeMistake(0, f"there is no {name} in it.", hint))
    elif isinstance(thing, ast.ClassDef):
        _class(thing, found, set(settings), facts)
    else:
        facts.mistakes += _call(thing, set(settings), skip=0)
        facts.mistakes += _undeclared(thing, set(lanes or ()), 0, "Write writes: [{}] beside code.")
        used = set(_used(thing))
        facts.is_function, facts.uses_length = True, LENGTH in used
        facts.reads = used & set(MEASURED)
    if isinstance(thing, ast.ClassDef) and (run := _method(thing, "run")) is not None:
        named = set(lanes or ()) | facts.reads | facts.writes
        facts.mistakes += _undeclared(run, named, 1, 'Write writes = {{"{}"}} in the class.')
    facts.mistakes.sort(key=lambda one: one.line)
    return facts


def _top_level(tree: ast.Module) -> dict[str, Definition | ast.ClassDef | None]:
    """The names that the file defines; None: imported or assigned."""
    found: dict[str, Definition | ast.ClassDef | None] = {}
    for node in _statements(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(one.asname or one.name).partition(".")[0]: None for one in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id: None for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return found


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the file is imported, those in ``if`` and ``try`` among them."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _statements(node.body)
            yield from _statements(getattr(node, "orelse", []))
            for handler in getattr(node, "handlers", []):
                yield from _statements(handler.body)


def _line_of(tree: ast.Module, name: str) -> int:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(name in (one.name, one.asname) for one in node.names):
            return node.lineno
        if isinstance(node, ast.Name) and node.id == name:
            return node.lineno
    return 1


def _imports(tree: ast.Module, beside: Collection[str]) -> Iterator[CodeMistake]:
    """Imports of what stays behind when the file travels to a worker."""
    hint = "Only this file goes to the workers: put what it needs into it, or into a package that is installed there."
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            what = f"from {'.' * node.level}{node.module or ''} import {', '.join(one.name for one in node.names)}"
            yield CodeMistake(node.lineno, f"{what}: a file of its own has no package to import from.", hint)
            continue
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top in beside and top not in sys.stdlib_module_names:
                yield CodeMistake(node.lineno, f"imports {top}, which lies beside it.", hint)


def _call(thing: Definition, settings: set[str], skip: int) -> Iterator[CodeMistake]:
    """What is wrong with calling *thing*, after *skip* arguments (self), with a timeline and *settings* by name."""
    given, name = thing.args, thing.name
    if isinstance(thing, ast.AsyncFunctionDef):
        yield CodeMistake(thing.lineno, f"{name} is a coroutine, and it is called like a function.", "Write def.")
    if thing.decorator_list:  # what it takes then is not known
        return
    by_place = [*given.posonlyargs, *given.args]
    if len(by_place) <= skip and given.vararg is None:
        how = f"def {name}({'self, ' * skip}video)"
        none = "no argument" if not skip else "no video"
        yield CodeMistake(thing.lineno, f"{name} takes {none}, and is called with the timeline.", f"Write {how}.")
        return
    optional = {one.arg for one in by_place[len(by_place) - len(given.defaults) :]}
    only = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    optional |= {one.arg for one, default in only if default is not None}
    more = [one.arg for one in [*by_place[skip + 1 :], *given.kwonlyargs]]
    closed = {one.arg for one in given.posonlyargs[skip + 1 :]}
    for one in more:
        if one in closed and one not in optional:
            yield CodeMistake(thing.lineno, f"{name} takes {one} by its place, and is called with the timeline alone.")
        elif one not in optional and one not in settings:
            hint = f"Write it beside code, for example {{code: …, {one}: 1}}." if not skip else "Make it a field."
            yield CodeMistake(thing.lineno, f"{name} needs {one} besides the timeline.", hint)
    if not skip and given.kwarg is None:
        yield from unknown(settings, [one for one in more if one not in closed], name)


def unknown(settings: Collection[str], known: Sequence[str], name: str) -> Iterator[CodeMistake]:
    """A mistake for each of *settings* that is not among the keys *known* to what is called *name*."""
    for key in sorted(set(settings) - set(known)):
        near = nearest(key, [*known, *OURS])
        otherwise = f"Known here: {', '.join(known)}." if known else f"{name} takes no settings."
        yield CodeMistake(0, "unknown key.", f"Did you mean {near}?" if near else otherwise, key)


def _class(thing: ast.ClassDef, found: Mapping[str, Any], settings: set[str], facts: CodeFacts) -> None:
    """Take down what the class *thing* says of itself, and what is wrong with it as a stage."""
    family, bases = _family(thing, found)
    if other := next((one for one in OTHER_BASES if one in bases), ""):
        message = f"{thing.name} is a {other}; here stands a Stage that neither asks nor sees other videos."
        facts.mistakes.append(CodeMistake(thing.lineno, message, PACKAGE))
        return
    if not bases:
        message = f"{thing.name} is a class, but no Stage."
        hint = f"Write class {thing.name}(Stage), with from vdata.stages import Stage; or a function."
        facts.mistakes.append(CodeMistake(thing.lineno, message, hint))
        return
    run = next((node for one in family if (node := _method(one, "run")) is not None), None)
    if run is not None:
        facts.mistakes += _call(run, set(), skip=1)
    elif BASE in bases:
        hint = "Write def run(self, video)."
        facts.mistakes.append(CodeMistake(thing.lineno, f"{thing.name} has no method run.", hint))
    known: dict[str, bool] = {}
    for one in reversed(family):
        known |= _fields(one)
        for name, value, line in _said(one):
            try:
                _note(facts, name, _literal(value))
            except ValueError:
                hint = 'Write it out, like reads = {"shots"}; the file is not run where it is checked.'
                facts.mistakes.append(CodeMistake(line, f"{name} of {thing.name} is not written out.", hint))
    if bases == {BASE}:
        facts.mistakes += unknown(settings, list(known), thing.name)
    for key in sorted(key for key, needed in known.items() if needed and key not in settings):
        hint = f"Write it beside code, for example {{code: …, {key}: 1}}."
        facts.mistakes.append(CodeMistake(thing.lineno, f"{thing.name} needs {key}, which has no default.", hint))


def _family(thing: ast.ClassDef, found: Mapping[str, Any]) -> tuple[list[ast.ClassDef], set[str]]:
    """*thing* with the classes of the file that it is made from, itself first, and the names of the others."""
    family, outside, waiting = [thing], set[str](), list(thing.bases)
    while waiting:
        name = ast.unparse(waiting.pop(0)).rpartition(".")[2]
        node = found.get(name)
        if isinstance(node, ast.ClassDef):
            if node not in family:
                family.append(node)
                waiting += node.bases
        else:
            outside.add(name)
    return family, outside - {"object", "ABC", "BaseModel", "Protocol"}


def _method(thing: ast.ClassDef, name: str) -> Definition | None:
    own = (one for one in thing.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == name)
    return next(own, None)


def _fields(thing: ast.ClassDef) -> dict[str, bool]:
    """The YAML keys of a class, each with whether it has no default."""
    found = {}
    for node in thing.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kind = ast.unparse(node.annotation)
            if node.target.id.startswith("_") or "ClassVar" in kind or node.target.id in FACTS:
                continue
            name, value = node.target.id, node.value
            if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "Field":
                given = {one.arg: one.value for one in value.keywords}
                alias = given.get("alias")
                name = str(alias.value) if isinstance(alias, ast.Constant) else name
                known = bool(value.args) or {"default", "default_factory", None} & given.keys()
                bare = bool(value.args) and isinstance(value.args[0], ast.Constant) and value.args[0].value is ...
                found[name] = not known or bare
            else:
                found[name] = value is None
    return found


def _said(thing: ast.ClassDef) -> Iterator[tuple[str, ast.expr, int]]:
    """What the class says of its lanes and samples: name, value, line. ``reads, writes = {"a"}, {"b"}`` are two."""
    for node in thing.body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets: list[ast.expr] = [node.target]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        else:
            continue
        value = node.value
        assert value is not None  # both kinds have one
        for target in targets:
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = list(zip(target.elts, value.elts, strict=True))
            yield from (
                (one.id, what, node.lineno) for one, what in pairs if isinstance(one, ast.Name) and one.id in FACTS
            )


def _literal(value: ast.expr) -> Any:
    """Raises ValueError: it is not written out."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in ("frozenset", "set") and not value.keywords:
        return set(_literal(value.args[0])) if value.args else set()
    return ast.literal_eval(value)


def _note(facts: CodeFacts, name: str, value: Any) -> None:
    if name == "makes_samples":
        facts.samples = bool(value)
        return
    if isinstance(value, str) or not all(isinstance(lane, str) for lane in value):
        raise ValueError("names of lanes")
    setattr(facts, name, set(value))


def _used(thing: Definition) -> Iterator[str]:
    """The attributes of its timeline that the function *thing* uses."""
    by_place = [*thing.args.posonlyargs, *thing.args.args]
    video = by_place[0].arg if by_place else ""
    for node in ast.walk(thing):
        owner = node.value if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) else None
        if isinstance(node, ast.Attribute) and isinstance(owner, ast.Name) and owner.id == video:
            yield node.attr


def _undeclared(thing: Definition, lanes: set[str], skip: int, hint: str) -> Iterator[CodeMistake]:
    """Lanes that *thing* puts on its timeline by name, and that nothing says it writes."""
    by_place = [*thing.args.posonlyargs, *thing.args.args]
    video = by_place[skip].arg if len(by_place) > skip else ""
    for node in ast.walk(thing):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "put"):
            continue
        owner, first = node.func.value, node.args[0] if node.args else None
        if isinstance(owner, ast.Name) and owner.id == video and isinstance(first, ast.Constant):
            lane = first.value
            if isinstance(lane, str) and lane not in lanes:
                yield CodeMistake(node.lineno, f"writes the lane {lane}, which is not said.", hint.format(lane))
