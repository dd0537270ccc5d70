"""How an endpoint is held to a schema: by ``json_schema``, by ``json_object``, or in words alone, whichever it can."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any, Literal

Form = Literal["json_schema", "json_object", "words"]
FORMS: tuple[Form, ...] = ("json_schema", "json_object", "words")
"""From the strictest to the one that every endpoint takes; the schema stands in the system text besides."""
COMPLAINTS = ("response_format", "json_schema", "json_object", "guided", "structured output", "grammar", "json schema")
"""Words by which an endpoint says that it cannot be held to a schema, or to this one."""
SILENT_TRIES = 3
"""How often the next form is tried after a failure that does not say why, while the first has never worked."""
ENOUGH = 2
"""Schemas that a form failed with, and none that it worked with, after which it is taken for unknown here."""


class SchemaForms:
    """Remembers for one endpoint which form works, and for which schemas one does not."""

    def __init__(self) -> None:
        self.fallbacks: Counter[str] = Counter()
        """How many schemas a form was given up for, by a word for people."""
        self._works: set[Form] = set()
        self._failed: defaultdict[Form, set[str]] = defaultdict(set)
        self._silent = 0

    def body_of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The keys of a request's body that hold the reply to *schema*, in the strictest form that may work."""
        return _body(next(form for form in FORMS if self._may(form, schema)), schema)

    def give_way(self, body: dict[str, Any], schema: dict[str, Any], complaint: str, *, refused: bool) -> bool:
        """Change *body* to the next form, if its form may be what the endpoint failed with. False: that is not it.

        Args:
            body: of the request that failed.
            schema: of its reply.
            complaint: what the endpoint said.
            refused: the endpoint says that the request is at fault (400, 422), and not that it failed itself (500).
        """
        form = _form(body)
        if form == "words":
            return False
        blamed = any(word in complaint.lower() for word in COMPLAINTS)
        first = form == FORMS[0]
        if not blamed and (refused or form in self._works or (first and self._silent >= SILENT_TRIES)):
            return False
        self._silent += first and not blamed
        self._failed[form].add(_key(schema))
        body.pop("response_format")
        later = FORMS[FORMS.index(form) + 1 :]
        body |= _body(next(one for one in later if self._may(one, schema)), schema)
        return True

    def worked(self, body: dict[str, Any], schema: dict[str, Any]) -> None:
        """Note that the endpoint answered to *body*: what was given up before was the matter."""
        form = _form(body)
        self._works.add(form)
        for earlier in FORMS[: FORMS.index(form)]:
            if _key(schema) in self._failed[earlier]:
                self.fallbacks[f"no response_format of type {earlier}"] = len(self._failed[earlier])

    def failed(self, body: dict[str, Any], schema: dict[str, Any]) -> None:
        """Note that the endpoint answered in no form: what was given up for *schema* was not the matter."""
        if _form(body) not in self._works:
            for form in FORMS:
                if form not in self._works:
                    self._failed[form].discard(_key(schema))

    def _may(self, form: Form, schema: dict[str, Any]) -> bool:
        if form == "words":
            return True
        failed = self._failed[form]
        unknown = len(failed) >= ENOUGH and form not in self._works
        return not unknown and _key(schema) not in failed


def _body(form: Form, schema: dict[str, Any]) -> dict[str, Any]:
    if form == "json_schema":
        held = {"name": "reply", "schema": schema, "strict": is_strict(schema)}
        return {"response_format": {"type": form, "json_schema": held}}
    return {} if form == "words" else {"response_format": {"type": form, "schema": schema}}


def _form(body: dict[str, Any]) -> Form:
    found: Form = body.get("response_format", {}).get("type", "words")
    return found


def _key(schema: dict[str, Any]) -> str:
    return json.dumps(schema)


def is_strict(schema: Any) -> bool:
    """Whether OpenAI's strict mode takes *schema*: every object closed, and every key of it required."""
    if isinstance(schema, list):
        return all(map(is_strict, schema))
    if not isinstance(schema, dict):
        return True
    if "default" in schema or (schema.get("type") == "object" and schema.get("additionalProperties") is not False):
        return False
    keys = schema.get("properties")
    if isinstance(keys, dict) and set(schema.get("required", ())) != set(keys):
        return False
    return all(map(is_strict, schema.values()))
