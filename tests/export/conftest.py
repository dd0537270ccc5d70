"""A small data set with one sample of every sort that a format must express or leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from records import write_record

from vdata.pipelines.storage.parts import write_table
from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Media, Message, Sample, Span, Timeline
from vdata.schemas.arrow import samples_table, timelines_table

CLOCK = {"time_format": "seconds", "duration": "60.0"}
ASK = "Choose the right option."
KOALA = {"clarity_score": 0.875, "aesthetic_score": 4.5, "motion_score": 6.25, "vtss": 4.25}
UFO = {
    **{"aesthetic_quality": 0.5, "background_consistency": 0.95, "dynamic_degree": 0.25, "imaging_quality": 0.7},
    **{"motion_smoothness": 0.98, "subject_consistency": 0.9},
}
TOPIC = {"cluster_name": "cooking at home", "brief_caption": "Somebody cooks."}
"""What builds of these sets know of a clip."""


def asked(task: str, question: str, answer: str, evidence: list[Evidence], **params: str) -> Sample:
    """An open sample with its two turns."""
    start, end = min(one.start for one in evidence), max(one.end for one in evidence)
    messages = [Message("user", question), Message("assistant", answer)]
    return Sample(task, question, answer, start, end, evidence, params, messages=messages)


def choice(sample: Sample, options: list[str]) -> Sample:
    """*sample* as multiple choice."""
    sample.options, sample.answer_index = options, options.index(sample.answer)
    shown = [f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=False)]
    sample.messages = [
        Message("user", "\n".join([sample.question, *shown, ASK])),
        Message("assistant", f"{'ABCD'[sample.answer_index]}. {sample.answer}"),
    ]
    return sample


def kitchen() -> Timeline:
    """A minute in a kitchen: answers by rule, in words, in several turns, and preference pairs."""
    eggs = Evidence(7.46, 12.0, "events", "A woman cracks two eggs.", "e1")
    whisk = Evidence(14.04, 21.5, "events", 'She whisks them and says "fertig\u00a0– schön".', "e2")
    ruled = {**CLOCK, "kind": "sentence"}
    when = asked("moment_retrieval", 'When does this happen: "A woman cracks two eggs"?', "", [eggs], **ruled)
    pick = asked("moment_retrieval", 'Locate the event "She whisks them" in the video.', "", [whisk], **ruled)
    what = asked("grounded_caption", "What happens from 7.5 to 12.0 seconds?", "", [eggs], **ruled)
    dense = asked("dense_caption", "Describe every event with its times.", "", [eggs, whisk], **ruled)
    count = asked("count", "How often is an egg cracked?", "2", [eggs, whisk], **ruled, rule="counting")
    for sample in (when, pick, what, dense):
        sample.answer = sample.messages[1].content = recompute(sample)
    pick = choice(pick, ["From 30.0 to 37.4 seconds.", pick.answer, "From 1.0 to 8.4 seconds.", "At 50.2 seconds."])
    pick.rationale = "1. The bowl is seen first. (from 7.5 to 12.0 seconds)\n2. Then it is whisked. (at 21.5 seconds)"
    pick.messages[1].content = f"<think>\n{pick.rationale}\n</think>\n{pick.messages[1].content}"
    talk = asked("dialogue", "Who cooks?\nWhat is made?", "A woman.\nAn omelette.", [eggs], **CLOCK)
    talk.messages = [
        Message("user", "Who cooks?"),
        Message("assistant", "A woman."),
        Message("user", "What is made?"),
        Message("assistant", "An omelette."),
    ]
    told = asked("what", "What is on the sign?", "It says <video> in red.", [eggs], **CLOCK)
    late = asked("what", "What is seen at 0:15?", "A whisk,\tand a bowl.", [whisk], duration="60.0")
    next_one = asked("prediction", "What will she do next?", "She will whisk the eggs.", [eggs], **CLOCK, seen="e1")
    next_one.seen_start, next_one.seen_end = 0.0, 12.0
    better = asked("preference", "What does she do?", "She cracks two eggs.", [eggs], duration="60.0", about="what")
    better.rejected, better.rejected_source = "She paints three eggs.", "bad_prompt"
    shot = asked("preference", "Describe the shot.", "Two eggs are cracked.", [eggs], duration="60.0", about="spans")
    shot.rejected, shot.rejected_source = "A dog runs.", "corrupted_blurred"
    video = Timeline("clips/kitchen.mp4", "0a" * 12, 60.0)
    video.samples = [when, pick, what, dense, count, talk, told, late, next_one, better, shot]
    video.attrs["title"], video.media = "An omelette", Media(fps=25.0)
    one, two = video.put(
        "shots",
        [
            Span(
                0, 12, values={"sharpness": 31.5, "quality_score": 4, "aesthetics": 3, **KOALA, **UFO}, attrs={**TOPIC}
            ),
            Span(12, 60, values={"sharpness": 8, "quality_score": 3, "aesthetics": 5, **KOALA, **UFO}, attrs={**TOPIC}),
        ],
    )
    scenes = ((one, "A close-up.", "Eggs are cracked."), (two, "A wide shot.", "“Schön”, she says."))
    captions = []
    for span, shot_type, content in scenes:
        attrs = {
            "shot_type": shot_type,
            "content": content,
            "span": span.id,
            "human": "cooking",
            "candidate:b": "Eggs.",
            "v2t_row": "0.31 0.12",
            "t2t_row": "1.0 0.4",
        }
        captions.append(Span(span.start, span.end, f"{shot_type} {content}", attrs=attrs))
    video.put("captions", captions)
    frames = [(0, 0, one, "Two eggs."), (0, 4.04, one, "One is open."), (12, 12, two, "A bowl.")]
    video.put("differences", [Span(low, high, text, attrs={"span": span.id}) for low, high, span, text in frames])
    drafts = {"grades": "5 8 7", "instructions": "Be brief.", "why": "It is short."}
    video.put("video_caption", [Span(0, 60, "A woman makes an omelette.", attrs=drafts)])
    video.put("speech", [Span(2, 5, "Crack them."), Span(11, 12.5, "Now whisk."), Span(50, 52, "fertig – schön")])
    return video


def hidden(uri: str, name: str) -> Timeline:
    """A haystack with one question; *uri* says whether its file is made."""
    needle = Evidence(20.0, 22.0, "needles", "an apple", "n1")
    sample = asked("ret", "What is pasted over the video?", "an apple", [needle], duration="45")
    video = Timeline(uri, name * 12, 45.0)
    video.samples = [choice(sample, ["a pear", "a cup", "an apple"])]
    return video


def store(folder: Path, videos: Iterable[Timeline]) -> Path:
    """*videos* as a finished data set in *folder*."""
    (folder / "data").mkdir(parents=True)
    (folder / "timelines").mkdir()
    names: list[str] = []
    videos = list(videos)
    known = sorted({lane for video in videos for lane in video.lanes})
    for n, video in enumerate(videos):
        lanes = timelines_table([video], known)
        write_table(lanes, folder / f"timelines/part-{n:05}.parquet")
        for m, sample in enumerate(video.samples):
            sample.id = sample.id or f"{n}-{m:02}"
        names.append(f"data/train-{n:05}.parquet")
        write_table(samples_table([video]), folder / names[-1])
    write_record(folder)
    return folder


@pytest.fixture
def stored() -> Callable[[Path, Iterable[Timeline]], Path]:
    """Stores videos as a finished data set."""
    return store


@pytest.fixture
def samples() -> list[Sample]:
    """The samples of the kitchen: fresh ones for each test."""
    return kitchen().samples


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data set ``set`` in an empty working folder: 13 samples of three videos, of which one was not rendered."""
    monkeypatch.chdir(tmp_path)
    videos = [kitchen(), hidden("media/made.mp4", "1b"), hidden("haystack://far", "2c")]
    folder = store(Path("set"), videos)
    (folder / "media").mkdir()
    (folder / "media" / "made.mp4").write_bytes(b"made")
    Path("videos/clips").mkdir(parents=True)
    Path("videos/clips/kitchen.mp4").write_bytes(b"kitchen" * 10)
    return folder
