"""The sample that asks which of two clips is the better by a criterion, from the verdicts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from ...rules.letters import drawn_ask, item_of
from ...rules.pair_verdicts import JUDGED, OVERALL, POINT, TIE, JudgedPair
from ...schemas import Evidence, Medium, Message, Sample

TASK = "clip_preference"
OPTIONS = ("The first clip", "The second clip")
ASK_CLIP = "Which of the two clips is better in this respect: {about}?"
ASK_CLIP_OVERALL = "All in all, which of the two clips is better?"
SHOWN_CLIPS = "First clip: <video>\nSecond clip: <video>"
BOTH = "Both clips were made to show this:"


def clip_preference(
    pair: JudgedPair,
    name: str,
    about: str,
    ties: Mapping[str, str],
    evidence: Sequence[Evidence],
    media: tuple[Medium, Medium],
    rng: Random,
    teacher: str = "",
) -> Sample | None:
    """Which of *media* is the better by the criterion *name*, as *pair* was settled: two options, and one for each tie.

    *about* is the question, or what the criterion means. None: nothing was settled, or a tie of which the word is open.
    """
    settled, word = pair.settled.get(name, ""), pair.words.get(name, "")
    if not settled or (settled == TIE and word not in ties):
        return None
    own = [one for one in pair.verdicts if one.criterion.partition(POINT)[0] == name]
    known = replace(pair, winner=settled, verdicts=own)
    options = [*OPTIONS, *(_sentence(meaning) for meaning in ties.values())]
    answer = _sentence(ties[word]) if settled == TIE else OPTIONS["ab".index(settled)]
    question = _question(name, about)
    if pair.prompt:
        question = f"{BOTH} {pair.prompt}\n{question}"
    start, end = min(one.start for one in evidence), max(one.end for one in evidence)
    params = {"criterion": name, JUDGED: known.text()}
    item = Sample(TASK, question, answer, start, end, list(evidence), params, teacher=teacher)
    sample = item_of(item, options, drawn_ask(params, rng), "")
    sample.messages[0] = Message("user", f"{SHOWN_CLIPS}\n{sample.messages[0].content}")
    sample.media = list(media)
    return sample


def _question(name: str, about: str) -> str:
    if about.endswith("?"):
        return about
    if name == OVERALL and not about:
        return ASK_CLIP_OVERALL
    return ASK_CLIP.format(about=about or name.replace("_", " "))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
