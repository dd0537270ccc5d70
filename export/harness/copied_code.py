"""The code that judges replies, as one file that needs nothing but Python: what ``vdata score`` runs, word for word."""

from __future__ import annotations

import ast
import inspect
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from ...rules import box_overlap, stretch
from ...rules.letters import LETTERS
from ...scoring import measures, reply_parsing, reply_verdict
from . import judging

NAME = "vdata_judging.py"
"""How the file is called."""
MEASURES = (
    measures.accuracy,
    stretch.merged,
    measures.shared,
    measures.keyframes,
    measures.harmonic,
    box_overlap.box_iou,
    measures.video_iou,
    measures.tube_iou,
    measures.order_places,
)
"""The measures that the code of verdicts needs."""
HEAD = '"""How vdata judges replies: copied from vdata {version} by `vdata export`, so that it runs without vdata."""'


def judging_code() -> str:
    """The text of the file: each part without its imports from vdata, which the parts before it fulfil."""
    parts = [
        f'LETTERS = "{LETTERS}"',
        "Stretch = Span = tuple[float, float]",
        "Box = tuple[float, float, float, float]",
        inspect.getsource(stretch.iou).strip(),
        *(inspect.getsource(one).strip() for one in MEASURES),
    ]
    imports: dict[str, set[str]] = {"collections.abc": {"Iterable", "Mapping", "Sequence"}, "statistics": {"fmean"}}
    for module in (reply_parsing, reply_verdict, judging):
        nodes, body = _split(module)
        for node in nodes:
            if isinstance(node, ast.Import):
                imports |= {alias.name: set() for alias in node.names}
            elif not node.level and node.module:
                imports.setdefault(node.module, set()).update(alias.name for alias in node.names)
        parts.append(body)
    plain = [f"import {name}" for name, names in sorted(imports.items()) if not names]
    later = [f"from {name} import {', '.join(sorted(names))}" for name, names in sorted(imports.items()) if names]
    ahead = [line for line in later if "__future__" in line]
    first = [HEAD.format(version=vdata_version()), *ahead]
    return "\n\n".join([*first, "\n".join([*plain, *(one for one in later if one not in ahead)]), *parts]) + "\n"


def template(name: str) -> str:
    """The text of the module *name* of this folder, which a harness imports."""
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")


def vdata_version() -> str:
    """The version of vdata; nothing where it is not installed."""
    try:
        return version("vdata-toolkit")
    except PackageNotFoundError:
        return ""


def _split(module: ModuleType) -> tuple[list[ast.Import | ast.ImportFrom], str]:
    """The imports of *module*, and its text behind its docstring and all of them."""
    text = inspect.getsource(module)
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    last = max(node.end_lineno or 0 for node in imports)
    return imports, "\n".join(text.splitlines()[last:]).strip()
