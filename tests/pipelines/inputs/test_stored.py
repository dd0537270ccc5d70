"""Inputs that label files name are kept in a file: the same ones, in little memory."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from vdata.pipelines.inputs.sources import SourceError, find_sources, same_content
from vdata.pipelines.inputs.stored import StoredSources
from vdata.pipelines.run.remaining import Remaining
from vdata.pipelines.run.stored_units import stored_units
from vdata.pipelines.run.units import Unit
from vdata.schemas import Reject, Span
from vdata.schemas.input_video import Source
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.labels.kinds.table import Table

MOST_BYTES = 900.0
"""Of memory a row, at the peak."""


def source(number: int) -> Source:
    """An input with labels."""
    lanes = {"events": [Span(0.0, 1.0 + number, f"Event {number}.")], "other": []}
    rejects = [Reject("labels", "failed", "bad_time", detail=str(number))]
    return Source(f"v_{number}", f"v_{number}", attrs={"n": str(number)}, lanes=lanes, rejects=rejects, duration=9.0)


def test_an_input_that_was_pickled_is_the_same_one() -> None:
    one = source(3)
    again = pickle.loads(pickle.dumps(one))
    assert again.lane_names == one.lane_names == ("events", "other")
    twice = pickle.loads(pickle.dumps(again))  # packed, as it came
    assert (again, twice) == (one, one)
    assert again.fingerprint == twice.fingerprint == one.fingerprint
    again.lanes["more"] = [Span(1, 2)]
    assert pickle.loads(pickle.dumps(again)).lane_names == ("events", "other", "more")
    with pytest.raises(AttributeError):
        twice.__getattr__("nothing")


def test_a_video_of_two_label_files_is_one_input(tmp_path: Path) -> None:
    captions = {f"v_{n}": {"duration": 9, "timestamps": [[0, n]], "sentences": [f"{n}."]} for n in (10, 2, 1)}
    (tmp_path / "c.json").write_text(json.dumps(captions))
    (tmp_path / "l.jsonl").write_text('{"video": "v_2", "label": "x"}\n{"video": "v_3", "label": "y"}\n{"label": "z"}')
    found = find_sources([], [Activitynet(path="c.json"), Table(path="l.jsonl")], tmp_path)
    assert [one.uri for one in found] == ["l.jsonl#", "v_1", "v_2", "v_3", "v_10"]
    assert [len(one.lanes) for one in found] == [0, 1, 2, 1, 1]


def test_a_folder_without_room_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda size: open("/dev/full", "wb"))  # noqa: SIM115
    stored = StoredSources([source(1)])
    with pytest.raises(SourceError, match=r"No space left on device.*TMPDIR"):
        list(stored)


@pytest.mark.parametrize("kept", [list, StoredSources])
def test_units_have_their_inputs_in_files(kept: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdata.pipelines.run.stored_units.FILE_BYTES", 700)
    made = [source(n) for n in range(7)]
    keys = [one.fingerprint for one in made]
    units = stored_units(tmp_path / "inputs", kept(made), keys, [0, 1, 2, 4, 6], 2)
    wanted = [Unit.of([made[n] for n in some], [keys[n] for n in some]) for some in ([0, 1], [2, 4], [6])]
    assert [unit.name for unit in units] == [unit.name for unit in wanted]
    assert [unit.inputs() for unit in units] == [unit.inputs() for unit in wanted]
    assert [unit.rows for unit in units] == [2, 2, 1]
    assert len({unit.stored.file for unit in units if unit.stored}) == 3
    assert [half.inputs() for half in units[1].halves()] == [half.inputs() for half in wanted[1].halves()]
    assert max(len(pickle.dumps(unit)) for unit in units) < 700
    assert stored_units(tmp_path / "none", kept(made), keys, [], 2) == []
    assert not (tmp_path / "none").exists()


TIMES, WORDS = [[n, n + 2] for n in range(9)], [f"A rather long sentence about event {n}." for n in range(9)]
LABEL = {"duration": 60.0, "timestamps": TIMES, "sentences": WORDS}


def units_peak(found: Sequence[Source], folder: Path) -> int:
    """The peak of traced memory when units are planned of *found*."""
    keys = Remaining(same_content(found), slow=False, opens=False, processors=1).keys
    assert len(stored_units(folder, found, keys, range(len(found)), 50)) == len(found) // 50
    return tracemalloc.get_traced_memory()[1]


@pytest.mark.slow
def test_rows_of_labels_take_little_memory(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        (tmp_path / "c.json").write_text(json.dumps({f"v_{n:06d}": LABEL for n in range(rows)}))
        tracemalloc.start()
        try:
            return units_peak(find_sources([], [Activitynet(path="c.json")], tmp_path), tmp_path / str(rows))
        finally:
            tracemalloc.stop()

    peak(1000)
    assert (peak(4000) - peak(2000)) / 2000 < MOST_BYTES


@pytest.mark.slow
def test_videos_with_labels_take_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdata.schemas.stored_list.IN_MEMORY", 1000)

    def peak(rows: int) -> int:
        folder = tmp_path / f"of {rows}"
        folder.mkdir()
        for n in range(rows):
            (folder / f"v_{n:06d}.mp4").write_bytes(b"%08d" % n)  # of one size, as is worst
        (folder / "c.json").write_text(json.dumps({f"v_{n:06d}": LABEL for n in range(rows)}))
        tracemalloc.start()
        try:
            found = find_sources(str(folder), [Activitynet(path=str(folder / "c.json"))], tmp_path)
            assert len(found[rows - 1].lanes["events"]) == 9
            return units_peak(found, tmp_path / f"units {rows}")
        finally:
            tracemalloc.stop()

    peak(500)
    assert (peak(2000) - peak(1000)) / 1000 < MOST_BYTES
