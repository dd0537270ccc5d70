"""What stages make of a weak author's replies about invented videos, whose labels and transcripts are all there is.

    python benchmarks/weak_author.py                       # replays what is kept: seconds
    python benchmarks/weak_author.py ask HALF URL FILE     # asks the model anew: about 3 seconds of a core a reply

The author is SmolLM2-135M-Instruct, served by tests/smollm (make_env.py says how). The videos are in weak_author/, in
parts, with what the model replied (replies_*.jsonl), what a person said of each survivor (verdicts_*.yaml), and what a
good author writes of them (good_*.yaml, in words of its own). ``tuning`` is what rules were made on. ``held_out`` was
kept apart from the check ``grounding``, ``second`` from the first rules of ``well_formed``; both were read afterwards
and are tuned on now. ``third`` is held out. Of ``second`` and ``third`` only questions on labels were asked, the way in
which the model is right at all. Of ``good_second`` and ``good_third`` nothing but the totals was read. Every stage that
asks is called itself, one after another, without Ray, as the recipes howtocaption and lita_rtl and configs with
questions and reason have them, with prompts that hold an example: by ours the model does little but repeat them. What
the stages make is read by verify. When the replies were asked for, the schema also held a reply to as many items as
were asked for; of the last two videos of each half, and of a part of the sixth, none were. A change of these requests
makes the replies useless: ask anew, and judge the survivors by hand.

Exits with 1 when more than 2 % of the good author's samples are lost.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.kinds.replay import Replay
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.teacher_settings import TeacherSettings
from vdata.schemas import Failed, Reject, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages.caption.steps import SpokenSteps
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.instruct.by_teacher.reason import Reason
from vdata.stages.stage import Stage, Teacher, TeacherStage
from vdata.stages.verify.verify import Verify

FOLDER = Path(__file__).with_suffix("")
HALVES = ("tuning", "held_out", "second", "third")
MOST = 0.02
"""The share of a good author's samples that may be lost."""
_LINE = re.compile(r"(\d+)-(\d+): (.+)")


@dataclass
class Outcome:
    """What came of one half."""

    asked: int = 0
    """Requests."""
    survivors: list[dict[str, str]] = field(default_factory=list)
    """Samples, captions and rationales that no rule dropped, each as it is to be judged."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why the others were rejected, and how often: ``stage reason``."""


class Counting:
    """A teacher that counts what it is asked."""

    def __init__(self, teacher: Teacher) -> None:
        self.teacher, self.asked = teacher, 0

    def named(self, name: str) -> Counting:
        return self

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += len(requests)
        return await self.teacher.ask(requests)


def videos(half: str) -> list[Timeline]:
    """The timelines of *half*, with the lanes events, speech and parts (its two halves)."""
    known = yaml.safe_load((FOLDER / f"{half}.yaml").read_text(encoding="utf-8"))
    return [_timeline(name, lanes) for name, lanes in known.items()]


def _timeline(name: str, lanes: dict[str, str]) -> Timeline:
    video = Timeline(f"{name}.mp4", make_id(name))
    for lane, lines in lanes.items():
        found = [_LINE.fullmatch(line) for line in lines.splitlines()]
        video.put(lane, [Span(float(one[1]), float(one[2]), one[3]) for one in found if one is not None])
    video.duration = max(span.end for lane in video.lanes.values() for span in lane)
    video.put("parts", [Span(0.0, video.duration / 2), Span(video.duration / 2, video.duration)])
    return video


_SHOWN = """<material kind="spans of the video">
[e1] events, 0.0-4.0 s: A man opens a green door.
</material>
"""
ASK = (
    _SHOWN + 'Write 1 question about this.\n{{"items": [{{"question": "What does the man open?", "answer": '
    '"A green door.", "evidence": ["e1"]}}]}}\n\n{lines}\n{task}\n'
)
STEPS = (
    '<material kind="speech">\n1: Hello and welcome back.\n2: I pour the milk into a small pan.\n</material>\n'
    'Write what is done.\n{{"steps": [{{"lines": [2], "text": "A person pours milk into a pan."}}]}}\n\n{lines}\n'
    "Write what is done.\n"
)
EXPLAIN = (
    _SHOWN + "Question: What does the man open?\nAnswer: A green door.\n"
    '{{"steps": [{{"text": "A man opens a green door.", "evidence": ["e1"]}}], "conclusion": "A green door."}}\n\n'
    "{lines}\nQuestion: {question}\nAnswer: {answer}\n"
)
PROPOSE = EXPLAIN.replace("Answer: {answer}\n", "").replace("Answer: A green door.\n", "")
LEADS = "Reasoning: {explanation}\nQuestion: {question}\nDoes the reasoning lead to this answer: {answer}?"
SAME = "Question: {question}\nOne answer: {answer}\nAnother answer: {other}\nDo both say the same?"

OF_LABELS = {"of": ["events"], "tasks": ["moment_retrieval", "grounded_caption"], "per_task": 2}
ON_LABELS = {"from": ["events"], "tasks": ["what", "who", "where", "how", "when"], "window": 8, "per_task": 3}
ON_SPEECH = {"from": ["speech"], "tasks": ["what", "why"], "window": 14, "per_task": 2}
RTL = {"from": ["events"], "tasks": ["when"], "window": 8, "per_task": 2, "explain": "answer", "time_format": "tokens"}
REASON = {"from": ["speech"], "on_failure": "drop", "per_video": 2}
JUDGED = {"propose": PROPOSE, "explain": EXPLAIN, "leads": LEADS, "same": SAME}
WAYS: dict[str, list[Stage]] = {
    "howtocaption": [SpokenSteps.model_validate({"of": "parts", "prompt": STEPS}), Verify()],
    "questions on labels": [Questions.model_validate({**ON_LABELS, "prompt": {"ask": ASK}}), Verify()],
    "questions on speech": [Questions.model_validate({**ON_SPEECH, "prompt": {"ask": ASK}}), Verify()],
    "lita_rtl": [Questions.model_validate({**RTL, "prompt": {"ask": ASK}}), Verify()],
    "reason": [
        Tasks.model_validate(OF_LABELS),
        Reason.model_validate({**REASON, "context": 0, "prompt": {"explain": EXPLAIN}}),
        Verify(),
    ],
    "reason: propose": [
        Tasks.model_validate(OF_LABELS),
        Reason.model_validate({**REASON, "mode": "propose", "prompt": JUDGED}),
        Verify(),
    ],
}
"""The stages of each way to use the author, with prompts for one that needs an example and few lines at a time."""
ASKED = dict.fromkeys(("second", "third"), ("questions on labels",))
"""The ways in which the author was asked about these parts; about the others in all of them."""


async def outcome(half: str, teacher: Teacher, ways: Sequence[str] = (), count: int | None = None) -> Outcome:
    """What the stages make of *teacher*'s replies about the videos of *half*."""
    counting, found = Counting(teacher), Outcome()
    for one in videos(half)[:count]:
        for way in ways or ASKED.get(
            half, WAYS
        ):  # in turn: a server that keeps the last prompt reads what they share once
            video = copy.deepcopy(one)
            await _run(way, video, counting)
            found.survivors += _survivors(way, video)
            found.reasons.update(f"{reject.stage} {reject.reason}" for reject in video.rejects)
    found.asked = counting.asked
    return found


async def _run(way: str, video: Timeline, teacher: Any) -> None:
    for stage in WAYS[way]:
        done = stage.run(video, teacher) if isinstance(stage, TeacherStage) else stage.run(video)
        try:
            if asyncio.iscoroutine(done):
                await done
        except Failed as error:
            video.rejects.append(Reject(stage.name(), "failed", error.reason, detail=error.detail))


def _survivors(way: str, video: Timeline) -> list[dict[str, str]]:
    made = [sample for sample in video.samples if sample.teacher or sample.rationale]
    found = [_sample(sample) for sample in made if sample.rationale or not way.startswith("reason")]
    found += [
        {"task": "caption", "answer": span.words, "cites": _lines(span.attrs["of"], video)}
        for span in video.lane("captions")
    ]
    return [{"way": way, "video": video.uri.removesuffix(".mp4"), **one} for one in found]


def _sample(sample: Sample) -> dict[str, str]:
    cited = " | ".join(f"{item.start:g}-{item.end:g}: {item.text}" for item in sample.evidence)
    one = {"task": sample.task, "question": sample.question, "answer": sample.answer, "cites": cited}
    return {**one, "rationale": sample.rationale} if sample.rationale else one


def _lines(ids: str, video: Timeline) -> str:
    return " | ".join(f"{span.start:g}-{span.end:g}: {span.words}" for span in video.lane("speech") if span.id in ids)


class Good:
    """A teacher that gives one good reply, to whatever request."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def named(self, name: str) -> Good:
        return self

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        return [Reply((json.dumps(self.value),), (self.value,)) for _ in requests]


def good_lost(half: str) -> tuple[int, list[str]]:
    """How many good samples and captions there are about *half*, and those that stages or verify drop, with reasons."""
    known = yaml.safe_load((FOLDER / f"good_{half}.yaml").read_text(encoding="utf-8"))
    count, lost = 0, []
    for video in videos(half):
        for line in known[video.uri.removesuffix(".mp4")].splitlines():
            task, question, answer, cites = (part.strip() for part in line.split("|"))
            row = copy.deepcopy(video)
            row.put("parts", [Span(0.0, video.seconds)])
            stage: TeacherStage
            if task == "caption":
                value: dict[str, Any] = {"text": answer, "lines": [int(tag[1:]) for tag in cites.split()]}
                stage, value = SpokenSteps(of="parts"), {"steps": [value]}
            else:
                value = {"question": question, "evidence": cites.split()} | ({"answer": answer} if answer else {})
                stage = Questions.model_validate({"from": ["events", "speech"], "tasks": [task]})
                value = {"items": [value]}
            asyncio.run(stage.run(row, Good(value)))
            asyncio.run(Verify().run(row, None))
            count += 1
            if row.rejects:
                lost.append(f"{row.rejects[0].reason}: {line}")
    return count, lost


def asking(settings: TeacherSettings, cache: Path | None = None) -> Asker:
    """The author, asked by way of *settings*."""
    return make_teachers({"author": settings}, cache)["author"]


def replayed(half: str, count: int | None = None) -> Outcome:
    """What the stages make now of the replies about *half* that are kept."""
    teacher = asking(Replay(path=FOLDER / f"replies_{half}.jsonl"))
    return asyncio.run(outcome(half, teacher, count=count))


def judged(half: str, survivors: Sequence[dict[str, str]]) -> tuple[int, list[str]]:
    """How many of *survivors* a person called right, and those that nobody has judged."""
    known = yaml.safe_load((FOLDER / f"verdicts_{half}.yaml").read_text(encoding="utf-8"))["now"]
    verdicts = {(one["video"], one["way"], one["said"]): one["right"] for one in known}
    keys = [(one["video"], one["way"], f"{one.get('question', '')} => {one['answer']}") for one in survivors]
    return sum(verdicts.get(key, False) for key in keys), [key[2] for key in keys if key not in verdicts]


def ask(half: str, url: str, record: str) -> None:
    """Ask the model at *url* about *half*, and write its replies to *record*."""
    settings = OpenAI.model_validate({
        "model": "SmolLM2-135M-Instruct", "base_url": url, "concurrency": 1, "timeout": 3000, "max_tokens": 160,
        "schema_mode": "response_format", "record": record, "format_retries": 0, "retries": 0,
    })  # fmt: skip
    show(half, asyncio.run(outcome(half, asking(settings, Path(record).with_suffix("")))))


def show(half: str, found: Outcome) -> None:
    """Print the totals of *found*."""
    right, new = judged(half, found.survivors)
    share = f"{right / max(len(found.survivors), 1):.0%}, {100 * right / max(found.asked, 1):.1f} per 100 replies"
    print(
        f"{half}: {found.asked} requests, {len(found.survivors)} survivors, {right} right ({share}), {len(new)} unread"
    )
    print("  dropped:", ", ".join(f"{reason} {n}" for reason, n in found.reasons.most_common()))


def main() -> int:
    """Replay all parts, and count what is lost of a good author's samples; 1 when too much is."""
    known = bad = 0
    for half in HALVES:
        show(half, replayed(half))
        count, lost = good_lost(half)
        print(f"  good samples lost: {len(lost)} of {count}")
        known, bad = known + count, bad + len(lost)
    return int(bad > MOST * known)


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "ask":
        ask(*sys.argv[2:])
    else:
        raise SystemExit(main())
