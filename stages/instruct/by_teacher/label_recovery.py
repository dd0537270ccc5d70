"""Proposed rationales (Video-STaR): what is shown to who does not know the label, and what a rationale must hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ....rules.answer_match import adds_words, answer_of
from ....schemas import Request, Sample, Timeline
from ...prompting.frame_choice import Look, times_of
from ...prompting.material import material
from ...prompting.own_words import Prompter
from . import reason_words as words
from .citations import CitedLine, Listing
from .rationale_steps import Reasoning
from .reply_rules import BadReply

SAME_TIME = 0.1
"""Seconds by which two stretches may differ and be the same."""
LEAST_WORDS = 2
"""Words of its own that a rationale has at least, besides those of the question and the answer."""


def blind_listing(video: Timeline, sample: Sample, lines: Sequence[CitedLine], look: Look | None, most: int) -> Listing:
    """What the teacher may know of the whole *video* that does not tell the label of *sample* or its times.

    These are *lines* of lanes that the sample does not rest on, but none with the stretch of its evidence, thinned to
    *most*; and for each frame that *look* shows, the part of the video around it, by which the frame can be cited.
    """
    lanes = {item.lane for item in sample.evidence}
    stretches = [(item.start, item.end) for item in sample.evidence]
    left = [
        line
        for line in lines
        if line.lane not in lanes
        and not any(abs(line.start - start) < SAME_TIME and abs(line.end - end) < SAME_TIME for start, end in stretches)
    ]
    if len(left) > most:
        left = left[:: -(-len(left) // most)]
    return Listing(left + (_parts(video, look) if look is not None else []))


def _parts(video: Timeline, look: Look) -> list[CitedLine]:
    """A line for each frame of the whole *video*: the part of it that is nearer to this frame than to any other."""
    duration = video.seconds or 0.0
    times = times_of(video, 0.0, duration, look)
    bounds = [0.0, *((one + two) / 2 for one, two in pairwise(times)), duration]
    return [CitedLine(f"frame{n}", "frame", start, end, "", "") for n, (start, end) in enumerate(pairwise(bounds), 1)]


def check_rationale(sample: Sample, reasoning: Reasoning, listing: Listing) -> None:
    """Check what *reasoning* says, not only what it concludes.

    Raises:
        BadReply: ``label_echoed``: it has no words of its own; ``evidence_elsewhere``: no moment that it cites shares
            time with the label's.
    """
    added = adds_words(sample, reasoning.said)
    if added < LEAST_WORDS:
        raise BadReply("label_echoed", added, LEAST_WORDS)
    lines = [line for line in listing.lines if line.tag in reasoning.cited]
    if not any(line.start <= item.end and line.end >= item.start for line in lines for item in sample.evidence):
        raise BadReply("evidence_elsewhere")


def compare_request(sample: Sample, conclusion: str, prompter: Prompter) -> Request:
    """Whether *conclusion* says the same as the answer of *sample*."""
    question, answer = material("question", sample.question), material("answer", answer_of(sample))
    other = material("answer", conclusion)
    text = "\n".join(
        [f"{words.QUESTION}\n{question}", f"{words.FIRST}\n{answer}", f"{words.SECOND}\n{other}", words.SAME]
    )
    known = {"question": question, "answer": answer, "other": other}
    return prompter.request("same", words.SYSTEM, [text], known, schema=words.Same.model_json_schema())


def lead_request(sample: Sample, rationale: str, prompter: Prompter) -> Request:
    """Whether *rationale*, which holds no conclusion, leads to the answer of *sample*."""
    question = material("question", sample.messages[-2].content)
    explanation, answer = material("explanation", rationale), material("answer", answer_of(sample))
    text = "\n".join(
        [f"{words.QUESTION}\n{question}", f"{words.EXPLAINED}\n{explanation}", f"{words.LABEL}\n{answer}", words.LEADS]
    )
    known = {"question": question, "explanation": explanation, "answer": answer}
    return prompter.request("leads", words.SYSTEM, [text], known, schema=words.Leads.model_json_schema())
