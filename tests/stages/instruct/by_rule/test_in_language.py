"""Questions by rule in other languages: nothing but their words differs from English."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from vdata.export.times import KeepTimes, Times
from vdata.rules.clock import TimeFormat
from vdata.rules.family import find_families
from vdata.rules.in_english import in_english
from vdata.rules.language_key import CODES, shipped
from vdata.rules.solve import recompute
from vdata.schemas import Sample, Timeline
from vdata.scoring.items import Prediction, judge
from vdata.stages.instruct.by_rule.chain_of_thought import ChainOfThought
from vdata.stages.instruct.by_rule.ground import Ground
from vdata.stages.instruct.by_rule.open_questions import OpenQuestions
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_rule.transcript_order import TranscriptOrder
from vdata.stages.instruct.by_rule.worded import one_mark
from vdata.stages.verify.verify import Verify

Make = Callable[[int], Timeline]
BY_RULE = sorted(name for name, family in find_families().items() if family.kinds)
LANGUAGES = [name for name in CODES.values() if name != "English"]
OWN = ("english", "language", "words")
ITALIAN = {
    "name": "Italian",
    "answers": {
        "seconds": {"time": "{time} secondi", "at": "a {time} secondi", "between": "da {start} a {end} secondi"},
        "quotes": ["«", "»"],
    },
    "questions": {"moment_retrieval": ["Quando succede {q}?"], "highlight": ["Quali sono i {n} momenti migliori?"]},
}


def made(video: Timeline, language: Any, form: TimeFormat = "seconds", **more: Any) -> list[Sample]:
    more.setdefault("tasks", BY_RULE)
    Tasks(language=language, time_format=form, per_task=3, **more).run(video)
    return video.samples


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["seconds", "mmss", "percent"])
def test_nothing_but_the_words_differs(rich: Make, language: str, form: TimeFormat) -> None:
    for n in range(3):
        english, other = made(rich(n), "English", form), made(rich(n), language, form)
        assert {sample.task for sample in other} >= set(BY_RULE) - {"long_scene_script"}
        assert [sample.id for sample in other] == [sample.id for sample in english]
        for one, two in zip(english, other, strict=True):
            assert one.evidence == two.evidence
            assert one.params == {name: text for name, text in two.params.items() if name not in OWN}
            assert two.params["language"] == language
            assert (one.start, one.end) == (two.start, two.end)
            assert recompute(two) == two.answer
            assert in_english(two) == one
            assert "{" not in two.question


def test_chinese_questions_hold_no_english_but_what_the_lanes_say(rich: Make) -> None:
    for sample in [sample for n in range(6) for sample in made(rich(n), "zh")]:
        asked = sample.question.split("\n")[0].replace(sample.params.get("asked", " "), "")
        assert not re.search("[A-Za-z]", re.sub("“[^”]*”", "", asked)), sample.question
        if find_families()[sample.task].answers == "window":
            assert re.fullmatch(r"从第[\d.]+秒到第[\d.]+秒。", sample.answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_right_answers_score_and_wrong_ones_do_not(rich: Make, language: str) -> None:
    english, other = made(rich(0), "English"), made(rich(0), language)
    told_wrong = set()
    for n, (one, two) in enumerate(zip(english, other, strict=True)):
        assert judge(two, Prediction(two.answer)).right, (two.question, two.answer)
        for m, (plain, said) in enumerate(zip(english, other, strict=True)):
            if n != m and one.task == plain.task:
                right = judge(two, Prediction(said.answer)).right
                assert right == judge(one, Prediction(plain.answer)).right
                told_wrong |= set() if right else {one.task}
    assert {"moment_retrieval", "event_order", "counting", "grounded_caption"} <= told_wrong


def through(video: Timeline, language: Any) -> list[Sample]:
    """The samples of all stages by rule that follow one another."""
    Tasks(language=language, tasks=BY_RULE, per_task=3).run(video)
    TranscriptOrder(clips=2, seconds=(2.0, 9.0), language=language).run(video)
    Options(keep_open=True, circular=True).run(video)
    for sample in video.samples[::2]:
        sample.rationale = "He is seen with wax."
    Ground().run(video)
    ChainOfThought(form="plain", keep_direct=True).run(video)
    return video.samples


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_and_requests_follow_in_the_language_with_the_same_draws(rich: Make, language: str) -> None:
    own = shipped(language)
    assert own is not None
    seen: set[str] = set()
    for n in range(3):
        english, other = through(rich(n), "English"), through(rich(n), language)
        assert [sample.id for sample in other] == [sample.id for sample in english]
        for one, two in zip(english, other, strict=True):
            plain = in_english(two)
            assert (one.options, one.answer_index, one.question) == (plain.options, plain.answer_index, plain.question)
            assert {name: text for name, text in two.params.items() if name not in OWN} == one.params
            assert two.answer_index is None or two.options[two.answer_index] == two.answer == recompute(two)
            assert judge(two, Prediction(two.answer)).right
            asked, told = two.messages[0].content.split("\n"), two.messages[-1].content
            if two.params.get("form") == "chain_of_thought":
                assert asked.pop() in own.explain
                assert own.answer in told
                seen.add("explained")
            if "grounded" in two.params:
                assert asked.pop() in own.ground
                seen.add("grounded")
            if two.options:
                assert asked.pop() in own.choose
                assert asked[-len(two.options) :] == [
                    f"{letter}. {option}" for letter, option in zip("ABCDEF", two.options, strict=False)
                ]
                seen.add("options")
        assert {sample.task for sample in other} >= {"transcript_order", "moment_retrieval"}
    assert seen == {"explained", "grounded", "options"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_checks_say_the_same_of_every_language(rich: Make, language: str) -> None:
    told, lost = [], []
    for name in ("English", language):
        video = rich(1)
        Tasks(language=name, tasks=BY_RULE, per_task=2).run(video)
        Options(keep_open=True).run(video)
        for n, sample in enumerate(video.samples):
            if n % 5 == 0:  # a lie, which must be found in each
                sample.evidence = [replace(item, start=item.start + 3.0) for item in sample.evidence]
        judged = list(video.samples)
        asyncio.run(Verify().run(video, None))
        told.append([(sample.id, [(one.check, one.verdict) for one in sample.checks]) for sample in judged])
        lost.append([(one.reason, one.value, one.start) for one in video.rejects])
    assert told[0] == told[1]
    assert lost[0] == lost[1] != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_times_are_written_anew_as_in_english(rich: Make, language: str) -> None:
    changed = 0
    for one, two in zip(through(rich(2), "English"), through(rich(2), language), strict=True):
        try:
            plain = Times(time_format="mmss").rewrite(one)
        except KeepTimes as why:
            with pytest.raises(KeepTimes, match=why.reason):
                Times(time_format="mmss").rewrite(two)
            continue
        if one.rationale:
            continue
        said = Times(time_format="mmss").rewrite(two)
        assert recompute(said) == said.answer
        assert (in_english(said).question, in_english(said).answer) == (plain.question, plain.answer)
        assert in_english(said).options == plain.options
        left = re.sub(r"\d\d:\d\d\.\d", "", said.question + said.answer)
        assert two.task == "highlight_scores" or not re.search(r"\d\.\d", left)
        changed += two.question != said.question or two.answer != said.answer
    assert changed > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_depends_on_its_options_is_the_same_in_every_language(rich: Make, language: str) -> None:
    opened = []
    for name in ("English", language):
        video = rich(1)
        Tasks(language=name, tasks=BY_RULE, per_task=3).run(video)
        Options(keep_open=False).run(video)
        OpenQuestions().run(video)
        opened.append([(sample.id, sample.task) for sample in video.samples])
        assert any(reject.reason == "depends_on_options" for reject in video.rejects)
    assert opened[0] == opened[1]
    assert {"event_order", "moment_retrieval"} <= {task for _, task in opened[1]}


def test_a_language_without_words_for_a_request_leaves_samples_as_they_are_and_says_so(rich: Make) -> None:
    video = rich(0)
    Tasks(language=ITALIAN | {"questions": {"counting": ["Quante volte {q}?"]}}, tasks=["counting"]).run(video)
    (first, *_) = before = list(video.samples)
    Options().run(video)
    assert video.samples[0].messages[0].content.split("\n")[-1].startswith(("C. ", "D. "))
    video.samples, first.rationale = [first], "Two times."
    ChainOfThought().run(video)
    assert video.samples == [first]
    totals = {key: float(count) for key, count in video.report.items()}
    assert ChainOfThought().summary(totals) == (
        "chain_of_thought: 1 questions in Italian stay as they are: the language has no words that ask to explain."
    )
    assert len(before) > 1


def test_a_language_of_ones_own_asks_what_it_has_and_says_what_it_lacks(rich: Make) -> None:
    video = rich(0)
    english = {sample.id: sample for sample in made(rich(0), "English", tasks=None)}
    samples = made(video, ITALIAN, tasks=None)
    assert {sample.task for sample in samples} == {"moment_retrieval", "highlight"}
    assert all(in_english(sample) == english[sample.id] for sample in samples)
    answers = {sample.task: sample.answer for sample in samples}
    assert re.fullmatch(r"Da [\d.]+ a [\d.]+ secondi\.", answers["moment_retrieval"])
    assert recompute(samples[0]) == samples[0].answer
    stage = Tasks(language=ITALIAN)
    totals = {key: float(count) for key, count in video.report.items()}
    assert "left out for want of questions in Italian: before_after (" in (stage.summary(totals) or "")
    (remark,) = stage.remarks()
    assert remark.startswith("language Italian has no questions for before_after, captioning, chapter_titles,")
    with pytest.raises(
        ValueError, match="language Italian has no questions for event_order: give some under phrasings"
    ):
        Tasks(language=ITALIAN, tasks=["highlight", "event_order"])
    Tasks(language=ITALIAN, tasks=["event_order"], phrasings={"event_order": ["Metti in ordine.\n{list}"]})


def test_a_phrasing_that_would_tell_the_answer_is_passed_over(rich: Make) -> None:
    own = {"extends": "Spanish", "questions": {"classification": ["¿Es waxing?", "¿Qué se ve?"]}}
    for n in range(8):
        (sample,) = made(rich(n), own, of=["classes"], tasks=["classification"])
        assert sample.question == "¿Qué se ve?"
        assert sample.answer == "waxing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_are_the_same_texts_and_all_quoted_alike(rich: Make, language: str) -> None:
    """The marks of quotation of one language around the right option alone would give it away."""
    quoted = 0
    for n in range(3):
        english, other = rich(n), rich(n)
        for video, name in ((english, "English"), (other, language)):
            made(video, name)
            Options(count=4).run(video)
        for one, two in zip(english.samples, other.samples, strict=True):
            assert one.answer_index == two.answer_index
            if find_families()[one.task].answers == "text":
                assert [_bare(option) for option in one.options] == [_bare(option) for option in two.options]
            marks = {(option[0], option[-1]) for option in two.options if _bare(option) != option}
            quoted += bool(marks)
            assert len(marks) <= 1, two.options
    assert quoted


def _bare(option: str) -> str:
    return option.strip('"“”«»„\u00a0\u202f ')


@pytest.mark.parametrize(
    ("text", "closing", "said"),
    [
        ("这句话是什么时候说的：“你好吗？”？", "”", "这句话是什么时候说的：“你好吗？”"),
        ("屏幕文字“Hi!”？请给出时间。", "”", "屏幕文字“Hi!”？请给出时间。"),
        ("请给出“Hi!”。", "”", "请给出“Hi!”"),
        ("¿Cuándo se dice «¿Qué?»?", "»", "¿Cuándo se dice «¿Qué?»?"),
        ("Wann sagt jemand „Was?“?\n1. a", "“", "Wann sagt jemand „Was?“\n1. a"),
        ("Quand dit-on « Quoi ? » ?", "\u00a0»", "Quand dit-on « Quoi ? » ?"),
        ("Quand dit-on «\u00a0Quoi?\u00a0»\u00a0?", "\u00a0»", "Quand dit-on «\u00a0Quoi?\u00a0»"),
    ],
)
def test_one_mark_is_enough_at_the_end(text: str, closing: str, said: str) -> None:
    assert one_mark(text, closing) == said
