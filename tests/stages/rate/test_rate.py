"""The stage rate, its arithmetic scorers, and NudeNet where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laid import undeclared

from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Failed, Media, MissingExtra, NotReady, Span, Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.rate.lasting_edges import lasting_edges
from vdata.stages.rate.rate import Rate
from vdata.stages.rate.scorers import nudenet
from vdata.stages.rate.scorers.nudenet import Nudenet
from vdata.stages.rate.scorers.watermark import Watermark

Pictures = list[Any]
SoundFilm = Callable[..., Path]


def rate(**keys: Any) -> Rate:
    """The stage with *keys*, those of its scorers among them."""
    return Rate.model_validate(keys)


def video(*spans: tuple[float, float]) -> Timeline:
    made = Timeline("v.mp4", "v", 40.0, Media(sha256="5ha", duration=40.0, fps=25))
    made.put("shots", [Span(start, end) for start, end in spans])
    return made


class Detector:
    """Sees what the red of a picture says: one class of NudeNet's, as sure as the picture is red."""

    def detect(self, picture: Any) -> list[dict[str, Any]]:
        assert picture[0, 0, 0] == 0  # BGR
        score = round(float(picture[0, 0, 2]) / 100, 2)
        return [{"class": "BUTTOCKS_EXPOSED", "score": score}, {"class": "FACE_FEMALE", "score": 0.99}]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pictures that are as red as their second; the list has the number of each fetch."""
    counts: list[int] = []

    def fetch(file: str, times: Sequence[float], width: int) -> Pictures:
        counts.append(len(times))
        assert width == 640
        return [np.full((4, 4, 3), (int(time), 0, 0), np.uint8) for time in times]

    monkeypatch.setattr("vdata.video.decode.frames.fetch", fetch)
    monkeypatch.setattr(nudenet, "_detector", Detector)
    monkeypatch.setattr(Nudenet, "identity", lambda _: "x")
    return counts


def test_a_span_has_the_greatest_or_the_mean_of_its_frames_and_is_not_dropped(fetched: list[int]) -> None:
    made, stage = video((0, 30), (30, 36)), rate(by="nudenet")
    stage.run(made)
    assert undeclared(made, [stage], {}) == {}
    assert [one.values for one in made.lane("shots")] == [{"nudity": 0.25}, {"nudity": 0.35}]
    assert [one.attrs for one in made.lane("shots")] == [{}, {}]
    assert (made.rejects, stage.summary(made.report)) == ([], None)
    mean = rate(by="nudenet", over="mean", nudenet={"threshold": 0.3}).run(video((0, 30), (30, 36)))
    assert [one.values["nudity"] for one in mean.lane("shots")] == [0.15, 0.33]
    assert [one.attrs for one in mean.lane("shots")] == [{"nudity": "no"}, {"nudity": "yes"}]
    other = rate(by="nudenet", nudenet={"classes": ["FACE_FEMALE"]}).run(video((0, 30)))
    assert other.lane("shots")[0].values == {"nudity": 0.99}


def test_pictures_are_fetched_some_at_a_time_and_ratings_are_kept(fetched: list[int], tmp_path: Path) -> None:
    cache, spans = Cache(tmp_path), [(float(n), n + 1.0) for n in range(12)]
    for cached in (False, True):
        made = video(*spans)
        assert run_cached(rate(by="nudenet"), made, cache)[1] is cached
        assert [one.values["nudity"] for one in made.lane("shots")] == [n / 100 for n in range(12)]
    assert fetched == [16, 16, 4]
    assert run_cached(rate(by="nudenet"), video(*spans[:3]), cache)[1] is False


def test_a_video_without_spans_or_file(fetched: list[int]) -> None:
    assert rate(by="nudenet").run(video()).lane("shots") == []
    bare = Timeline("v.mp4", "v", 9.0)
    bare.put("shots", [Span(0, 9)])
    with pytest.raises(Failed, match="no_media"):
        rate(by="nudenet").run(bare)
    assert fetched == []


def test_the_area_of_text_is_the_mean_over_the_span() -> None:
    made = video((0, 10), (10, 20))
    box = {"x0": 0.0, "y0": 0.0, "x1": 0.5, "y1": 0.5}
    made.put("texts", [Span(5, 10, "a", values=box), Span(18, 22, "b", values=box)])
    stage = rate(by="text_area")
    stage.run(made)
    assert undeclared(made, [stage], {"texts": None}) == {}
    assert [one.values for one in made.lane("shots")] == [{"text_area": 0.125}, {"text_area": 0.05}]
    assert stage.lanes_read() == {"shots", "texts"}
    made.put("texts", [Span(5, 10, "without a box")])
    made.put("shots", [Span(0, 10), Span(10, 20)])
    stage.run(made)
    assert [one.values for one in made.lane("shots")] == [{}, {"text_area": 0}]
    assert stage.summary(made.report) == "rate: text_area can say nothing of 1 of 2 spans"


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        ({"by": "nudenet"}, r"nudenet is not installed: pip install 'vdata-toolkit\[nudenet\]'"),
        ({"by": "pyiqa"}, r"pyiqa is not installed: pip install 'vdata-toolkit\[pyiqa\]'"),
    ],
)
def test_without_the_extra_one_line_says_so(extra: dict[str, Any], line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for scorer in ("nudenet", "pyiqa"):
        monkeypatch.setattr(f"vdata.stages.rate.scorers.{scorer}.find_spec", lambda *_: None)
    with pytest.raises(MissingExtra, match=line):
        rate(**extra).ready()


# Watermarks


def pictures(seed: int, *, mark: tuple[int, int] | None = None, bars: bool = False, count: int = 8) -> Pictures:
    """Blurred noise in 216 by 384, each picture another, with a mark or with black bars above and below."""
    import cv2

    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        picture = cv2.resize(
            rng.uniform(0, 255, (14, 24)).astype(np.float32), (384, 216), interpolation=cv2.INTER_CUBIC
        )
        if bars:
            picture[:28] = picture[-28:] = 0
        drawn: Any = np.clip(picture, 0, 255).astype(np.uint8)
        if mark:
            drawn = cv2.putText(drawn, "vid.io", mark, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 230, 2)
        made.append(drawn.astype(np.float32))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_a_mark_is_found_in_its_corner(seed: int) -> None:
    shares = lasting_edges(pictures(seed, mark=(310, 24)), 0.3) or []
    assert np.argmax(shares) == 1
    assert shares[1] > 0.01
    assert max(shares[0], shares[2], shares[3]) < 0.002


def test_bars_and_changing_pictures_are_no_mark() -> None:
    assert max(lasting_edges(pictures(5), 0.3) or [1]) < 0.015
    assert max(lasting_edges(pictures(6, bars=True), 0.3) or [1]) < 0.015
    assert np.argmax(lasting_edges(pictures(7, bars=True, mark=(8, 205)), 0.3) or []) == 2


def test_of_a_still_picture_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    still = pictures(0, mark=(310, 24), count=1) * 8
    assert lasting_edges(still, 0.3) is None


def test_watermark_is_of_the_whole_video_and_needs_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [np.repeat(one.astype(np.uint8)[..., None], 3, 2) for one in pictures(1, mark=(310, 24), count=8)]

    def fetch(file: str, times: Sequence[float], width: int) -> Pictures:
        return [shown[int(time) // 5] for time in times]

    monkeypatch.setattr("vdata.video.decode.frames.fetch", fetch)
    made = video(*((5.0 * n, 5.0 * n + 5) for n in range(8)))
    rate(by="watermark", watermark={"min_spans": 9}).run(made)
    assert [(one.values, one.attrs) for one in made.lane("shots")] == [({}, {})] * 8
    stage = rate(by="watermark")
    stage.run(made)
    assert undeclared(made, [stage], {}) == {}
    (first, *others) = made.lane("shots")
    assert first.attrs == {"watermark": "top_right"}
    assert first.values["watermark"] > 0.01
    assert [one.values for one in others] == [first.values] * 7
    assert isinstance(stage.scorer, Watermark)


# Aesthetic predictors


def vectored(*numbers: float) -> Span:
    """A span that ``embed`` gave a vector."""
    return Span(0, 1, vector=np.array(numbers, "<f2").tobytes())


@pytest.fixture
def head(tmp_path: Path) -> Path:
    """Two linear layers: (a, b, c) becomes (a + b, 2 c), and that 3 (a + b) + 2 c + 1."""
    safetensors = pytest.importorskip("safetensors.numpy")
    layers = {
        "layers.2.weight": np.array([[1, 1, 0], [0, 0, 2]], np.float32),
        "layers.2.bias": np.array([0, 0.5], np.float32),
        "layers.10.weight": np.array([[3, 1]], np.float32),
        "layers.10.bias": np.array([0.5], np.float32),
    }
    safetensors.save_file(layers, tmp_path / "head.safetensors")
    return tmp_path / "head.safetensors"


def test_a_head_of_linear_layers_scores_the_vectors_of_spans(head: Path) -> None:
    stage = rate(by="aesthetic", aesthetic={"head": str(head)})
    stage.ready()
    made = video()
    made.lanes["shots"] = [vectored(1, 0, 0), vectored(0, 0.6, 0.8), vectored(0, 3, 4), Span(3, 4)]
    stage.run(made)
    *known, unknown = [one.values.get("aesthetic") for one in made.lane("shots")]
    assert known == pytest.approx([4, 4.4, 4.4], abs=1e-3)  # vectors count by their direction
    assert unknown is None
    assert stage.summary(made.report) == "rate: aesthetic can say nothing of 1 of 4 spans"
    assert (stage.vectors_read(), stage.paths()) == ({"shots"}, {("aesthetic", "head"): str(head)})
    made.lanes["shots"] = [vectored(1, 0)]
    with pytest.raises(Failed, match="takes vectors of 3 numbers, and those of the spans have 2"):
        stage.run(made)


def test_a_file_that_is_no_such_head_is_refused(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    with pytest.raises(NotReady, match=r"aesthetic\.head: nothing is no file"):
        rate(by="aesthetic").ready()
    path = tmp_path / "head.safetensors"
    for layers, said in (
        ({"a.weight": np.ones((2, 3), np.float32)}, "predicts 2 numbers, not one"),
        ({"a.weight": np.ones((1, 3), np.float32), "norm.scale": np.ones(3, np.float32)}, "no chain of linear layers"),
        (
            {"0.weight": np.ones((4, 3), np.float32), "1.weight": np.ones((1, 2), np.float32)},
            "1.weight takes 2 numbers",
        ),
    ):
        path.unlink(missing_ok=True)
        path = path.with_name(f"{len(said)}.safetensors")
        safetensors.save_file(layers, path)
        with pytest.raises(NotReady, match=said):
            rate(by="aesthetic", aesthetic={"head": str(path)}).ready()
    path.write_bytes(b"nothing")
    with pytest.raises(NotReady, match="cannot be read"):
        rate(by="aesthetic", aesthetic={"head": str(path)}).ready()


# The real thing


def test_nudenet_sees_nothing_in_grey_pictures(sound_film: SoundFilm) -> None:
    pytest.importorskip("nudenet", reason="pip install 'vdata-toolkit[nudenet]'")
    made = Probe().run(Timeline(str(sound_film("a.mkv"))))
    made.put("shots", [Span(0, 2), Span(2, 5)])
    stage = rate(by="nudenet", look={"count": 2}, nudenet={"threshold": 0.6})
    stage.ready()
    stage.run(made)
    assert [(one.values, one.attrs) for one in made.lane("shots")] == [({"nudity": 0}, {"nudity": "no"})] * 2
