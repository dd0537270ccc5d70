"""Questions about needles in other languages: the same items with the same ids, asked in other words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.language_key import CODES
from vdata.rules.letters import LETTERS
from vdata.schemas import Media, Sample, Span, Timeline
from vdata.scoring.items import Prediction, judge
from vdata.stages.haystack.hide import Hide

CLIP = {"show": "clip", "lane": "captions", "seconds": 2.0}
TASKS: list[dict[str, Any]] = [
    {"task": "retrieve"},
    {"task": "order"},
    {"task": "count"},
    {"task": "retrieve", "needle": CLIP},
    {"task": "order", "needle": CLIP},
    {"task": "count", "needle": {**CLIP, "group": "label"}},
]


def video(name: str) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", 60.0)
    made.media = Media(duration=60.0, width=640, height=360, fps=25.0, frames=1500, sha256=name)
    made.put(
        "captions",
        [Span(3.0 * n, 3.0 * n + 2.5, f"{name}小狗第{n}次跳过篱笆。", label=f"第{n % 4}类动作") for n in range(8)],
    )
    return made


def made(language: Any, *tasks: dict[str, Any], **more: Any) -> list[Timeline]:
    stage = Hide.model_validate({"tasks": [{"items": 2, **task} for task in tasks], "language": language, **more})
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in map(video, "abcdef")]
    verdicts = stage.gather(told)
    return [
        stage.apply(Timeline(f"haystack://{new}", new), plan) for of in verdicts.values() for new, plan in of.items()
    ]


def samples(videos: list[Timeline]) -> list[Sample]:
    return [sample for one in videos for sample in one.samples]


@pytest.mark.parametrize("language", [name for name in CODES.values() if name != "English"])
def test_the_same_items_are_asked_in_other_words(language: str) -> None:
    english, other = made("English", *TASKS, circular=True), made(language, *TASKS, circular=True)
    assert [one.id for one in other] == [one.id for one in english]
    assert [one.lane("needles") for one in other] == [one.lane("needles") for one in english]
    for one, two in zip(samples(english), samples(other), strict=True):
        assert (two.id, two.answer_index, two.evidence, two.group) == (
            one.id,
            one.answer_index,
            one.evidence,
            one.group,
        )
        assert two.params["english"] == one.question != two.question
        assert {name: text for name, text in two.params.items() if name not in ("english", "language")} == one.params
        assert "{" not in two.question
        if language == "Chinese":
            assert not re.search("[A-Za-z]", re.sub(r"[a-f](?=小狗)", "", two.question))
        if one.params["kind"] != "order":
            assert two.options == one.options
        assert two.answer_index is not None
        assert two.options[two.answer_index] == two.answer
        asked, told = two.messages
        assert asked.content.startswith(two.question + "\nA. ")
        assert "Answer with" not in asked.content
        assert told.content == f"{LETTERS[two.answer_index]}. {two.answer}"
        assert judge(two, Prediction(told.content)).right
        assert judge(two, Prediction(two.answer)).right
        wrong = (two.answer_index + 1) % len(two.options)
        assert not judge(two, Prediction(f"{LETTERS[wrong]}. {two.options[wrong]}")).right


def test_a_question_of_ones_own_stays_and_what_has_no_words_is_refused(tmp_path: Path) -> None:
    (sample, *_) = samples(made("zh", {"task": "retrieve", "question": "秘密是什么？"}))
    assert sample.question == "秘密是什么？"
    assert sample.messages[0].content.endswith("\n请用正确选项的字母作答。")
    with pytest.raises(ValidationError, match="drawn pictures have names in English only"):
        made("de", {"task": "retrieve", "needle": {"show": "picture"}})
    own = {"name": "Italian", "needles": {"questions": {"word.retrieve": "Qual è la parola segreta?"}}}
    (sample, *_) = samples(made(own, {"task": "retrieve"}))
    assert sample.messages[0].content.split("\n")[-1].startswith("D. ")
    with pytest.raises(ValidationError, match=r"language Italian has no question for word.count \(needles.questions\)"):
        made(own, {"task": "count"})
    bad = {"name": "Italian", "needles": {"questions": {"clip.count": "Quante volte?"}}}
    with pytest.raises(ValidationError, match=r"needles.questions.clip.count: 'Quante volte\?' must hold \{thing\}"):
        made(bad, {"task": "count", "needle": CLIP})
