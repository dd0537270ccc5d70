"""Words of a config in requests: prompts that replace ours, instructions, a language."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher, loose

from vdata.schemas import Frames, Media, Request, Span, Timeline
from vdata.stages import TeacherStage, find_stages
from vdata.stages.caption.align import Align
from vdata.stages.caption.caption import Caption
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.prompting.material import RULES
from vdata.stages.prompting.own_words import VARIABLES
from vdata.stages.verify.verify import Verify

ASKING = {
    name: cls
    for name, cls in find_stages().items()
    if issubclass(cls, TeacherStage) and name not in ("embed", "match")  # an embedder is shown no words of ours
}


def video() -> Timeline:
    row = Timeline("v.mp4", "v", 12.0, Media(sha256="5ha", duration=12.0, fps=25.0), path="/videos/v.mp4")
    row.put("shots", [Span(0, 4)])
    row.put("speech", [Span(0.5, 3, "Here is my {dog}.")])
    return row


def asked(stage: TeacherStage, reply: Any = "A dog sits in the yard.") -> list[Request]:
    requests: list[Request] = []

    def answer(request: Request) -> Any:
        requests.append(request)
        return reply

    work: Any = stage.run(video(), ScriptedTeacher(answer))
    asyncio.run(work)
    return requests


def caption(**settings: Any) -> Caption:
    return Caption.model_validate(settings)


def parts_of(request: Request) -> list[str]:
    return [part if isinstance(part, str) else "<pictures>" for turn in request.turns for part in turn.parts]


def test_an_own_prompt_is_sent_word_for_word_after_the_pictures() -> None:
    (request,) = asked(caption(prompt="Describe this clip of {end} s. Answer as {{json}}."))
    assert parts_of(request) == ["<pictures>", "Describe this clip of 4 s. Answer as {json}."]
    assert request.system == ""
    assert request.prompt == "describe"


def test_pictures_stand_where_the_prompt_says() -> None:
    (request,) = asked(caption(prompt="From {start}:{frames}What is it?"))
    assert parts_of(request) == ["From 0:", "<pictures>", "What is it?"]


def test_material_is_marked_and_its_braces_are_no_variables() -> None:
    own = {"text": "Said: {material}", "system": "You are {plain}."}
    (request,) = asked(caption(prompt=own, **{"with": ["speech"]}))
    assert "Here is my {dog}." in parts_of(request)[1]
    assert request.system == f"You are {{plain}}.\n{RULES}"


def test_instructions_and_language_are_added_to_ours() -> None:
    ours = asked(caption())[0]
    (request,) = asked(caption(instructions="Name every tool.", language="Chinese"))
    assert request.system.startswith(f"{ours.system}\nName every tool.\nWrite every text of your reply in Chinese.")
    assert request.turns == ours.turns


def test_a_judge_is_not_told_what_a_writer_is() -> None:
    panel = {"teachers": ["a", "b"], "judge": "c", "instructions": "Be brief.", "language": "German"}
    requests = asked(caption(**panel), {"reason": "r", "best": 1})
    assert {request.prompt: "Be brief." in request.system for request in requests} == {
        "describe": True,
        "choose": False,
    }
    named = {**panel, "instructions": {"choose": "Prefer short ones."}}
    told = {
        request.prompt: "Prefer" in request.system for request in asked(caption(**named), {"reason": "r", "best": 1})
    }
    assert told == {"describe": False, "choose": True}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"prompt": "From {strat}."}, "there is no variable {strat}; did you mean {start}?"),
        ({"prompt": "A {brace"}, "write {{ and }} for braces of your own"),
        ({"prompt": "From {start:.1f}."}, "without a format"),
        ({"prompt": {"merge": "{notes}"}}, "merge is not asked with these settings, only describe"),
        ({"prompt": {"text": "x", "sytem": "y"}}, "takes text and system"),
        ({"prompt": "Look.", "with": ["speech"]}, "the prompt describe holds no {material}"),
        ({"mode": "differential", "prompt": {"merge": "Merge."}}, "must hold {notes}"),
        ({"instructions": {"choose": "x"}}, "choose is not asked"),
        ({"language": "{x}"}, "language"),
    ],
)
def test_mistakes_are_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=r"(?s).*" + said.replace("{", r"\{").replace("?", r"\?")):
        caption(**settings)


def test_where_nothing_is_written_plain_instructions_have_no_effect() -> None:
    with pytest.raises(ValidationError, match="nothing that the teacher replies here becomes text of the data"):
        Align(language="Chinese")
    Align(instructions={"align": "Count hands as shown."})
    Verify(checks=["blind"], language="German")  # there it says what samples are written in


def test_a_family_stands_in_an_own_prompt_by_its_task() -> None:
    stage = Questions.model_validate({"from": ["speech"], "tasks": ["what"], "prompt": "{lines}\n{task} Write {n}."})
    request = asked(stage, loose({"items": []}))[0]
    assert parts_of(request)[0].endswith(
        "Write 2 questions. Ask what happens, what someone does, or what a thing is. Write 2."
    )


@pytest.mark.parametrize("name", sorted(ASKING))
def test_each_stage_says_what_its_prompts_may_hold(name: str) -> None:
    specs = ASKING[name].all_prompts()
    assert specs, f"{name} takes no prompts"
    for prompt, spec in specs.items():
        assert set(spec.names()) <= set(VARIABLES), prompt
        assert set(spec.needs.split()) <= set(spec.names()), prompt
        assert spec.says.endswith("."), prompt
    assert set(ASKING[name]().asked_prompts()) <= set(specs)


def test_every_variable_is_one_of_a_prompt() -> None:
    used = {variable for cls in ASKING.values() for spec in cls.all_prompts().values() for variable in spec.names()}
    assert used == set(VARIABLES)


def test_what_is_shown_by_reference_stays_the_same() -> None:
    ours, own = asked(caption())[0], asked(caption(prompt="What is it?"))[0]
    pictures = [part for turn in ours.turns for part in turn.parts if isinstance(part, Frames)]
    assert [part for turn in own.turns for part in turn.parts if isinstance(part, Frames)] == pictures
