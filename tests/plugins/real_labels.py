"""What each recipe starts from on real clips: the videos, labels as people would make them, and further settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from made_labels import ACTS, BIKES, BUNNY, CAR, STEPS, VIDEO_BENCH, Rows, happens
from real_clips import ROUNDS, in_reel

WHERE = {BIKES: "a street in a town", CAR: "the inside of a car", BUNNY: "a meadow with a burrow"}
LOOKS = {BIKES: "The rider wears a helmet.", CAR: "The man has a red bow tie.", BUNNY: "The rabbit is big and grey."}


def steps(lane: str) -> Rows:
    """What happens in the clips, on *lane*."""
    return [happens(lane, *step) for step in STEPS]


def whole(lane: str, texts: dict[str, str]) -> Rows:
    """A text about all of each clip, on *lane*."""
    return [{"video": video, "lane": lane, "text": text} for video, text in texts.items()]


def reeled(rows: Rows) -> Rows:
    """*rows* about stretches of clips, as those of the reel, in each of its turns."""
    return [
        {**row, "video": "reel.mp4", **{edge: in_reel(row["video"], row[edge], turn) for edge in ("start", "end")}}
        for turn in range(ROUNDS)
        for row in rows
    ]


CAPTIONS: Rows = whole(
    "acts",
    {
        BIKES: "Cars, a walker and a rider with a bicycle pass through a town.",
        CAR: "A man with a red bow tie talks on a journey by car.",
        "carphone_distorted.mp4": "A man with a red bow tie talks on a journey by car.",
        BUNNY: "A big rabbit comes out of its burrow and stretches itself.",
    },
)
CLASSES: Rows = [{**row, "lane": "true_events"} for row in ACTS]
SCORED: Rows = [
    {"video": video, "start": start, "end": end, "score": score, "text": text, "lane": "highlights"}
    for (video, start, end, text), score in zip(STEPS, (2, 4, 4.5, 3, 4, 5, 2.5), strict=True)
]
ANSWERED: Rows = [
    {"video": video, "start": start, "end": end, "text": question, "answer": answer, "lane": "questions"}
    for video, start, end, question, answer in (
        (BIKES, 0, 2, "Which vehicle passes first?", "a white van"),
        (BIKES, 2.5, 4, "Who crosses between the cars?", "a man"),
        (BIKES, 7, 9.5, "What does the walker pass?", "a bicycle"),
        (BUNNY, 0, 1.8, "Where does the rabbit come from?", "its burrow"),
        (BUNNY, 2, 4.5, "What does the rabbit stretch?", "its arms"),
        (CAR, 0.5, 3, "Which way does the man turn?", "to the window"),
    )
]
TURNS = (
    ("a van drives from left to right", "drive", "the van", "moves from left to right"),
    ("a rabbit opens its arms", "stretch", "the rabbit", "opens its arms"),
    ("a man turns from right to left", "turn", "the man", "moves from right to left"),
)
ACTIONS: Rows = [
    {"video": video, "lane": "acts", "text": text, "label": label, "subject": subject, "does": does}
    for video, (text, label, subject, does) in zip((BIKES, BUNNY, CAR), TURNS, strict=True)
]
NOTED: Rows = [
    {"video": BIKES, "lane": "things", "text": "a taxi", "seen": "yes"},
    {"video": BUNNY, "lane": "things", "text": "a squirrel", "seen": "no"},
    *whole("interactions", {BIKES: "the bicycle", CAR: "the telephone", BUNNY: "the ground"}),
    {"video": BIKES, "lane": "shuffles", "label": "the first from the left"},
    {"video": BIKES, "lane": "movers", "moving": 2},
    *whole("transitions", {BIKES: "from the road to the wall", CAR: "out of a tunnel", BUNNY: "from dark to light"}),
    *({"video": video, "lane": "poses", "label": label} for video, label in (
        (BIKES, "walk along a wall"), (CAR, "sit and turn the head"), (BUNNY, "stand with raised arms"))),
    {"video": BIKES, "lane": "moves", "text": "Walk along the wall to the crossing.", "label": "stop"},
]  # fmt: skip
for _row in NOTED:
    if _row["lane"] == "interactions":
        _row["verb"] = "touch"
MOTIONS: Rows = [
    *steps("true_events"),
    *whole("subjects", LOOKS),
    *whole("true_camera", {BIKES: "the camera is held by hand and pans to the right", BUNNY: "the camera is at rest"}),
    *whole("true_shots", {row["video"]: row["text"] for row in CAPTIONS if "distorted" not in row["video"]}),
]
SUSPENSE: Rows = [
    *reeled(steps("true_events"))[: len(STEPS)],
    *({"video": "reel.mp4", "lane": lane, "text": text} for lane, text in (
        ("relationships", "The man on the phone talks with the one who walks past the bicycle."),
        ("clues", "The bicycle stands at the wall each time that the street is shown."),
        ("clues", "The rabbit comes out only after the walker has gone."),
        ("supernatural", "A rabbit as big as a man lives in the town, and nobody wonders."),
        ("supernatural", "The same hour comes three times."),
        ("theme", "Who waits too long lives one day again and again."),
    )),
]  # fmt: skip
ASKED: Rows = [
    {
        "video": video,
        "question": question,
        "answer": answer,
        "task": kind,
        "videoType": "Life",
        "abilityType_L3": "Cause",
    }
    for video, question, answer, kind in (
        (BIKES, "Why does the man look aside before he crosses?", "to see whether a car comes", "Implicit Reasoning"),
        (BIKES, "What does the bicycle at the wall say of the street?", "that people trust it", "Metaphor"),
        (CAR, "Why does the man turn to the window?", "to see where they are", "Implicit Reasoning"),
        (BUNNY, "What does the stretching of the rabbit stand for?", "for the beginning of a good day", "Metaphor"),
    )
]
Videos = Literal["clips", "reel", "panned", "both"]


@dataclass(frozen=True)
class Real:
    """What a recipe is given."""

    videos: Videos = "clips"
    labels: dict[int, Rows] = field(default_factory=dict)
    """Rows of label files, by the place of the file among the labels of the recipe."""
    settings: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


QUESTIONS = {0: VIDEO_BENCH}
REAL: dict[str, Real] = {
    "webvid": Real(labels={0: CAPTIONS}),
    "vidla": Real("reel"),
    "dropletvideo": Real("panned"),
    "vismap": Real("reel", settings=("shots.fixed.seconds=20",)),
    "mr_video": Real("reel"),
    "storyteller": Real("reel"),
    "favdbench": Real("reel"),
    "vigc": Real("both"),
    "saven_vid": Real("reel"),
    "vtg_it": Real(labels={0: steps("true_events"), 1: SCORED}),
    "instruct_v2xum": Real("reel"),
    "verified": Real(labels={0: steps("true_events")}),
    "vue_tr": Real("both"),
    "llm4vg": Real(labels={0: steps("true_events")}),
    "videochat": Real("both"),
    "videochat2_it": Real(labels={0: CLASSES, 1: ANSWERED}),
    "valley": Real(labels={0: steps("true_events")}),
    "videovista": Real("reel"),
    "allvb": Real("reel"),
    "mvbench": Real(labels={0: [*steps("true_events"), *NOTED], 1: ANSWERED, 2: ACTIONS}),
    "favor_bench": Real(labels={0: MOTIONS}),
    "video_holmes": Real("reel", {0: SUSPENSE}),
    "mmr_v": Real(labels={0: ASKED}, settings=("labels.0.attributes=[videoType, abilityType_L3]",)),
    "mmworld": Real("both"),
    "mme_videoocr": Real("reel"),
    "mmbench_circular": Real(labels=QUESTIONS),
    "mmstar": Real(labels=QUESTIONS),
    "videoeval_pro": Real(labels=QUESTIONS, variables={"SHORTEST": "2"}),
}
"""By recipe; those that have the clips in tests of every recipe (video_bench and others) are not here."""


def real_settings(name: str, laid: dict[Videos, Path], folder: Path) -> list[str]:
    """The settings by which the recipe *name* has its videos in the folders *laid*, and its labels, which are written
    to *folder*."""
    real = REAL[name]
    there: tuple[Videos, ...] = ("clips", "reel") if real.videos == "both" else (real.videos,)
    made = [f"videos={json.dumps([f'{laid[one]}/*.mp4' for one in there])}"]
    for place, rows in real.labels.items():
        path = folder / f"labels_{place}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        made.append(f"labels.{place}.path={path}")
    return [*made, *real.settings]
