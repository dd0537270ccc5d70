"""What a teacher is told when better and worse replies are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ....schemas import Timeline
from ...prompting.material import RULES
from ...prompting.medium_words import MediumWords, medium_words
from ...prompting.own_words import PromptSpec

SYSTEM = f"You answer questions about a video, of which you are shown frames in the order of time.\n{RULES}"
SYSTEM_IMAGE = f"You answer questions about an image.\n{RULES}"
SYSTEM_LINES = (
    f"You answer questions about a video, of which you are told what is known, with times in seconds.\n{RULES}"
)
SHOWN, SHOWN_IMAGE = "Frames of the video:", "The image:"

CAREFUL = (
    "State only what can be seen. Where something cannot be told from the frames, leave it out or say so. Write plain "
    "prose, without headings, and do not speak of frames."
)
CAREFUL_LINES = (
    "State only what the material says. Where something cannot be told from it, leave it out or say so. Write plain "
    "prose, without headings, and do not speak of the material."
)
DESCRIBE_WELL = (
    "Describe what happens, in the order of time. Say who or what is there and how it looks; what each does; where it "
    "takes place; how things change from beginning to end; and what the camera does, if that can be told."
)
DESCRIBE = (
    "Describe the video.",
    "What happens in this video?",
    "Tell what can be seen here.",
    "Say in a few sentences what this video shows.",
    "Give an account of what goes on in the video.",
    "What is there to see in this video?",
    "Put the video into words.",
    "Describe what takes place, from beginning to end.",
)
"""Simple prompts: a pair is stored under one of them."""

CAREFUL_IMAGE = (
    "State only what can be seen. Where something is hidden, cut off or too small to tell, leave it out or say so. "
    "Write plain prose, without headings."
)
DESCRIBE_IMAGE_WELL = (
    "Describe this image step by step. Say first what kind of picture it is and where it may have been taken; then who "
    "and what is in it, how many there are and how they look; where each of them is and what it has to do with the "
    "others; what is done; what can be read; and last the light, the colours and the background."
)
DESCRIBE_IMAGE = (
    "Describe the image.",
    "What is shown in this picture?",
    "Tell what can be seen in the image.",
    "Say in a few sentences what is in this picture.",
    "Give an account of this image.",
    "What is there to see here?",
    "Put the picture into words.",
    "Describe who and what is in the image, and where.",
)
"""The same, of a picture."""

INVENT = (
    "Make it vivid: add people, things and sounds that may well have been there, and speak of them as seen.",
    "Say what must have happened before and after as well, as though it could be seen.",
    "Name every person and every place. Where you do not know a name, think of a fitting one.",
    "Fill every gap with what is usual in such videos, and do not say that you are guessing.",
    "Tell it as a story in which more is going on than meets the eye.",
    "Be sure to mention several small objects in the background, whether or not they are clear.",
    "Say how many there are of everything, and give exact colours, brands and texts, even where you cannot make them "
    "out.",
    "Describe what everyone thinks and feels and what they will do next, as fact.",
)
"""Prompts that invite invention (STIC asks for its worse replies with such prompts)."""

INVENT_IMAGE = (
    "Make it vivid: add people and things that may well have been there, and speak of them as seen.",
    "Say what must be going on outside the frame too, as though it could be seen.",
    "Name every person and every place. Where you do not know a name, think of a fitting one.",
    "Fill every gap with what is usual in such pictures, and do not say that you are guessing.",
    "Tell the story behind the picture, with more in it than meets the eye.",
    "Be sure to mention several small objects in the background, whether or not they are clear.",
    "Say how many there are of everything, and give exact colours, brands and texts, even where you cannot make them "
    "out.",
    "Describe what everyone thinks and feels, and what happened a moment before, as fact.",
)
"""The same, of a picture."""

ASK = {
    "spatial": "Ask where things and people are, how they lie to one another, and how the one that is meant looks.",
    "temporal": "Ask what comes before or after what, what changes, how an action goes on, and what leads to what.",
}
"""Kinds of questions that a model asks of a video by itself, to answer them, and what each is about (VideoSAVi)."""
ASKING = (
    "Write {n} different questions about this video. {words} Each must have one answer that the video shows, and must "
    "not be answerable without it. Ask about the whole video; speak of no frames; give no answers."
)

CRITIQUE = (
    "Check your answer against the frames. Which of its statements cannot be seen, are wrong, or come in the wrong "
    "order? What that matters to the question is missing? Do not write the answer again."
)
CRITIQUE_LINES = (
    "Check your answer against the material. Which of its statements are not said there, or wrong, or in the wrong "
    "order? What that matters to the question is missing? Do not write the answer again."
)
CRITIQUE_IMAGE = (
    "Check your answer against the image. Which of its statements cannot be seen, or are wrong? What that matters to "
    "the question is missing? Do not write the answer again."
)
REVISE = (
    "Now write the answer again, with these faults mended. Keep what was right. If there was no fault, repeat the "
    "answer unchanged. Give the answer only."
)
CRITERIA = {
    "correctness": "what is said agrees with what is shown, and nothing is made up",
    "completeness": "nothing is missing that the question is about",
    "coherence": "one thing follows from the other, and nothing is said twice",
    "helpfulness": "whoever asked is served by it",
}
"""What replies are marked on."""
JUDGE = (
    "Above are a question about the video and a reply to it. Mark the reply from 1 (bad) to 10 (faultless) on each of "
    "these points:\n{criteria}\nJudge by the frames; that it is longer or sounds sure of itself makes no reply better."
)
JUDGE_LINES = (
    "Above are a question about the video and a reply to it. Mark the reply from 1 (bad) to 10 (faultless) on each of "
    "these points:\n{criteria}\nJudge by the material on the video; that it is longer or sounds sure of itself makes "
    "no reply better."
)
JUDGE_IMAGE = (
    "Above are a question about the image and a reply to it. Mark the reply from 1 (bad) to 10 (faultless) on each of "
    "these points:\n{criteria}\nJudge by the image; that it is longer or sounds sure of itself makes no reply better."
)


@dataclass(frozen=True)
class Wording:
    """What replies are asked for with, by what the teacher goes by."""

    shown: str = SHOWN
    system: str = SYSTEM
    describe: tuple[str, ...] = DESCRIBE
    describe_well: str = DESCRIBE_WELL
    careful: str = CAREFUL
    invent: tuple[str, ...] = INVENT
    critique: str = CRITIQUE
    judge: str = JUDGE

    def of(self, medium: MediumWords) -> Wording:
        """The same, said of what is no video."""
        said, texts = (
            medium.said,
            [self.shown, self.system, self.describe_well, self.careful, self.critique, self.judge],
        )
        shown, system, well, careful, critique, judge = map(said, texts)
        describe, invent = tuple(map(said, self.describe)), tuple(map(said, self.invent))
        return Wording(shown, system, describe, well, careful, invent, critique, judge)


VIDEO = Wording()
IMAGE = Wording(
    *(SHOWN_IMAGE, SYSTEM_IMAGE, DESCRIBE_IMAGE, DESCRIBE_IMAGE_WELL, CAREFUL_IMAGE, INVENT_IMAGE),
    *(CRITIQUE_IMAGE, JUDGE_IMAGE),
)
LINES = Wording(system=SYSTEM_LINES, careful=CAREFUL_LINES, critique=CRITIQUE_LINES, judge=JUDGE_LINES)


def wording_of(video: Timeline, *, sees: bool, image: bool) -> Wording:
    """What replies about *video* are asked for with: by frames if the teacher *sees*, or by one *image*."""
    medium = medium_words(video)
    wording = IMAGE if image or (sees and video.is_still) else VIDEO if sees else LINES
    return wording if medium is None else wording.of(medium)


SPECS = {
    "better": PromptSpec("Asks for the better reply, or for each of several.", "frames question task", "question"),
    "worse": PromptSpec("Asks for the worse reply, with what invites invention.", "frames question task", "task"),
    "critique": PromptSpec("Asks for the faults of the first answer, as a second turn."),
    "revise": PromptSpec("Asks for the answer without these faults, as a third turn."),
    "mark": PromptSpec(
        "Marks a reply on each point, in a JSON.",
        "frames question reply criteria",
        "question reply criteria",
        writes=False,
    ),
    "ask": PromptSpec("Writes questions about the whole video, in a JSON.", "frames task n", "task n"),
    "harden": PromptSpec(
        "Says what is wrong with two replies and writes a harder question, in a JSON.",
        "frames question reply other",
        "question reply other",
    ),
    "harder": PromptSpec(
        "Says which of two questions is the harder, in a JSON; asked in both orders.",
        "frames question other",
        "question other",
        writes=False,
    ),
}
"""The prompts of the stage, the main one first. {task} is the question with what asks for care or invites invention."""
QUESTION, REPLY = "The question:", "The reply:"


class Questions(BaseModel):
    """Questions about a video."""

    model_config = ConfigDict(extra="forbid")

    questions: list[str] = Field(description="The questions, without answers")


def points(criteria: Mapping[str, str]) -> str:
    """What a reply is marked on, a line each."""
    return "\n".join(f"- {name}: {about}" if about else f"- {name}" for name, about in criteria.items())


def marks_schema(criteria: Mapping[str, str]) -> dict[str, Any]:
    """The JSON schema of a reply's marks: one for each of *criteria*, 1 (bad) to 10 (faultless)."""
    mark = {"type": "integer", "minimum": 1, "maximum": 10}
    names = list(criteria)
    fields = {"properties": dict.fromkeys(names, mark), "required": names, "additionalProperties": False}
    return {"title": "Marks", "type": "object", **fields}
