"""Instructions that a teacher repeats, and tags that a schema holds it to."""

from __future__ import annotations

from vdata.stages.caption.step_replies import Steps
from vdata.stages.instruct.by_teacher.question_replies import schema_of, told
from vdata.stages.instruct.questions_words import FAMILIES
from vdata.stages.prompting.echo import Instructions
from vdata.stages.prompting.tag_schema import citing

TOLD = Instructions(
    "Ask how something is done: the way, the tool, the manner. The moment must be the only one that fits.",
    schema={"properties": {"text": {"description": "The event in a few words"}}},
)


def test_our_words_come_back() -> None:
    assert TOLD.echoed("The moment must be the only one that fits.") == "the moment must be the only one that fits"
    assert TOLD.echoed("So the moment must be the only one.") == "the moment must be the only"
    assert TOLD.echoed("The event in a few words") == "the event in a few words", "a description in the schema"
    assert TOLD.echoed("the way, the tool, the manner") == "the way the tool the manner"
    assert not TOLD.echoed("How is the wax spread?")
    assert not TOLD.echoed("The only moment that fits is the last one.")


def test_what_the_video_says_is_no_echo() -> None:
    assert not TOLD.echoed("He says that the moment must be the only one.", "The moment must be the only one, he says.")


def test_no_family_takes_a_good_question_for_an_echo() -> None:
    for asked in FAMILIES.values():
        ours = told(asked.form, asked.words)
        for question in ("What will come next?", "In which order do these events happen?", "How often does he jump?",
                         "What happens right before he sits down?", "Why does someone do that?"):  # fmt: skip
            assert not ours.echoed(question)
        assert ours.echoed("A question must not give its answer away.")


def test_tags_are_held_by_the_schema() -> None:
    items = schema_of("prediction", ["c1", "c2"])["$defs"]["Item"]["properties"]
    for name in ("seen", "evidence"):
        assert items[name]["items"] == {"type": "string", "enum": ["c1", "c2"]}
        assert (items[name]["minItems"], items[name]["maxItems"]) == (1, 2)
    whole = schema_of("order", ["c1"])
    assert whole["properties"]["items"]["minItems"] == 1
    assert whole["$defs"]["Event"]["properties"]["tag"]["enum"] == ["c1"]
    assert whole["$defs"]["Item"]["properties"]["events"]["minItems"] == 3
    step = citing(Steps.model_json_schema(), range(1, 3))["$defs"]["Step"]["properties"]["lines"]
    assert step["items"] == {"type": "integer", "enum": [1, 2]}
