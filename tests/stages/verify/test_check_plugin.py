"""A check in a package of its own: found by its entry point, named in ``verify`` and in its policy."""

from __future__ import annotations

import json
from pathlib import Path

from plugin_package import install, run_with

CHECK = '''
from typing import ClassVar
from vdata.schemas import Sample
from vdata.stages.verify.checks.check import RuleCheck
from vdata.stages.verify.finding import PASS, Facts, Finding, failure


class Politeness(RuleCheck):
    """``impolite``: the question does not say please."""

    name = "politeness"
    reasons: ClassVar = {"impolite": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        return PASS if "please" in sample.question.casefold() else failure("impolite", sample.question)
'''
USE = """
import asyncio
import json
from pydantic import ValidationError
from vdata.schemas import Sample, Timeline
from vdata.stages.verify.check_list import rule_checks
from vdata.stages.verify.verify import Verify

def outcome(**settings):
    video = Timeline("made up", id="a")
    video.samples += [Sample("what", "What is it, please?", "A ball.", 0, 1), Sample("what", "What?", "A hat.", 0, 1)]
    asyncio.run(Verify.model_validate({"captions": [], **settings}).run(video, None))
    return [[one.answer for one in video.samples], [[one.reason, one.detail] for one in video.rejects]]

def mistake(**settings):
    try:
        Verify.model_validate(settings)
    except ValidationError as error:
        return error.errors()[0]["msg"]

print(json.dumps({
    "last": [*rule_checks()][-2:],
    "drop": outcome(checks=["politeness"]),
    "tag": outcome(checks=["politeness"], policy={"impolite": "tag"}),
    "unrepairable": mistake(policy={"impolite": "repair"}),
}))
"""


def test_a_check_of_another_package_is_made(tmp_path: Path) -> None:
    install(tmp_path, "vdata.checks", CHECK, "Politeness")
    told = json.loads(run_with(tmp_path, USE))
    assert told["last"] == ["chain", "politeness"]
    assert told["drop"] == [["A ball."], [["impolite", "what: What? -> A hat. | What?"]]]
    assert told["tag"] == [["A ball.", "A hat."], []]
    assert "impolite cannot be repaired" in told["unrepairable"]
