"""Words of a config in requests to teachers: prompts that replace ours, instructions added to them, and a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Annotated, Any

from pydantic import Field

from ...schemas import Part, Request
from ...schemas.nearest import nearest
from ...schemas.settings_model import Settings, UnknownKey
from .material import MARK, RULES
from .medium_words import MediumWords

FRAMES = "frames"
VARIABLES: Mapping[str, str] = {
    FRAMES: "the place of the pictures and of the sound; without it they come before the text",
    "start": "where the stretch begins, in seconds",
    "end": "where it ends, in seconds",
    "time": "the time of a picture, in seconds",
    "times": "the times of the pictures, in seconds",
    "count": "how many there are of what is shown or listed",
    "words": "the number of words that `words` asks for; empty without it",
    "material": "what else is known of the stretch: the lanes of `with`, the facts, the human labels",
    "notes": "the texts that one text is to be made of, with their times",
    "descriptions": "the captions to choose from, numbered",
    "sentences": "the sentences of a caption, numbered",
    "lines": "what is known of the stretch, a span to a line, each with the tag or the number by which it is cited",
    "caption": "the caption",
    "mentions": "who and what the captions mention, numbered",
    "known": "the names that were given before",
    "names": "the words that are replaced, each with the new name",
    "n": "how many are to be written",
    "task": "what our words ask for at this place, with the rules of the family",
    "question": "the question, with its options",
    "answer": "the right answer",
    "options": "the wrong options that are judged, numbered",
    "other": "the answer that is compared with it",
    "explanation": "the reasoning that is judged",
    "reply": "the reply that is marked",
    "criteria": "the points on which it is marked",
    "claims": "the claims that are judged, numbered",
    "text": "the text that is checked",
    "human": "what a person wrote of the stretch",
    "faults": "the faults that a reviewer found",
}
"""What may stand in braces in a prompt of one's own; which prompt has which is in its `PromptSpec`."""


@dataclass(frozen=True, slots=True)
class PromptSpec:
    """One of the prompts of a stage: what it is for, and what a text that replaces it may hold."""

    says: str
    """What is asked with it, as it stands in the documentation."""
    variables: str = ""
    """The variables that such a text may hold, as words."""
    needs: str = ""
    """Those of them that it must hold: without them nobody could answer."""
    writes: bool = True
    """Whether what is replied becomes text of the data. Only then do plain ``instructions`` and ``language`` count."""

    def names(self) -> list[str]:
        return self.variables.split()


class OwnPrompt(Settings):
    """A prompt that takes the place of ours."""

    text: str = Field(min_length=1)
    """The user's turn. ``{start}``, ``{material}`` … are filled in; a brace of one's own is doubled: ``{{``."""
    system: str = ""
    """The system text, as it is; by default none."""


GivenInstructions = str | dict[str, str]
GivenPrompts = Annotated[str | OwnPrompt | dict[str, str | OwnPrompt], Field(union_mode="left_to_right")]


def instructions_by_name(
    given: GivenInstructions, asked: Sequence[str], specs: Mapping[str, PromptSpec]
) -> dict[str, str]:
    """The instructions by prompt: a plain text counts for every prompt of *asked* whose reply becomes text."""
    if isinstance(given, str):
        return {name: given for name in asked if given and specs[name].writes}
    return dict(given)


def prompts_by_name(given: GivenPrompts, asked: Sequence[str]) -> dict[str, OwnPrompt]:
    """The own prompts by name: a plain one takes the place of the first of *asked*."""
    if isinstance(given, str | OwnPrompt):
        given = {asked[0]: given} if given and asked else {}
    return {name: OwnPrompt(text=one) if isinstance(one, str) else one for name, one in given.items()}


def check_names(key: str, names: Iterable[str], asked: Sequence[str], specs: Mapping[str, PromptSpec]) -> None:
    """Check that *names* are prompts that are asked.

    Raises:
        UnknownKey: there is no such prompt.
        ValueError: the stage, configured like this, does not ask with it.
    """
    names = list(names)
    if "text" in names:
        raise ValueError(f"{key}: takes text and system, or the names of prompts: {', '.join(asked)}")
    for name in names:
        if name not in specs:
            raise UnknownKey((key, name), asked)
        if name not in asked:
            raise ValueError(f"{key}: {name} is not asked with these settings, only {', '.join(asked)}")


def check_prompt(name: str, own: OwnPrompt, spec: PromptSpec) -> None:
    """Check that the variables of *own* are those that the prompt has, and that it holds those that it needs.

    Raises:
        ValueError: says what is wrong, and what it may hold.
    """
    has = ", ".join("{" + variable + "}" for variable in spec.names()) or "no variable"
    try:
        found = [piece for piece in Formatter().parse(own.text) if piece[1] is not None]
    except ValueError as error:
        raise ValueError(f"prompt {name}: {error}; write {{{{ and }}}} for braces of your own") from None
    used = {variable for _, variable, _, _ in found if variable is not None}
    for variable in sorted(used - set(spec.names())):
        near = nearest(variable, spec.names())
        told = f"did you mean {{{near}}}?" if near else "write {{ and }} for braces of your own."
        raise ValueError(f"prompt {name}: there is no variable {{{variable}}}; {told} It has {has}")
    if any(form or conversion for _, _, form, conversion in found):
        raise ValueError(f"prompt {name}: write variables alone, as {{start}}, without a format")
    if missing := [variable for variable in spec.needs.split() if variable not in used]:
        raise ValueError(f"prompt {name}: must hold {{{missing[0]}}}: {VARIABLES[missing[0]]}. It has {has}")


@dataclass(frozen=True, slots=True)
class Prompter:
    """Words the requests of one stage: ours, or those of the config."""

    purpose: str
    specs: Mapping[str, PromptSpec]
    own: Mapping[str, OwnPrompt] = field(default_factory=dict)
    instructions: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    medium: MediumWords | None = None
    """How requests speak of what is shown, where it is no video."""

    def request(
        self, name: str, system: str, parts: Sequence[Part], known: Mapping[str, object] | None = None, **more: Any
    ) -> Request:
        """The request with the prompt *name*: our *system* text and *parts*, or the config's, filled with *known*.

        *more* goes to the request: ``schema``, ``temperature``, ``samples``.
        """
        spec, own = self.specs[name], self.own.get(name)
        if own is not None:
            values = {key: str(value) for key, value in (known or {}).items()}
            system, parts = self._filled(spec, own, parts, values)
        elif self.medium is not None:
            said = self.medium.said
            system, parts = said(system), [said(part) if isinstance(part, str) else part for part in parts]
            parts = [part for part in parts if part != ""]
        if self.medium is not None and "schema" in more:
            more["schema"] = self.medium.described(more["schema"])
        added = [self.instructions.get(name, "").strip(), said_language(self.language) if spec.writes else ""]
        system = "\n".join(text for text in (system, *added) if text)
        return Request.of(*parts, system=system, purpose=self.purpose, prompt=name, **more)

    def words_of(self, *names: str) -> str:
        """The config's own words of the prompts *names*, unfilled; empty where they are ours."""
        return "\n".join(self.own[name].text for name in names if name in self.own)

    def _filled(
        self, spec: PromptSpec, own: OwnPrompt, parts: Sequence[Part], known: Mapping[str, str]
    ) -> tuple[str, tuple[Part, ...]]:
        known = {variable: known.get(variable, "") for variable in spec.names() if variable != FRAMES}
        if self.medium is not None:
            known = {name: self.medium.said(text) if MARK in text else text for name, text in known.items()}
        frames = [part for part in parts if not isinstance(part, str)]
        before, mark, after = _halves(own.text)
        texts = [before.format(**known).strip(), after.format(**known).strip()]
        shown = [texts[0], *frames, texts[1]] if mark else [*frames, texts[0]]
        system = own.system.strip()
        if any(MARK in text for text in texts):
            system = f"{system}\n{RULES}".strip()
        return system, tuple(part for part in shown if part != "")


def said_language(language: str) -> str:
    """The sentence that asks for a reply in *language*; empty without one."""
    if not language:
        return ""
    return f"Write every text of your reply in {language}. Keep tags, letters and quoted words as they are."


def _halves(text: str) -> tuple[str, bool, str]:
    """*text* before and after the place of the pictures, as templates, and whether it has one."""
    halves: list[list[str]] = [[], []]
    marked = False
    for literal, name, _, _ in Formatter().parse(text):
        half = halves[marked]
        half.append(literal.replace("{", "{{").replace("}", "}}"))
        if name == FRAMES and not marked:
            marked = True
        elif name is not None and name != FRAMES:
            half.append("{" + name + "}")
    return "".join(halves[0]), marked, "".join(halves[1])
