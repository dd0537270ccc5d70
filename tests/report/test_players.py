"""Where a browser finds a video: beside the page, at a URL, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdata.report.players import player_address


def test_files_are_found_from_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out, page = tmp_path / "out", Path("pages/report.html")
    for name in ("videos/a b#1.mp4", "out/media/made.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert player_address("videos/a b#1.mp4", out, page) == "../videos/a%20b%231.mp4"
    assert player_address(str(tmp_path / "videos/a b#1.mp4"), out, page) == "../videos/a%20b%231.mp4"
    assert player_address("media/made.mp4", out, page) == "../out/media/made.mp4"


def test_urls_are_played_and_what_a_browser_does_not_open_is_not(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert player_address("https://example.org/a.mp4", tmp_path, page) == "https://example.org/a.mp4"
    for uri in ("s3://bucket/a.mp4", "tar://a.mp4::shards/0.tar", "haystack://plan", "gone.mp4", "pkg://no_such/a.mp4"):
        assert player_address(uri, tmp_path, page) == "", uri
