"""Does a teacher that is asked again, or another one, give the same answer?"""

from __future__ import annotations

from ....schemas import Sample
from ...prompting.material import material
from ..finding import Finding, fails
from ..same_answer import Answer, Choice, letter_of, same
from ..teacher_checks import Asking, asked

ROLE = "You answer questions about a video from its frames."
CHOOSE = "Choose the right option."
TELL = "Answer the question from the frames and the material."


async def check(sample: Sample, asking: Asking) -> Finding | None:
    """``disagrees``: less than ``min_agreement`` of the answers given anew are the sample's. ``value``: that share."""
    teacher = asking.teacher.named(asking.second) if asking.second else asking.teacher
    shown = asking.frames(sample.start, sample.end) + asking.heard(sample.start, sample.end)
    question = material("question", asked(sample))
    schema = Choice if sample.options else Answer
    parts = [*shown, CHOOSE if sample.options else TELL, question]
    request = asking.request(*parts, role=ROLE, schema=schema, samples=asking.again)
    (reply,) = await asking.ask([request], teacher)
    if sample.options:
        letters = [letter_of(Choice.model_validate(value).letter) for value in reply.values]
        agree = [letter == sample.answer_index for letter in letters]
        told = [str(value["letter"]) for value in reply.values]
    else:
        told = [Answer.model_validate(value).answer for value in reply.values]
        agree = await same(sample, told, asking)
    share = sum(agree) / len(agree)
    if share >= asking.min_agreement:
        return Finding("pass", "", share)
    other = next(text for text, fits in zip(told, agree, strict=True) if not fits)
    return fails("disagrees", f"asked again: {other[:120]!r}", round(share, 3), asking.min_agreement)
