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


def test_scenewalk_scores_every_scene_with_every_caption_of_its_video(embedded: Embedded, exact: Any) -> None:
    captions = [Span(8 * n, 8 * n + 8, f"a long one of scene {n}") for n in (0, 1)] + [Span(16, 24, "like 1")]

    video = made(24.0, captions=captions)
    teacher = exact(vector=told, at=lambda time: one_hot(int(time // 8)))
    seen, said = matching("scenewalk")
    assert (seen.value, seen.teacher, said.value, said.teacher) == ("v2t", "eyes", "t2t", "reader")
    embedded(said, embedded(seen, video, teacher), teacher)
    rows = [[span.attrs[f"{name}_row"] for span in video.lane("captions")] for name in ("v2t", "t2t")]
    assert rows == [["1 0 0", "0 1 0.9939", "0 0 0"], ["1 0 0", "0 1 0.9939", "0 0.9939 1"]]
    assert [span.values["v2t_rank"] for span in video.lane("captions")] == [1, 1, 1], "equal ones are not better"


def test_howtocaption_finds_the_eight_seconds_that_show_a_caption(embedded: Embedded, exact: Any) -> None:
    """Scenes of 8 s; each caption begins 6 s early, and one is shown by no window within 10 s."""
    (stage,) = matching("howtocaption")
    captions = [Span(2, 5, "scene 1"), Span(10, 11, "scene 2"), Span(2, 4, "scene 3")]
    video = made(32.0, told=captions)
    embedded(stage, video, exact(vector=told, at=lambda time: one_hot(int(time // 8))))
    found = [(span.text, span.start, span.end, span.values["match"]) for span in video.lane("captions")]
    assert ("scene 1", 8, 16, 1.0) in found
    assert ("scene 2", 16, 24, 1.0) in found
    (lost,) = [one for one in found if one[0] == "scene 3"]
    assert lost[3] == 0.0
    assert all(end - start == 8 for _, start, end, _ in found)


def test_koala_scores_a_caption_with_what_its_clip_shows(embedded: Embedded, exact: Any) -> None:
    (stage,) = matching("koala_split")
    video = made(8.0, captions=[Span(0, 4, "scene 0"), Span(4, 8, "scene 0")])
    embedded(stage, video, exact(vector=told, at=lambda time: one_hot(int(time // 4))))
    assert [span.values for span in video.lane("captions")] == [{"match": 1.0}, {"match": 0.0}]


def test_videoufo_joins_what_it_cut(embedded: Embedded, exact: Any) -> None:
    """A shot of 14 s, cut after 5 s of each piece, is one event again, without a tenth at either end."""
    (stage,) = matching("videoufo")
    cut = [Span(0, 5), Span(5, 10), Span(10, 14), Span(14, 20)]
    change = lambda time: [1.0 - time / 40, time / 40, 0, 0] if time < 14 else one_hot(3)[:4]  # noqa: E731
    video = embedded(stage, made(20.0, shots=cut), exact(at=change))
    assert [(span.start, span.end) for span in video.lane("events")] == [(1.4, 12.6)]


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
