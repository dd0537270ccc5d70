"""Damage to any file that a build leaves is found by the next build, which makes just that again, and by the doctor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import film_teacher
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Filmed, Moody
from openai_server import Server
from rough_stages import OncePerText, Plain

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.errors import UserError
from vdata.pipelines.run import remaining
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage import lock
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.worker_teachers import damaged_pages, read_ledger
from vdata.stages import Stage
from vdata.stages.caption.caption import Caption
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.media.scan import Scan

DAMAGES = ("flip", "cut", "empty", "delete")


def harm(path: Path, damage: str) -> None:
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "cut":
        path.write_bytes(data[: len(data) * 2 // 3])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()


class Place:
    """Twelve labelled videos in parts of four, through two passes; one failed at first and was taken up again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"

    def build(self, *, seed: int = 0, stages: list[Stage] | None = None, **how: Any) -> int:
        labels = [Activitynet(kind="activitynet", path=str(self.folder / "labels.json"), lane="events")]
        stages = stages or [Moody(folder=str(self.folder)), OncePerText(), Plain()]
        made = Config(labels=labels, stages=stages, output={"path": self.out}, cache=self.folder / "c", seed=seed)
        return run_build(made, **{"limit": None, "address": None, "overwrite": False, **how})

    def ran(self) -> list[str]:
        """The videos that the stage of the first pass was given since this was last asked."""
        path = self.folder / "ran"
        found = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(found)

    def rows(self) -> dict[str, list[str]]:
        found = {}
        for table in ("data", "timelines", "rejects"):
            rows = [row for path in (self.out / table).glob("*.parquet") for row in pq.read_table(path).to_pylist()]
            found[table] = sorted(json.dumps({key: row[key] for key in row if key != "trail"}) for row in rows)
        return found

    def files(self) -> dict[str, tuple[int, int]]:
        """What tells whether a file of the parts was written again."""
        paths = (path for path in (self.out / ".vdata" / "parts").rglob("*") if path.is_file())
        return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished build, to be copied."""
    place = Place(tmp_path_factory.mktemp("place", numbered=False))
    said = {f"v{n:02d}": {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Event {n}."]} for n in range(12)}
    (place.folder / "labels.json").write_text(json.dumps(said))
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        for name in ("v06.fails", "v07.drops"):
            (place.folder / name).touch()
        assert place.build() == 0
        (place.folder / "v06.fails").unlink()
        assert place.build(retry_failed=True) == 0
    return shutil.copytree(place.folder, place.folder.with_name("built"))


@pytest.fixture
def place(built: Path) -> Place:
    """A copy of the finished build, always of the same name: the folder of the moods is one of the settings."""
    folder = built.with_name("place")
    shutil.rmtree(folder)
    shutil.copytree(built, folder)
    place = Place(folder)
    place.ran()
    return place


KINDS = [
    *(f".vdata/parts/{number}/{name}" for number in (0, 1) for name in ("*.json", "*.timelines.*", "*.rejects.*")),
    ".vdata/parts/1/*.samples.*",
    ".vdata/settings.json",
    ".vdata/published.json",
    ".vdata/history.json",
    "build.json",
    "README.md",
    "data/*",
    "timelines/*",
    "rejects/*",
]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_found_and_only_that_is_made_again(
    place: Place, kind: str, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known, before = place.rows(), place.files()
    assert not examine(place.out).wrong
    hurt = sorted(place.out.glob(kind))[0]
    harm(hurt, damage)

    report = examine(place.out)
    if damage == "delete" and hurt.name == "history.json":
        assert not report.wrong, "there may have been none"
    elif damage == "delete" and (
        hurt.name == "published.json" or (hurt.parent.name in "01" and hurt.suffix == ".json")
    ):
        assert not report.finished
    else:
        assert report.wrong >= 1
        assert str(hurt) in "\n".join(finding.text for finding in report.findings if finding.wrong)

    assert place.build() == 0
    err = capsys.readouterr().err
    own = {path for path in before if Path(path).parent == hurt.parent and part_of(path) == part_of(hurt)}
    after = place.files()
    if "parts" in hurt.parts:
        assert len(place.ran()) in ((1, 3, 4) if hurt.parent.name == "0" else (0,)), "one part"
        changed = {path for path in before if after.get(path) != before[path]}
        assert own <= changed
        assert {path for path in changed - own if Path(path).parent == hurt.parent} == set(), "other parts stand"
    else:
        assert place.ran() == []
        assert after == before
        assert ("Nothing to do" in err) == (hurt.name in ("settings.json", "history.json"))
    assert place.rows() == known
    report = examine(place.out)
    assert [finding.text for finding in report.findings] == []
    assert report.finished
    assert place.build() == 0
    assert "Nothing to do" in capsys.readouterr().err


def part_of(path: Path | str) -> str:
    return Path(path).name.partition(".")[0]


def test_lost_settings_do_not_open_the_door_to_others(place: Place) -> None:
    harm(place.out / ".vdata" / "settings.json", "delete")
    with pytest.raises(UserError, match=r"settings\.json is lost, and 8 parts were made with others than now"):
        place.build(seed=1)
    assert place.build() == 0


def test_a_card_that_was_edited_is_kept_aside(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    card = place.out / "README.md"
    ours, theirs = card.read_text(), card.read_text() + "\nCite our paper.\n"
    card.write_text(theirs)
    assert place.build() == 0
    assert "Not as published, and written again: README.md" in capsys.readouterr().err
    assert card.read_text() == ours
    assert (place.out / ".vdata" / "README.md.before").read_text() == theirs


# Caches, the ledger, the lock

Taught = tuple[Path, Server, Callable[[], dict[str, Any]]]


@pytest.fixture
def taught(tmp_path: Path, make_videos: ModuleType) -> Iterator[Taught]:
    """A folder, the server of a teacher, and what builds three clips with it and gives what build.json says."""
    for number in range(3):
        make_videos.plain(tmp_path / f"clip{number}.mp4", frames=25 + 5 * number)
    with Server(answer=film_teacher.answer) as server:

        def build() -> dict[str, Any]:
            config = Config(
                videos=[str(tmp_path / "*.mp4")],
                stages=[Scan(), Caption(of=None), Plain(of="captions")],
                teachers={"watcher": OpenAI(model="scripted", base_url=[server.url])},
                output={"path": tmp_path / "out"},
                cache=tmp_path / "cache",
            )
            assert run_build(config, limit=None, address=None, overwrite=False) == 0
            made: dict[str, Any] = json.loads((tmp_path / "out" / "build.json").read_text())
            return made

        yield tmp_path, server, build


@pytest.mark.slow
def test_a_damaged_cache_entry_is_all_that_is_made_again(taught: Taught) -> None:
    folder, server, build = taught
    build()
    assert server.counters.calls == 3
    known = Place(folder).rows()["data"]
    for damage in DAMAGES:
        shutil.rmtree(folder / "out" / ".vdata" / "parts")
        for kind in ("probe", "scan", "replies/replies"):
            harm(sorted((folder / "cache" / kind).glob("*/*"))[0], damage)
        found = [finding.text for finding in examine(folder / "out", cache=True).findings if finding.wrong]
        assert ["entries damaged" in text for text in found] == ([True, True] if damage != "delete" else [])
        before = server.counters.calls
        cached = {row["stage"]: row["cached"] for row in build()["funnel"]}
        assert (cached["probe"], cached["scan"]) == (2, 2), "one was decoded again"
        assert server.counters.calls - before == 1, "one was asked again"
        assert Place(folder).rows()["data"] == known
        assert not examine(folder / "out", cache=True).wrong


@pytest.mark.parametrize("damage", ["flip", *(pytest.param(one, marks=pytest.mark.slow) for one in ("cut", "empty"))])
def test_a_damaged_ledger_is_said_and_does_not_count(
    taught: Taught, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _, build = taught
    build()
    ledger = folder / "out" / ".vdata" / "spent"
    pages = sorted(ledger.iterdir())
    assert read_ledger(ledger)["watcher"]["caption"].calls == 3
    for page in pages:
        harm(page, damage)
    assert (read_ledger(ledger), damaged_pages(ledger)) == ({}, pages)
    found = [finding.text for finding in examine(folder / "out").findings if finding.wrong]
    assert [str(page) in text for page, text in zip(pages, found, strict=True)] == [True] * len(pages)
    assert "counts towards no budget" in found[0]
    shutil.rmtree(folder / "out" / ".vdata" / "parts")
    capsys.readouterr()
    spent = build()["teachers"]["watcher"]["caption"]
    assert f"spent: {len(pages)} of its files are damaged. What teachers cost" in capsys.readouterr().err
    assert (spent["calls"], spent["saved_calls"]) == (0, 3)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_lock_is_taken_over(
    place: Place, damage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "WATCH", 0.3)
    [record] = (place.out / ".vdata" / "holders").iterdir()
    harm(record, damage)
    assert not examine(place.out).wrong
    assert place.build() == 0
    assert "Nothing to do" in capsys.readouterr().err


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_that_was_made_for_a_row_is_made_again(place: Place, damage: str) -> None:
    place.out = place.folder / "films"
    films = [Moody(folder=str(place.folder)), Filmed(), Plain()]
    assert place.build(stages=films) == 0
    before, made = place.files(), {path: path.read_bytes() for path in (place.out / "media").iterdir()}
    place.ran()
    hurt = sorted(made)[0]
    harm(hurt, damage)
    [found] = [finding.text for finding in examine(place.out).findings if finding.wrong]
    assert found.startswith(f"{hurt}: ")
    assert place.build(stages=films) == 0
    assert len(place.ran()) == 4, "the rows of its part"
    assert len(before.items() & place.files().items()) == 8, "the other two parts, of four files each"
    aside = hurt.with_name(f"{hurt.name}.before")
    assert aside.exists() == (damage != "delete"), "somebody may have changed it on purpose"
    aside.unlink(missing_ok=True)
    assert {path: path.read_bytes() for path in (place.out / "media").iterdir()} == made
    assert not examine(place.out).findings
    shutil.rmtree(place.out / ".vdata")
    harm(hurt, damage)
    assert [finding.wrong for finding in examine(place.out).findings] == [True]


@pytest.mark.slow
def test_the_command_mends_what_the_doctor_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ray: None
) -> None:
    """The same with the command line and Ray, for a few files at once."""
    said = {f"v{n}": {"duration": 9.0, "timestamps": [[0, 1], [2, 3]], "sentences": ["Up.", "Down."]} for n in range(9)}
    (tmp_path / "labels.json").write_text(json.dumps(said))
    (tmp_path / "my.yaml").write_text(
        f"labels: [{{kind: activitynet, path: {tmp_path}/labels.json, lane: events}}]\n"
        f"stages: [tasks]\noutput: {{path: {tmp_path}/out}}\ncache: {tmp_path}/cache\n"
    )
    monkeypatch.undo()
    monkeypatch.setattr(remaining, "LABEL_UNIT", 3)
    out = tmp_path / "out"
    assert run(["build", str(tmp_path / "my.yaml")]) == 0
    known = Place(tmp_path).rows()
    assert run(["doctor", str(out)]) == 0
    for number, kind in enumerate(("*.json", "*.samples.*", "*.rejects.*")):
        harm(sorted((out / ".vdata" / "parts" / "0").glob(kind))[number], DAMAGES[number])
    harm(next((out / "data").iterdir()), "cut")
    harm(out / ".vdata" / "settings.json", "flip")
    capsys.readouterr()
    assert run(["doctor", str(out)]) == 1
    assert "5 things are wrong" in capsys.readouterr().out
    assert run(["build", str(tmp_path / "my.yaml")]) == 0
    assert Place(tmp_path).rows() == known
    assert run(["doctor", str(out)]) == 0
    assert run(["build", str(tmp_path / "my.yaml"), "--retry-failed"]) == 0
    err = capsys.readouterr().err
    assert "Nothing in this build has failed: there is nothing to take up again." in err
    assert "Nothing to do" in err
    assert run(["build", str(tmp_path / "my.yaml"), "--retry-failed", "--overwrite"]) == 2
