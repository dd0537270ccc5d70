"""The languages that come with vdata, and the key of YAML that names one or holds one of a user's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from ..schemas.nearest import nearest
from ..schemas.settings_model import Misfits
from .language_words import ENGLISH, IN_ENGLISH, Language, over

CODES = {"en": ENGLISH, "zh": "Chinese", "es": "Spanish", "fr": "French", "de": "German"}
"""The languages by their codes (ISO 639-1), which their files are called by."""


@cache
def shipped(name: str) -> Language | None:
    """The language that comes with vdata, by its English name; None when there is no such one."""
    return Language(**_tree(name)) if name in CODES.values() and name != ENGLISH else _NO_FILE.get(name)


_NO_FILE = {ENGLISH: IN_ENGLISH}


@cache
def _tree(name: str) -> dict[str, Any]:
    """What the file of the language *name* holds."""
    if name == ENGLISH:
        from .phrasings import english_tree

        return english_tree()
    import yaml

    code = next(code for code, known in CODES.items() if known == name)
    text = (files(__package__) / "languages" / f"{code}.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tree


def english_name(given: Any) -> Any:
    """The English name of a language that is given by its code, as ``zh``; all else as it is."""
    return CODES.get(given, given) if isinstance(given, str) else given


def name_of(given: str) -> str:
    """The English name of the language *given* by its name or its code; what is unknown stays as it is."""
    names = {**CODES, **{name.casefold(): name for name in CODES.values()}}
    return names.get(given.casefold(), given)


def _read(given: Any) -> Any:
    """The value of the key ``language`` with the words of what it extends.

    Raises:
        ValueError: there is no such language.
    """
    if isinstance(given, str):
        if shipped(name := name_of(given)) is None:
            near = nearest(given, [*CODES.values(), *CODES])
            meant = f"did you mean {near}?" if near else f"there are {', '.join(CODES.values())}."
            raise ValueError(f"there are no questions in {given}; {meant} A file of your own ends with .yaml")
        return name
    if isinstance(given, Mapping) and isinstance(base := given.get("extends"), str) and base:
        if shipped(base := name_of(base)) is None:
            raise ValueError(f"extends: there are no questions in {base}; there are {', '.join(CODES.values())}")
        return over(_tree(base), {**given, "extends": base})
    return given


def _checked(given: str | Language) -> str | Language:
    """*given*, whose questions fit the families.

    Raises:
        Misfits: says which do not.
    """
    from .phrasings import misfits

    if isinstance(given, Language) and (wrong := misfits(given)):
        raise Misfits(wrong)
    return given


LanguageKey = Annotated[str | Language, BeforeValidator(_read), AfterValidator(_checked)]
"""The language of questions by rule: one that comes with vdata by its English name (Chinese) or its code (zh), or a
file of your own: words/it.yaml, which may extend one of these."""


def language_of_key(key: str | Language) -> Language:
    """The language that the key names or holds."""
    return key if isinstance(key, Language) else shipped(key) or IN_ENGLISH


@lru_cache(maxsize=64)
def language_of_params(name: str, words: str) -> Language:
    """The language of a sample, by its parameters ``language`` and ``words``: of one's own, what a sample keeps."""
    if words or shipped(name) is None:
        return Language.model_validate({**json.loads(words or "{}"), "name": name})
    return shipped(name) or IN_ENGLISH


def language_of_sample(params: Mapping[str, str]) -> Language:
    """The language of a sample with *params*."""
    name = params.get("language", ENGLISH)
    return (
        IN_ENGLISH if name == ENGLISH and "words" not in params else language_of_params(name, params.get("words", ""))
    )
