"""Programs over facts: what each operation gives, and when there is no sure answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from vdata.rules.clock import Clock
from vdata.rules.programs.facts import GraphFact, read_fact
from vdata.rules.programs.program import OPERATIONS, Unsure, cited, run_program
from vdata.rules.programs.rationale import rationale
from vdata.rules.programs.templates import find_templates

FACTS = (
    GraphFact(0, 4, "person", "holding", "cup", "a"),
    GraphFact(2, 6, "person", "actions", "opening a door", "b"),
    GraphFact(5, 9, "person", "holding", "phone", "c"),
    GraphFact(10, 11, "person", "actions", "sitting down", "d"),
    GraphFact(12, 20, "person", "holding", "cup", "e"),
    GraphFact(12, 20, "dog", "holding", "bone", "f"),
    GraphFact(10.2, 15, "person", "looking at", "phone", "g"),
)
HELD = ["Filter", ["Video"], "person", "holding"]
DOOR, SITS = ["Localize", "person", "opening a door"], ["Localize", "person", "sitting down"]


def held(when: str, event: Any) -> list[Any]:
    return ["Filter", ["Temporal", when, event], "person", "holding"]


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        (["Exists", "cup", HELD], "Yes"),
        (["Exists", "bone", HELD], "No"),
        (["Query", held("before", DOOR)], "cup"),
        (["Exists", "phone", held("while", DOOR)], "Yes"),
        (["Exists", "phone", held("after", DOOR)], "Yes"),
        (["Query", held("after", SITS)], "cup"),
        (["Count", HELD], "2"),
        (["Choose", "bone", "phone", HELD], "phone"),
        (["Query", ["Superlative", "min", HELD, "start"]], "cup"),
        (["Query", ["Superlative", "max", HELD, "end"]], "cup"),
        (["Query", ["Superlative", "min", HELD, "length"]], "phone"),
        (["Compare", "start", SITS, DOOR], "opening a door"),
        (["Compare", "length", SITS, DOOR], "opening a door"),
        (["And", ["Exists", "cup", HELD], ["Exists", "bone", HELD]], "No"),
        (["Xor", ["Exists", "cup", HELD], ["Exists", "bone", HELD]], "Yes"),
        (["Equals", ["Query", held("before", DOOR)], ["Query", held("after", SITS)]], "Yes"),
    ],
)
def test_what_a_program_gives_and_that_what_it_cites_gives_it_again(program: Any, answer: str) -> None:
    told, steps = run_program(program, FACTS)
    assert told == answer
    known = cited(steps, FACTS)
    assert {fact.who for fact in known} == {"person"}
    again = run_program(program, known)
    assert again[0] == answer
    assert [step.plain() for step in again[1]] == [step.plain() for step in steps]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (["Localize", "person", "singing"], "0 times"),
        (["Query", HELD], "2 things"),
        (["Filter", ["Video"], "person", "wearing"], "nothing"),
        (["Choose", "cup", "phone", HELD], "2 of the two"),
        (["Query", ["Superlative", "min", ["Filter", ["Video"], "person", "looking at"], "start"]], "nothing else"),
        (["Filter", ["Temporal", "while", SITS], "dog", "holding"], "nothing"),
        (HELD, "several things"),
    ],
)
def test_what_is_not_sure_has_no_answer(program: Any, why: str) -> None:
    with pytest.raises(Unsure, match=why):
        run_program(program, FACTS)


def test_what_is_at_the_edge_has_no_answer() -> None:
    edge = (*FACTS, GraphFact(1.7, 3, "person", "looking at", "door", "h"))
    with pytest.raises(Unsure, match=r"goes on for 0\.30 s"):
        run_program(["Exists", "door", ["Filter", ["Temporal", "before", DOOR], "person", "looking at"]], edge)
    near = (GraphFact(0, 4, "a", "actions", "run"), GraphFact(0.4, 8, "a", "actions", "jump"))
    with pytest.raises(Unsure, match="too near"):
        run_program(["Compare", "start", ["Localize", "a", "run"], ["Localize", "a", "jump"]], near)
    ends = (GraphFact(0, 9, "a", "in", "car"), GraphFact(4, 6, "a", "in", "bus"))
    with pytest.raises(Unsure, match="something else begins later"):
        run_program(["Superlative", "max", ["Filter", ["Video"], "a", "in"], "end"], ends)


@pytest.mark.parametrize("program", [["Explode", HELD], ["Exists", "cup"], 3, ["Exists", HELD, "cup"], []])
def test_what_is_no_program_is_said(program: Any) -> None:
    with pytest.raises(ValueError, match=r"no step of a program|cannot be given this"):
        run_program(program, FACTS)


def test_facts_are_read_from_words() -> None:
    assert read_fact("person |  in front of| a  mirror ") == ("person", "in front of", "a mirror")
    assert read_fact("dog | running") == ("dog", "actions", "running")
    for text in ("person", "person | | cup", "a | b | c | d", ""):
        with pytest.raises(ValueError, match="is no fact"):
            read_fact(text)


def test_steps_are_told_with_their_times_and_spans() -> None:
    _, steps = run_program(["Exists", "phone", held("after", DOOR)], FACTS)
    text, spans = rationale(steps, Clock("seconds", 20.0))
    assert text.split("\n") == [
        "1. The person is opening a door. (from 2.0 to 6.0 seconds)",
        "2. In the time asked about, the person is holding: phone, cup. "
        "(from 5.0 to 9.0 seconds; from 12.0 to 20.0 seconds)",
    ]
    assert spans == {"step_1": "b", "step_2": "c e"}


def test_templates_have_six_phrasings_and_programs_of_known_operations() -> None:
    def operations(node: Any) -> set[str]:
        return set() if isinstance(node, str) else {node[0]}.union(*map(operations, node[1:]))

    used = Counter[str]()
    for template in find_templates().values():
        assert len(set(template.questions)) >= 6, template.name
        assert operations(template.program) <= OPERATIONS.keys()
        used.update(operations(template.program))
        assert template.answers in ("truth", "pair", "open")
    assert used.keys() == OPERATIONS.keys()
