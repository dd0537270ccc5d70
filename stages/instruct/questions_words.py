"""What a teacher is told when it is to write questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..prompting.material import RULES
from ..prompting.own_words import PromptSpec

Form = Literal["text", "when", "order", "count", "prediction", "dialogue"]


RULE_OF: Mapping[Form, str] = {"when": "moment_retrieval", "order": "event_order", "count": "counting"}
"""The family by which the answer of such a form follows from the evidence; the others are answered in words."""
LEAST: Mapping[Form, int] = {"order": 3, "prediction": 2}
"""Spans without which a question of such a form cannot be; the others need one."""
FORMS: Mapping[Form, str] = {
    "text": "in words",
    "when": "the time of the cited spans, which are one moment",
    "order": "the order of three or more events, each a cited span",
    "count": "the number of cited spans, of one lane",
    "prediction": "in words; what is shown ends before the spans that tell it",
    "dialogue": "several turns in words",
}
"""What the answer is in each form, for people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One family of questions: what to ask, and what an item of it is made of."""

    form: Form
    words: str
    """What we say of it; {turns} and {persona} are filled in."""
    whole: bool = False
    """It tells of all that is listed: its samples lie over that whole stretch, and are never multiple choice."""
    ask: str = ""
    """What a config says of it, as it stands there, before our words."""
    number: int | None = None
    """Items for a video; None: as many as of every family."""
    options: int | None = None
    """Options of its multiple choice, 0 for open questions; None: as of every family."""
    distractors: str = ""
    """What the wrong answers shall be; empty: only like the right one."""
    least: int = 1
    """Spans that a stretch must have for it to be asked."""
    of_time: bool = False
    """Whether it asks of what comes before or after, or is found by looking through a video."""

    same_label: bool = False
    """Whether all spans that an item cites have one label, of which the teacher is told."""
    keep: tuple[str, ...] = ()
    """Attributes of the last cited span that become parameters of the sample."""
    inferred: bool = False
    """Whether the answer is concluded from the cited spans, in words that they need not have."""

    @property
    def rule(self) -> str:
        """The family by which the answer follows from the evidence; empty: the answer is the teacher's words."""
        return RULE_OF.get(self.form, "")

    @property
    def needs_time(self) -> bool:
        """Whether it cannot be asked of images, which have no time."""
        return self.of_time or bool(self.rule) or self.form == "prediction"

    @property
    def wants_wrong(self) -> bool:
        """Whether the teacher writes the wrong options of its multiple choice: those of the others come by rule."""
        return self.form in ("text", "prediction") and not self.whole

    def said(self, turns: int, persona: str) -> str:
        """What the teacher is told to ask."""
        return " ".join(filter(None, (self.ask, self.words.format(turns=turns, persona=persona))))


FAMILIES: dict[str, Asked] = {
    "what": Asked("text", "Ask what happens, what someone does, or what a thing is."),
    "who": Asked("text", "Ask who does something, who is seen or who speaks. Answer with a name, a role or a look."),
    "where": Asked("text", "Ask where something happens or where a thing is: the place, or the position in the scene."),
    "when": Asked(
        "when",
        "Ask when something happens. The viewer should have to work out which moment is meant: name it by what it is "
        "for, what it shows or what it leads to, and do not repeat the words of the span. The moment must be the only "
        "one that fits. Give no answer in words; cite the spans of that moment, and nothing else.",
    ),
    "why": Asked("text", "Ask why something happens or why someone does something. The spans must tell the reason."),
    "how": Asked("text", "Ask how something is done: the way, the tool, the manner."),
    "order": Asked(
        "order",
        "Ask in which order some events happen. List three to five events, the earliest first, each in a few words of "
        "its own and with the tag of its span. They must not overlap in time.",
    ),
    "count": Asked(
        "count",
        "Ask how often something happens or comes up, where each time has a span of its own. Cite every one of these "
        "spans, and no other, and give the number.",
    ),
    "causal": Asked(
        "text", "Ask what brings an event about, or what follows from it. Cite the cause as well as the effect."
    ),
    "counterfactual": Asked(
        "text",
        "Ask what would be different if something in the video had not happened, or had gone another way. The answer "
        "must follow from what the spans tell. Cite what did happen.",
    ),
    "prediction": Asked(
        "prediction",
        "Ask what will come next, of someone who has seen the video only up to a certain point. Cite under `seen` what "
        "that viewer has seen, and under `evidence` the later spans that show what then comes.",
    ),
    "summary": Asked(
        "text",
        "Ask for a summary of the whole or of one thread that runs through it. Answer in two to five sentences, in the "
        "order of time. Cite every span that the summary draws on.",
        whole=True,
    ),
    "spatial": Asked(
        "text",
        "Ask what can be seen in the scene: how people and things look, what they wear or hold, where they are and how "
        "they lie to one another. The answer must hold without knowing what comes before or after.",
    ),
    "temporal": Asked(
        "text",
        "Ask how events follow one another: what happens before, while or after something else, how something changes, "
        "in which sequence something is done. Answer in one to three sentences.",
        of_time=True,
    ),
    "short_temporal": Asked(
        "text",
        "Ask what happens right before, while or right after something else. The answer is one short sentence or a few "
        "words.",
        of_time=True,
    ),
    "reasoning": Asked(
        "text",
        "Ask something that must be worked out: a purpose, a cause, what can be told of people from what they do. The "
        "answer says what in the video it follows from.",
    ),
    "detailed": Asked(
        "text",
        "Ask for a detailed account of the video, or of one part or side of it. Answer in three to six sentences, in "
        "the order of time.",
    ),
    "hinted": Asked(
        "text",
        "Ask about a detail of one scene that is seen there only. First say, in one sentence, by what happens in it "
        "which scene is meant, so that a viewer must look for it in the whole video. Then ask. What is said so may not "
        "hold the answer, which must be worked out from what is seen in the scene. Cite the span of the scene.",
        of_time=True,
    ),
    "dialogue": Asked(
        "dialogue",
        "In each, a viewer asks an assistant {turns} questions and gets answers. Every question goes on from what was "
        "said before and asks for something new.",
    ),
    "persona": Asked(
        "text",
        "The questions come from this viewer: {persona}. Ask what such a viewer would want to know of the video.",
    ),
}
"""Every family by its name, which is the ``task`` of its samples."""

OF_FORM: Mapping[Form, str] = {
    "text": "",
    "when": (
        "Give no answer in words; cite the spans of the moment that is asked for, and nothing else. It must be the "
        "only one that fits, and the question may not repeat the words of its spans."
    ),
    "order": (
        "List three to five events, the earliest first, each in a few words of its own and with the tag of its span. "
        "They must not overlap in time."
    ),
    "count": "Each time has a span of its own: cite every one of these spans, and no other, and give the number.",
    "prediction": (
        "It is asked of someone who has seen the video only up to a certain point. Cite under `seen` what that viewer "
        "has seen, and under `evidence` the later spans that show the answer."
    ),
    "dialogue": (
        "In each, a viewer asks an assistant {turns} questions and gets answers. Every question goes on from what was "
        "said before and asks for something new."
    ),
}
"""What a family of a config's own must keep to, for each form: said after the words of the config."""

DEFAULT = ("what", "who", "where", "when", "why", "how", "order", "count")

SYSTEM = (
    "You write questions and answers about videos. They will be used to train and to test a model that watches the "
    f"video itself.\n{RULES}"
)
LISTED = "What is known of a stretch of a video, a span to a line: [tag] lane, start-end: what it says."
SHOWN = "Frames of this stretch, in the order of time:"
TASK = "Write {n}. {words}"
GENERAL = (
    "What you write must follow from the spans that you cite, without guessing.",
    "Cite spans by their tags, in the fields for tags only. Put no tags and no times into the text.",
    "The viewer sees the video and not this list: speak of the video, never of spans, captions or transcripts.",
    "A question must not give its answer away. It must leave no doubt what is asked, even without the other questions.",
)
TALK = (*GENERAL[:3], "No question may give its answer away.")
AT = (
    "Each question is asked {time} s into the video, of a viewer who has seen it up to there and nothing of what comes "
    "later. Word it for that moment: what is going on now, what has just been, what has been so far."
)
NEXT = (
    "Each question is asked {time} s into the video, of a viewer who has seen it up to there. It is about what comes "
    "later: cite as seen what is over by then, and as evidence what begins after it."
)
SEVERAL = (
    "Nobody who knows only one of the spans may be able to answer a question: it must join at least {n} of them, which "
    "you all cite, and it must have one answer only."
)
SAME_LABEL = (
    "Before what a span says stands what it is about. Ask of one such thing at a time, name it in the question, and "
    "cite spans of it alone, of at least {n} times."
)
WRONG = (
    "For each question write {n} wrong answers too: of the same kind and length as the right one, plausible to "
    "someone who has not watched closely, clearly wrong to someone who has, and each different."
)
WRONG_KIND = "What the wrong answers shall be: {distractors}"
WHY = "Say under `why`, in one or two sentences, how one can tell."

PERSONAS = (
    "Name {n} kinds of viewers who might ask questions about this video, each in one phrase that says who they are and "
    "what they want from it. Make the first ones people whom its subject concerns directly, the next ones people whom "
    "it concerns somewhat, and the last ones people who come upon it by chance."
)

ASK_SPEC = PromptSpec(
    "Writes the questions of one family, in a JSON that cites the lines by their tags.",
    "frames lines task n start end",
    "lines task",
)
PERSONAS_SPEC = PromptSpec("Names the viewers who ask, for the family persona.", "frames lines n start end", "lines n")
