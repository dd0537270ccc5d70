"""Keep looks at samples by the same measures as at spans: their task, their answer, their params."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Evidence, Sample, Timeline
from vdata.stages.keep.keep import Keep


def sample(number: int, task: str = "change", group: str = "", **params: str) -> Sample:
    evidence = [Evidence(number, number + 1, "regions", "", f"r{number}")]
    made = Sample(task, f"What has changed in {number}?", "It is better.", number, number + 1, evidence, params)
    made.id, made.group, made.teacher = f"s{number}", group, "watcher"
    return made


def run(stage: Keep, *videos: Timeline) -> list[Timeline]:
    if not stage.gathers():
        return [stage.run(video) for video in videos]
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    return [stage.apply(video, verdicts.get(video.id)) for video in videos]


def videos(*kinds: str) -> list[Timeline]:
    """Two videos, whose samples are of *kinds*."""
    made = [Timeline(f"{name}.mp4", name) for name in "ab"]
    for number, kind in enumerate(kinds):
        made[number % 2].samples.append(sample(number, change=kind) if kind else sample(number))
    return made


def kept(found: list[Timeline], name: str) -> Counter[str]:
    return Counter(one.params.get(name, "") for video in found for one in video.samples)


def test_as_many_of_each_value_as_the_rarest_has() -> None:
    found = run(Keep(of="samples", balance={"by": "change"}), *videos("new", "new", "gone", "new", "gone", "same"))
    assert kept(found, "change") == {"new": 1, "gone": 1, "same": 1}
    rejects = [one for video in found for one in video.rejects]
    assert Counter(one.reason for one in rejects) == {"change_over_balance": 3}
    assert {(one.lane, one.span) for one in rejects} < {("regions", f"r{n}") for n in range(6)}
    assert "change 'new' is had by 3 samples, of which 1 are kept" in {one.detail for one in rejects}
    again = run(
        Keep(of="samples", balance={"by": "change"}), *videos("new", "new", "gone", "new", "gone", "same")[::-1]
    )
    assert sorted(one.id for video in again for one in video.samples) == sorted(
        one.id for video in found for one in video.samples
    )


def test_of_which_the_value_is_not_known_may_stay() -> None:
    balance = {"of": "samples", "balance": {"by": "change"}}
    (gone, _), (stays, _) = (
        run(Keep(**balance, **more), *videos("new", "", "")) for more in ({}, {"unstated": "keep"})
    )
    assert [one.reason for one in gone.rejects] == ["change_not_stated"]
    assert [one.id for one in stays.samples] == ["s0", "s2"]


def test_a_group_is_one_item() -> None:
    video = Timeline("a.mp4", "a")
    video.samples = [sample(n, group="g" if n < 3 else "", change="new") for n in range(4)]
    video.samples.append(sample(4, change="gone"))
    (found,) = run(Keep(of="samples", balance={"by": "change", "count": 1}), video)
    ids = [one.id for one in found.samples]
    assert ids in (["s0", "s1", "s2", "s4"], ["s3", "s4"])
    assert len(found.rejects) == 5 - len(ids)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"task": "change"}, ["s0"]),
        ({"answer": "It is *"}, ["s0", "s1"]),
        ({"source": "reader"}, []),
        ({"seconds": {"max": 1}, "words": {"min": 5}, "param": "x"}, ["s1"]),
    ],
)
def test_conditions(where: dict[str, Any], ids: list[str]) -> None:
    video = Timeline("a.mp4", "a")
    video.samples = [sample(0), sample(1, task="other", param="x")]
    (found,) = run(Keep(of="samples", where=where), video)
    assert [one.id for one in found.samples] == ids


def test_a_tag_is_a_param() -> None:
    video = Timeline("a.mp4", "a")
    video.samples = [sample(0, group="g"), sample(1, group="g"), sample(2, task="other")]
    (found,) = run(Keep(of="samples", where={"task": "other"}, action="tag"), video)
    assert [one.params for one in found.samples] == [{"keep": "task_not_wanted"}, {"keep": "task_not_wanted"}, {}]
    assert found.rejects == []


def test_what_is_told_at_the_end() -> None:
    stage = Keep(of="samples", where={"task": "other"})
    assert stage.summary({"judged": 2, "unfit": 2}) == "keep: everything was dropped, of 2 samples."
    assert stage.summary({}) == "keep: nothing was judged: there is no sample."
    assert stage.lanes_read() == set()


@pytest.mark.parametrize(
    ("more", "said"),
    [({"into": "others", "where": {"task": "x"}}, "lie in no lane"), ({"diverse": {"count": 3}}, "not samples")],
)
def test_what_samples_have_not(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Keep(of="samples", **more)
