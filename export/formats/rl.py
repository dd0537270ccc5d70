"""Rows for reinforcement learning with verifiable rewards (OpenGVLab/VideoChat-R1, ``grpo_tasks.py``; TRL's GRPO)."""

from __future__ import annotations

from typing import Any

from ...rules.family import hull
from ...rules.letters import LETTERS
from ...rules.solve import rule_of
from ...schemas import Box, Sample
from ..format import ExportItem, JsonLines, Unsupported
from ..grounding import is_window
from ..talk import whole_video


class RL(JsonLines):
    """RL rows: problem, options, solution, glue, durations, video_path, data_type and a reward; JSON lines.

    What the reward is to compare is in ``reward``, in seconds whatever way times are written in words:

    - ``temporal_iou``: ``start`` and ``end`` of the answer, for questions that ask for one stretch (data_type tg);
    - ``letter``: the letter of the right option (data_type mc; gqa when the answer rests on spans, which are ``glue``);
    - ``box_iou``: ``boxes``, the true ones as shares of the picture, one for each time that is asked for (track);
    - ``exact``: ``text``, a number or an order such as ``2, 1, 3`` (data_type open).

    Every row has every key, so that columns have one type. Answers in free words have no such reward.
    """

    name = "rl"

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        if sample.rejected:
            raise Unsupported("preference_pair")
        reward: dict[str, Any] = {"kind": "", "start": None, "end": None, "letter": None, "text": None, "boxes": []}
        family = rule_of(sample.task, sample.params)
        glue = [[start, end] for start, end in _joined([(one.start, one.end) for one in sample.evidence])]
        if sample.options and sample.answer_index is not None:
            letter = LETTERS[sample.answer_index]
            reward |= {"kind": "letter", "letter": letter}
            solution, kind = letter, "gqa" if glue and not is_window(sample) else "mc"
        elif is_window(sample):
            whole = hull(sample.evidence)
            if not whole.start < whole.end:
                raise Unsupported("no_length")
            reward |= {"kind": "temporal_iou", "start": whole.start, "end": whole.end}
            solution, kind, glue = sample.answer, "tg", [[whole.start, whole.end]]
        elif sample.params.get("ask") in ("box", "boxes"):
            reward |= {
                "kind": "box_iou",
                "boxes": [[one.left, one.top, one.right, one.bottom] for one in _boxes(sample)],
            }
            solution, kind = sample.answer, "track"
        elif family is not None and family.answers in ("count", "order"):
            reward |= {"kind": "exact", "text": sample.answer}
            solution, kind = sample.answer, "open"
        else:
            raise Unsupported("no_verifiable_answer")
        return {
            "id": sample.id,
            "problem": sample.question,
            "options": [f"{letter}. {option}" for letter, option in zip(LETTERS, sample.options, strict=False)],
            "solution": solution,
            "reward": reward,
            "glue": glue,
            "durations": item.duration,
            "video_path": item.video,
            "data_type": kind,
        }


def _boxes(sample: Sample) -> list[Box]:
    return [box for one in sample.evidence for box in one.boxes]


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """*stretches* in time order, those that touch joined, as the reward for evidence counts them."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
