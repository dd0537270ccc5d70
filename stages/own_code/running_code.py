"""Runs the text of a file as a module, and finds in it what made an error."""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from functools import lru_cache
from types import ModuleType
from typing import Any

from ..stage import Stage


class CodeError(Exception):
    """The code of a user raised; the text names the error, with the line of the user's file and what stands there."""


@lru_cache(maxsize=64)
def module_of(text: str, file: str) -> ModuleType:
    """The module of a *file* with this *text*; it is run once in a process.

    Raises:
        CodeError: it raises as it is run.
    """
    name = f"vdata_own_{hashlib.sha256(f'{file}:{text}'.encode()).hexdigest()[:16]}"
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module  # pydantic and dataclasses look their module up
    try:
        exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise CodeError(told(error, text, file)) from error
    return module


def thing_of(text: str, file: str, name: str) -> Any:
    """What the file has under *name*.

    Raises:
        CodeError: the file raises as it is run, or has no such name then.
    """
    module = module_of(text, file)
    if not hasattr(module, name):
        raise CodeError(f"{file} has no {name} when it is run")
    return getattr(module, name)


@lru_cache(maxsize=64)
def stage_of(cls: type[Stage], settings: str) -> Stage:
    """An instance of *cls* with *settings*, as JSON: one in a process, so that what it loads is loaded once.

    Raises:
        ValidationError: it refuses them.
    """
    return cls.model_validate(json.loads(settings))


def told(error: BaseException, text: str, file: str) -> str:
    """*error* in one line, with the deepest line of *file* that it came through."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == file and one.lineno]
    said = " ".join(f"{type(error).__name__}: {error}".rstrip(": ").split())
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"{said} ({file}:{error.lineno})"
    if not frames:
        return f"{said} ({file})"
    last, lines = frames[-1], text.splitlines()
    at = last.lineno or 1
    stands = lines[at - 1].strip() if at <= len(lines) else ""
    return f"{said} ({file}:{at}{f', in {last.name}' if last.name != '<module>' else ''}: {stands})"
