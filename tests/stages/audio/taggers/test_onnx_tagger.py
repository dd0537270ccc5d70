"""A network in an ONNX file is given windows in the form that it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Failed
from vdata.stages.audio.taggers import onnx
from vdata.stages.audio.taggers.onnx import Onnx


class Network:
    """Stands in for a session of ONNX Runtime: scores two labels by the mean and the greatest of what it is given."""

    def __init__(self, shape: list[Any], labels: int = 2) -> None:
        self.shape, self.name, self.labels = shape, "audio", labels
        self.given: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[Any]:
        return [self]

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        sound = inputs["audio"]
        self.given.append(sound.shape)
        rows = sound.reshape(len(sound) if sound.ndim > 1 else 1, -1)
        scores = np.stack([rows.mean(1), rows.max(1)], 1)[:, : self.labels]
        return [np.zeros((len(rows), 7), np.float32), scores.astype(np.float32)]


@pytest.fixture
def tagged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    (tmp_path / "names.txt").write_text("Low\nHigh\n")

    def make(network: Network, sound: Any, **settings: Any) -> Any:
        monkeypatch.setattr(onnx, "open_session", lambda *_: network)
        return Onnx(model=str(tmp_path / "net.onnx"), names=str(tmp_path / "names.txt"), **settings).scores(
            sound, "cpu"
        )

    return make


def test_windows_of_samples_go_in_together_where_the_network_takes_many(tagged: Any) -> None:
    network = Network(["batch", "samples"])
    sound = np.concatenate([np.zeros(32000), np.ones(32000)]).astype(np.float32)
    found = tagged(network, sound, window=1.0, step=0.5)
    assert network.given == [(7, 16000)]
    assert found.scores[:, 0].tolist() == [0, 0, 0, 0.5, 1, 1, 1]
    assert (found.labels, found.step, found.window, found.seconds) == (["Low", "High"], 0.5, 1.0, 4.0)


def test_a_network_of_spectrograms_is_given_those_one_at_a_time_where_it_takes_one(tagged: Any) -> None:
    network = Network([1, 1, 96, 64])
    found = tagged(network, np.zeros(40000, np.float32), logits=True)
    assert network.given == [(1, 1, 96, 64)] * 5
    assert found.scores == pytest.approx(1 / (1 + 1000), abs=1e-5)


def test_one_that_takes_a_single_sound_is_given_it_flat(tagged: Any) -> None:
    network = Network(["samples"])
    assert len(tagged(network, np.zeros(10, np.float32)).scores) == 1
    assert network.given == [(15360,)]


def test_no_sound_is_no_window(tagged: Any) -> None:
    assert tagged(Network(["n", "samples"]), np.zeros(0, np.float32)).scores.shape == (0, 2)


def test_a_network_of_other_classes_than_the_file_names_is_refused(tagged: Any) -> None:
    with pytest.raises(Failed, match=r"no_model: .*gives \[1, 7\], \[1, 1\], and .*names\.txt names 2 classes"):
        tagged(Network(["n", "samples"], labels=1), np.zeros(100, np.float32))
