"""Pictures of one's own: of a folder, of an archive, behind a URL."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PIL import Image

from vdata.schemas import Failed
from vdata.stages.haystack.own_pictures import own_pictures
from vdata.video.edit.overlay import load


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


FILES = {"red_ball/a.png": picture("red"), "key.png": picture("blue"), "notes.txt": b"no picture"}
SHOWN = [("key", "key.png"), ("red ball", "red_ball/a.png")]


def test_a_folder_a_zip_a_tar_and_a_url_hold_the_same_pictures(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    with (
        zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as zipped,
        tarfile.open(tmp_path / "p.tar", "w") as tar,
    ):
        for name, data in FILES.items():
            (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "p" / name).write_bytes(data)
            zipped.writestr(name, data)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
            system.pipe(f"/own_pictures/{name}", data)
    for place, begin, end in [
        (str(tmp_path / "p"), f"{tmp_path}/p/", ""),
        (str(tmp_path / "p.zip"), "zip://", f"::{tmp_path}/p.zip"),
        (str(tmp_path / "p.tar"), "tar://", f"::{tmp_path}/p.tar"),
        ("memory://own_pictures", "memory:///own_pictures/", ""),
    ]:
        expected = [(shown, f"{begin}{name}{end}", hashlib.sha256(FILES[name]).hexdigest()) for shown, name in SHOWN]
        assert own_pictures(place) == expected


def test_a_picture_in_an_archive_is_drawn(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as zipped:
        zipped.writestr("red.png", FILES["red_ball/a.png"])
    ((_, uri, _),) = own_pictures(str(tmp_path / "p.zip"))
    patch = load(uri, 16)
    assert patch.shape == (16, 16, 4)
    assert np.abs(patch[8, 8].astype(int) - (255, 0, 0, 255)).max() <= 1


def test_a_place_without_pictures_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    for place in (str(tmp_path), str(tmp_path / "gone")):
        with pytest.raises(Failed) as failure:
            own_pictures(place)
        assert failure.value.reason == "no_pictures"
    with pytest.raises(Failed) as failure:
        own_pictures(str(tmp_path / "gone.zip"))
    assert failure.value.reason == "not_found"
