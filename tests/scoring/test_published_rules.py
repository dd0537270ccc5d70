"""Published evaluators' rules: each reads what its script reads, with the defects of the script only on demand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.pipelines.evaluation.score import read_rules
from vdata.schemas import Evidence, Sample
from vdata.scoring.items import Prediction, Reading, items, judge, score
from vdata.scoring.measures import shared
from vdata.scoring.published_rules import RULES, score_of
from vdata.scoring.reply_verdict import TrueAnswer

OPTIONS = ("dog", "hot dog", "two birds", "a cat", "a fish")
B = TrueAnswer("option", OPTIONS[1], OPTIONS, 1)
A = TrueAnswer("option", OPTIONS[0], OPTIONS, 0)


CLUES = TrueAnswer("stretches", "From 0.0 to 5.0 seconds; from 9.0 to 12.0 seconds.")


@pytest.mark.parametrize(
    ("rule", "true", "reply", "status"),
    [
        ("streamingbench", B, "B. because", "right"),
        ("streamingbench", B, "The answer is B", "unreadable"),
        ("streamingbench", B, "  B", "right"),
        ("streamingbench", B, " \n", "empty"),
        ("mvbench", B, "(B) a hot dog", "right"),
        ("mvbench", B, "b. a hot dog", "right"),
        ("mvbench", B, "Best option:(B) a hot dog", "right"),  # as its prompt has replies begin
        ("mvbench", B, "C", "wrong"),
        ("mvbench", B, ")", "right"),  # part of (b)
        ("mvbench", B, "", "empty"),
        ("videoespresso", B, "I say B", "right"),
        ("videoespresso", B, "A man says (B)", "wrong"),  # the first capital among A to D, of a word too
        ("videoespresso", B, "none", "unreadable"),
        ("videorefer", B, "A man: (B)", "right"),
        ("videorefer", B, "B) it is", "right"),
        ("videorefer", B, "Because", "right"),
        ("videorefer", B, "it is B", "unreadable"),
        ("rtv_bench", B, "I think B", "right"),  # I stands alone too, and is no option
        ("rtv_bench", B, "Well, B fits", "right"),
        ("rtv_bench", B, "answer:Bees", "right"),
        ("rtv_bench", B, "Bees", "right"),
        ("vnbench", B, "The one is B. Not A", "right"),
        ("vnbench", B, "It is so. B", "unreadable"),
        ("vnbench", B, "Better C", "right"),  # the B of Better
        ("video_bench", B, "B", "right"),
        ("video_bench", B, "There is a hot dog on the plate.", "right"),
        ("video_bench", B, "hotdogs", "right"),
        ("video_bench", B, "bird", "wrong"),
        ("video_bench", B, "", "empty"),
        ("lmm_vqa", TrueAnswer("words", "63"), "The score is 58.5 of 100", "right"),
        ("lmm_vqa", TrueAnswer("words", "63"), "40", "wrong"),
        ("lmm_vqa", TrueAnswer("words", "63"), "good", "unreadable"),
        ("vsi_bench", TrueAnswer("words", "2.0"), "It is 1.6 metres.", "right"),
        ("vsi_bench", TrueAnswer("words", "2.0"), "It is 1.4 metres.", "wrong"),
        ("vsi_bench", TrueAnswer("words", "2.0"), "far", "unreadable"),
        ("lita_rtl", TrueAnswer("stretch", "10.0 to 20.0"), "From 0:10 to 0:19 it rains.", "right"),
        ("lita_rtl", TrueAnswer("stretch", "<10> <20>"), "<2> <12> as it rains", "wrong"),
        ("lita_rtl", TrueAnswer("stretch", "10.0 to 20.0"), "at 15", "unreadable"),
        ("vue_tr", TrueAnswer("stretch", "From 1.0 to 5.0 seconds; from 9 to 12."), "9-10, 1-5 and 9.5 to 12", "right"),
        ("vue_tr", TrueAnswer("stretch", "From 1.0 to 5.0 seconds; from 9 to 12."), "1 to 20", "wrong"),
        ("vue_tr", TrueAnswer("stretch", "1 to 5"), "5 to 1", "unreadable"),
        ("cg_bench", CLUES, "[[0, 5], [9, 12]]", "right"),
        ("cg_bench", CLUES, "0-1, 20-21, 22-23, 24-25, 26-27, 0-5, 9-12", "wrong"),  # five count
        ("cg_bench", CLUES, "I do not know.", "unreadable"),
        ("lv_haystack", TrueAnswer("moments", "At 3.0, 60.0 seconds"), "4 s, 58.5 s", "right"),
        ("lv_haystack", TrueAnswer("moments", "At 3.0, 60.0 seconds"), "20 s, 30 s, 40 s, 3 s", "wrong"),
        ("lv_haystack", TrueAnswer("moments", "At 3.0, 60.0 seconds"), "none", "unreadable"),
        ("mlvu", B, "Best option: (B) a hot dog", "right"),
        ("mlvu", B, "B", "unreadable"),
        ("mmstar", B, "b", "right"),
        ("mmstar", B, "(B) it is", "right"),
        ("mmstar", B, "Option B", "right"),
        ("mmstar", B, "The answer is B.", "right"),
        ("mmstar", B, "Birds", "right"),
        ("mmstar", B, "It is B", "unreadable"),
        ("mme_videoocr_choice", B, "The correct answer is: B", "right"),
        ("mme_videoocr_choice", B, "Best option: B.", "right"),
        ("mme_videoocr_choice", B, "it is one of those that you can see in no frame at all", "unreadable"),
        ("mmr_v", B, "A dog, for option A is wrong.\n\n[[B]]", "right"),
        ("mmr_v", B, "[[(B)]]", "right"),
        ("mmr_v", B, "[[C]] or [[B]]", "wrong"),
        ("mmr_v", B, "The answer is B", "unreadable"),
        ("video_holmes", B, "<think>A or C</think>\n<answer>(B) a hot dog</answer>", "right"),
        ("video_holmes", B, "<think>B</think><answer>C</answer>", "wrong"),
        ("video_holmes", B, "<answer>It is B</answer>", "unreadable"),
        ("video_holmes", B, "B", "unreadable"),
        ("videovista", B, "(B) a hot dog", "right"),
        ("videovista", B, "Cats: B", "wrong"),
        ("videovista", B, "the answer is B", "unreadable"),
        ("mmbench_circular", B, "It must be (B), I think.", "right"),
        ("mmbench_circular", B, "A hot dog on a plate", "unreadable"),  # the text of two options, and an article
        ("mmbench_circular", B, "A fish, I should say", "wrong"),
        ("mmbench_circular", TrueAnswer("option", "a fish", OPTIONS, 4), "It looks like a fish.", "right"),
        ("mmbench_circular", B, "two birds: " + "they fly over the sea and back again " * 3, "unreadable"),  # too long
        ("mmbench_circular", B, "C", "wrong"),
        ("mmbench_circular", B, "B or C", "unreadable"),
        ("mmbench_circular", A, "A", "right"),
        ("favor_bench", B, "I see a hot dog there.", "right"),
        ("favor_bench", A, "I see a dog there.", "right"),
        ("favor_bench", A, "I see a hot dog, a dog", "wrong"),  # a longer option that contains it is there too
        ("favor_bench", B, "B", "unreadable"),
        ("storyteller", B, "B", "right"),
        ("storyteller", B, "B.", "unreadable"),
        ("mme_videoocr", TrueAnswer("words", "EXIT; 12’s"), "the sign: exit, and 12's", "right"),
        ("mme_videoocr", TrueAnswer("words", "EXIT; 12"), "exit", "wrong"),
        ("v_star", TrueAnswer("stretch", "10.0 to 20.0"), "From 10 to 19.5 s", "right"),
        ("v_star", TrueAnswer("stretch", "10.0 to 20.0"), "10, 15 and 20", "unreadable"),
        ("v_star", TrueAnswer("stretch", "10.0 to 20.0"), "0:10 to 0:20", "unreadable"),  # four numbers
        ("v_star", TrueAnswer("stretch", "10.0 to 20.0"), "20 to 10", "wrong"),
        ("mmie", TrueAnswer("words", "x"), "Good.\n### Score: 6", "right"),
        ("mmie", TrueAnswer("words", "x"), "### Score 4.6 of 6", "wrong"),
        ("mmie", TrueAnswer("words", "x"), "6", "unreadable"),
        ("vdcscore", TrueAnswer("words", "x"), "{'pred': 'yes', 'score': 4}", "right"),
        ("vdcscore", TrueAnswer("words", "x"), '{"pred": "No", "score": "2"}', "wrong"),
        ("vdcscore", TrueAnswer("words", "x"), "{'pred': 'yes', 'score': 50}", "unreadable"),
        ("vdcscore", TrueAnswer("words", "x"), "yes", "unreadable"),
    ],
)
def test_a_reply_is_read_as_its_script_reads_it(rule: str, true: TrueAnswer, reply: str, status: str) -> None:
    assert RULES[rule].fits(true)
    assert RULES[rule].verdict(true, reply).status == status


def test_every_rule_has_a_case_and_says_what_differs() -> None:
    (marks,) = test_a_reply_is_read_as_its_script_reads_it.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks.args[1]} == set(RULES)
    for rule in RULES.values():
        assert rule.reads
        assert not rule.published or not rule.differs.startswith("no difference"), rule.name


@pytest.mark.parametrize(
    ("reply", "grade"),
    [("### Score: 5", 5), ("### Score\n4.6", 5), ("### Score: 7", None), ("Score: 5", None), ("### Score: none", None)],
)
def test_the_grade_of_mmie(reply: str, grade: int | None) -> None:
    assert score_of(reply) == grade


def test_the_score_of_vdc_is_a_grade_beside_its_verdict() -> None:
    told = [RULES["vdcscore"].verdict(TrueAnswer("words", "x"), f"{{'pred': 'no', 'score': {n}}}") for n in (0, 4.5)]
    assert [one.grade for one in told] == [0, 0.9]
    sample = choice(1)
    sample.options, sample.answer_index = [], None
    for as_published, status in ((False, "unreadable"), (True, "left_out")):
        assert judge(sample, Prediction("I cannot say."), Reading(RULES["vdcscore"], as_published)).status == status


def choice(number: int) -> Sample:
    made = Sample("what", f"Which {number}?", OPTIONS[1], 0.0, 4.0, [Evidence(0, 4, "events", "A dog.")])
    made.options, made.answer_index, made.id = list(OPTIONS), 1, f"q{number}"
    return made


def test_what_says_nothing_is_wrong_unless_as_published() -> None:
    def told(rule: str, prediction: Prediction, as_published: bool) -> str:
        return judge(choice(1), prediction, Reading(RULES[rule], as_published)).status

    empty = Prediction("")
    assert [told("streamingbench", empty, one) for one in (False, True)] == ["empty", "left_out"]
    assert [told("mvbench", empty, one) for one in (False, True)] == ["empty", "right"]
    assert [told("videorefer", empty, one) for one in (False, True)] == ["empty", "empty"]
    assert [told("storyteller", empty, one) for one in (False, True)] == ["empty", "wrong"], "option E is wrong here"
    failed = Prediction(failure="timeout")
    assert [told("storyteller", failed, one) for one in (False, True)] == ["failed", "wrong"], "option A is too"
    assert judge(choice(1), empty).status == "empty"


def test_a_rotation_that_is_left_out_takes_its_item_with_it() -> None:
    both = [choice(1), choice(2)]
    for one in both:
        one.group = "g"
    (item,) = items(both, {"q1": Prediction("B"), "q2": Prediction("")}, Reading(RULES["streamingbench"], True))
    assert item.left_out
    assert not item.right


def test_a_question_is_right_where_all_its_rotations_are() -> None:
    both = [choice(1), choice(2)]
    for one in both:
        one.group = "g"
    for second, right in (("(B)", True), ("C", False), ("I cannot say", False)):
        reading = Reading(RULES["mmbench_circular"])
        (item,) = items(both, {"q1": Prediction("B."), "q2": Prediction(second)}, reading)
        assert item.right is right


def test_answers_of_another_form_are_read_by_our_rules() -> None:
    sample = choice(1)
    sample.options, sample.answer_index, sample.answer = [], None, "wax"
    assert judge(sample, Prediction("It is wax."), Reading(RULES["streamingbench"])).status == "right"


def test_scores_beside_published_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vdata.pipelines.evaluation.score_page.find_spec", lambda name: None)  # no pictures
    samples = [choice(n) for n in range(4)]
    monkeypatch.setattr("vdata.pipelines.evaluation.score.load_rows", lambda bench: [("v", one) for one in samples])
    monkeypatch.setattr("vdata.pipelines.evaluation.score.listed_files", lambda bench, table: [])
    replies = tmp_path / "model.jsonl"
    told = ["B", "B) because", "The answer is B", ""]
    lines = [json.dumps({"id": f"q{n}", "reply": text}) for n, text in enumerate(told)]
    replies.write_text("\n".join(lines))

    def scored(*more: str) -> tuple[dict[str, object], str]:
        assert run(["score", str(tmp_path), str(replies), *more]) == 0
        result = json.loads((tmp_path / "model.score.json").read_text())
        return {"accuracy": result["overall"]["accuracy"], **result.get("rules", {})}, capsys.readouterr().out

    assert scored()[0] == {"accuracy": 0.75}
    facts, said = scored("--rules", "streamingbench")
    assert facts == {"accuracy": 0.5, "name": "streamingbench", "as_published": False, "left_out": 0}
    assert "differs on purpose: a reply that is empty counts as wrong; there it leaves the denominator" in said
    facts, said = scored("--rules", "streamingbench", "--as-published")
    assert facts == {"accuracy": pytest.approx(2 / 3), "name": "streamingbench", "as_published": True, "left_out": 1}
    assert "1 of 4 items are left out of the denominator, as there; here they would be wrong." in said
    assert run(["score", str(tmp_path), str(replies), "--rules", "streaming"]) == 2
    assert "Did you mean streamingbench?" in capsys.readouterr().err
    assert run(["score", str(tmp_path), str(replies), "--rules", "v_star"]) == 2
    assert "reads answers of the form stretch" in capsys.readouterr().err
    assert run(["score", str(tmp_path), str(replies), "--as-published"]) == 2


def test_grades_of_a_scorer_leave_the_mean_only_as_published() -> None:
    samples = [choice(n) for n in range(3)]
    for one in samples:
        one.options, one.answer_index, one.answer = [], None, "a long text"
    replies = {f"q{n}": Prediction(text) for n, text in enumerate(["### Score: 6", "### Score: 3", "none"])}
    for as_published, grade in ((False, 0.5), (True, 0.75)):
        scored = items(samples, replies, Reading(RULES["mmie"], as_published))
        assert score([one for one in scored if not one.left_out])["overall"]["grade"] == pytest.approx(grade)


def test_a_rule_by_name() -> None:
    assert read_rules("mmie", True) == Reading(RULES["mmie"], True)


def test_ratings_are_correlated_with_the_true_ones() -> None:
    samples = [Sample("quality", "How good?", answer, 0, 9, id=answer) for answer in ("10", "40", "62.5", "90")]
    samples.append(Sample("quality", "What?", "a dog", 0, 9, id="dog"))
    reading = Reading(RULES["lmm_vqa"])

    def rated(*replies: str) -> dict[str, float]:
        given = {sample.id: Prediction(reply) for sample, reply in zip(samples, replies, strict=False)}
        found: dict[str, float] = score(items(samples, given, reading))["ratings"]
        return found

    assert rated("1", "4", "6.25", "9") == {"items": 4, "srcc": 1, "plcc": pytest.approx(1), "unsaid": 0}
    assert rated("9", "6.25", "4", "1")["srcc"] == -1
    bent = rated("1", "2", "3", "99")
    assert bent["srcc"] == 1
    assert bent["plcc"] == pytest.approx(0.7841, abs=1e-4)
    silent = rated("90", "", "no", "90")  # taken for the other end of the scale: 90, 10 and 90
    assert silent["unsaid"] == 2
    assert silent["srcc"] < 0.5
    assert rated("50", "50", "50", "50")["plcc"] == 0


def test_a_reply_without_times_is_the_whole_video_as_lita_has_it() -> None:
    params = {"time_format": "tokens", "tokens": "100", "duration": "50.0"}
    long = Sample("when", "When?", "<10> <90>", 5, 45, params=params, id="long")
    short = Sample("when", "When?", "From 10.0 to 20.0 seconds.", 10, 20, params={"duration": "50.0"}, id="short")
    unknown = Sample("when", "When?", "From 10.0 to 20.0 seconds.", 10, 20, id="unknown")
    given = [Prediction("It rains."), Prediction("")]
    ours = [judge(long, one, Reading(RULES["lita_rtl"])) for one in given]
    assert [one.status for one in ours] == ["unreadable", "empty"]
    theirs = [judge(one, Prediction(""), Reading(RULES["lita_rtl"], True)) for one in (long, short, unknown)]
    assert [one.status for one in theirs] == ["right", "wrong", "unreadable"]
    assert [one.iou for one in theirs] == [pytest.approx(80 / 99), pytest.approx(0.2), None]


def test_several_stretches_are_one_answer_of_vue_tr() -> None:
    answer = "From 1.0 to 5.0 seconds; from 9.0 to 13.0 seconds."
    samples = [Sample("all", f"{n}?", answer, 0, 60, id=str(n)) for n in range(4)]
    replies = ["1.2 to 5 and 9-13", "1-5", "0:00 to 0:20", "no"]
    given = {sample.id: Prediction(reply) for sample, reply in zip(samples, replies, strict=True)}
    found = score(items(samples, given, Reading(RULES["vue_tr"])))
    assert found["mean_iou"] == pytest.approx((1 + 0.5 + 0.4 + 0) / 4)
    assert found["areas"]["iou"] == pytest.approx((0.995 + 0.495 + 0.395) / 4, abs=0.005)
    assert found["areas"]["recall"] == pytest.approx((1 + 0.5 + 1 + 0) / 4, abs=0.01)
    assert found["areas"]["precision"] == pytest.approx((1 + 1 + 0.4 + 0) / 4, abs=0.01)
    assert shared([(0, 4), (3, 6)], [(0, 6)]) == (1.0, 1.0, 1.0)
    assert shared([], []) == (1.0, 1.0, 1.0)
    assert shared([(0, 4)], []) == shared([], [(0, 4)]) == (0.0, 0.0, 0.0)
