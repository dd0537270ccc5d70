"""Rationales written out beside short answers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Message, Sample, Timeline, make_id
from vdata.stages.instruct.by_rule.chain_of_thought import ChainOfThought


def sample(rationale: str = "1. He spreads it.", options: tuple[str, ...] = ()) -> Sample:
    told = f"B. {options[1]}" if options else "Wax."
    messages = [Message("user", "What is it?"), Message("assistant", told)]
    index = 1 if options else None
    return Sample("what", "What is it?", "Wax.", 0, 9, [], {}, list(options), index, messages, rationale, id="first")


def run(*samples: Sample, **settings: Any) -> list[Sample]:
    video = Timeline("wax.mp4", make_id("wax"), 60.0)
    video.samples = list(samples)
    return ChainOfThought.model_validate(settings).run(video).samples


def test_the_rationale_comes_before_the_answer_and_the_short_answer_stays() -> None:
    direct, thought = run(sample(), requests=["Explain."])
    assert [message.content for message in direct.messages] == ["What is it?", "Wax."]
    assert [message.content for message in thought.messages] == [
        "What is it?\nExplain.",
        "1. He spreads it.\nAnswer: Wax.",
    ]
    assert thought.params["form"] == "chain_of_thought"
    assert (thought.question, thought.answer) == (direct.question, direct.answer)
    assert direct.id == "first" != thought.id


def test_alone_and_as_thoughts() -> None:
    (thought,) = run(sample(), keep_direct=False, form="think")
    assert thought.messages[-1].content == "<think>\n1. He spreads it.\n</think>\nWax."


@pytest.mark.parametrize(("of", "written"), [("open", [0]), ("choice", [1]), ("all", [0, 1])])
def test_which_samples_are_written_out(of: str, written: list[int]) -> None:
    given = [sample(), sample(options=("Glue.", "Wax.")), sample(rationale="")]
    made = run(*given, of=of)
    assert [one for one in made if "form" not in one.params] == given
    assert [bool(one.options) for one in made if "form" in one.params] == [bool(n) for n in written]


def test_a_lead_without_effect_is_refused() -> None:
    with pytest.raises(ValidationError, match="lead has no effect with form think"):
        ChainOfThought.model_validate({"form": "think", "lead": "So: "})
