"""A file is whole or absent, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from vdata.schemas.atomic_file import STAGING, link_or_create, replace_synced, staged, write_bytes


def _fill(path: Path) -> None:
    path.write_bytes(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_staged_and_not_renamed_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with pytest.raises(OSError, match="No space") as caught, staged(path) as staging:
        _fill(staging)
    assert (staging.parent, staging.suffix) == (tmp_path, ".mp4")
    assert staging.name.startswith(STAGING)
    assert caught.value.filename == str(staging)
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_bytes(b"one", path)
    with staged(path) as staging:
        staging.write_bytes(b"two")
        assert path.read_bytes() == b"one"
        replace_synced(staging, path)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("code", [None, errno.EPERM, errno.EXDEV])
def test_a_name_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "no hard links here")

    if code is not None:
        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "a"
    for data in (b"one", b"two"):
        with staged(path) as staging:
            staging.write_bytes(data)
            if data == b"one":
                link_or_create(staging, path, data)
            else:
                with pytest.raises(FileExistsError):
                    link_or_create(staging, path, data)
    assert path.read_bytes() == b"one"
