"""What several replies to one question agree on, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from ..instruct.by_teacher.citations import CitedLine
from ..instruct.by_teacher.reply_rules import BadReply
from .reply_fields import Answered, ReplyField

NEAR = 1
"""Steps by which grades may differ and agree."""
SLACK = 0.1
"""The share of a number by which others may differ from it and agree; of boxes, the share of the picture."""
ALIKE = 60.0
"""The likeness of two texts (0..100, token set ratio) from which they agree."""


def agreed(answers: Sequence[Answered], fields: Mapping[str, ReplyField], least: float) -> Answered:
    """The one answer that a share of at least *least* of *answers* stands behind, in each field.

    Of yes_no and choice the most frequent; of grades, numbers and boxes the median; of texts the one most like the
    others; of lists and spans what so many of them name.

    Raises:
        BadReply: ``no_agreement``, with the share, the limit, and the field.
    """
    if len(answers) == 1:
        return answers[0]
    found: dict[str, Any] = {}
    lowest = 1.0
    for name, one in fields.items():
        value, share = _one(one, [answer.fields[name] for answer in answers], least)
        nothing = one.type in ("list", "span") and not value and any(answer.fields[name] for answer in answers)
        if nothing or share < least - 1e-9:
            said = " | ".join(one.words(answer.fields[name]) for answer in answers)
            raise BadReply("no_agreement", round(share, 3), least, f"{name}: {said}")
        found[name], lowest = value, min(lowest, share)
    tags = {tag for name, one in fields.items() if one.type == "span" for tag in found[name]}
    lines: dict[str, CitedLine] = {line.tag: line for answer in answers for line in answer.cited if line.tag in tags}
    return Answered(found, sorted(lines.values(), key=lambda line: (line.start, line.end)), round(lowest, 3))


def _one(one: ReplyField, values: list[Any], least: float) -> tuple[Any, float]:
    """What *values* of a field agree on, and the share of them that do."""
    count = len(values)
    match one.type:
        case "yes_no" | "choice":
            value, times = Counter(values).most_common(1)[0]
            return value, times / count
        case "grade":
            middle = sorted(values)[(count - 1) // 2]
            return middle, sum(abs(value - middle) <= NEAR for value in values) / count
        case "number":
            centre = float(median(values))
            return centre, sum(abs(value - centre) <= SLACK * max(abs(centre), 1e-9) for value in values) / count
        case "box":
            box = [float(median(sides)) for sides in zip(*values, strict=True)]
            near = [all(abs(a - b) <= SLACK for a, b in zip(value, box, strict=True)) for value in values]
            return box, sum(near) / count
        case "list" | "span":
            named = Counter(folded for value in values for folded in {str(text).casefold() for text in value})
            first = {str(text).casefold(): text for value in reversed(values) for text in reversed(value)}
            agreed_on = {folded: first[folded] for folded in named if named[folded] >= least * count - 1e-9}
            told = [text for value in values for text in value if agreed_on.get(str(text).casefold()) == text]
            return list(dict.fromkeys(told)), min((named[one] / count for one in agreed_on), default=1.0)
    from rapidfuzz.fuzz import token_set_ratio

    likeness = [[token_set_ratio(text.casefold(), other.casefold()) for other in values] for text in values]
    best = max(range(count), key=lambda n: (sum(likeness[n]), -n))
    return values[best], sum(ratio >= ALIKE for ratio in likeness[best]) / count
