"""pyiqa's metrics as scores of spans: their own values, for those without weights and for a network of random ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Media, NotReady, Span, Timeline
from vdata.stages.rate.rate import Rate
from vdata.stages.rate.scorers import pyiqa as scorer

PICTURES = [np.random.default_rng(n).integers(0, 256, (96, 128, 3), np.uint8) for n in range(4)]


def film(monkeypatch: pytest.MonkeyPatch) -> Timeline:
    """Two spans; the pictures of which are the four above."""
    monkeypatch.setattr(
        "vdata.video.decode.frames.fetch", lambda file, times, width: [PICTURES[int(time // 2)] for time in times]
    )
    video = Timeline("v.mp4", "v", 8.0, Media(sha256="a", duration=8.0, fps=25.0))
    video.put("shots", [Span(0, 4), Span(4, 8)])
    return video


def rated(metric: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[float]:
    stage = Rate.model_validate(
        {"by": "pyiqa", "pyiqa": {"metric": metric}, "look": {"count": 2}, "device": "cpu", **more}
    )
    stage.ready()
    video = stage.run(film(monkeypatch))
    return [span.values[metric] for span in video.lane("shots")]


def test_metrics_of_no_single_picture_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    known = SimpleNamespace(list_models=lambda metric_mode: ["clipscore", "fid", "inception_score", "niqe"])
    monkeypatch.setitem(__import__("sys").modules, "pyiqa", known)
    monkeypatch.setattr(scorer, "find_spec", lambda name: 1)
    scorer.Pyiqa(metric="niqe").ready()
    for metric, why in (
        ("fid", "compares sets of pictures"),
        ("clipscore", "match: {mode: score}"),
        ("ssim", ": niqe$"),
    ):
        with pytest.raises(NotReady, match=rf"pyiqa\.metric: {metric} .*{why}"):
            scorer.Pyiqa(metric=metric).ready()


def test_pictures_of_which_a_metric_has_no_number_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([float("nan"), 50.0, float("nan"), float("inf")])  # piqe has none of a black picture
    monkeypatch.setattr(
        scorer.Pyiqa, "of_pictures", lambda self, pictures, device: [{self.metric: next(numbers)} for _ in pictures]
    )
    stage = Rate.model_validate({"by": "pyiqa", "pyiqa": {"metric": "piqe"}, "look": {"count": 2}})
    video = stage.run(film(monkeypatch))
    assert [span.values for span in video.lane("shots")] == [{"piqe": 50.0}, {}]
    assert stage.summary(video.report) == "rate: pyiqa can say nothing of 1 of 2 spans"


@pytest.mark.slow
@pytest.mark.parametrize(("over", "join"), [("mean", np.mean), ("max", np.max)])
@pytest.mark.parametrize("metric", ["piqe", "entropy"])
def test_metrics_without_weights(
    metric: str, over: str, join: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = pytest.importorskip("pyiqa", reason="pip install 'vdata-toolkit[pyiqa]'")
    import torch

    given = torch.from_numpy(np.stack(PICTURES)).permute(0, 3, 1, 2).float() / 255
    own = package.create_metric(metric, device=torch.device("cpu"))(given).reshape(2, 2).numpy()
    assert rated(metric, monkeypatch, over=over) == pytest.approx(join(own, axis=1), rel=1e-3)


@pytest.mark.slow
def test_a_network_of_random_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyiqa", reason="pip install 'vdata-toolkit[pyiqa]'")
    import torch
    from pyiqa.archs import arch_util
    from pyiqa.archs.cnniqa_arch import CNNIQA

    torch.manual_seed(0)
    network = CNNIQA(pretrained=None).eval()
    torch.save({"params": network.state_dict()}, tmp_path / "w.pth")
    monkeypatch.setattr(arch_util, "load_file_from_url", lambda url: str(tmp_path / "w.pth"))  # else it is fetched
    given = torch.from_numpy(np.stack(PICTURES)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        own = network(given).reshape(2, 2).mean(dim=1).numpy()
    assert np.ptp(own) > 1e-4
    assert rated("cnniqa", monkeypatch) == pytest.approx(own, abs=1e-4)
