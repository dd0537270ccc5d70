"""Render the quickstart's film: about a minute of moving shapes of which every fact is known.

    vdata example film [FOLDER]            (default: examples/videos)

It leaves ``film.mp4`` (640x360, 25 frames/s, H.264 and AAC), ``film.srt`` (what a narrator would say) and
``film.description.txt`` (a description with chapters), as a video site would give them, and ``film.truth.jsonl``:
a label table with the columns video, start, end (seconds), text, label and lane. Its lanes are true_shots,
true_transitions, true_camera, true_events, true_words, true_freezes, true_duplicates, true_flaws and true_sounds.
``film.questions.jsonl`` is a second table: questions that a viewer might ask, with the answer and where it is seen
(lane questions), and how much an audience might have liked each event, 1 to 5 (lane highlights).
``film.tracks.jsonl`` says where the shapes are: a row for each, with its box and mask in every fifth frame.

Nobody speaks in the film: no speech synthesiser is at hand, so that the sound track is one soft tone a shot
(and silence in one of them) and the narration exists in ``film.srt`` only. A second run renders nothing anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import av

from .brush import (
    FPS,
    HALF,
    HEIGHT,
    HUGE,
    RATE,
    TALL,
    WIDE,
    WIDTH,
    Scene,
    blink,
    cross,
    drop,
    frames,
    grow,
    land,
    meet,
    rise,
    showing,
    sound,
    spin,
    starts,
    town,
)  # fmt: skip
from .film_tracks import tracks

HERE, FILM = Path(__file__).parent, "film.mp4"
QUESTIONS = (
    (1, "What slides over the meadow right after the red circle has left?", "a blue square"),
    (3, "What bounces on the street between the brick houses?", "a green square"),
    (5, "What comes up over the dark lake?", "a white circle"),
    (8, "What is moving when the picture at the sea shore stops?", "a yellow triangle"),
    (9, "Which shape gets larger in the garden that is out of focus?", "a red circle"),
    (11, "What does the blue square meet in the autumn woods?", "a yellow triangle"),
)
"""Number of the event that answers it, the question and the answer."""
LIKED = (2.8, 2.6, 3.1, 3.6, 4.4, 3.3, 2.1, 4.7, 2.4, 3.0, 3.2, 4.9, 2.2)
"""What an audience might say of each event, the mean of marks from 1 to 5."""
LANES = ("shots", "transitions", "camera", "events", "words", "freezes", "duplicates", "flaws", "sounds")


def story() -> list[Scene]:
    """The scenes in order. A scene that stands twice in the list is shown twice."""
    hills = Scene(
        "a wide valley with trees", 4, lambda: land((120, 150, 210), (235, 225, 190), (150, 150, 70), 30, WIDE),
        "pan_right", (rise("orange", "circle", 0.8, 2.4, 400, "An orange balloon goes up."),), tone=330,
    )  # fmt: skip
    return [
        Scene(
            "the opening title over a blue morning", 4,
            lambda: land((60, 110, 200), (190, 215, 240), (70, 120, 150), 10),
            words=(("A DAY OF SHAPES", 0.6, 3.4, 150),), cut="start", chapter="Opening", tone=262,
        ),
        Scene(
            "a green meadow in daylight", 6, lambda: land((110, 170, 235), (205, 230, 245), (80, 160, 60), 20),
            acts=(
                cross("red", "circle", 0.4, 2.2, 250, "right", "The red circle comes in from the left and is gone."),
                cross("blue", "square", 3.2, 2.2, 240, "left", "A blue square slides by the other way."),
            ), tone=294,
        ),
        hills,
        Scene(
            "a street with brick houses", 6, lambda: town((WIDTH, HEIGHT), 40, (176, 120, 92), (170, 205, 230)),
            acts=(
                drop("green", "square", 0.8, 200, "Something green comes down and bounces."),
                spin("white", "star", 3.0, 2.0, 450, "Look at the star go round, twice."),
            ), words=(("MARKET STREET", 0.0, 6.0, 342),), chapter="In the town", tone=349,
        ),
        Scene(
            "a dark lake at night", 4, lambda: land((70, 80, 150), (90, 100, 160), (60, 70, 110), 50),
            acts=(rise("white", "circle", 0.8, 2.6, 320, "It is night, and the moon comes up."),),
            cut="fade", flaw="dark",
        ),
        Scene(
            "a tall red cliff under the morning sky", 4,
            lambda: land((120, 190, 240), (250, 205, 160), (205, 105, 60), 60, TALL),
            "tilt_up", cut="fade", chapter="Out in the country", tone=392,
        ),
        Scene(
            "a field of wheat in the evening", 6, lambda: land((250, 170, 110), (255, 225, 150), (215, 175, 60), 70),
            acts=(
                cross("red", "circle", 0.4, 2.2, 260, "right", "Here is the red circle again, left to right."),
                blink("purple", "star", 3.0, 3, 480, "A purple star blinks three times."),
            ), tone=440, cut="dissolve",
        ),
        Scene(
            "a square with white towers", 4, lambda: town(HUGE, 80, (225, 220, 210), (90, 140, 200)), "zoom_in",
            words=(("OPEN 24 HOURS", 0.8, 3.4, 60),), tone=494,
        ),
        Scene(
            "the sea shore, where the picture stops for a while", 6,
            lambda: land((150, 215, 235), (230, 245, 240), (40, 140, 160), 90),
            acts=(cross("yellow", "triangle", 0.4, 3.0, 250, "left", "A yellow triangle sails by and stands still."),),
            freeze=(2.0, 4.0), chapter="Things go wrong", tone=523,
        ),
        Scene(
            "a garden out of focus", 4, lambda: land((200, 190, 215), (240, 215, 225), (130, 90, 150), 100),
            acts=(grow("red", "circle", 0.8, 2.4, 320, "Out of focus, a red circle grows."),),
            flaw="blurred", tone=587,
        ),
        hills,
        Scene(
            "autumn woods in a wide cinema picture", 5,
            lambda: land((130, 175, 215), (235, 215, 170), (180, 80, 30), 110),
            acts=(meet(("blue", "square"), ("yellow", "triangle"), 0.8, 3.4, "Square and triangle meet, and part."),),
            flaw="black_borders", chapter="Coming home", tone=659,
        ),
        Scene(
            "a harbour town in the evening light", 4, lambda: town(HUGE, 120, (110, 120, 190), (250, 190, 150)),
            "zoom_out", tone=698,
        ),
        Scene(
            "a green park", 4, lambda: land((90, 200, 190), (220, 240, 220), (40, 110, 60), 130), tone=740,
            acts=(cross("red", "circle", 0.6, 2.6, 240, "left", "The red circle goes home, right to left."),),
        ),
        Scene(
            "the closing title over a violet evening", 4,
            lambda: land((70, 40, 120), (220, 120, 140), (70, 50, 90), 140),
            words=(("THE END", 0.8, 3.6, 190),), cut="fade", tone=262,
        ),
    ]  # fmt: skip


def truth(scenes: list[Scene]) -> dict[str, list[tuple[float, float, str, str]]]:
    """Start, end, text and label of everything that is known, by lane."""
    lanes: dict[str, list[tuple[float, float, str, str]]] = {name: [] for name in LANES}
    for n, (scene, start) in enumerate(zip(scenes, starts(scenes), strict=False)):
        end = start + scene.seconds
        lanes["shots"].append((start, end, scene.title, scene.cut))
        lanes["camera"].append((start, end, "", scene.camera))
        heard = (f"a tone of {scene.tone:.0f} Hz", "tone") if scene.tone else ("", "silence")
        lanes["sounds"].append((start, end, *heard))
        if scene.cut in ("fade", "dissolve"):
            lanes["transitions"].append((start - HALF, start + HALF, "", scene.cut))
        if scene.flaw:
            lanes["flaws"].append((start, end, "", scene.flaw))
        if scene.freeze:
            lanes["freezes"].append((start + scene.freeze[0], start + scene.freeze[1], "", "freeze"))
        if scene in scenes[:n]:
            first = starts(scenes)[scenes.index(scene)]
            lanes["duplicates"].append((start, end, f"the shot at {first:.2f} s again", "duplicate"))
        for act in scene.acts:
            seen = showing(scene, act.start), showing(scene, act.end)
            lanes["events"].append((start + seen[0], start + seen[1], act.text, act.kind))
        lanes["words"] += [(start + a, start + b, text, "") for text, a, b, _ in scene.words]
    return lanes


def narration(scenes: list[Scene]) -> list[tuple[float, float, str]]:
    """What a narrator would say: start, end, text."""
    cues = []
    for scene, start in zip(scenes, starts(scenes), strict=False):
        if not scene.acts:
            cues.append((start + 0.4, start + 2.6, f"We see {scene.title}."))
        for act in scene.acts:
            until = min(showing(scene, max(act.end, act.start + 1.8)), scene.seconds)
            cues.append((start + act.start, start + until, act.said))
    return cues


def stamp(t: float) -> str:
    """Seconds as SRT writes them."""
    ms = round(t * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def texts(scenes: list[Scene]) -> dict[str, str]:
    """Every file beside the film, by its path: subtitles, description, truth."""
    files = {
        "film.srt": "".join(
            f"{n}\n{stamp(a)} --> {stamp(b)}\n{said}\n\n" for n, (a, b, said) in enumerate(narration(scenes), 1)
        ),
        "film.description.txt": "A day of shapes: a short film about circles, squares and stars.\n\n"
        + "".join(
            f"{int(at) // 60}:{int(at) % 60:02} {scene.chapter}\n"
            for scene, at in zip(scenes, starts(scenes), strict=False)
            if scene.chapter
        ),
    }
    rows = [
        {"video": FILM, "start": round(a, 3), "end": round(b, 3), "text": text, "label": label, "lane": f"true_{lane}"}
        for lane, spans in truth(scenes).items()
        for a, b, text, label in spans
    ]
    files["film.truth.jsonl"] = "".join(json.dumps(row) + "\n" for row in rows)
    files["film.questions.jsonl"] = "".join(json.dumps({"video": FILM, **row}) + "\n" for row in asked(scenes))
    files["film.tracks.jsonl"] = "".join(json.dumps({"video": FILM, **row}) + "\n" for row in tracks(scenes))
    return files


def asked(scenes: list[Scene]) -> list[dict[str, str | float]]:
    """A row for each question about an event, and one for how an audience liked it."""
    events = truth(scenes)["events"]
    rows: list[dict[str, str | float]] = []
    for n, question, answer in QUESTIONS:
        start, end = round(events[n][0], 3), round(events[n][1], 3)
        rows.append({"start": start, "end": end, "text": question, "answer": answer, "lane": "questions"})
    for (start, end, text, _), liked in zip(events, LIKED, strict=True):
        rows.append(
            {"start": round(start, 3), "end": round(end, 3), "text": text, "score": liked, "lane": "highlights"}
        )
    return rows


def encode(scenes: list[Scene], path: Path, comment: str) -> None:
    """Write the film to *path*. One thread and no encoder's signature: the same bytes every time.

    The quality is constant: a bit rate that is steered would let a picture that stands still improve in steps.
    """
    if "libx264" not in av.codecs_available:
        raise SystemExit("film.py: this build of PyAV has no libx264, so that H.264 cannot be written; pip install av")
    track, step = sound(scenes), RATE // FPS
    x264 = {"qp": "23", "preset": "veryfast", "threads": "1", "g": "250", "bf": "0", "flags": "+bitexact"}
    aac = {"b": "64000", "flags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as film:
        film.metadata["title"], film.metadata["comment"] = "A day of shapes", comment
        video = film.add_stream("libx264", rate=FPS, options=x264)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = film.add_stream("aac", rate=RATE, layout="mono", options=aac)
        for n, picture in enumerate(frames(scenes)):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shown.pts = n
            film.mux(video.encode(shown))
            heard = av.AudioFrame.from_ndarray(track[None, n * step : (n + 1) * step], format="fltp", layout="mono")
            heard.sample_rate, heard.pts = RATE, n * step
            film.mux(audio.encode(heard))
        film.mux(video.encode())
        film.mux(audio.encode())


def rendered(path: Path, comment: str) -> bool:
    """Whether *path* is already the film that this file draws."""
    try:
        with av.open(str(path)) as film:
            return film.metadata.get("comment") == comment
    except (OSError, av.FFmpegError):
        return False


def render(folder: Path) -> Path:
    """Render the film and its side files into *folder*, each put in place whole, and return the film's path."""
    scenes = story()
    drawn_by = b"".join((HERE / name).read_bytes() for name in ("brush.py", "film.py"))
    comment = f"vdata film {hashlib.sha256(drawn_by).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / FILM
    if not rendered(film, comment):
        part = folder / f".{FILM}.{os.getpid()}.part"
        try:
            encode(scenes, part, comment)
            part.replace(film)
        finally:
            part.unlink(missing_ok=True)
    for name, text in texts(scenes).items():
        part = folder / f"{name}.{os.getpid()}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(folder / name)
    return film
