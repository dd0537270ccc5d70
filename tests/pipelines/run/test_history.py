"""Failed videos are taken up again, with their history: on request, or by every run when the reason may have passed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Late, Moody
from rough_stages import OncePerText, Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.errors import UserError
from vdata.pipelines.run import ray_run, remaining
from vdata.pipelines.run.history import History
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.parts import Parts
from vdata.stages.labels.kinds.activitynet import Activitynet

Rows = list[dict[str, Any]]


class Place:
    """A build over twelve labelled videos, in parts of four, of which some are in a mood."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"
        shaped = {
            f"v{n:02d}": {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Event {n}."]} for n in range(12)
        }
        (folder / "labels.json").write_text(json.dumps(shaped))

    def build(self, seed: int = 0, **how: Any) -> int:
        labels = [Activitynet(kind="activitynet", path=str(self.folder / "labels.json"), lane="events")]
        moods = str(self.folder)
        stages = [Moody(folder=moods), OncePerText(), Late(folder=moods), Plain()]
        made = Config(labels=labels, stages=stages, output={"path": self.out}, cache=self.folder / "cache", seed=seed)
        return run_build(made, **{"limit": None, "address": None, "overwrite": False, **how})

    def mood(self, *names: str) -> None:
        """From now on, only these moods: ``v01.fails``, ``late-v02.drops``."""
        for path in [*self.folder.glob("*.fails"), *self.folder.glob("*.passing"), *self.folder.glob("*.drops")]:
            path.unlink()
        for name in names:
            (self.folder / name).touch()

    def ran(self, stage: str = "") -> list[str]:
        """The videos that the first stage (or ``late-``) was given since this was last asked."""
        path = self.folder / f"{stage}ran"
        found = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(found)

    def rejects(self) -> dict[str, list[tuple[str, str, str, str]]]:
        found: dict[str, list[tuple[str, str, str, str]]] = {}
        for path in sorted((self.out / "rejects").glob("*.parquet")):
            for row in pq.read_table(path).to_pylist():
                told = (row["stage"], row["kind"], row["reason"], row["detail"])
                found.setdefault(row["uri"], []).append(told)
        return found

    def samples(self) -> list[str]:
        return [row for path in (self.out / "data").glob("*") for row in pq.read_table(path)["video"].to_pylist()]

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "build.json").read_text())
        return found

    def ends(self) -> tuple[int, ...]:
        made = self.summary()
        return tuple(made[name] for name in ("inputs", "kept", "dropped", "failed"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(remaining, "LABEL_UNIT", 4)
    return Place(tmp_path)


@pytest.fixture(name="without_ray")
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def files(out: Path, *tables: str) -> dict[str, int]:
    return {str(path): path.stat().st_ino for table in tables for path in out.rglob(f"*.{table}.parquet")}


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_what_failed_is_taken_up_again_with_its_history(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.mood("v01.fails", "v02.drops", "late-v05.fails", "v06.fails")
    assert place.build() == 0
    assert (place.ends(), place.summary()["retries"]) == ((12, 8, 1, 3), [])
    place.ran(), place.ran("late-")
    before = files(place.out / ".vdata", "samples", "timelines")

    place.mood("v06.fails", "v02.fails")
    assert place.build(retry_failed=True) == 0
    assert (place.ran(), place.ran("late-")) == (["v01", "v06"], ["v01", "v05"]), "no neighbour, and not v02"
    assert before.items() <= files(place.out / ".vdata", "samples", "timelines").items()
    told = capsys.readouterr()
    assert "3 videos that failed: taken up again (no_luck 3)." in told.err
    assert "3 videos that failed before, taken up again: 2 kept, 0 dropped, 1 failed." in told.out
    assert place.ends() == (12, 10, 1, 1)
    assert place.rejects() == {
        "v01": [("moody", "retried", "no_luck", "the 1th time")],
        "v02": [("moody", "dropped", "too_odd", "")],
        "v05": [("late", "retried", "no_luck", "the 1th time")],
        "v06": [("moody", "retried", "no_luck", "the 1th time"), ("moody", "failed", "no_luck", "the 2th time")],
    }
    [retry] = place.summary()["retries"]
    assert {**retry, "at": ""} == {"at": "", "taken_up": 3, "kept": 2, "dropped": 0, "failed": 1}
    assert sorted(place.samples()) == [f"v{n:02d}" for n in range(12) if n not in (2, 6)]
    funnel = {row["stage"]: row for row in place.summary()["funnel"]}
    assert funnel["moody"]["reasons"] == {"no_luck": 1, "too_odd": 1}, "failures of earlier runs are not counted"
    assert [funnel["moody"][name] for name in ("rows", "kept", "dropped", "failed")] == [12, 10, 1, 1]
    assert [funnel["late"][name] for name in ("rows", "kept", "dropped", "failed")] == [10, 10, 0, 0]

    place.mood("v06.drops")
    assert place.build(retry_failed=True) == 0
    assert place.ends() == (12, 10, 2, 0)
    assert [reject[1:] for reject in place.rejects()["v06"]] == [
        ("retried", "no_luck", "the 1th time"),
        ("retried", "no_luck", "the 2th time"),
        ("dropped", "too_odd", ""),
    ]
    assert [(one["taken_up"], one["kept"], one["dropped"], one["failed"]) for one in place.summary()["retries"]] == [
        (3, 2, 0, 1),
        (1, 0, 1, 0),
    ]

    capsys.readouterr()
    place.ran()
    assert place.build(retry_failed=True) == 0
    told = capsys.readouterr()
    assert "Nothing in this build has failed: there is nothing to take up again." in told.err
    assert "Nothing to do" in told.err
    assert place.ran() == []
    with pytest.raises(UserError, match="seed: was 0, is now 1"):
        place.build(seed=1, retry_failed=True)


@pytest.mark.usefixtures("without_ray")
def test_a_retry_that_is_killed_is_gone_on_with(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.mood("v01.fails", "v06.fails", "late-v09.fails")
    assert place.build() == 0
    place.mood("v06.fails")
    out = Parts.leave_out
    done: list[str] = []

    def killed(store: Parts, part: Any, leaving: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(part.name)
        out(store, part, leaving)

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "leave_out", killed)
        assert place.build(retry_failed=True) == 130
    with monkeypatch.context() as patch:
        patch.setattr(ray_run, "run_chain", interrupted)
        assert place.build() == 130, "nothing was done yet"
    capsys.readouterr()
    assert place.build() == 0
    assert "3 videos that failed: taken up again by a run that was stopped" in capsys.readouterr().err
    assert place.ends() == (12, 11, 0, 1)
    assert {uri: [told[1] for told in rejects] for uri, rejects in place.rejects().items()} == {
        "v01": ["retried"],
        "v06": ["retried", "failed"],
        "v09": ["retried"],
    }
    [retry] = place.summary()["retries"]
    assert (retry["taken_up"], retry["kept"], retry["failed"]) == (3, 2, 1)
    assert place.build() == 0
    assert "Nothing to do" in capsys.readouterr().err


def interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("without_ray")
def test_what_may_have_passed_is_taken_up_by_every_run(place: Place) -> None:
    place.mood("v01.passing", "v03.fails")
    assert place.build() == 0
    assert place.ends() == (12, 10, 0, 2)
    place.mood("v03.fails")
    place.ran()
    assert place.build() == 0
    assert place.ran() == ["v01"]
    assert place.ends() == (12, 11, 0, 1)
    assert place.rejects() == {
        "v01": [("moody", "retried", "teacher_error", "503")],
        "v03": [("moody", "failed", "no_luck", "the 1th time")],
    }
    assert [(one["taken_up"], one["kept"]) for one in place.summary()["retries"]] == [(1, 1)]


@pytest.mark.usefixtures("without_ray")
def test_the_history_outlives_its_file(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.mood("v01.fails", "late-v05.fails")
    assert place.build() == 0
    place.mood()
    assert place.build(retry_failed=True) == 0
    known, retries = place.rejects(), place.summary()["retries"]
    whole = History(place.out / ".vdata" / "history.json")
    whole.path.write_bytes(whole.path.read_bytes().replace(b"no_luck", b"no_lock"))
    capsys.readouterr()
    assert place.build() == 0
    assert "history.json: it is damaged." in capsys.readouterr().err
    again = History(whole.path)
    assert (again.rows, again.retries) == (whole.rows, whole.retries)
    for store in (Parts(place.out / ".vdata" / "parts" / number) for number in "01"):
        for part in list(store.sound()):
            store.remove(part)
    assert place.build() == 0
    assert (place.rejects(), place.summary()["retries"]) == (known, retries)
