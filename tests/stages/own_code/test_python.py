"""A function and a Stage class of one's own: what they may do to a timeline, and what becomes of their mistakes."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from vdata.schemas import Dropped, Evidence, Failed, Media, NotReady, Sample, Span, Timeline
from vdata.stages.own_code.python import Python

HEAD = "from vdata.schemas import *\nfrom vdata.stages import Stage\nimport numpy as np\n\n\n"


def _stage(folder: Path, body: str, name: str = "own", **settings: object) -> Python:
    (folder / "filters.py").write_text(HEAD + body)
    stage, mistakes = Python.model_validate({"code": f"filters.py:{name}", **settings}).read_in(folder)
    assert mistakes == []
    return stage


@pytest.fixture
def video() -> Timeline:
    timeline = Timeline("a.mp4", "v", 10.0, Media(width=640, height=640), path="/films/a.mp4", seed=7)
    timeline.put("shots", [Span(0, 4), Span(4, 10)])
    return timeline


def _failure(stage: Python, video: Timeline) -> str:
    before = copy.deepcopy(video)
    with pytest.raises(Failed) as failed:
        stage.run(video)
    assert video == before, "what fails leaves no trace"
    return f"{failed.value.reason}: {failed.value.detail}"


@pytest.mark.parametrize("word", ["None", "True", "np.bool_(True)", "video"])
def test_what_it_keeps_stays_with_what_was_changed(tmp_path: Path, video: Timeline, word: str) -> None:
    body = f"def own(video):\n    video.put('fast', [Span(1, 2, label='fast')])\n    return {word}\n"
    after = _stage(tmp_path, body, writes=["fast"]).run(video)
    assert [(span.start, span.label) for span in after.lane("fast")] == [(1.0, "fast")]
    assert after.lane("shots") == video.lane("shots")
    assert after.path == "/films/a.mp4"


def test_false_drops_the_video_under_the_name_of_the_function(tmp_path: Path, video: Timeline) -> None:
    body = "def not_square(video, limit=1.2):\n    return video.media.width / video.media.height >= limit\n"
    with pytest.raises(Dropped) as dropped:
        _stage(tmp_path, body, "not_square").run(video)
    assert dropped.value.reason == "not_square"
    assert _stage(tmp_path, body, "not_square", limit=0.9).run(video).id == "v"


def test_it_may_raise_a_reason_of_its_own(tmp_path: Path, video: Timeline) -> None:
    body = "def own(video):\n    raise Dropped('too_square', value=1.0, threshold=1.2)\n"
    with pytest.raises(Dropped) as dropped:
        _stage(tmp_path, body).run(video)
    assert (dropped.value.reason, dropped.value.value, dropped.value.threshold) == ("too_square", 1.0, 1.2)
    body = "def own(video):\n    raise Dropped(3)\n"
    assert _failure(_stage(tmp_path, body), video).startswith("code_failed: filters.py:own raised Dropped(3), which")


def test_a_timeline_that_it_made_takes_the_place_and_keeps_what_does_not_change(
    tmp_path: Path, video: Timeline
) -> None:
    body = "def own(video):\n    return Timeline(video.uri, video.id, lanes={'shots': [Span(np.float32(0), 9)]})\n"
    video.drop_span("shots", video.lane("shots")[0], "too_dark", stage="quality")
    after = _stage(tmp_path, body, writes=["shots"]).run(video)
    assert (after.path, after.seed, after.media, after.seconds) == ("/films/a.mp4", 7, video.media, 10.0)
    assert [one.reason for one in after.rejects] == ["too_dark"]
    assert [(type(span.start), span.end, bool(span.id)) for span in after.lane("shots")] == [(float, 9.0, True)]


def test_an_error_is_told_with_the_line_of_the_file(tmp_path: Path, video: Timeline) -> None:
    body = "def ratio(video):\n    return 1 / (video.media.width - 640)\n\n\ndef own(video):\n    return ratio(video)\n"
    assert _failure(_stage(tmp_path, body), video) == (
        "code_failed: ZeroDivisionError: division by zero "
        "(filters.py:7, in ratio: return 1 / (video.media.width - 640))"
    )
    body = "def own(video):\n    return np.zeros(2).reshape(3)\n"
    assert _failure(_stage(tmp_path, body), video).endswith("(filters.py:7, in own: return np.zeros(2).reshape(3))")
    assert "SystemExit: 3 (filters.py:7" in _failure(
        _stage(tmp_path, "def own(video):\n    raise SystemExit(3)\n"), video
    )


SAID = "Sample('t', 'q?', 'a', 0, 1, messages=[Message('user', 'q?', time) for time in ({})])"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("return 'yes'", "must return None, True, False or a Timeline, and returned 'yes' (str)"),
        ("(put := video.put)('fast', [Span(0, 1)])", "the lane fast is not among those that it says it writes"),
        ("(put := video.put)('shots', [Span(0, 40)])", "span 1: it ends at 40 s, after the video, which is 10 s long"),
        (
            "(put := video.put)('shots', [Span(5, 2)])",
            "it must start at 0 or later and end after that, and is 5 to 2 s",
        ),
        ("(put := video.put)('shots', [Span(float('nan'), 2)])", "start and end must be finite numbers of seconds"),
        ("video.lanes['shots'] = [(0, 1)]", "lane shots, span 1 must be a Span, and is a tuple"),
        ("video.lanes['shots'] = None", "lane shots must be a list of spans, and is None"),
        ("video.lane('shots')[0].values['x'] = 'y'", "values must be names with numbers, and 'x' is 'y'"),
        ("video.attrs['x'] = 3", "attrs must be names with texts, and 'x' is 3"),
        ("video.id = 'w'", "the id of a timeline does not change: it was 'v'"),
        ("video.samples.append(Sample('t', 'q?', '', 0, 1))", "sample 1: answer must be a text with something in it"),
        (
            f"video.samples.append({SAID.format('4, 12')})",
            "the time of a message must be a second of the video, 0 to 10",
        ),
        (
            "video.samples.append(Sample('t', 'q?', 'a', 0, 1, seen_end=12.0))",
            "seen: it ends at 12 s, after the video, which is 10 s long",
        ),
        (
            "video.samples.append(Sample('t', 'q?', 'a', 0, 1, seen_start=2.0))",
            "seen: start and end must be finite numbers of seconds, and are 2.0 and None",
        ),
        (f"video.samples.append({SAID.format('4, 2.5')})", "the times of its messages must rise, and are 4, 2.5 s"),
        ("video.media.width = 'wide'", "what it wrote cannot be stored: "),
    ],
)
def test_what_cannot_be_used_fails_this_video_alone(tmp_path: Path, video: Timeline, line: str, told: str) -> None:
    assert told in _failure(_stage(tmp_path, f"def own(video):\n    {line}\n"), video)


def test_a_span_that_goes_is_in_the_rejects(tmp_path: Path, video: Timeline) -> None:
    body = "def own(video):\n    video.lanes['shots'] = [one for one in video.lane('shots') if one.seconds > 5]\n"
    after = _stage(tmp_path, body).run(video)
    assert [(one.stage, one.reason, one.lane, one.start, one.end) for one in after.rejects] == [
        ("python", "own", "shots", 0.0, 4.0)
    ]
    assert _stage(tmp_path, body, writes=["shots"]).run(video).rejects == [], "it said that it makes the lane anew"


def test_samples_have_ids_that_depend_on_what_they_say(tmp_path: Path, video: Timeline) -> None:
    body = (
        "def own(video):\n    cited = [Evidence(0, 4, 'shots', '', video.lane('shots')[0].id)]\n"
        "    video.samples.append(Sample('first', 'When?', 'At 0 s.', 0, 4, cited))\n"
    )
    stage = _stage(tmp_path, body, samples=True)
    (one,), (two,) = stage.run(video).samples, stage.run(video).samples
    assert one.id
    assert one == two
    assert stage.gives_samples()
    assert isinstance(one.evidence[0], Evidence)
    assert isinstance(one, Sample)


CLASS = (
    'class Pace(Stage):\n    reads, writes = {"shots"}, {"pace"}\n    fast: float = 5.0\n\n    def run(self, video):\n'
    "        short = [span for span in video.lane('shots') if span.seconds < self.fast]\n"
    "        video.put('pace', [Span(span.start, span.end, label='fast') for span in short])\n"
    "        self.drop(video, 'shots', video.lane('shots')[1], 'too_long')\n        return video\n"
)


def test_a_stage_class_has_its_settings_and_says_its_lanes(tmp_path: Path, video: Timeline) -> None:
    stage = _stage(tmp_path, CLASS, "Pace", fast=20)
    assert (stage.lanes_read(), stage.lanes_written()) == ({"shots"}, {"pace"})
    after = stage.run(video)
    assert len(after.lane("pace")) == 2
    assert [(one.stage, one.reason) for one in after.rejects] == [("python", "too_long")]


def test_a_class_that_refuses_its_settings_stops_the_build_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"python: filters.py:Pace refuses its settings: fast: Input should be a valid"):
        _stage(tmp_path, CLASS, "Pace", fast="soon").ready()
    with pytest.raises(NotReady, match=r"ModuleNotFoundError: No module named 'no_such_module' \(filters.py:6"):
        _stage(tmp_path, "import no_such_module\n\n\ndef own(video): ...\n").ready()


def test_it_goes_to_a_worker_with_its_text_alone(tmp_path: Path, video: Timeline) -> None:
    stage = _stage(tmp_path, CLASS, "Pace")
    stage.ready()
    sent = pickle.loads(pickle.dumps(stage))
    (tmp_path / "filters.py").unlink()
    assert sent.run(video).lane("pace") == stage.run(video).lane("pace")


def test_the_file_counts_among_the_settings(tmp_path: Path) -> None:
    one = _stage(tmp_path, "def own(video): ...\n").model_dump()
    two = _stage(tmp_path, "def own(video): return True\n").model_dump()
    assert one.keys() == two.keys()
    assert {key for key in one if one[key] != two[key]} == {"sha256"}
    again = Python.model_validate({"code": "filters.py:own", "sha256": one["sha256"]}).read_in(tmp_path)[1]
    assert [(wrong.key, wrong.message) for wrong in again] == [("sha256", "filters.py is another one by now.")]


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("def own(video):\n    return video.media.width > 9\n", {"media"}),
        ("def own(video):\n    return len(video.signals) > 9 and video.seconds > 1\n", {"signals"}),
        ("def own(video, media=1):\n    return media > 0 and video.lane('media') == []\n", set()),
    ],
)
def test_what_must_be_measured_first_is_seen_in_the_text_of_a_function(
    tmp_path: Path, body: str, reads: set[str]
) -> None:
    assert _stage(tmp_path, body).lanes_read() == reads
    assert _stage(tmp_path, body, reads=["shots"]).lanes_read() == {"shots"}


def test_a_length_that_nothing_has_measured_is_not_taken_for_none(tmp_path: Path, video: Timeline) -> None:
    stage = _stage(tmp_path, "def own(video):\n    return video.seconds >= 10\n")
    unknown = Timeline("b.mp4", "w", None, path="/films/b.mp4")
    assert stage.run(video).seconds == 10
    assert _failure(pickle.loads(pickle.dumps(stage)), unknown) == (
        "unknown_length: filters.py:own uses video.seconds, which nothing has measured: put probe before it"
    )
