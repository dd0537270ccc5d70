"""Embedders that are loaded here, by the libraries themselves, from folders of tiny models with random weights."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.dataset as ds
import pytest
import tiny_embedders

from vdata.cli import run
from vdata.pipelines.teachers import local_embedder
from vdata.pipelines.teachers.local_embedder import Encoders, Library, LocalEmbedder
from vdata.schemas.vector_columns import vectors_of
from vdata.schemas.vectors import unpack

LONG = " ".join(["the red dog runs over the road"] * 10)
TEXTS = ["a red car", "green", LONG, "a.jpg", "see http://example.org/a.png"]


def picture(*colour: int) -> str:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 40), colour).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


PICTURES = [picture(255, 0, 0), picture(0, 0, 255), picture(10, 200, 30)]


def sentences_of_clip(folder: Path) -> Path:
    return tiny_embedders.sentences(folder, tiny_embedders.clip(folder.with_name("whole")))


def sentences_of_bert(folder: Path) -> Path:
    return tiny_embedders.sentences(folder, tiny_embedders.bert(folder.with_name("whole")), pooled=True)


def check_vectors(model: LocalEmbedder, kind: Any, items: list[str], size: int) -> np.ndarray[Any, Any]:
    together = unpack(model.embed(kind, items))
    assert together.shape == (len(items), size)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=5e-3)
    assert len(np.unique(together, axis=0)) == len(items)
    alone = np.vstack([unpack(model.embed(kind, [item])) for item in items])
    assert together == pytest.approx(alone, abs=2e-3), "what they are sent with does not count"
    assert model.embed(kind, items) == model.embed(kind, items)
    return together


def available(library: Library) -> None:
    pytest.importorskip("torch", reason="pip install 'vdata-toolkit[embed]'")
    pytest.importorskip("transformers", "5", reason="older processors take no tokenizer that is made up")
    pytest.importorskip(library, reason="pip install 'vdata-toolkit[embed]'")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "make", "size", "sees"),
    [
        ("transformers", tiny_embedders.clip, 8, True),
        ("transformers", tiny_embedders.siglip, 16, True),
        ("open_clip", tiny_embedders.open_clip, 8, True),
        ("sentence_transformers", sentences_of_clip, 8, True),
        ("sentence_transformers", sentences_of_bert, 16, False),
    ],
)
def test_texts_and_pictures_become_vectors(
    library: Library, make: Callable[[Path], Path], size: int, sees: bool, tmp_path: Path
) -> None:
    available(library)
    model = LocalEmbedder(library, str(make(tmp_path / "model")))
    check_vectors(model, "text", TEXTS, size)
    most = 62 if make is sentences_of_bert else tiny_embedders.LONGEST - 2
    just, over = " ".join(["red"] * most), " ".join(["red"] * (most + 1))
    assert model.cuts([*TEXTS[:2], just, over]) == [False, False, False, True]
    assert model.embed("text", [over]) == model.embed("text", [f"{over} dog"])
    if sees:
        check_vectors(model, "image", PICTURES, size)
    else:
        with pytest.raises(ValueError, match="the model takes no pictures: write images: false"):
            model.embed("image", PICTURES)
    assert len(unpack(LocalEmbedder(library, str(tmp_path / "model"), 4).embed("text", ["green"]))[0]) == 4


@pytest.mark.slow
def test_a_text_that_is_a_files_name_is_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("sentence_transformers")
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(base64.b64decode(PICTURES[0].partition(",")[2]))
    model = LocalEmbedder("sentence_transformers", str(sentences_of_clip(tmp_path / "model")))
    plain = LocalEmbedder("transformers", str(tmp_path / "whole"))
    assert unpack(model.embed("text", TEXTS)) == pytest.approx(unpack(plain.embed("text", TEXTS)), abs=2e-3)


@pytest.mark.slow
def test_siglip_reads_texts_padded_as_it_was_trained(tmp_path: Path) -> None:
    available("transformers")
    import torch
    from transformers import SiglipModel

    folder = tiny_embedders.siglip(tmp_path / "model")
    ids = [2, *(tiny_embedders.WORDS.index(word) for word in ("a", "red", "car")), 3]
    ids += [0] * (tiny_embedders.LONGEST - len(ids))
    with torch.inference_mode():
        exact = SiglipModel.from_pretrained(folder).eval().get_text_features(input_ids=torch.tensor([ids]))
    exact = getattr(exact, "pooler_output", exact)[0].numpy()
    found = unpack(LocalEmbedder("transformers", str(folder)).embed("text", ["a red car"]))[0]
    assert found == pytest.approx(exact / np.linalg.norm(exact), abs=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "make", "said"),
    [
        ("transformers", tiny_embedders.bert, "it is no CLIP or SigLIP, but bert: use library: sentence_transformers"),
        ("sentence_transformers", tiny_embedders.siglip, "it is a SigLIP, .* use library: transformers"),
        ("open_clip", tiny_embedders.clip, "open_clip_config.json"),
        ("open_clip", lambda folder: "ViT-B-32", "it names no weights: write ViT-B-32:TAG"),
        ("open_clip", lambda folder: "ViT-B-32:./none.pt", "'./none.pt' is not a known tag or valid file path"),
    ],
)
def test_a_model_of_another_kind(
    library: Library, make: Callable[[Path], Path | str], said: str, tmp_path: Path
) -> None:
    available(library)
    with pytest.raises((ValueError, OSError, RuntimeError), match=said):
        LocalEmbedder(library, str(make(tmp_path / "model")))


@pytest.mark.parametrize("path", ["/no/such/folder", "./none", "~/no/such/folder"])
def test_a_folder_that_is_not_there(path: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"^there is no folder (/.*/|\./)(folder|none)$"):
        LocalEmbedder("transformers", path)


def test_vectors_that_are_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    found = np.eye(3, dtype=np.float32)
    monkeypatch.setitem(local_embedder.LOADERS, "open_clip", lambda *_: Encoders(lambda _: found, None, lambda _: []))
    monkeypatch.setattr(local_embedder, "_device", lambda: "cpu")
    assert len(LocalEmbedder("open_clip", "m", 3).embed("text", ["a", "b", "c"])) == 3
    with pytest.raises(ValueError, match="the model's vectors have 3 numbers, fewer than dimensions: 4"):
        LocalEmbedder("open_clip", "m", 4).embed("text", ["a", "b", "c"])


CONFIG = """videos: ["*.mp4"]
teachers:
  eyes: {{kind: embed, library: transformers, model: {model}, gpu: 0}}
stages:
  - shots: {{detector: fixed, fixed: {{seconds: 5}}}}
  - embed: {{of: shots, look: {{count: 2, size: 64}}}}
  - match: {{mode: curves, concepts: [red, green, blue], size: 64, every: 5}}
output: {{path: out}}
"""


@pytest.mark.slow
def test_a_build_loads_it_in_an_actor(
    make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    available("transformers")
    monkeypatch.chdir(tmp_path)
    make_videos.variable(tmp_path / "c.mp4")
    folder = tiny_embedders.siglip(tmp_path / "model")
    Path("c.yaml").write_text(CONFIG.format(model=folder))
    assert run(["build", "c.yaml"]) == 0
    assert "eyes: 12 calls" in capsys.readouterr().out
    table = ds.dataset("out/timelines").to_table()
    _, spans, numbers = vectors_of(table, "shots")
    assert (spans.tolist(), numbers.shape) == ([0, 1, 2], (3, 16))
    near = numbers.astype(float) @ numbers.astype(float).T
    assert near.diagonal() == pytest.approx(1, abs=5e-3)
    assert near[0, 1] < 0.99, "red and green"

    Path("c.yaml").write_text(CONFIG.format(model=tmp_path / "none"))
    assert run(["build", "c.yaml", "--out", "other"]) != 0
    told = capsys.readouterr()
    assert f"teachers.eyes: {tmp_path}/none cannot be loaded: FileNotFoundError" in told.out + told.err
