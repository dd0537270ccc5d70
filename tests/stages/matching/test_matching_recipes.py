"""What recipes have an embedder do, with their own settings, on videos whose scenes are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from vdata.recipes import recipe_text
from vdata.schemas import Media, Span, Timeline
from vdata.stages.matching import match_curves
from vdata.stages.matching.match import Match

Embedded = Callable[..., Timeline]


def matching(name: str, **instead: Any) -> list[Match]:
    """The stages ``match`` of the recipe *name*, with some settings in the place of its own."""
    stages = yaml.safe_load(recipe_text(name))["stages"]
    return [Match(**(stage["match"] | instead)) for stage in stages if "match" in stage]


def made(seconds: float, **lanes: list[Span]) -> Timeline:
    video = Timeline("v.mp4", "v", seconds, Media(sha256="5ha", duration=seconds, fps=25.0), path="/v.mp4")
    for lane, spans in lanes.items():
        video.put(lane, spans)
    return video


def one_hot(place: int) -> list[float]:
    return [float(n == place) for n in range(8)]


def told(kind: str, text: str) -> list[float]:
    """``… scene 3`` is like the third scene; ``like 2`` is nearly so."""
    number = int(text.split()[-1])
    return [0.9 * one + 0.1 * (n == 7) for n, one in enumerate(one_hot(number))] if "like" in text else one_hot(number)


def test_univtg_finds_each_window_of_the_five_concepts_that_are_seen_most(embedded: Embedded, exact: Any) -> None:
    shown = [0, 1, 0, 2, 3, 4, 0]  # a scene of 4 s each; the last window reaches the end

    (stage,) = matching("univtg", concepts=[f"scene {n}" for n in range(7)])
    assert stage.template.replace("{concept}", "scene 1") == "a photo of a scene 1"
    video = embedded(stage, made(28.0), exact(vector=told, at=lambda time: one_hot(shown[int(time // 4)])))
    found: dict[str, list[tuple[float, float]]] = {}
    for span in video.lane("objects"):
        found.setdefault(span.label or "", []).append((span.start, span.end))
    assert found == {
        "scene 0": [(0, 4), (8, 12), (24, 28)], "scene 1": [(4, 8)], "scene 2": [(12, 16)], "scene 3": [(16, 20)],
        "scene 4": [(20, 24)],
    }  # fmt: skip
    assert len(video.lane("saliency")) == 14, "a clip is 2 s"
    assert set(video.lane("saliency")[0].values) == set(found), "of seven concepts five"


def test_howtostep_places_a_step_at_its_sentence_and_then_where_it_is_seen(embedded: Embedded, exact: Any) -> None:
    speech = [Span(4 * n, 4 * n + 3, f"sentence {n}") for n in range(4)]
    steps = [Span(0, 16, "like 2"), Span(0, 16, "like 1")]
    late = [5, 5, 0, 1, 2, 3]  # each scene of 4 s is seen 8 s after it is told

    video = made(24.0, speech=speech, told=steps)
    teacher = exact(vector=told, at=lambda time: one_hot(late[int(time // 4)]))
    coarse, fine = matching("howtostep")
    embedded(coarse, video, teacher)
    assert sorted((one.text, one.start, one.end) for one in video.lane("said")) == [("like 1", 4, 7), ("like 2", 8, 11)]
    assert all(one.values["said"] > 0.99 for one in video.lane("said"))
    embedded(fine, video, teacher)
    placed = sorted((one.text, one.start, one.end) for one in video.lane("steps"))
    assert placed == [("like 1", 12, 15), ("like 2", 16, 19)]
    assert {one.attrs["from"] for one in video.lane("steps")} == {"4.000-7.000", "8.000-11.000"}


def test_a_file_of_concepts(embedded: Embedded, exact: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_curves, "AT_ONCE", 70)
    names = tmp_path / "classes.txt"
    names.write_text("".join(f"thing {n}\n" for n in range(300)) + "scene 6\n\nscene 1\n")

    def vector(kind: str, text: str) -> list[float]:
        return told(kind, text) if "scene" in text else one_hot(7)

    (stage,) = matching("univtg", concepts=["scene 3", "scene 1"], concepts_file=str(names), top=2)
    assert stage.concepts_file is None, "the settings hold the names"
    assert (len(stage.concepts), stage.concepts[:3]) == (303, ["scene 3", "scene 1", "thing 0"])
    video = embedded(stage, made(8.0), exact(vector=vector, at=lambda time: one_hot(6 if time < 4 else 3)))
    found = [(span.label, span.start, span.end, span.score) for span in video.lane("objects")]
    assert sorted(found) == [("scene 3", 4, 8, 1.0), ("scene 6", 0, 4, 1.0)]
    assert Match(**stage.model_dump(exclude_unset=True)) == stage, "what is kept of a build needs no file"
    with pytest.raises(ValidationError, match=r"none\.txt cannot be read: No such file"):
        matching("univtg", concepts_file=str(tmp_path / "none.txt"))
