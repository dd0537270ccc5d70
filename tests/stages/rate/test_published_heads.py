"""Aesthetic heads in the files that are published: the same layers and names, with random weights, against torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Span, Timeline
from vdata.schemas.vectors import pack, unpack
from vdata.stages.rate.rate import Rate

SIZES = {"laion": (768, 1024, 128, 64, 16, 1), "laion_linear": (768, 1), "siglip_v2_5": (1152, 1024, 128, 64, 16, 1)}
PLACES = {"laion": (0, 2, 4, 6, 7), "siglip_v2_5": (0, 2, 4, 6, 8)}
"""Of the linear layers among those of dropout: LAION's has none before its last one."""
PREFIX = {"laion": "layers", "siglip_v2_5": "scoring_head"}


def network(kind: str, torch: Any) -> Any:
    layers = [torch.nn.Linear(a, b) for a, b in zip(SIZES[kind], SIZES[kind][1:], strict=False)]
    if kind == "laion_linear":
        return layers[0]
    inner = torch.nn.Sequential()
    for place, layer in zip(PLACES[kind], layers, strict=True):
        while len(inner) < place:
            inner.append(torch.nn.Dropout(0.2))
        inner.append(layer)
    whole = torch.nn.Module()
    whole.add_module(PREFIX[kind], inner)
    return whole


@pytest.mark.parametrize("kind", list(SIZES))
def test_a_head_in_its_published_file_scores_as_torch_does(kind: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="a .pth file needs torch")
    torch.manual_seed(len(kind))
    head = network(kind, torch).eval()
    state = head.state_dict()
    if kind == "siglip_v2_5":  # as that file is
        state = {name: value.to(torch.bfloat16) for name, value in state.items()}
        head.load_state_dict(state)
    torch.save(state, tmp_path / "head.pth")
    rng = np.random.default_rng(0)
    vectors = [pack(rng.normal(size=SIZES[kind][0])) for _ in range(5)]
    given = torch.from_numpy(unpack(vectors))
    given = given / given.norm(dim=-1, keepdim=True)
    with torch.inference_mode():
        own = (head if kind == "laion_linear" else getattr(head, PREFIX[kind]))(given).reshape(-1).numpy()
    assert np.ptp(own) > 1e-3
    stage = Rate.model_validate({"by": "aesthetic", "aesthetic": {"head": str(tmp_path / "head.pth")}})
    stage.ready()
    video = Timeline("v.mp4", "v", 5.0)
    video.lanes["shots"] = [Span(n, n + 1, vector=one) for n, one in enumerate(vectors)]
    stage.run(video)
    assert [span.values["aesthetic"] for span in video.lane("shots")] == pytest.approx(own, abs=1e-4)
