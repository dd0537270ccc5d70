"""The cache by content: whole entries only, damage counts as absent, stages run once."""

from __future__ import annotations

from pathlib import Path

from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Timeline
from vdata.stages import Stage


class Counted(Stage):
    """Counts how often it runs."""

    power: int = 1

    def run(self, video: Timeline) -> Timeline:
        RUNS.append(video.uri)
        video.duration = 2.0**self.power
        return video

    def cache_key(self, video: Timeline) -> str | None:
        return video.uri or None

    def freeze(self, video: Timeline) -> bytes:
        return str(video.duration).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        video.duration = float(data)


RUNS: list[str] = []


def test_put_and_get(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"\x00data")
    assert cache.get("scan", "ab12") == b"\x00data"
    assert cache.get("probe", "ab12") is None


def test_a_damaged_entry_counts_as_absent(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("scan", "ab12", b"data")
    path = cache.path("scan", "ab12")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"data")
    assert cache.get("scan", "ab12") == b"data"


def test_a_stage_runs_once_for_the_same_content_and_settings(tmp_path: Path) -> None:
    RUNS.clear()
    cache = Cache(tmp_path)
    for stage, uri, expected in (
        (Counted(), "a", False),
        (Counted(), "a", True),
        (Counted(power=3), "a", False),
        (Counted(), "b", False),
    ):
        video, cached = run_cached(stage, Timeline(uri), cache)
        assert (cached, video.duration) == (expected, 2.0**stage.power)
    assert RUNS == ["a", "a", "b"]


def test_a_stage_without_a_key_always_runs(tmp_path: Path) -> None:
    RUNS.clear()
    for _ in range(2):
        assert run_cached(Counted(), Timeline(""), Cache(tmp_path))[1] is False
    assert RUNS == ["", ""]
    assert list(tmp_path.iterdir()) == []
