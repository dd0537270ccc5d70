"""Families of a config's own: what is asked in each form, what becomes of it, how it is checked, and what cannot be."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scripted_teacher import loose

from vdata.export.format import ExportItem
from vdata.export.formats.et_instruct import ETInstruct
from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config
from vdata.rules.solve import recompute
from vdata.rules.stretch import stretch_of
from vdata.schemas import Reply, Request, Sample, Span, Timeline, make_id
from vdata.scoring.truth import true_answer
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_teacher.citations import lines_of
from vdata.stages.instruct.by_teacher.question_replies import schema_of
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.verify.checks.answer import AnswerCheck
from vdata.stages.verify.checks.count import CountCheck
from vdata.stages.verify.checks.evidence import EvidenceCheck
from vdata.stages.verify.checks.negation import NegationCheck
from vdata.stages.verify.checks.order import OrderCheck
from vdata.stages.verify.finding import Facts

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
MOVES = ("A ball rolls left.", "A cube does not move.", "A ring turns.", "A star sinks.", "The light goes out.")
ITEMS: dict[str, dict[str, Any]] = {
    "text": {"question": "Which way does the ball move?", "answer": "It rolls left.", "evidence": ["c1"]},
    "when": {"question": "At what point are round things seen to spin?", "evidence": ["c3"]},
    "order": {
        "question": "How do the moves follow one another?",
        "events": [
            {"text": "the rolling", "tag": "c1"},
            {"text": "the turning", "tag": "c3"},
            {"text": "the sinking", "tag": "c4"},
        ],
    },
    "count": {"question": "How many times does a round thing move?", "evidence": ["c1", "c3"], "count": 2},
    "prediction": {
        "question": "What will the star do?",
        "answer": "It will sink.",
        "seen": ["c1", "c2"],
        "evidence": ["c4"],
    },
    "dialogue": {
        "turns": [
            {"question": "What rolls?", "answer": "The ball.", "evidence": ["c1"]},
            {"question": "And what turns later on?", "answer": "The ring.", "evidence": ["c3"]},
        ]
    },
}


def moves(spans: int = 5) -> Timeline:
    """A video of 50 s with a caption each 10 s."""
    video = Timeline("m.mp4", make_id("m"), 50.0)
    video.put("captions", [Span(10.0 * n, 10.0 * n + 10, text) for n, text in enumerate(MOVES[:spans])])
    return video


def questions(*families: Any, **settings: Any) -> Questions:
    return Questions.model_validate({"tasks": list(families), **settings})


def own(form: str, **more: Any) -> dict[str, Any]:
    return {"name": f"my_{form}", "ask": f"Ask {{about}} the moves, {form}.", "form": form, **more}


def made(teacher: ScriptedTeacher, stage: Questions, video: Timeline | None = None) -> tuple[Timeline, list[Sample]]:
    video = video or moves()
    return video, asyncio.run(stage.run(video, teacher)).samples


def told(request: Request) -> str:
    return str(request.turns[-1].parts[-1])


def by_form(request: Request) -> dict[str, Any]:
    """An item for each request, of the form that its words speak of."""
    form = next(form for form in ITEMS if f"the moves, {form}." in told(request))
    return {"items": [ITEMS[form]]}


def test_each_form_is_asked_with_its_rules_and_becomes_samples_of_its_name(scripted: Scripted) -> None:
    teacher = scripted(by_form)
    video, samples = made(teacher, questions(*map(own, ITEMS), turns=2))
    assert not video.rejects
    assert [sample.task for sample in samples] == [f"my_{form}" for form in ITEMS]
    tags = [line.tag for line in lines_of(moves(), ["captions"])]
    schemas = [schema_of(form, tags) for form in ITEMS]  # type: ignore[arg-type]
    assert [request.schema for request in teacher.asked] == schemas
    first = {form: told(request).split("\n")[0] for form, request in zip(ITEMS, teacher.asked, strict=True)}
    assert first["text"] == "Write 2 questions. Ask {about} the moves, text.", "braces of one's own stand as they are"
    assert first["order"].startswith("Write 2 questions. Ask {about} the moves, order. List three to five events")
    assert first["count"].endswith("cite every one of these spans, and no other, and give the number.")
    assert "an assistant 2 questions and gets answers" in first["dialogue"]
    answers = {sample.task: sample.answer for sample in samples}
    assert answers["my_when"] == "From 20.0 to 30.0 seconds."
    assert answers["my_count"] == "2"
    for sample in samples:
        if sample.task in ("my_when", "my_order", "my_count"):
            assert recompute(sample) == sample.answer
    prediction, dialogue = samples[4:]
    assert stretch_of(prediction) == (0.0, 20.0), "what is shown ends before the answer"
    assert len(prediction.params["seen"].split()) == 2
    assert [turn.role for turn in dialogue.messages] == ["user", "assistant"] * 2


def test_they_are_checked_and_scored_and_exported_by_their_form(scripted: Scripted) -> None:
    video, samples = made(scripted(by_form), questions(*map(own, ITEMS)))
    sample = {one.task.removeprefix("my_"): one for one in samples}
    facts = Facts(video)
    checks = AnswerCheck(), CountCheck(), OrderCheck(), EvidenceCheck()
    for one in samples:
        found = [check.check(one, facts) for check in checks]
        assert all(finding is None or finding.outcome != "fail" for finding in found), (one.task, found)
    assert AnswerCheck().check(sample["text"], facts) is None
    assert NegationCheck().check(sample["count"], facts) is None, "a number denies nothing, whatever the task is called"
    assert true_answer(sample["order"]).form == "order"
    assert true_answer(sample["when"]).form == "stretch"
    row = ETInstruct().row(ExportItem(sample["when"], "m.mp4", "m.mp4", "m", 50.0))
    assert (row["task"], row["tgt"]) == ("tvg", [20.0, 30.0])
    for form, wrong, reason in (
        ("when", "From 0.0 to 10.0 seconds.", "bad_time"),
        ("order", ", ".join(reversed(sample["order"].answer.split(", "))), "wrong_order"),
        ("count", "3", "wrong_count"),
    ):
        sample[form].answer = wrong
        finding = AnswerCheck().check(sample[form], facts)
        assert finding is not None
        assert (finding.outcome, finding.reason) == ("fail", reason)
    finding = OrderCheck().check(sample["order"], facts)
    assert finding is not None
    assert finding.reason == "wrong_order"
    later = sample["prediction"]
    later.params["seen"] = ""
    finding = EvidenceCheck().check(later, facts)
    assert finding is None or finding.outcome != "fail", "evidence after the stretch is what is predicted"


def test_options_number_and_distractors_are_those_of_the_family(scripted: Scripted) -> None:
    wrong = ["It rolls right.", "It rolls up.", "It stands still.", "It rolls back."]

    def reply(request: Request) -> dict[str, Any]:
        (item,) = by_form(request)["items"]
        return {"items": [{**item, **({"wrong": wrong} if "wrong answers too" in told(request) else {})}] * 3}

    teacher = scripted(reply)
    turned = "the same move in the opposite direction"
    family = own("text", options=5, number=1, distractors=turned)
    plain = {"name": "plain", "ask": "Ask of the moves, when.", "form": "when"}
    video, samples = made(teacher, questions(family, plain, per_task=3))
    first, second = map(told, teacher.asked)
    assert first.startswith("Write 1 question. ")
    assert "For each question write 4 wrong answers too" in first
    assert f"\nWhat the wrong answers shall be: {turned}" in first
    assert second.startswith("Write 3 questions. ")
    assert "wrong answers" not in second, "times of others come by rule, and this family is open"
    (choice, timed) = samples
    assert (choice.task, len(choice.options), sorted(choice.options)) == ("my_text", 5, sorted([*wrong, choice.answer]))
    assert (timed.task, timed.options) == ("plain", [])
    assert [one.reason for one in video.rejects].count("more_than_asked") == 2
    replaced = scripted(reply)
    made(replaced, questions(family, prompt="Of these:\n{lines}\n{task} wrong answers too"))
    assert turned in told(replaced.asked[0]), "a prompt of one's own has it too"
    _, both = made(teacher, questions(family, answers="both"))
    assert [bool(sample.options) for sample in both] == [False, True]
    _, opened = made(scripted(by_form), questions(own("count", options=0), own("order"), answers="choice"))
    assert [bool(sample.options) for sample in opened] == [False, True]


def test_the_options_stage_takes_them_by_their_form(scripted: Scripted) -> None:
    stage = questions(*map(own, ITEMS))
    video, _ = made(scripted(by_form), stage)
    Options().run(video)
    assert [sample.task for sample in video.samples if sample.options] == ["my_when", "my_order", "my_count"]
    video, _ = made(scripted(by_form), stage)
    named = Options.model_validate({"tasks": ["my_count", "my_dialogue"]})
    video.report = {}
    named.run(video)
    assert [sample.task for sample in video.samples if sample.options] == ["my_count"], "a talk is no multiple choice"
    assert named.summary(video.report) == (
        "options: asked for, and nothing was made: my_dialogue (no question that wrong options are known for)."
    )
    assert stage.own_tasks() == set(named.tasks or ()) | {f"my_{form}" for form in ITEMS}
    assert set(named.unknown_tasks()) == {"my_count", "my_dialogue"}


def test_a_family_that_made_nothing_is_said_with_its_reason(scripted: Scripted) -> None:
    stage = questions(own("order"), own("prediction"), own("text"), own("count"), own("when"), per_video=1)
    replies = {"text": {**ITEMS["text"], "evidence": []}}

    def reply(request: Request) -> Reply:
        form = next(form for form in ITEMS if f"the moves, {form}." in told(request))
        return loose({"items": [] if form == "when" else [replies.get(form, ITEMS[form])]})

    teacher = scripted(reply)
    video, samples = made(teacher, stage, moves(2))
    assert not any("the moves, order." in told(request) for request in teacher.asked), "that could bring nothing"
    assert [sample.task for sample in samples] == []
    assert (stage.summary(video.report) or "").split("\n")[-1] == (
        "questions: asked for, and nothing was made: my_count (1 × unknown_evidence), my_order (1 × no stretch with "
        "the 3 spans that it needs), my_prediction (1 × unknown_evidence), my_text (1 × no_evidence), my_when (the "
        "teacher wrote none)."
    )
    stage = questions(own("text"), own("count"), per_video=1)
    video, samples = made(scripted(by_form), stage)
    assert [sample.task for sample in samples] == ["my_text"]
    assert stage.summary(video.report) == (
        "questions: asked for, and nothing was made: my_count (1 × others filled per_video)."
    )
    stage = questions(own("order"))
    video, samples = made(scripted(by_form), stage, moves(1))
    assert "no stretch with the 3 spans" in (stage.summary(video.report) or "")


@pytest.mark.parametrize(
    ("task", "wrong"),
    [
        (
            "{name: m, ask: Ask., form: wen}",
            "form: must be text, when, order, count, prediction or dialogue, got 'wen'",
        ),
        ("{name: m, ask: Ask., form: wen}", "Did you mean when?"),
        ("{name: m, ask: Ask., frm: when}", "tasks.0.frm: unknown key. Did you mean form?"),
        ("{name: m}", "tasks.0.ask: missing"),
        ("{name: M, ask: Ask.}", "tasks.0.name: must be a text like"),
        ("{name: what, ask: Ask.}", "tasks: what is there already; name yours otherwise"),
        ("{name: counting, ask: Ask.}", "tasks: counting is there already"),
        ("{name: m, ask: Ask.}, {name: m, ask: Or ask.}", "tasks: m is there twice"),
        ("{name: m, ask: Ask., options: 2}", "options: 3 to 10, or 0 for open questions"),
        ("{name: m, ask: Ask., form: dialogue, options: 4}", "options has no effect with form dialogue"),
        ("{name: m, ask: Ask., form: when, options: 4, distractors: near}", "distractors has no effect with form when"),
        ("{name: m, ask: Ask., options: 0, distractors: near}", "distractors has no effect with options 0"),
        ("{name: m, ask: Ask., distractors: near}", "distractors: has no effect on open questions: give options too"),
        ("{name: m, ask: Ask., number: 0}", "tasks.0.number: must be at least 1"),
        (
            "{name: m, ask: Ask., form: order}], max_spans: 2, from: [captions",
            "m needs 3 spans at once, and no more than 2",
        ),
        ("{name: m, ask: Ask.}], min_spans: 9, max_spans: 8, from: [captions", "m needs 9 spans at once"),
        ("prediction], max_spans: 1, from: [captions", "prediction needs 2 spans at once"),
        ("{name: m, ask: Ask.}, mm", "unknown task mm; did you mean m?"),
        (
            "order, count], min_spans: 2, from: [captions",
            "min_spans: has no effect: it counts only for families of the",
        ),
        ("what], turns: 4, from: [captions", "turns: has no effect"),
    ],
)
def test_what_cannot_be_is_a_mistake_of_check(tmp_path: Path, task: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(_config(tmp_path, f"- questions: {{tasks: [{task}]}}"), base=tmp_path)
    assert len(caught.value.problems) == 1
    assert wrong in str(caught.value)


def test_options_of_families_that_nobody_makes_are_a_mistake(tmp_path: Path) -> None:
    made_here = "- questions: {tasks: [{name: mine, ask: Ask., form: count}]}"
    config = load_config(_config(tmp_path, f"{made_here}\n  - options: {{tasks: [mine, when]}}"), base=tmp_path)
    assert config.stages[-1] == Options(tasks=["mine", "when"])
    with pytest.raises(ConfigError) as caught:
        load_config(_config(tmp_path, f"{made_here}\n  - options: {{tasks: [mien, wen]}}"), base=tmp_path)
    assert [(one.key, one.message, one.hint) for one in caught.value.problems] == [
        ("stages.options.tasks", "no stage before it makes mien.", "Did you mean mine?"),
        ("stages.options.tasks", "no stage before it makes wen.", "Did you mean when?"),
    ]


def _config(folder: Path, stages: str) -> Path:
    path = folder / "c.yaml"
    path.write_text(
        "videos: '*.mp4'\nlabels: [{kind: subtitles, lane: captions}]\n"
        f"teachers: {{t: {{kind: replay, path: x.jsonl}}}}\nstages:\n  {stages}\noutput: {{path: out/x}}\n"
    )
    return path
