"""The stage that makes the files of planned videos."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vdata.schemas import Failed, Timeline
from vdata.schemas.atomic_file import STAGING
from vdata.stages.haystack.render import Render
from vdata.video.decode import sandbox
from vdata.video.edit import render_process, renderer
from vdata.video.edit.edit_list import NEEDLES, Edit, Overlay, Piece, lay_pieces, needle_span

Picture = np.ndarray[Any, np.dtype[np.uint8]]
NumberOf = Callable[[Picture], tuple[int, int]]
MakeRow = Callable[..., Timeline]

WORD = Overlay(0.52, 1.0, "Marigold", y=0.7, size=0.15)
APPLE = Piece(2, 3, picture="drawn:red_apple")


@pytest.fixture
def row(pool: Path, tmp_path: Path) -> MakeRow:
    """``row(pieces, overlays, id="one")``: a planned video whose file goes to ``tmp_path/media``."""

    def make(
        pieces: tuple[Piece, ...] = (), overlays: tuple[Overlay, ...] = (WORD,), id: str = "one", size: int = 320
    ) -> Timeline:
        video = Timeline(f"haystack://{id}", id=id, base=os.fspath(pool), folder=str(tmp_path / "media"))
        usual = (Piece(0, 2, "a.mp4", "", "", 0, 2), APPLE, Piece(3, 5, "a.mp4", "", "", 2, 4))
        lay_pieces(video, Edit(pieces or usual, overlays, size, 180, 25.0))
        video.put(NEEDLES, [needle_span(one, one.text or one.picture) for one in overlays])
        return video

    return make


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("mode", ["smart", "full"])
def test_a_row_becomes_a_file(mode: Any, row: MakeRow, tmp_path: Path, number_of: NumberOf) -> None:
    video = Render(mode=mode).run(row())
    path = tmp_path / "media" / "one.mp4"
    assert os.listdir(path.parent) == ["one.mp4"]
    assert video.uri == "media/one.mp4"
    assert video.file == str(path)
    assert video.duration == 5
    assert video.attrs["render"] == mode
    assert "render_reason" not in video.attrs
    media = video.media
    assert media is not None
    assert (media.bytes, media.sha256) == (path.stat().st_size, sha256(path))
    assert (media.width, media.height, media.codec, media.container, media.frames) == (320, 180, "h264", "mov", 125)
    assert media.duration == pytest.approx(5, abs=0.02)
    assert media.has_audio
    with av.open(str(path)) as file:
        found = [number_of(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)) for frame in file.decode(video=0)]
    assert found[:50] == [(1, n) for n in range(50)]
    assert found[75:] == [(1, n) for n in range(50, 100)]
    assert video.report[mode] == 1
    assert video.report["frames_encoded"] == (125 if mode == "full" else video.report["frames_encoded"])
    assert (video.report["bytes_copied"] > 0) == (mode == "smart")


def test_plans_stay_plans(row: MakeRow, tmp_path: Path) -> None:
    video = Render(mode="plan").run(row())
    assert (video.uri, video.media, video.duration) == ("haystack://one", None, 5)
    assert video.attrs["render"] == "plan"
    assert not (tmp_path / "media").exists()
    assert Render(mode="plan").lanes_written() == set()
    assert Render(mode="plan").cache_key(row()) is None


def test_what_cannot_be_copied_is_encoded_and_said(row: MakeRow) -> None:
    pieces = (Piece(0, 2, "other.webm", "", "", 0, 2), APPLE, Piece(3, 5, "other.webm", "", "", 0, 2))
    video = Render().run(row(pieces))
    assert video.attrs["render"] == "full"
    assert video.attrs["render_reason"] == "not_h264"
    assert "other.webm" in video.attrs["render_detail"]
    assert video.report["full"] == 1
    assert video.report["why:not h264"] == 1
    assert video.media is not None
    assert video.media.frames == 125


def test_an_error_that_nobody_thought_of_is_encoded_around_and_said(
    row: MakeRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(name: str, *args: Any, **_: Any) -> Any:
        return getattr(render_process, name.rpartition(":")[2])(*args)

    def odd(*_: Any) -> Any:
        raise av.error.ArgumentError(errno.EINVAL, "Invalid argument", "one.mp4")

    monkeypatch.setattr(sandbox, "call", here)
    monkeypatch.setattr("vdata.video.edit.smart.render", odd)
    video = Render().run(row())
    assert (video.attrs["render"], video.attrs["render_reason"]) == ("full", "not_written")
    assert "Invalid argument" in video.attrs["render_detail"]
    monkeypatch.setattr("vdata.video.edit.smart.render", lambda *_: dict[str, float]()["no such key"])
    video = Render().run(row())
    assert (video.attrs["render"], video.attrs["render_reason"]) == ("full", "not_copied")
    assert video.attrs["render_detail"] == "KeyError: 'no such key'"
    monkeypatch.setattr("vdata.video.edit.full.render", odd)
    with pytest.raises(Failed, match=r"not_written: libav could not encode or write the video: .*Invalid argument"):
        Render().run(row())


@pytest.mark.parametrize("reason", ["decoder_crashed", "decoder_timeout", "decoder_out_of_memory"])
def test_a_crash_of_the_smart_way_is_outlived(reason: str, row: MakeRow, monkeypatch: pytest.MonkeyPatch) -> None:
    call = sandbox.call

    def crashing(name: str, *args: Any, **limits: Any) -> Any:
        if name.endswith(":smart"):
            Path(args[1]).write_bytes(b"half a file")
            raise Failed(reason, "killed by SIGSEGV")
        return call(name, *args, **limits)

    monkeypatch.setattr(sandbox, "call", crashing)
    video = Render().run(row())
    assert (video.attrs["render"], video.attrs["render_reason"]) == ("full", reason)
    assert video.attrs["render_detail"] == "killed by SIGSEGV"


def test_a_smart_file_that_is_not_as_planned_is_made_again(row: MakeRow, monkeypatch: pytest.MonkeyPatch) -> None:
    call = sandbox.call

    def losing(name: str, *args: Any, **limits: Any) -> Any:
        if name.endswith(":smart"):
            shorter = replace(args[0], pieces=args[0].pieces[:2])
            return call("vdata.video.edit.render_process:full", shorter, *args[1:], **limits)
        return call(name, *args, **limits)

    monkeypatch.setattr(sandbox, "call", losing)
    video = Render().run(row())
    assert (video.attrs["render"], video.attrs["render_reason"]) == ("full", "bad_render")
    assert "5.000 s were planned" in video.attrs["render_detail"]
    assert video.media is not None
    assert video.media.frames == 125


@pytest.mark.parametrize("mode", ["smart", "full"])
@pytest.mark.parametrize(
    ("pieces", "overlays", "reason"),
    [
        ((Piece(0, 2, "gone.mp4", "", "", 0, 2),), (), "not_found"),
        ((Piece(0, 2, picture="drawn:red_unicorn"),), (), "no_such_drawing"),
        ((Piece(0, 2, picture="gone.png"),), (), "not_found"),
        ((Piece(0, 2, "a.mp4", "", "", 0, 2),), (Overlay(0.5, 1, "字"),), "no_glyph"),
        ((Piece(0, 2, "a.mp4", "", "", 0, 2),), (Overlay(0.5, 1, picture="gone.png"),), "not_found"),
        ((Piece(0, 2, "a.mp4", "", "", 0, 2),), (Overlay(0.53, 0.55, "gone"),), "needle_not_shown"),
    ],
)
def test_what_cannot_be_made_fails_and_leaves_nothing(
    mode: Any, pieces: tuple[Piece, ...], overlays: tuple[Overlay, ...], reason: str, row: MakeRow, tmp_path: Path
) -> None:
    with pytest.raises(Failed) as failure:
        Render(mode=mode).run(row(pieces, overlays))
    assert failure.value.reason == reason
    assert os.listdir(tmp_path / "media") == []


def test_a_source_that_hangs_ends(row: MakeRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "SPARE_SECONDS", 0.02)
    with pytest.raises(Failed) as failure:
        Render(mode="full", slowest=0.001).run(row())
    assert failure.value.reason == "decoder_timeout"
    assert os.listdir(tmp_path / "media") == []


def test_a_row_that_is_run_again_replaces_its_file(row: MakeRow, tmp_path: Path) -> None:
    path = tmp_path / "media" / "one.mp4"
    path.parent.mkdir()
    path.write_bytes(b"of an earlier attempt")
    first = Render(mode="full").run(row()).media
    again = Render(mode="full").run(row()).media
    coarse = Render(mode="full", crf=40).run(row()).media
    assert first == again
    assert first is not None
    assert coarse is not None
    assert coarse.bytes < first.bytes
    assert sha256(path) == coarse.sha256


def test_a_build_sweeps_what_a_killed_one_left(row: MakeRow, monkeypatch: pytest.MonkeyPatch) -> None:
    call = sandbox.call
    names: set[str] = set()

    def noting(name: str, *args: Any, **limits: Any) -> Any:
        names.add(Path(args[1] if not name.endswith(":check") else args[0]).name)
        return call(name, *args, **limits)

    monkeypatch.setattr(sandbox, "call", noting)
    Render().run(row())
    assert len(names) == 1
    assert names.pop().startswith(STAGING)


def test_sound_can_be_left_out(row: MakeRow) -> None:
    for mode in ("smart", "full"):
        media = Render(mode=mode, sound=False).run(row()).media
        assert media is not None
        assert not media.has_audio


@pytest.mark.parametrize("id", ["", "../up", "a/b"])
def test_ids_that_are_no_names(id: str, row: MakeRow, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no id that could be a file's name"):
        Render().run(row(id=id))
    assert os.listdir(tmp_path) == []


def test_what_was_made_is_not_made_again(row: MakeRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render, path = Render(), tmp_path / "media" / "one.mp4"
    made = render.run(row())
    kept = render.freeze(made)
    assert json.loads(kept)[1] == {"render": "smart"}
    again = row()
    monkeypatch.setattr(sandbox, "call", lambda *args, **limits: pytest.fail("work was done"))
    render.thaw(again, kept)
    assert (again.uri, again.media, again.attrs, again.report, again.duration, again.path) == (
        made.uri, made.media, made.attrs, made.report, made.duration, made.path
    )  # fmt: skip
    monkeypatch.undo()
    whole = sha256(path)
    for damage in (lambda: path.unlink(), lambda: path.write_bytes(path.read_bytes()[:-9] + b"different")):
        damage()
        again = row()
        render.thaw(again, kept)
        assert sha256(path) == whole
        assert again.media == made.media


def test_the_cache_knows_plans_apart(row: MakeRow) -> None:
    keys = {Render().cache_key(video) for video in (row(), row(id="two"), row(overlays=()), row(size=640), row())}
    assert len(keys) == 4
    assert None not in keys
    assert Render().cache_settings() == Render(timeout=7, slowest=3, max_memory=999).cache_settings()
    assert Render().cache_settings() != Render(crf=20).cache_settings()


def test_the_closing_line() -> None:
    totals = {"smart": 7.0, "full": 2.0, "why:other codec": 2.0, "bytes_copied": 91.0, "bytes_encoded": 9.0}
    assert Render().summary(totals) == "9 videos made: 7 smart, 2 full (other codec 2); 91 % of the bytes copied"
    assert Render().summary({"smart": 1.0, "bytes_copied": 1.0}) == "1 video made: 1 smart; 100 % of the bytes copied"
    assert Render(mode="full").summary({"full": 3.0, "bytes_encoded": 9.0}) == "3 videos made: 3 full"
    assert Render(mode="plan").summary({"plan": 4.0}) == (
        "4 videos planned, no files made: vdata.haystack.open reads them"
    )
    assert Render().summary({}) is None


LIMITED = """
import resource, signal, sys
from vdata.video.edit import render_process
from vdata.video.edit.edit_list import Edit, Piece
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
plan = Edit((Piece(0, 2, "a", sys.argv[1], "", 0, 2),), (), 320, 180, 25.0)
try:
    getattr(render_process, sys.argv[3])(plan, sys.argv[2], 10, "ultrafast")
except OSError as error:
    print(type(error).__module__, error.errno, error.filename)
"""


@pytest.mark.parametrize("way", ["smart", "full"])
def test_a_full_disk_is_told_as_one(way: str, pool: Path, tmp_path: Path) -> None:
    """A build stops at such errors, and does not count the rows as failed."""
    command = [sys.executable, "-c", LIMITED, str(pool / "a.mp4"), str(tmp_path / "a.mp4"), way]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert said == ["builtins", str(errno.EFBIG), str(tmp_path / "a.mp4")]


@pytest.mark.parametrize(
    ("change", "frames", "said"),
    [
        ({"width": 322}, 50, "pictures are 320 × 180 pixels"),
        ({}, 49, "it has 50 frames, not 49"),
        ({"pieces": (Piece(0, 3, picture="drawn:red_apple"),)}, 50, "3.000 s were planned"),
        ({"pieces": (Piece(0, 1.9, picture="drawn:red_apple"),)}, 50, "1.900 s were planned"),
    ],
)
def test_a_file_that_is_not_as_planned(
    change: dict[str, Any], frames: int, said: str, pool: Path, tmp_path: Path
) -> None:
    plan = Edit((Piece(0, 2, "a.mp4", str(pool / "a.mp4"), "", 0, 2),), (), 320, 180, 25.0)
    path = str(tmp_path / "a.mp4")
    render_process.full(plan, path, 30, "ultrafast")
    assert render_process.check(path, plan, 50).frames == 50
    with pytest.raises(Failed) as failure:
        render_process.check(path, replace(plan, **change), frames)
    assert failure.value.reason == "bad_render"
    assert said in failure.value.detail
