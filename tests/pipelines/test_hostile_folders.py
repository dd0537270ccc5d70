"""Folders that are not ours, or not only ours: whatever lies there, nothing of the user's is replaced or deleted.

Each case says what stands in the folder, how the build ends and what is said. What a user put there, and everything
outside of the folder, is the same afterwards.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.dataset.finished import finished
from vdata.pipelines.storage.output_folder import OutputFolder
from vdata.pipelines.storage.parts import file_sha256
from vdata.pipelines.storage.sealed import read_sealed, seal

CONFIG = """
labels: [{{kind: table, path: {place}/steps.csv, lane: steps}}]
stages: [{{tasks: {{of: [steps], tasks: [grounded_caption]}}}}]
output: {{path: {place}/out}}
cache: {place}/cache
"""
MINE = "mine, and years of work"
ID = "0123456789abcdef01234567"


@dataclass
class Place:
    """The folder *out* of a build, and one outside of it; *mine* are the user's files."""

    folder: Path
    mine: dict[Path, str] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def state(self) -> Path:
        return self.out / ".vdata"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    def put(self, name: str | Path, text: str = MINE) -> Path:
        """Write a file of the user's, below the folder of the build."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.mine[path] = text
        return path

    def reseal(self, path: Path, change: Callable[[dict[str, object]], object]) -> None:
        content = read_sealed(path)
        change(content)
        path.write_bytes(seal(content))

    def build(self, *args: str) -> int:
        return run(["build", str(self.folder / "c.yaml"), *args])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished build of three rows."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "steps.csv").write_text("video,start,end,text\n" + "".join(f"v{n},1,2,Step {n}.\n" for n in range(3)))
    (folder / "c.yaml").write_text(CONFIG.format(place=folder))
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        assert run(["build", str(folder / "c.yaml")]) == 0
    return folder


@pytest.fixture
def place(tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    without_ray(monkeypatch)
    shutil.copytree(built, tmp_path / "place", symlinks=True)
    (tmp_path / "place" / "c.yaml").write_text(CONFIG.format(place=tmp_path / "place"))
    place = Place(tmp_path / "place")
    place.outside.mkdir()
    (place.outside / "thesis.tex").write_text(MINE)
    place.mine[place.outside / "thesis.tex"] = MINE
    return place


def empty(place: Place) -> None:
    shutil.rmtree(place.out)
    place.out.mkdir()


def only_others(place: Place) -> None:
    empty(place)
    place.put("thesis.tex")


def empty_state(place: Place) -> None:
    only_others(place)
    place.state.mkdir()
    place.put("README.md")


def foreign_state(place: Place) -> None:
    empty(place)
    place.put(".vdata/config.json", "{}")
    place.put("README.md")
    place.put("build.json")


def foreign_state_alone(place: Place) -> None:
    empty(place)
    place.put(".vdata/index.db")


def foreign_settings(place: Place) -> None:
    empty(place)
    place.put(".vdata/settings.json", '{"theme": "dark"}')
    place.put("media/holiday.mp4")


def half_settings(place: Place) -> None:
    whole = (place.state / "settings.json").read_bytes()
    empty(place)
    place.put("README.md")
    place.state.mkdir()
    (place.state / "settings.json").write_bytes(whole[: len(whole) // 2])


def state_is_a_file(place: Place) -> None:
    empty(place)
    place.put(".vdata")


def state_is_a_link(place: Place) -> None:
    place.state.rename(place.outside / "state")
    place.state.symlink_to(place.outside / "state")


def state_is_a_broken_link(place: Place) -> None:
    empty(place)
    place.state.symlink_to(place.outside / "nothing")


def out_is_a_file(place: Place) -> None:
    shutil.rmtree(place.out)
    place.mine[place.out] = MINE
    place.out.write_text(MINE)


def out_is_a_pipe(place: Place) -> None:
    shutil.rmtree(place.out)
    os.mkfifo(place.out)


def out_is_a_broken_link(place: Place) -> None:
    shutil.rmtree(place.out)
    place.out.symlink_to(place.outside / "nothing")


def out_is_a_link(place: Place) -> None:
    shutil.rmtree(place.out)
    (place.folder / "empty").mkdir()
    place.out.symlink_to(place.folder / "empty")


def a_file_on_the_way(place: Place) -> None:
    path = place.out / "README.md"
    place.mine[path] = path.read_text()


def link_of(name: str) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        path = place.out / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.symlink_to(place.outside if "." not in name.removeprefix(".vdata") else place.outside / "thesis.tex")

    make.__name__ = f"{name}_is_a_link"
    return make


def card_is_a_pipe(place: Place) -> None:
    (place.out / "README.md").unlink()
    os.mkfifo(place.out / "README.md")


def card_is_a_folder(place: Place) -> None:
    (place.out / "README.md").unlink()
    place.put("README.md/notes.txt")


def record_is_a_pipe(place: Place) -> None:
    (place.out / "build.json").unlink()
    os.mkfifo(place.out / "build.json")


def media_is_a_file(place: Place) -> None:
    place.put("media")


def card_before_a_killed_build(place: Place) -> None:
    for name in ("written.json", "published.json"):
        (place.state / name).unlink()
    for path in (place.out / "README.md", place.out / "build.json"):
        path.unlink()
    place.put("README.md")


def own_media(place: Place) -> None:
    place.put("media/holiday.mp4")
    place.put("media/holiday/1.jpg")
    place.put(f"media/{ID}/my notes.txt")


def own_shards(place: Place) -> None:
    place.put("data/mine.parquet")
    place.put("data/train-00000-of-00001.parquet")
    place.put("timelines/old.parquet")


def own_odd_names(place: Place) -> None:
    place.put("rejects/notes.txt")
    place.put("timelines/.staging-notes")
    place.put(".staging-mine")
    place.put("media/.staging-film.mp4")


def link_among_media(place: Place) -> None:
    (place.out / "media").mkdir(exist_ok=True)
    (place.out / "media" / f"{ID}.mp4").symlink_to(place.outside / "thesis.tex")
    (place.out / "media" / ID).symlink_to(place.outside)


def _named(name: str, note: str) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        target = name.format(outside=place.outside)
        sha256 = file_sha256(place.outside / "thesis.tex")
        if note == "part":
            manifest = next(iter((place.state / "parts" / "0").glob("*.json")))
            entry = {"file": target, "rows": 1, "sha256": sha256, "bytes": 23}
            place.reseal(manifest, lambda content: content["files"].update({"media/x.mp4": entry}))  # type: ignore[attr-defined]
        elif note == "written":
            entry = {"sha256": [sha256], "stamp": ""}
            place.reseal(place.state / "written.json", lambda content: content["files"].update({target: entry}))  # type: ignore[attr-defined]
        else:
            place.reseal(place.state / "published.json", lambda content: content["files"].update({target: sha256}))  # type: ignore[attr-defined]

    make.__name__ = f"{note}_names_{re.sub(r'[^a-z]+', '_', name)}"
    return make


def brackets_for_notes(place: Place) -> None:
    for name in ("written.json", "published.json"):
        body = b'{"files": ' + b"[" * 100_000 + b"}"
        (place.state / name).write_bytes(body)


NOT_OURS, LINK, MOVE = "is not empty and not a build of vdata: nothing there is touched", "is a link", "Move it away"
NEW, ANEW = (), ("--overwrite",)
CASES: list[tuple[Callable[[Place], None], tuple[str, ...], int, str]] = [
    (only_others, NEW, 2, NOT_OURS),
    (only_others, ANEW, 2, NOT_OURS),
    (empty_state, ANEW, 2, NOT_OURS),
    (foreign_state, NEW, 2, NOT_OURS),
    (foreign_state, ANEW, 2, NOT_OURS),
    (foreign_state_alone, NEW, 2, NOT_OURS),
    (foreign_settings, ANEW, 2, NOT_OURS),
    (half_settings, NEW, 2, NOT_OURS),
    (state_is_a_file, ANEW, 2, NOT_OURS),
    (state_is_a_link, ANEW, 2, f".vdata: {LINK}"),
    (state_is_a_broken_link, NEW, 2, f".vdata: {LINK}"),
    (out_is_a_file, ANEW, 2, "is a file"),
    (out_is_a_pipe, NEW, 2, "is no folder"),
    (out_is_a_broken_link, NEW, 2, "is no folder"),
    (out_is_a_link, NEW, 0, ""),
    (a_file_on_the_way, ("--out", "{out}/README.md/deeper"), 2, "a folder on the way to it is a file"),
    (empty, ("--out", "a\0b"), 2, "cannot be the name of a folder"),
    (empty, ("--out", "{out}/" + "n" * 300), 2, "name too long"),
    (link_of("data"), NEW, 2, LINK),
    (link_of("timelines"), ANEW, 2, LINK),
    (link_of("rejects"), ANEW, 2, LINK),
    (link_of("media"), ANEW, 2, LINK),
    (link_of("README.md"), ANEW, 2, f"README.md: is no plain file, and is not replaced. {MOVE}"),
    (link_of("build.json"), NEW, 2, "build.json: is no plain file"),
    (link_of(".vdata/parts"), ANEW, 2, LINK),
    (link_of(".vdata/parts/0"), ANEW, 2, LINK),
    (card_is_a_pipe, NEW, 2, "is no plain file"),
    (card_is_a_folder, ANEW, 2, "is no plain file"),
    (record_is_a_pipe, NEW, 2, "is no plain file"),
    (media_is_a_file, ANEW, 2, "media: is a file, where a build makes a folder"),
    (card_before_a_killed_build, NEW, 2, "README.md: was not written by vdata, and is not replaced"),
    (card_before_a_killed_build, ANEW, 2, "README.md: was not written by vdata, and is not replaced"),
    (own_media, ANEW, 0, ""),
    (own_shards, ANEW, 0, ""),
    (own_odd_names, ANEW, 0, ""),
    (own_odd_names, NEW, 0, "Nothing to do"),
    (link_among_media, ANEW, 0, ""),
    (_named("../../../../outside/thesis.tex", "part"), NEW, 0, ""),
    (_named("../../../../outside/thesis.tex", "part"), ANEW, 0, ""),
    (_named("{outside}/thesis.tex", "part"), ANEW, 0, ""),
    (_named("../outside/thesis.tex", "published"), ANEW, 0, ""),
    (_named("{outside}/thesis.tex", "published"), NEW, 0, ""),
    (_named("media/../../outside/thesis.tex", "written"), ANEW, 0, ""),
    (_named("{outside}/thesis.tex", "written"), ANEW, 0, ""),
    (_named("a\0b", "written"), ANEW, 0, ""),
    (brackets_for_notes, ANEW, 2, "README.md: was not written by vdata"),
]


@pytest.mark.parametrize(
    ("hostile", "args", "status", "says"),
    CASES,
    ids=[f"{case[0].__name__}-{n}" for n, case in enumerate(CASES)],
)
def test_what_is_not_ours_stays(
    place: Place,
    hostile: Callable[[Place], None],
    args: tuple[str, ...],
    status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile(place)
    ended = place.build(*(arg.replace("{out}", str(place.out)) for arg in args))
    said = "".join("".join(capsys.readouterr()).split())
    assert (ended, "".join(says.lower().split()) in said.lower()) == (status, True), said
    assert "Traceback" not in said
    assert {path: path.read_text() for path in place.mine} == place.mine
    assert sorted(path.name for path in place.outside.iterdir() if path.name != "state") == ["thesis.tex"]
    if status == 0:
        assert place.build() == 0
        assert "Nothing to do" in "".join(capsys.readouterr())


@pytest.mark.parametrize("args", [("--overwrite",), ("--set", "description=another")])
@pytest.mark.parametrize("name", ["README.md", "build.json"])
def test_what_was_edited_is_kept_aside_and_said(
    place: Place, name: str, args: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    path = place.out / name
    text = path.read_text() + "\nCite our paper.\n"
    path.write_text(text)
    assert place.build(*args) == 0
    said = "".join("".join(capsys.readouterr()).split())
    assert f"{name}:waschangedsincevdatawroteit" in said
    assert "Cite" not in path.read_text()
    assert [aside.read_text() for aside in place.state.glob(f"{name}.before*")] == [text]
    assert place.build("--overwrite") == 0
    assert [aside.read_text() for aside in place.state.glob(f"{name}.before*")] == [text], "and it stays"


def test_an_edited_shard_is_not_deleted_unsaid(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    (shard,) = (place.out / "data").iterdir()
    shard.write_bytes(b"mine now")
    with (place.folder / "steps.csv").open("a") as file:
        file.write("v4,1,2,A step more.\n")
    assert place.build() == 0
    said = "".join("".join(capsys.readouterr()).split())
    assert f"{shard.name}:waschangedsincevdatawroteit.Itiskeptas" in said
    assert shard.with_name(f"{shard.name}.before").read_bytes() == b"mine now"
    assert len(list((place.out / "data").glob("*.parquet"))) == 1


def test_a_kill_between_two_builds_leaves_a_folder_that_is_ours(place: Place) -> None:
    place.put("media/holiday.mp4")
    folder = OutputFolder(place.out)
    with folder.locked():
        folder._clear()
    assert not (place.state / "settings.json").exists()
    assert place.build() == 0
    assert {path: path.read_text() for path in place.mine} == place.mine


def test_files_of_the_user_are_not_pushed(place: Place) -> None:
    place.put("media/holiday.mp4")
    place.put("data/mine.parquet")
    names = set(finished(place.out).files)
    assert names > {"README.md", "build.json"}
    assert not names & {"media/holiday.mp4", "data/mine.parquet"}


@pytest.mark.parametrize("name", ["../outside/thesis.tex", "/etc/hostname", "README.md/..", "data/../../x"])
@pytest.mark.parametrize("command", [("report",), ("export", "--format", "tsv", "--out", "x.tsv"), ("baselines",)])
def test_a_record_that_names_files_elsewhere_is_refused(
    place: Place, command: tuple[str, ...], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((place.out / "build.json").read_text())
    record["files"][name] = {"sha256": "0" * 64, "bytes": 1, "rows": 1}
    (place.out / "build.json").write_text(json.dumps(record))
    assert run([command[0], str(place.out), *command[1:]]) == 2
    assert f"is damaged (files: {name!r} is not in the folder of the data set)" in "".join(capsys.readouterr())


def test_a_report_replaces_reports_alone(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    page = place.put("my.html")
    assert run(["report", str(place.out), "--out", str(page)]) == 2
    assert "is no report of vdata: it is not replaced" in "".join(capsys.readouterr())
    assert page.read_text() == MINE
    assert run(["report", str(place.out), "--out", str(page), "--overwrite"]) == 0
    assert run(["report", str(place.out), "--out", str(page)]) == 0, "a report is replaced by the next"
    os.mkfifo(place.out / "pipe.html")
    for wrong in ("pipe.html", "data", "x\0.html", "n" * 300):
        assert run(["report", str(place.out), "--out", str(place.out / wrong)]) == 2
    place.put("report.html")
    assert run(["report", str(place.out)]) == 2
    assert (place.out / "report.html").read_text() == MINE
