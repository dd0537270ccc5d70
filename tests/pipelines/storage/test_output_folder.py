"""The output folder: nobody else's files are touched, settings do not mix, one build at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.errors import UserError
from vdata.pipelines.storage.output_folder import OutputFolder, differences


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="not empty and not a build of vdata"), OutputFolder(tmp_path).locked():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="is a file"), OutputFolder(tmp_path / "out").locked():
        pass


def test_other_settings_are_refused_with_the_difference(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        folder.begin({"seed": 0, "stages": [{"stage": "shots", "min_seconds": 0.6}]}, overwrite=False)
        folder.begin({"seed": 0, "stages": [{"stage": "shots", "min_seconds": 0.6}]}, overwrite=False)
        with pytest.raises(UserError) as caught:
            folder.begin({"seed": 0, "stages": [{"stage": "shots", "min_seconds": 2}]}, overwrite=False)
    assert "shots.min_seconds: was 0.6, is now 2" in str(caught.value)
    assert "--overwrite" in str(caught.value)
    assert "--out" in str(caught.value)


def test_differences_name_stages_as_a_config_does() -> None:
    def settings(*stages: tuple[str, int]) -> dict[str, Any]:
        return {"seed": 0, "stages": [{"stage": name, "size": size} for name, size in stages]}

    before = settings(("probe", 1), ("cut", 1), ("cut", 1))
    assert differences(before, settings(("probe", 1), ("cut", 1), ("cut", 2))) == ["cut#2.size: was 1, is now 2"]
    assert differences(before, settings(("cut", 3), ("probe", 1))) == [
        "cut.size: was 1, is now 3",
        'stages: was "probe, cut, cut#2", is now "cut, probe"',
    ]


def test_overwrite_deletes_what_vdata_made_and_nothing_else(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        folder.begin({"seed": 0}, overwrite=False)
        (folder.path / "data").mkdir()
        folder.write({"build.json": b"{}", "data/train.parquet": b""})
    (folder.path / "notes.txt").write_text("mine")
    with folder.locked():
        folder.begin({"seed": 1}, overwrite=True)
        folder.begin({"seed": 1}, overwrite=False)
    assert sorted(path.name for path in folder.path.iterdir()) == [".vdata", "notes.txt"]


def test_a_second_build_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    first, second = OutputFolder(tmp_path / "out"), OutputFolder(tmp_path / "out")
    told = r"another build is writing here \(process \d+ on .+ since \d{4}-"
    with first.locked(), pytest.raises(UserError, match=told), second.locked():
        pass
    with second.locked():
        pass
