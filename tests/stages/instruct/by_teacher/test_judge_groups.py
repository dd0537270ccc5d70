"""Videos of a group that are judged two by two: sides do not matter, and a planted order is recovered."""

from __future__ import annotations

import asyncio
import json
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from vdata.pipelines.dataset.verdict_table import verdict_table
from vdata.pipelines.teachers.picture_encoder import load
from vdata.rules.pair_verdicts import JUDGED, judged_pair
from vdata.schemas import Frames, Request, Timeline
from vdata.stages.gather.group import GroupMedia
from vdata.stages.instruct.by_teacher.judge_pairs import JudgePairs
from vdata.stages.media.probe import Probe
from vdata.stages.verify.checks.interleaved import InterleavedCheck

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
SHADES = {"dull": 60, "plain": 120, "fine": 180}
"""The models by how bright what they make is: the brighter the better."""


def grouped(folder: Path, make_videos: ModuleType, seed: int) -> Timeline:
    rows = []
    for name, shade in SHADES.items():
        path = folder / f"{name}.mp4"
        if not path.exists():
            make_videos.plain(path, 20, make=lambda n, shade=shade: make_videos.flat((shade, shade, shade)))
        row = Probe().run(
            Timeline(path.name, path=str(path), base=str(folder), attrs={"model": name, "prompt": "A hen."})
        )
        row.seed = seed
        rows.append(row)
    stage = GroupMedia(of=None, by=["prompt"], order=["model"], show="clip")
    found = json.loads(json.dumps(stage.gather([(one.id, stage.digest(one)) for one in rows])))
    ((new, plan),) = [pair for plans in found.values() for pair in plans.items()]
    group = Timeline(f"haystack://{new}", new, base=str(folder), folder=str(folder / "media"), seed=seed)
    return stage.compose(group, plan, {one.id: one for one in rows})


def brightness(request: Request) -> list[float]:
    (turn,) = request.turns
    assert "Video" not in "".join(part for part in turn.parts if isinstance(part, str)), "no name tells them apart"
    return [float(load(part)[0].mean()) for part in turn.parts if isinstance(part, Frames)]


def by_sight(request: Request) -> dict[str, str]:
    first, second = brightness(request)
    assert request.schema is not None
    word = "first" if first > second else "second"
    return {name: "it is brighter" if name == "reason" else word for name in request.schema["properties"]}


def always_first(request: Request) -> dict[str, str]:
    assert request.schema is not None
    return {name: "so" if name == "reason" else "first" for name in request.schema["properties"]}


def judged(video: Timeline, teacher: Any, **more: Any) -> Timeline:
    settings = {
        "about": "clips",
        "of": "group",
        "name_by": "model",
        "prompt_by": "prompt",
        "criteria": {"light": "it is bright"},
    }
    asyncio.run(JudgePairs.model_validate(settings | more).run(video, teacher))
    return video


@pytest.mark.parametrize("seed", range(4))
def test_an_order_that_was_planted_is_recovered(
    scripted: Scripted, make_videos: ModuleType, tmp_path: Path, seed: int
) -> None:
    video = judged(grouped(tmp_path, make_videos, seed), scripted(by_sight))
    assert len(video.samples) == 3
    pairs = set()
    for sample in video.samples:
        found = judged_pair(sample)
        assert found is not None
        pairs.add(frozenset({found.a, found.b}))
        assert [medium.video for medium in sample.media] == found.videos == [f"{found.a}.mp4", f"{found.b}.mp4"]
        assert all((medium.start, round(medium.end, 2)) == (0.0, 0.8) for medium in sample.media)
        assert {(one.order, one.verdict) for one in found.verdicts} == {("ab", found.winner), ("ba", found.winner)}
        better = found.a if SHADES[found.a] > SHADES[found.b] else found.b
        assert {"a": found.a, "b": found.b}[found.winner] == better
        assert sample.answer_index == "ab".index(found.winner)
        assert "".join(turn.content for turn in sample.messages).count("<video>") == 2
    assert pairs == set(map(frozenset, combinations(SHADES, 2)))
    table = verdict_table((sample.id, sample.params[JUDGED]) for sample in video.samples)
    assert [row.name for row in table.rows] == ["fine", "plain", "dull"]


def test_a_judge_that_goes_by_the_place_lets_nobody_win(
    scripted: Scripted, make_videos: ModuleType, tmp_path: Path
) -> None:
    video = judged(grouped(tmp_path, make_videos, 1), scripted(always_first))
    assert {sample.answer for sample in video.samples} == {"Neither is better"}
    dropped = judged(grouped(tmp_path, make_videos, 1), scripted(always_first), disagree="drop")
    assert not dropped.samples
    assert {one.reason for one in dropped.rejects} == {"orders_disagree"}


def test_verify_takes_no_pair_for_a_fault_of_the_group(
    scripted: Scripted, make_videos: ModuleType, tmp_path: Path
) -> None:
    video = judged(grouped(tmp_path, make_videos, 2), scripted(by_sight))

    class Known:
        pass

    facts: Any = Known()
    facts.video = video
    assert [InterleavedCheck().check(sample, facts) for sample in video.samples] == [None] * 3
