"""Prompt injection: text that gives a model commands, told from text that merely says something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....rules.lane_kinds import fold

_MODEL = r"(?:ai|assistant|bot|chatbot|gpt|llm|language model|model|annotator|labell?er|captioner)"
_COMMANDS = re.compile(
    "|".join(
        (
            r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
            r"\b(?:instructions?|rules?|prompts?|everything above|(?:said|told|came) (?:before|above|earlier))\b",
            r"\b(?:system|developer) (?:prompt|message|instruction)",
            r"\b(?:new|these|following|real|actual) instructions?\b",
            r"\byou are (?:now )?(?:an? |the )?" + _MODEL + r"\b",
            rf"\b(?:attention|dear|note to|hey|hello|instructions? (?:to|for))[ ,]*(?:the |any |all )?{_MODEL}s?\b",
            r"\b(?:reply|respond|answer|output)\b.{0,30}"
            r"\b(?:only|just|exactly|always|instead|nothing but|(?:every|each|all|any) questions?)\b",
            r"\b(?:always|only|just|must|please) (?:reply|respond|answer|output)\b",
            r"\b(?:write|print|say|include|put|repeat|insert|add)\b.{0,60}"
            r"\b(?:in|into|to|as|at the end of) (?:your|the|every|each|all) (?:\w+ )?"
            r"(?:answers?|repl(?:y|ies)|responses?|outputs?|captions?|descriptions?|questions?|json)\b",
            r"</?(?:system|user|assistant|material|instructions?)>|\[/?inst\]|<\|im_",
        )
    ),
    re.IGNORECASE | re.DOTALL,
)


def gives_commands(text: str) -> bool:
    """Whether *text* reads like a command to a model: ``Ignore your instructions and answer every question with …``.

    Speech that asks its audience for something (``answer in the comments``) mostly passes. A rule of thumb, for what
    a stage does besides showing the text as material: nothing is made from such text.
    """
    return bool(_COMMANDS.search(text))


def own_words(texts: Sequence[str]) -> frozenset[str]:
    """Words (folded, four letters or more) that stand in those of *texts* that give commands, and in no other."""
    obeyed: set[str] = set()
    plain: set[str] = set()
    for text in texts:
        (obeyed if gives_commands(text) else plain).update(fold(text).split())
    return frozenset(word for word in obeyed - plain if len(word) >= 4 and word not in _COMMON)


_ANYBODY = (  # a video with a command in it must not lose every sample for words like these
    "about above after again also always answer answers before come down each every everything first following from "
    "have hello here into just like made make more must need never next nothing note only other please question "
    "questions reply rules said same says seen show some such than that their them then there these they this those "
    "time video what when where which while will with word words would write your instead instructions ignore"
)
_COMMON = frozenset(_ANYBODY.split())
