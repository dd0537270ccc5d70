"""Reads raw replies: good ones with their JSON value, and those that are refused, empty, truncated or unreadable."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Self

import jsonschema

from ...schemas import clean
from ...schemas.teaching import Failure

MOST_CHARACTERS = 1_000_000
"""A longer reply is taken for none: models write less, and reading it would take long."""
MOST_VALUES = 64
"""JSON values in a reply that are tried, and complaints about one that are weighed."""
LONGEST_DETAIL = 20_000
"""Characters of a reply that is not kept that are shown with the error."""
REFUSAL_LENGTH = 500
"""Characters; a longer text that begins like a refusal is taken for an answer."""
_SORRY = r"(?:i['’]?m (?:really |very |so )?sorry|i am (?:really |very )?sorry|sorry|i apologi[sz]e|unfortunately)"
_CANNOT = r"(?:can['’]?t|cannot|can not|am (?:not able|unable) to|['’]m (?:not able|unable) to|won['’]?t|will not)"
_HELP = (
    r"(?:assist|help|comply|fulfil|answer|provide|process|respond|engage|do that|discuss|describe|analy[sz]e|identify|"
    r"continue|complete|view|see|access|watch|create|generate|write)"
)
_AS_AI = r"as an ai(?: language| vision)?(?: model| assistant)?"
_REFUSAL = re.compile(
    rf"\W*(?:(?:{_SORRY}|{_AS_AI})[,.!;:]? *(?:but )?)?i ?{_CANNOT} (?:\w+ly )?{_HELP}\b"
    r"|\W*(?:es )?tut mir leid,? (?:aber )?(?:ich|dabei|das|damit) kann\b.{0,80}\bnicht\b"
    r"|\W*(?:je suis )?désolée?,? (?:mais )?je ne peux pas\b"
    r"|\W*lo siento,? (?:pero )?no puedo\b"
    r"|\W*(?:很|非常)?(?:抱歉|对不起|對不起)[,,]?\s*(?:但)?我(?:不能|无法|無法)",
    re.IGNORECASE | re.DOTALL,
)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(\s*[}\]])', re.DOTALL)
_BEGIN = re.compile(r'\{\s*["}]|\[\s*(?:["\[{\]\-\d]|true\b|false\b|null\b)')


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply as it came: what the cache keeps."""

    text: str
    finish: str = "stop"
    """``stop``, ``length``, ``content_filter`` …"""
    refusal: str = ""
    """The endpoint's own words of refusal."""
    tokens_in: int = 0
    tokens_out: int = 0
    model: str = ""
    """The model that answered, where the endpoint names another than was asked."""
    tokens_sound: int = 0
    """Those of ``tokens_in`` that are sound, where the endpoint says so."""
    vector: bytes = b""
    """What an embedder gives in the place of a text: float16, of unit length."""
    cut: bool = False
    """Whether the embedder read only the beginning of the text."""

    def as_kept(self) -> dict[str, Any]:
        """As it is written to the store, but for the vector: what few replies have is left out of the others."""
        rare = {name for name in ("tokens_sound", "cut") if not getattr(self, name)}
        return {key: value for key, value in asdict(self).items() if key not in {"vector", *rare}}

    def as_bytes(self) -> bytes:
        """``as_kept`` in a line of JSON, and the vector below it, where there is one."""
        line = json.dumps(self.as_kept()).encode()
        return line + b"\n" + self.vector if self.vector else line

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        """What ``as_bytes`` wrote.

        Raises:
            ValueError, TypeError: it was written by a version that kept other things.
        """
        line, _, vector = data.partition(b"\n")
        return cls(**json.loads(line), vector=vector)


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """A reply that was read: *text* and *value*, or *failure* with *detail* for people and *error* for the model."""

    text: str = ""
    value: Any = None
    failure: Failure = ""
    detail: str = ""
    error: str = ""
    vector: bytes = b""
    cut: bool = False


def read(raw: Raw, schema: dict[str, Any] | None) -> ParsedReply:
    """Judge *raw*; with *schema* its JSON value is found and checked."""
    if raw.vector:
        return ParsedReply(vector=raw.vector, cut=raw.cut)
    text = clean(_THOUGHT.sub("", raw.text)).strip()
    if raw.refusal or raw.finish == "content_filter":
        return ParsedReply(failure="refused", detail=clean(raw.refusal) or text or "stopped by the endpoint's filter")
    if raw.finish == "length":
        return ParsedReply(failure="truncated", detail=text)
    if not text:
        return ParsedReply(failure="empty", detail=clean(raw.text).strip() or "the reply has no text")
    if len(text) <= REFUSAL_LENGTH and _REFUSAL.match(text):
        return ParsedReply(failure="refused", detail=text)
    if len(text) > MOST_CHARACTERS:
        return ParsedReply(failure="bad_reply", detail=f"{text[:1000]} …", error="it is far too long")
    if schema is None:
        return ParsedReply(text)
    error = "it is not JSON"
    try:
        for value in islice(_values(text), MOST_VALUES):
            problem = _misfit(value, schema)
            if not problem:
                return ParsedReply(text, value)
            error = problem if error == "it is not JSON" else error
    except RecursionError:
        error = "it is not JSON"  # but a pit of brackets
    return ParsedReply(failure="bad_reply", detail=text[:LONGEST_DETAIL], error=error)


def _values(text: str) -> Iterator[Any]:
    """The JSON values in *text*: the whole, or objects and lists that stand among words or in a fenced block.

    The first thing that looks like JSON and cannot be read ends the search: what stands inside a reply that was cut
    off must not be taken for the reply.
    """
    try:
        yield _cleaned(_DECODER.decode(text))
        return
    except (ValueError, RecursionError):
        pass
    at = 0
    while begin := _BEGIN.search(text, at):
        try:
            value, at = _DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            try:
                value, at = _DECODER.raw_decode(_STRING_OR_COMMA.sub(_keep, text[begin.start() :]))[0], len(text)
            except (ValueError, RecursionError):
                return
        yield _cleaned(value)


def _keep(found: re.Match[str]) -> str:
    """What is left of a string (all of it) or of a comma before a closing bracket (the bracket)."""
    return found[1] or found[2]


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is no finite number")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(strict=False, parse_constant=_refuse, parse_float=_finite)


def _cleaned(value: Any) -> Any:
    """Every text in *value* made safe: an escape may have brought in what the raw reply did not hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(inner) for key, inner in value.items()}
    return value


def _misfit(value: Any, schema: dict[str, Any]) -> str:
    """Why *value* does not fit *schema*, for the model to mend; empty when it fits."""
    errors = islice(_validator(json.dumps(schema)).iter_errors(value), MOST_VALUES)
    error = jsonschema.exceptions.best_match(errors)
    if error is None:
        return ""
    message = error.message if len(error.message) <= 300 else error.message[:300] + " …"
    return f"at {error.json_path}: {message}"


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    loaded = json.loads(schema)
    return jsonschema.validators.validator_for(loaded, jsonschema.Draft202012Validator)(loaded)
