"""What a teacher is told when it is to reason."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ...prompting.echo import Instructions
from ...prompting.material import RULES
from ...prompting.own_words import PromptSpec
from ...prompting.tag_schema import Tag

SYSTEM = (
    "You explain how the answer to a question about a video follows from what is seen and heard in it. Your "
    f"explanations will be used to train a model that watches the video itself.\n{RULES}"
)
LISTED = "What is known of the video, a span to a line: [tag] lane, start-end: what it says."
SHOWN = "Frames of this stretch, in the order of time:"
WHOLE = "Frames of the whole video, in the order of time; the lines tagged frame1, frame2 … are the parts around them:"
QUESTION = "The question about it:"
ANSWER = "The right answer:"
STEPS = (
    "Lead from the video to the answer in a few short steps. Each step states one thing that is seen, heard or "
    "concluded, and cites the spans that it rests on by their tags. "
)
FRAMES = (
    "First cite the key spans: the fewest without which the question cannot be answered. Then name the key objects in "
    "them. Then reason in one or two sentences from these to the answer. "
)
TOLD = "Do not argue from the answer; it must follow from what is seen and heard. End with that answer, word for word."
UNTOLD = (
    "Then give the answer, as short as the question allows. A moment or stretch is answered by its start and end in "
    "seconds."
)
AGAIN = "Your conclusion is not the answer given above. Look at the spans again, and reason anew to the right answer."
GENERAL = (
    "Put no tags and no times into the {where}; tags have fields of their own. Speak of the video, never of spans."
)
SAME = (
    "Above are two answers to one question. Do they say the same, so that one is right whenever the other is? "
    "Differences in wording and detail do not matter."
)
FIRST, SECOND = "One answer:", "The other answer:"
EXPLAINED, LABEL = "Someone's reasoning about it, without its conclusion:", "An answer:"
LEADS = (
    "Does this reasoning lead to that answer, by what it says is seen or heard? Not if it speaks of something else, if "
    "another answer would follow as well, or if it only states the answer."
)

EXPLAIN_SPEC = PromptSpec(
    "Leads from the video to the answer, which is told, in a JSON that cites the lines by their tags.",
    "frames lines question answer",
    "lines question answer",
)
PROPOSE_SPEC = PromptSpec(
    "Reasons and answers without being told, in the same form.", "frames lines question", "lines question"
)
LEADS_SPEC = PromptSpec(
    "Says whether reasoning leads to an answer.",
    "question explanation answer",
    "question explanation answer",
    writes=False,
)
SAME_SPEC = PromptSpec(
    "Says whether two answers say the same.", "question answer other", "question answer other", writes=False
)

_STRICT = ConfigDict(extra="forbid")


class Stated(BaseModel):
    """One step."""

    model_config = _STRICT

    text: str = Field(description="What this step states, in one sentence")
    evidence: list[Tag] = Field(description="Tags of the spans that it rests on")


class Steps(BaseModel):
    """Reasoning in steps."""

    model_config = _STRICT

    steps: list[Stated] = Field(description="The steps, in order", json_schema_extra={"minItems": 1})
    conclusion: str = Field(description="The answer that follows from them")


class KeyFrames(BaseModel):
    """Key spans, key objects, and what follows from them."""

    model_config = _STRICT

    key_spans: list[Tag] = Field(description="Tags of the key spans")
    key_objects: list[str] = Field(
        description="The people and things in them that matter, a word or two each", json_schema_extra={"minItems": 1}
    )
    reasoning: str = Field(description="How the answer follows from them, in one or two sentences")
    conclusion: str = Field(description="The answer")


class Same(BaseModel):
    """Whether two answers say the same."""

    model_config = _STRICT

    same: bool = Field(description="true when they say the same")


class Leads(BaseModel):
    """Whether reasoning leads to an answer."""

    model_config = _STRICT

    leads: bool = Field(description="true when the answer follows from what the reasoning says is seen or heard")


TOLD_ALL = Instructions(
    *(SYSTEM, LISTED, SHOWN, WHOLE, STEPS, FRAMES, TOLD, UNTOLD, AGAIN, GENERAL),
    schema={"$defs": [Steps.model_json_schema(), KeyFrames.model_json_schema()]},
)
"""What a request says in our words."""
