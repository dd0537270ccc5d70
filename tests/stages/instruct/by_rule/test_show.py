"""Lines of lanes in the user's turn: which, where, and never the answer."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.clock import Clock
from vdata.rules.letters import item_of
from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Message, Sample, Span, Timeline
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.show import Show
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.media.media_files import stretches
from vdata.stages.verify.checks.leak import LeakCheck
from vdata.stages.verify.finding import PASS, Facts

LINES = [Span(1, 3, 'Stir it "well".'), Span(6, 9, "Not too long."), Span(9, 12, "Now pour."), Span(14, 15, "Done!")]
CAPTIONS = [Span(0, 8, "A man stirs."), Span(8, 16, "He pours the soup out."), Span(16, 20, "A bowl.")]


def film(*samples: Sample) -> Timeline:
    video = Timeline("made up", "a" * 24, 20.0)
    video.put("captions", [Span(one.start, one.end, one.text) for one in CAPTIONS])
    video.put("speech", [Span(one.start, one.end, one.text) for one in LINES])
    video.samples = list(samples)
    return video


def asked(video: Timeline, answer: str, *cited: int, lane: str = "speech", task: str = "why", **more: Any) -> Sample:
    spans = [video.lane(lane)[n] for n in cited]
    evidence = more.pop("evidence", [Evidence(one.start, one.end, lane, one.words, one.id) for one in spans])
    start, end = more.pop("start", 0.0), more.pop("end", 20.0)
    messages = [Message("user", "Why?"), Message("assistant", answer)]
    return Sample(task, "Why?", answer, start, end, evidence, messages=messages, teacher="t", id="first", **more)


def shown(sample: Sample, **settings: Any) -> Timeline:
    video = film(sample)
    return Show.model_validate({"lanes": ["speech"], **settings}).run(video)


def test_lines_of_the_stretch_stand_under_the_question_under_a_name_of_ones_own() -> None:
    video = Tasks(of=["captions"], tasks=["grounded_caption"], per_task=3).run(film())
    plain = {sample.answer: sample.question for sample in video.samples}
    ids = {sample.id for sample in video.samples}
    Show(lanes={"speech": "Voice-over"}).run(video)
    samples = {sample.answer: sample for sample in video.samples}
    assert samples["A man stirs."].question == plain["A man stirs."] + "\nVoice-over: \"Stir it 'well'. Not too long.\""
    assert samples["He pours the soup out."].question.endswith('\nVoice-over: "Now pour. Done!"')
    assert samples["A bowl."].question == plain["A bowl."], "no line is in its stretch"
    assert all(sample.messages[0].content == sample.question for sample in video.samples)
    assert all(recompute(sample) == sample.answer for sample in video.samples)
    assert samples["A man stirs."].params["asked"] == plain["A man stirs."]
    assert len({sample.id for sample in video.samples} & ids) == 1, "what is asked otherwise has another id"
    assert Show(lanes={"speech": "Voice-over"}).lanes_read() == {"speech"}


def test_lines_with_times_above_the_question() -> None:
    video = film()
    sample = asked(video, "It would burn.", 1, params=Clock("mmss", 20.0).params())
    (made,) = shown(sample, times=True, place="above").samples
    assert (
        made.messages[0].content
        == made.question
        == (
            'Spoken lines:\nFrom 00:01 to 00:03: "Stir it \'well\'."\nFrom 00:06 to 00:09: "Not too long."\n'
            'From 00:09 to 00:12: "Now pour."\nFrom 00:14 to 00:15: "Done!"\n\nWhy?'
        )
    )


def test_lines_stand_over_the_options() -> None:
    choice = item_of(asked(film(), "It burns."), ["It burns.", "He waits.", "It sings."], "Which?", "")
    (made,) = shown(choice, within="video").samples
    lines = made.messages[0].content.split("\n")
    assert lines[0] == "Why?"
    assert lines[1].startswith("Spoken lines: \"Stir it 'well'.")
    assert lines[2:] == ["A. It burns.", "B. He waits.", "C. It sings.", "Which?"]


@pytest.mark.parametrize(
    ("answer", "cited", "left"),
    [
        ("Now pour!", [2], {"Now pour."}),
        ("He says: not too long, then he pours.", [], {"Not too long."}),
        ("Now pours", [2], {"Now pour."}),
        ("He is afraid that it burns.", [1], set()),
        ("Yes.", [3], set()),
        ("2", [], set()),
    ],
)
def test_a_line_that_is_the_answer_is_left_out(answer: str, cited: list[int], left: set[str]) -> None:
    video = shown(asked(film(), answer, *cited))
    (made,) = video.samples
    lines = {one.text or "" for one in LINES}
    said = {line for line in lines if line.replace('"', "'") in made.question}
    assert said == lines - left
    assert video.report["left_out"] == len(left)
    assert LeakCheck().check(made, Facts(video)) == PASS or answer in ("Yes.", "2")


def test_what_is_missing_tells_no_option() -> None:
    video = Options(count=3).run(Tasks(of=["captions"], tasks=["grounded_caption"]).run(film()))
    assert all(sample.options for sample in video.samples)
    Show(lanes=["captions"], within="video").run(video)
    held = [sample.question for sample in video.samples if any(text in sample.question for text in sample.options)]
    assert video.samples
    assert held == []


def test_lines_from_which_an_answer_follows_are_not_shown_beside_the_video() -> None:
    video = film()
    sample = asked(video, "2", 1, 2, task="counting", params={"kind": "speech"})
    (made,) = shown(sample).samples
    assert made.question == "Why?\nSpoken lines: \"Stir it 'well'. Done!\""


def test_where_it_is_asked_when_lines_of_the_whole_video_stand_without_times() -> None:
    video = Tasks(of=["captions"], tasks=["moment_retrieval"]).run(film())
    Show(lanes=["speech"], times=True).run(video)
    assert video.samples
    for sample in video.samples:
        assert sample.question.endswith("\nSpoken lines: \"Stir it 'well'. Not too long. Now pour. Done!\"")
    assert video.report["untimed"] == len(video.samples)
    said = Show(lanes=["speech"], times=True).summary(video.report) or ""
    assert f"{len(video.samples)} samples whose answers hold times" in said
    with pytest.raises(ValidationError, match="the answers of moment_retrieval are times"):
        Show(lanes=["speech"], times=True, tasks=["moment_retrieval"])


def test_text_alone_holds_what_its_answer_rests_on() -> None:
    video = film()
    (made,) = shown(asked(video, "It burns otherwise.", 0, 1, start=1.0, end=9.0), media="none").samples
    assert made.text_only
    assert made.params["media"] == "none"
    assert "Not too long." in made.question
    assert stretches(film(made), tight=True) == {}, "no clip is cut for it"
    for sample, why in (
        (asked(video, "Now pour.", 2), "a line that the answer rests on is the answer"),
        (asked(video, "He cooks.", 0, lane="captions"), "the evidence is not in the lines that are shown"),
        (asked(video, "From 6.0 to 9.0 seconds.", 1), "the answer holds a time"),
        (asked(video, "He cooks.", start=16.0), "no line is left to show"),
    ):
        made_of = shown(sample, media="none")
        assert made_of.samples == []
        assert [reject.reason for reject in made_of.rejects] == ["evidence_not_shown"]
        assert why in made_of.rejects[0].detail
    assert "1 without media were dropped" in (Show(lanes=["speech"]).summary({"samples": 3, "unanswerable": 1}) or "")


def test_a_text_that_is_asked_about_is_shown_whole_with_the_answer() -> None:
    video = film()
    sample = asked(video, "Now pour.", 2, params={"about": "spans"}, start=9.0, end=12.0)
    settings = {"media": "none", "answers": "shown", "within": "video", "place": "above"}
    (made,) = shown(sample, **settings).samples
    assert made.question == 'Spoken lines:\n\nStir it "well".\n\nNot too long.\n\nNow pour.\n\nDone!\n\nWhy?'
    assert made.text_only
    assert "about" not in made.params
    assert LeakCheck().check(made, Facts(video)) == PASS
    (numbered,) = shown(sample, **settings, lanes={"speech": "Line"}, times="numbers").samples
    assert numbered.question.splitlines()[:2] == ['Line 1: Stir it "well".', "Line 2: Not too long."]
    other = asked(video, "He stirs.", 0, lane="captions")
    (whole,) = shown(other, **settings).samples
    assert "Not too long." in whole.question, "lines of the time that the answer rests on are there"
    gone = shown(asked(video, "He cooks.", evidence=[Evidence(12.2, 13.8, "captions", "")]), **settings)
    assert [reject.reason for reject in gone.rejects] == ["evidence_not_shown"]


def test_questions_of_label_files_rest_on_the_lines_in_their_stretch() -> None:
    def imported(answer: str, start: float, end: float) -> list[str]:
        sample = asked(film(), answer, task="qa", end=20.0, evidence=[Evidence(start, end, "qa", "")])
        sample.teacher = "imported"
        video = shown(sample, media="none")
        return [one.question for one in video.samples] + [reject.detail.partition(":")[0] for reject in video.rejects]

    assert imported("He is calm.", 5.0, 10.0)[0].startswith("Why?\nSpoken lines: ")
    assert imported("Now pour.", 5.0, 10.0) == ["a line that the answer rests on is the answer"]
    assert imported("He is calm.", 12.5, 13.5) == ["the evidence is not in the lines that are shown"]


def test_only_the_tasks_that_are_named() -> None:
    video = film()
    one, other = asked(video, "It burns."), asked(video, "It sings.", task="what")
    imported = asked(video, "It rings.", task="own")
    imported.teacher = "imported"
    video.samples = [one, other, imported]
    Show(lanes=["speech"], tasks=["why", "imported"]).run(video)
    assert [sample.task for sample in video.samples if "asked" in sample.params] == ["why", "own"]
    assert video.samples[1] is other
    assert (Show(lanes=["speech"]).summary({}) or "").startswith("show: there was no sample")


def test_a_dialogue_has_the_lines_in_its_first_turn_and_no_reply_among_them() -> None:
    sample = asked(film(), "Now pour.")
    sample.messages += [Message("user", "And then?"), Message("assistant", "He is done, not too long.")]
    (made,) = shown(sample).samples
    assert made.messages[0].content == "Why?\nSpoken lines: \"Stir it 'well'. Done!\""
    assert [turn.content for turn in made.messages[1:]] == ["Now pour.", "And then?", "He is done, not too long."]


def test_the_check_of_leaks_sees_the_lines_and_others_the_question_alone() -> None:
    sample = asked(film(), "It burns.")
    sample.question = 'Why?\nSpeech: "Quick, it burns!"'
    sample.params = {"asked": "Why?"}
    found = LeakCheck().check(sample, Facts(film()))
    assert found is not None
    assert (found.outcome, found.reason) == ("fail", "leaked_answer")
    assert "Quick" in found.detail


def test_lines_have_their_times_where_the_answer_is_found_in_them() -> None:
    video = film()
    video.put("events", [Span(8, 16, "The soup is poured.")])
    reading = {"lanes": ["captions"], "times": "always", "within": "video", "media": "none"}
    asked_when = Tasks(of=["events"], tasks=["moment_retrieval"])
    made = Show.model_validate(reading).run(asked_when.run(video)).samples
    assert [sample.answer for sample in made] == ["From 8.0 to 16.0 seconds."]
    lines = made[0].question.split("\n")[-3:]
    assert lines[1] == 'From 8.0 to 16.0 seconds: "He pours the soup out."'.replace('"', "")
    assert made[0].params["media"] == "none"
    own = film()  # the lane that the answer comes from would give it away with its time
    own.put("events", [Span(1, 3, "A bowl is taken."), Span(8, 16, "The soup is poured.")])
    stage = Show.model_validate({**reading, "lanes": ["events"], "media": "video"})
    for sample in stage.run(asked_when.run(own)).samples:
        assert sample.evidence[0].text not in sample.question.replace(sample.params["asked"], "")
    none = film()
    none.put("events", [Span(8, 16, "The soup is poured.")])
    none.put("captions", [Span(0, 5, "A man stirs.")])
    stage = Show.model_validate(reading)
    assert stage.run(asked_when.run(none)).samples == []
    assert "no line is shown of the stretch that is asked for" in none.rejects[0].detail
