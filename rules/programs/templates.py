"""Questions about facts: templates, whose slots are filled with what a video shows, and their programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

from .facts import GraphFact
from .program import Program

Answers = Literal["truth", "pair", "open"]
"""What an answer is: yes or no, one of two things that the question names, or one of the things in other videos."""
TRUTHS = ("Yes", "No")
PAIRS = {"rival": ("thing", "rival"), "next": ("action", "next")}
"""The two slots of which one is the answer, by the slot that makes them two."""
WHENS = ("before", "after", "while")

Slots = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProgramTemplate:
    """One kind of question."""

    name: str
    program: Program
    """With slots in braces for words."""
    slots: tuple[str, ...]
    """What is drawn for it: ``relation``, ``second``, ``rival``, ``who``, ``action``, ``next``, ``when``."""
    answers: Answers
    questions: tuple[str, ...]

    def pair(self, slots: Slots) -> tuple[str, ...]:
        """The two things of which one is the answer, in the order of their names; else nothing."""
        names = next((PAIRS[slot] for slot in self.slots if slot in PAIRS), ())
        return tuple(sorted(slots[name] for name in names))

    def filled(self, slots: Slots) -> Program:
        """The program with *slots* filled."""
        return _filled(self.program, slots)

    def key(self, slots: Slots) -> str:
        """What two questions share that say the same in other words."""
        pair = self.pair(slots)
        rest = {name: word for name, word in slots.items() if word not in pair}
        return json.dumps([self.name, pair, rest], sort_keys=True)

    def question(self, slots: Slots, rng: Random) -> str:
        """One of the phrasings; it, and which of a pair is named first, is drawn without regard to the answer."""
        one, other = rng.sample(self.pair(slots), 2) if self.pair(slots) else ("", "")
        named = self.answers == "pair" and "rival" in self.slots
        both = f"the {one} or the {other}" if named else f"{one} or {other}"
        text = rng.choice(self.questions).format(**slots, both=both)
        return text[:1].upper() + text[1:]

    def draw(
        self, facts: Sequence[GraphFact], things: Mapping[tuple[str, str], Sequence[str]], rng: Random
    ) -> Slots | None:
        """Slots of what *facts* say; None: there is nothing for one of them.

        *things*: all that any video shows somebody in a relation to, by both.
        """
        relations = [fact for fact in facts if not fact.is_action]
        actions = [fact for fact in facts if fact.is_action]
        found: dict[str, str] = {}
        for slot in self.slots:
            who = found.get("who")
            match slot:
                case "relation":
                    some = relations
                    names = {"relation": "relation", "thing": "thing"}
                case "second":
                    some = [
                        one for one in relations if (one.relation, one.thing) != (found["relation"], found["thing"])
                    ]
                    names = {"second": "relation", "other": "thing"}
                case "action" | "next":
                    some = [one for one in actions if one.thing != found.get("action")]
                    names = {slot: "thing"}
                case "who":
                    some, names = list(facts), {}
                case "rival":
                    others = [one for one in things[found["who"], found["relation"]] if one != found["thing"]]
                    if not others:
                        return None
                    found["rival"] = rng.choice(others)
                    continue
                case _:
                    found["when"] = rng.choice(WHENS)
                    continue
            some = [one for one in some if who in (None, one.who)]
            if not some:
                return None
            chosen = rng.choice(some)
            found |= {"who": chosen.who, **{name: str(getattr(chosen, field)) for name, field in names.items()}}
        return found


@cache
def find_templates() -> Mapping[str, ProgramTemplate]:
    """Every template by its name, in the order of their file."""
    import yaml

    tree: dict[str, Any] = yaml.safe_load((files(__package__) / "templates.yaml").read_text(encoding="utf-8"))
    return {
        name: ProgramTemplate(name, one["program"], tuple(one["slots"]), one["answers"], tuple(one["questions"]))
        for name, one in tree.items()
    }


def _filled(node: Program, slots: Slots) -> Program:
    return node.format(**slots) if isinstance(node, str) else [_filled(one, slots) for one in node]
