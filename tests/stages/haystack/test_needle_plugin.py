"""A kind of needle in a package of its own: found by its entry point, named in ``hide``, hidden and asked for."""

from __future__ import annotations

import json
from pathlib import Path

from plugin_package import install, run_with

NEEDLE = '''
from typing import ClassVar
from vdata.stages.haystack.needles.needle import Candidate
from vdata.stages.haystack.needles.word import WordNeedle


class SumNeedle(WordNeedle):
    """A sum over the video."""

    name = "sum"
    questions: ClassVar = {"retrieve": "Which sum is shown?"}

    def candidates(self, needle, clips):
        return [Candidate(f"{n} + {n}", str(n)) for n in range(1, 9)]

    def captions(self, needle, distractors):
        return [needle.caption.format(word="0123456789 +")]
'''
USE = """
import json
from pydantic import ValidationError
from vdata.schemas import Media, Timeline
from vdata.stages import stage_class

def mistake(**task):
    try:
        Hide(tasks=[{**task, "needle": {"show": "sum"}}])
    except ValidationError as error:
        return error.errors()[0]["msg"]

Hide = stage_class("hide")
hide = Hide(tasks=[{"task": "retrieve", "needle": {"show": "sum"}}])
media = Media(sha256="abc", duration=30.0, fps=25.0, width=320, height=240)
pool = Timeline("v.mp4", "v", media=media)
((new, plan),) = hide.gather([("v", hide.digest(pool))])["v"].items()
video = hide.apply(Timeline(new, new), plan)
(sample,), (needle,) = video.samples, video.lane("needles")
print(json.dumps({
    "needle": [needle.text, needle.label, needle.attrs["how"]],
    "sample": [sample.task, sample.question, sample.answer, len(sample.options)],
    "unasked": mistake(task="order"),
}))
"""


def test_a_needle_of_another_package_is_hidden(tmp_path: Path) -> None:
    install(tmp_path, "vdata.needles", NEEDLE, "SumNeedle")
    told = json.loads(run_with(tmp_path, USE))
    text, label, how = told["needle"]
    assert (text, how) == (f"The secret word is {label}.", "overlay")
    assert told["sample"] == ["retrieve_sum", "Which sum is shown?", label, 4]
    assert told["unasked"].endswith("question: say how to ask for order with sum")
