"""What the keys of a model mean: the docstrings under its fields, read from the source when they are asked for.

Pydantic can do this too (``use_attribute_docstrings``), at every import: half of the time of ``vdata check``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache

from pydantic import BaseModel


@cache
def key_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstring of each field of *model*, those of its bases included, on one line each."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not issubclass(cls, BaseModel) or cls is BaseModel:
            continue
        try:
            (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        except OSError:  # made by create_model: its fields have descriptions
            continue
        assert isinstance(body, ast.ClassDef)
        for field, said in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(said, ast.Expr):
                text = said.value.value if isinstance(said.value, ast.Constant) else None
                if isinstance(text, str):
                    found[field.target.id] = " ".join(inspect.cleandoc(text).split())
    given = {name: info.description for name, info in model.model_fields.items() if info.description}
    return {**found, **given}
