"""What people are asked about samples and captions, and how they say it: the words that exports and imports share.

A person is shown an item (a sample, or a span of a lane such as a caption) as texts, says whether it is right, and may
change the texts. Times stand in them in seconds, as ``7.46 - 12.0``; evidence has a line for each span:
``7.46 - 12.0 | events | A woman cracks two eggs.``
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..schemas import Evidence, Sample, Span, make_id

REVIEWS = "reviews"
"""The lane that holds what people have said: a span for each person and item."""
VERDICT, COMMENT = "verdict", "comment"
"""What the questions are called whether the item is right, and what else there is to say."""
VERDICTS = ("right", "wrong", "unsure")
CORRECTED = "corrected_"
"""Before the name of a text: the question that asks how it should be."""
OF_SAMPLE = {
    "question": "Question",
    "options": "Options, a line each",
    "answer": "Answer",
    "evidence": "Evidence, a line each: start - end in seconds | lane | text",
}
"""The texts of a sample that can be corrected, with what they are called."""
OF_SPAN = {"text": "Text", "times": "Times: start - end in seconds"}
"""The same of a span of a lane."""
GUIDE = (
    "Watch the video. Say whether what is written below it is right, wrong, or cannot be told (unsure). "
    "Where something is wrong and you know better, change it in the box of that name, and leave the other boxes as "
    "they are."
)


def content_of(sample: Sample) -> str:
    """A hash of what a person judges of *sample*, without the times of its evidence, which a clip moves."""
    cited = [(one.lane, one.text, one.span) for one in sample.evidence]
    return make_id(sample.id, sample.question, sample.options, sample.answer, sample.answer_index, cited)


def content_of_span(span: Span) -> str:
    """The same of a span of a lane, with its times."""
    return make_id(span.id, span.words, times_text(span.start, span.end))


def one_line(text: str) -> str:
    """*text* without line ends and doubled spaces."""
    return " ".join(text.split())


def lines_of(texts: Iterable[str]) -> str:
    """*texts*, a line each."""
    return "\n".join(map(one_line, texts))


def times_text(start: float, end: float) -> str:
    """Times (seconds) as a person reads and writes them."""
    return f"{round(float(start), 3)!r} - {round(float(end), 3)!r}"


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """*evidence* as a person reads and writes it."""
    return lines_of(f"{times_text(one.start, one.end)} | {one.lane} | {one.text}" for one in evidence)
