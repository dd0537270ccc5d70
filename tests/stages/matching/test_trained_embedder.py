"""Match and near-duplicates of texts with a real trained embedder of texts, on words that nothing was tuned on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
import tiny_embedders

from vdata.cli import run
from vdata.schemas import Media, Span, Timeline
from vdata.schemas.vectors import unpack
from vdata.stages.matching.match import Match

pytestmark = pytest.mark.slow
SAID_AND_STEP = (
    ("so the first thing we do is get the oven nice and hot", "Preheat the oven."),
    ("i have two onions here and i just cut them up really small", "Chop the onions finely."),
    ("now melt a good lump of butter in the pan", "Melt butter in a frying pan."),
    ("we crack three eggs into the bowl, mind the shells", "Break the eggs into a bowl."),
    ("give that a really good beating with the whisk until it is frothy", "Whisk the mixture until it foams."),
    ("a pinch of salt goes in, and plenty of pepper", "Season with salt and pepper."),
    ("pour the lot over the potatoes", "Pour the mixture on the potatoes."),
    ("some cheese on top, as much as you like, i won't tell", "Sprinkle grated cheese over it."),
    ("and it bakes for about half an hour", "Bake for thirty minutes."),
    ("okay so flip the bike upside down, it stands on the saddle", "Turn the bicycle upside down."),
    ("loosen these two nuts with the spanner", "Undo the nuts with a wrench."),
    ("and the wheel just comes out", "Take the wheel off."),
    ("get the tyre off the rim with the levers", "Lever the tire off the rim."),
    ("pull the tube out and pump it up a bit so you hear where the hole is", "Inflate the tube to find the puncture."),
    ("rough it up with sandpaper around the hole", "Sand the rubber around the hole."),
    ("a little glue, and wait till it is dry to the touch", "Apply glue and let it dry."),
    ("stick the patch on and press hard", "Press the patch onto the tube."),
    ("we dig a hole twice as wide as the pot", "Dig a wide hole in the ground."),
    ("mix some compost into the soil that came out", "Mix compost with the soil."),
    ("tease the roots apart with your fingers", "Loosen the roots by hand."),
    ("in goes the rose, and make sure that it stands upright", "Set the rose upright in the hole."),
    ("fill it up and tread the earth down", "Fill the hole and firm the soil."),
    ("and then a whole can of water", "Water the plant well."),
    ("mulch around the stem keeps the weeds away", "Spread mulch around the stem."),
)
"""What somebody says, and how a list of steps has it."""
ELSEWHERE = (
    "The goalkeeper saves a penalty.",
    "A choir sings in a church.",
    "Planes take off from a runway.",
    "Two lawyers argue before the judge.",
    "Penguins slide over the ice.",
    "A telescope follows the moon.",
)
"""What is said nowhere in the video."""
SECONDS, REACH = 5.0, 31.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("torch", "sentence_transformers", "wordllama"):
        pytest.importorskip(package, reason="pip install 'vdata-toolkit[embed]' wordllama")
    return tiny_embedders.word_llama(tmp_path_factory.mktemp("model") / "word_llama")


@pytest.fixture(scope="module")
def vector(model: Path) -> Callable[[str, str], list[float]]:
    from vdata.pipelines.teachers.local_embedder import LocalEmbedder

    loaded = LocalEmbedder("sentence_transformers", str(model))
    assert loaded.cuts(["short", "long " * 5000]) == [False, False], "a static model reads all"
    return lambda kind, text: unpack(loaded.embed("text", [text]))[0].tolist()


def talk() -> Timeline:
    """A video of the sentences one after the other; each step stands 10, 20 or 30 s before or behind its sentence."""
    speech = [Span(n * SECONDS, (n + 1) * SECONDS, said) for n, (said, _) in enumerate(SAID_AND_STEP)]
    last = len(speech) * SECONDS
    video = Timeline("v.mp4", "v", last, Media(sha256="5ha", duration=last, fps=25.0), path="/v.mp4")
    moved = [span.start + (-30, 20, -10, 30, 10, -20)[n % 6] for n, span in enumerate(speech)]
    starts = [min(max(start, 0.0), last - SECONDS) for start in moved]
    video.put("speech", speech)
    steps = [Span(start, start + SECONDS, step) for start, (_, step) in zip(starts, SAID_AND_STEP, strict=True)]
    video.put("steps", steps)
    return video


def test_steps_return_to_the_sentences_that_say_them(vector: Any, embedded: Any, exact: Any) -> None:
    video = talk()
    stage = Match(mode="align", of="steps", into="placed", against="speech", reach=REACH)
    embedded(stage, video, exact(vector=vector))
    said = {step: n * SECONDS for n, (_, step) in enumerate(SAID_AND_STEP)}
    right = [abs(said[span.text or ""] - span.start) < 0.01 for span in video.lane("placed")]
    before = [abs(said[span.text or ""] - span.start) < 0.01 for span in video.lane("steps")]
    assert sum(before) <= 1
    assert sum(right) >= 20, [span.text for span, one in zip(video.lane("placed"), right, strict=True) if not one]


def test_steps_of_elsewhere_rank_last(vector: Any, embedded: Any, exact: Any) -> None:
    video = talk()
    wrong = [Span(n * 15.0, n * 15.0 + SECONDS, text) for n, text in enumerate(ELSEWHERE)]
    video.put("steps", [*video.lane("steps"), *wrong])
    stage = Match(mode="align", of="steps", into="placed", against="speech", reach=200)
    embedded(stage, video, exact(vector=vector))
    ranked = sorted(video.lane("placed"), key=lambda span: span.values["match"])
    last = [span.text in ELSEWHERE for span in ranked[: len(ELSEWHERE)]]
    assert sum(last) >= 5, [span.text for span in ranked[: len(ELSEWHERE)]]


def test_a_build_that_loads_it(model: Path, tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        {"video": "film.mp4", "lane": lane, "start": span.start / 2, "end": span.end / 2, "label": span.text}
        for lane in ("speech", "steps")
        for span in talk().lane(lane)
    ]
    Path("rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    Path("c.yaml").write_text(f"""
name: aligned
videos: {film / "film.mp4"}
labels:
  - {{kind: table, path: rows.jsonl}}
teachers:
  eyes: {{kind: embed, library: sentence_transformers, model: {model}, images: false}}
stages:
  - probe
  - match: {{mode: align, teacher: eyes, of: steps, into: placed, against: speech, reach: {REACH / 2}}}
  - tasks: {{of: [placed], tasks: [moment_retrieval]}}
output: {{path: out}}
""")
    assert run(["build", "c.yaml"]) == 0
    (row,) = ds.dataset("out/timelines").to_table().to_pylist()
    truth = {step: n * SECONDS / 2 for n, (_, step) in enumerate(SAID_AND_STEP)}
    placed = {span["text"] or span["label"]: span["start"] for span in row["lane_placed"]}
    assert sum(abs(truth[text] - start) < 0.01 for text, start in placed.items()) >= 20
