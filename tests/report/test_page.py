"""``vdata report``: what is on the page, what never is, and how large it may be."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from vdata.cli import run
from vdata.rules.pair_verdicts import JUDGED, JudgedPair, PairVerdict
from vdata.schemas import Medium, Reject, Span, Timeline

Write = Callable[..., Path]
Video = Callable[..., Timeline]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u2028<!--"


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.words += " "
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script":
            self.scripts[-1] += data
        elif self.lasttag != "style":
            self.words += data

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found

    @property
    def thumbs(self) -> list[str]:
        found: list[str] = json.loads(self.scripts[1])
        return found

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


def report(folder: Path, *options: str) -> Page:
    assert run(["report", str(folder), *options]) == 0
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, write: Write, video: Video, failed: Video) -> Path:
    funnel = [
        {"stage": "probe", "rows": 4, "kept": 3, "dropped": 0, "failed": 1, "cached": 2, "wrote": 0, "seconds": 2.0,
         "reasons": {"unreadable": 1}, "values": {}},
        {"stage": "quality", "rows": 3, "kept": 3, "dropped": 0, "failed": 0, "cached": 0, "wrote": 0, "seconds": 0.1,
         "reasons": {"too_dark": 3}, "values": {}},
    ]  # fmt: skip
    teachers = {"watcher": {"caption": {"calls": 12, "dollars": 0.5, "tokens_in": 7000}, "verify": {"calls": 3}}}
    videos = [video(0), video(1), video(2), failed(3)]
    folder = tmp_path_factory.mktemp("report") / "small"
    return write(folder, [videos], funnel=funnel, teachers=teachers, kept=3, failed=1)


@pytest.fixture
def page(small: Path) -> Page:
    return report(small)


def test_the_whole_story_is_on_the_page(page: Page) -> None:
    assert "4.0 min of video 4 inputs" in page.text
    assert "3 kept, 0 dropped, 1 failed" in page.text
    assert "9 samples 3 tasks" in page.text
    assert "4 rejects" in page.text
    assert "too_dark 3 · 30 s" in page.text
    assert "unreadable 1" in page.text
    assert "quality: at least 20" in page.text  # the limit, drawn
    assert "15: median 70 (50 to 100); 3 rejected" in page.text  # six shots of three videos, less the dark ones
    assert "Which option is right A 3" in page.text
    assert "blind 6 pass, 3 fail" in page.text
    assert "watcher caption 12 0 7,000 0 0.50" in page.text
    assert "all 15 0 7,000" in page.text
    assert "From the cache came probe of 2 videos." in page.text


def test_verdicts_on_pairs_are_a_table(tmp_path: Path, write: Write, video: Video) -> None:
    """Each pair judged in both orders: large wins by accuracy whoever is first, and style goes to the first."""
    made = video(0)
    for sample in made.samples:
        pair = JudgedPair("large", "<b>small</b>")
        pair.verdicts = [PairVerdict("accuracy", "ab", "a"), PairVerdict("accuracy", "ba", "a")]
        pair.verdicts += [PairVerdict("style", "ab", "a"), PairVerdict("style", "ba", "b")]
        sample.params[JUDGED] = pair.text()
    page = report(write(tmp_path / "v", [[made]]))
    assert "verdicts wins ties wins of all accuracy style" in page.text
    assert "large 12 9 0 75 % 100 % 50 %" in page.text
    assert "<b>small</b> 12 3 0 25 % 0 % 50 %" in page.text, "a name is text"
    assert "12 verdicts; the one shown first wins 75.0% of them" in page.text
    assert "Of 6 pairs judged in both orders 50.0% have the same verdict." in page.text
    assert "Verdicts on pairs" not in report(write(tmp_path / "none", [[video(0)]])).text


def test_blind_baselines_are_a_table(tmp_path: Path, write: Write, video: Video) -> None:
    told = {"task": "", "baseline": "longest option", "items": 90, "accuracy": 0.61, "low": 0.5, "high": 0.7}
    letter = {**told, "task": "what", "baseline": "always A", "accuracy": 0.2, "low": 0.1, "high": 0.3}
    page = report(write(tmp_path / "b", [[video(0)]], baselines=[{**told, "chance": 0.25}, {**letter, "chance": 0.25}]))
    assert "task longest option always A all 61 / 25 – what – 20 / 25" in page.text
    assert "Blind baseline above chance: longest option is right in 61.0 % of 90" in page.text
    assert "Blind baselines" not in report(write(tmp_path / "none", [[video(0)]])).text


def test_samples_and_rejects_are_whole(page: Page) -> None:
    data = page.data
    assert {sample["id"] for sample in data["samples"]} == {f"s{n}-{k}" for n in range(3) for k in range(3)}
    assert [sample["task"] for sample in data["samples"][:3]] == ["what", "when", "why"]  # the tasks take turns
    one = next(sample for sample in data["samples"] if sample["id"] == "s1-0")
    assert (one["options"][one["right"]], one["teacher"], one["rationale"]) == (
        "a cat runs 1 0",
        "watcher",
        "because a cat runs",
    )
    assert one["evidence"] == [[0.0, 10.0, "captions", "a cat runs 1 0"]]
    assert one["checks"] == [["times", "pass", None, ""], ["blind", "pass", 0.5, "a cat runs twice"]]
    shown = data["videos"][one["video"]]
    assert shown["uri"] == "videos/1.mp4"
    assert len(shown["lanes"]["shots"]) == 5
    assert shown["lost"] == {"shots": [[30.0, 40.0, "too_dark", 1]]}
    reasons = {(row["stage"], row["reason"], row.get("value"), row.get("threshold")) for row in data["rejects"]}
    assert ("quality", "too_dark", 5.0, 20.0) in reasons
    assert ("probe", "unreadable", None, None) in reasons


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    links = [attrs.get("src") or attrs.get("href") or "" for _, attrs in page.elements]
    assert {link for link in links if link} == {
        "data:,",
        "#funnel",
        "#distributions",
        "#samples",
        "#rejects",
        "#cost",
        "#config",
    }


def test_what_users_and_models_wrote_is_never_markup(tmp_path: Path, write: Write, video: Video, small: Path) -> None:
    bad = video(0, uri=f"{EVIL}.mp4", words=EVIL)
    for sample in bad.samples:
        sample.task = EVIL
        sample.params = {EVIL: EVIL}
    bad.put("shots", [*bad.lane("shots"), *(lane for lane in bad.lane("captions"))])
    for span in bad.lane("shots"):
        span.label = EVIL + span.id[:2]
        span.values = {EVIL: span.start}
    bad.rejects[0].reason, bad.rejects[0].stage, bad.rejects[0].detail = EVIL, EVIL, EVIL
    funnel = [{"stage": EVIL, "rows": 1, "kept": 1, "wrote": 0, "cached": 1, "seconds": 0, "reasons": {EVIL: 1}}]
    settings = {"stages": [{"stage": EVIL, "of": "shots", "min_" + EVIL: 3.0}]}
    config, teachers = {"name": EVIL, "description": EVIL}, {EVIL: {EVIL: {"calls": 1}}}
    folder = write(tmp_path / "evil", [[bad]], funnel=funnel, settings=settings, config=config, teachers=teachers)
    page, plain = report(folder), report(small)
    assert len(page.scripts) == len(plain.scripts) == 3
    assert page.scripts[2] == plain.scripts[2]
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements}
    assert not [attrs for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert page.data["samples"][0]["task"] == EVIL
    assert page.data["videos"][0]["lanes"]["captions"][0][2].startswith(EVIL)
    assert page.data["rejects"][0]["detail"] == EVIL
    assert page.words.count("alert(1)") > 8  # it is shown, as text


def test_missing_videos_are_said_and_are_no_error(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = report(small)
    told = capsys.readouterr().out
    assert "9 of 9 samples, 4 of 4 rejects, 0 thumbnails." in told
    assert f"No thumbnails of 3 videos: not found from {Path.cwd()}: call it in the folder where" in told
    assert "No thumbnails of 3 videos: not found." in page.text
    assert {video["problem"] for video in page.data["videos"]} == {"not found"}
    assert page.thumbs == []


def test_thumbnails_show_the_evidence(
    tmp_path: Path, write: Write, video: Video, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip that is red for 5 s, green for 5 s, then blue; one that the build made; one that changed; one planned."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / "media").mkdir(parents=True)
    for name in ("clip.mp4", "out/media/made.mp4", "changed.mp4"):
        make_videos.variable(tmp_path / name)
    uris = ("clip.mp4", "media/made.mp4", "changed.mp4", "haystack://abc", "pkg://no_such_package/a.mp4")
    videos = [video(n, 1, uri) for n, uri in enumerate(uris)]
    for one in videos:
        one.samples[0].evidence = one.samples[0].evidence * 2
        one.samples[0].evidence[0].start, one.samples[0].evidence[0].end = 6.0, 8.0
    first = videos[0].samples[0].evidence
    videos[0].samples[0].evidence = [first[0], type(first[0])(1.0, 3.0, "shots", "")]
    assert videos[2].media is not None
    videos[2].media.bytes = 17
    page = report(write(tmp_path / "out", [videos]))
    problems = {one["uri"]: one.get("problem") for one in page.data["videos"]}
    assert problems == {
        "clip.mp4": None,
        "media/made.mp4": None,
        "changed.mp4": "the file has changed since the build",
        "haystack://abc": "not rendered",
        "pkg://no_such_package/a.mp4": "package not installed",
    }
    by_video = {page.data["videos"][sample["video"]]["uri"]: sample for sample in page.data["samples"]}
    seen = [(time, colour(page.thumbs[number])) for time, number in by_video["clip.mp4"]["thumbs"]]
    assert seen == [(2.0, "red"), (7.0, "green")]
    assert {colour(page.thumbs[number]) for _, number in by_video["media/made.mp4"]["thumbs"]} == {"green"}
    assert "thumbs" not in by_video["haystack://abc"]
    assert report(tmp_path / "out", "--no-thumbnails").thumbs == []


def test_media_of_a_sample_have_the_pictures_of_their_own_videos(
    tmp_path: Path, write: Write, video: Video, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clips that are red for 5 s, green for 5 s, then blue."""
    monkeypatch.chdir(tmp_path)
    for name in ("clip.mp4", "other.mp4"):
        make_videos.variable(tmp_path / name)
    one = video(0, 1, "clip.mp4")
    one.samples[0].media = [Medium("image", "", 7, 7), Medium("clip", "other.mp4", 1, 3), Medium("image", "no.mp4")]
    one.samples[0].messages[0].content = "<image>before<video>and<image>"
    page = report(write(tmp_path / "out", [[one]]))
    (sample,) = page.data["samples"]
    assert [(one["kind"], one["start"], one.get("video")) for one in sample["media"]] == [
        ("image", 7, None),
        ("clip", 1, "other.mp4"),
        ("image", 0, "no.mp4"),
    ]
    shown = [[(time, colour(page.thumbs[n])) for time, n in one.get("thumbs", [])] for one in sample["media"]]
    assert shown == [[(7.0, "green")], [(2.0, "red")], []]
    assert "thumbs" not in sample


def colour(picture: str) -> str:
    image = cv2.imdecode(np.frombuffer(base64.b64decode(picture), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return ("blue", "green", "red")[int(np.argmax(image.reshape(-1, 3).mean(0)))]


def test_the_page_keeps_to_its_size(
    tmp_path: Path, write: Write, video: Video, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "word " * 150
    folder = write(tmp_path / "large", [[video(n, 12, words=long) for n in range(60)]])
    page = report(folder, "--max-mb", "1", "--no-thumbnails")
    assert 700_000 < (folder / "report.html").stat().st_size <= 1_000_000
    count = len(page.data["samples"])
    assert 50 < count < 500
    assert f"{count} of 720 samples" in capsys.readouterr().out
    assert f"{count} of 720 samples, from" in page.text
    assert {sample["task"] for sample in page.data["samples"]} == {"what", "when", "why"}
    assert len(report(folder, "--max-mb", "2", "--no-thumbnails").data["samples"]) > 1.5 * count


def test_pictures_fill_the_page_and_no_more(
    tmp_path: Path, write: Write, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vdata.report import page as pages
    from vdata.report.thumbnails import ThumbnailRequest, Thumbnails

    def cut_all(wanted: list[ThumbnailRequest], folder: Path) -> Iterator[Thumbnails]:
        yield from (Thumbnails(("A" * 20_000,) * len(one.times)) for one in wanted)

    monkeypatch.setattr(pages, "cut_all", cut_all)
    folder = write(tmp_path / "pictures", [[video(n) for n in range(60)]])
    page = report(folder, "--max-mb", "1")
    assert 900_000 < (folder / "report.html").stat().st_size <= 1_000_000
    assert 30 < len(page.thumbs) < 50
    without = [one for one in page.data["videos"] if one.get("problem") == pages.FULL]
    assert without
    assert f"No thumbnails of {len(without)} videos: {pages.FULL}." in page.text
    for sample in page.data["samples"]:
        assert "thumbs" in sample or "problem" in page.data["videos"][sample["video"]]


def test_the_page_depends_on_the_seed_alone(tmp_path: Path, write: Write, video: Video) -> None:
    folder = write(tmp_path / "many", [[video(n, 12) for n in range(n, n + 50)] for n in (0, 50)])
    first, again = report(folder), report(folder)
    other = report(folder, "--seed", "1")
    assert first.scripts == again.scripts
    assert len(first.data["samples"]) == len(other.data["samples"]) == 500
    assert {one["id"] for one in first.data["samples"]} != {one["id"] for one in other.data["samples"]}
    assert "500 of 1,200 samples, from 100 videos: a choice by seed 1" in other.text


def test_a_build_without_samples(tmp_path: Path, write: Write, failed: Video) -> None:
    page = report(write(tmp_path / "none", [[failed(0), failed(1)]], kept=0, failed=2))
    assert "This build made no sample." in page.text
    assert "There is no sample." in page.text
    assert page.data["samples"] == page.data["videos"] == []
    assert [row["reason"] for row in page.data["rejects"]] == ["unreadable", "unreadable"]


def test_a_draft_that_was_rejected_is_told_by_its_question(tmp_path: Path, write: Write, video: Video) -> None:
    one = video(0)
    details = [json.dumps({"task": "why", "item": {"question": "Why does it run?"}}), '{"item": [', "[" * 9000, "plain"]
    one.rejects = [Reject("questions", "dropped", f"reason{n}", detail=text) for n, text in enumerate(details)]
    told = [row["detail"] for row in report(write(tmp_path / "drafts", [[one]])).data["rejects"]]
    assert told[0] == f"Why does it run?\n{details[0]}"
    assert told[1] == details[1]
    assert told[2].endswith("[[ … (9,000 characters)")
    assert told[3] == "plain"


def test_turns_of_a_stream_have_their_times(tmp_path: Path, write: Write, video: Video) -> None:
    one = video(0, 2)
    one.samples[0].messages[0].time, one.samples[0].messages[1].time = 3.5, 10.0
    page = report(write(tmp_path / "stream", [[one]], funnel=[]))
    stream, other = sorted(page.data["samples"], key=lambda sample: sample["id"])
    assert [turn[0::2] for turn in stream["messages"]] == [["user", 3.5], ["assistant", 10.0]]
    assert [len(turn) for turn in other["messages"]] == [2, 2]


def test_a_sample_that_was_rejected_takes_nothing_off_its_lane(tmp_path: Path, write: Write, video: Video) -> None:
    """Rejects of samples name the span that they cite, or a lane alone: the span is still there."""
    one = video(0, 1)
    cited = one.lane("captions")[0]
    one.rejects = [
        Reject("verify", "dropped", "leak", lane="captions", span=cited.id, start=0.0, end=10.0),
        Reject("questions", "dropped", "duplicate_question", lane="captions", start=0.0, end=60.0),
    ]
    page = report(write(tmp_path / "kept", [[one]], funnel=[]))
    assert "lost" not in page.data["videos"][0]
    assert len(page.data["videos"][0]["lanes"]["captions"]) == 6


def test_the_page_s_parts_travel_with_the_package() -> None:
    root = Path(__file__).parent.parent.parent
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    packed = settings["package-data"]["vdata.report"]
    found = {path.name for path in (root / "report").iterdir() if path.suffix not in (".py", "") and path.is_file()}
    assert found == {"template.html", "report.css", "report.js", "prompts.html", "prompts.css"}
    assert {f"*{Path(name).suffix}" for name in found} == set(packed)


def test_a_long_lane_is_thinned_and_cited_spans_stay(tmp_path: Path, write: Write, video: Video) -> None:
    one = video(0, 1)
    one.put("shots", [Span(n / 100, n / 100 + 0.01) for n in range(6000)])
    cited = one.lane("shots")[5003]
    one.samples[0].evidence[0].span = cited.id
    shown = report(write(tmp_path / "long", [[one]])).data["videos"][0]
    assert shown["thinned"] == {"shots": 6000}
    assert len(shown["lanes"]["shots"]) == 251
    assert [cited.start, cited.end, ""] in shown["lanes"]["shots"]


def test_mistakes_are_told(
    tmp_path: Path, small: Path, write: Write, video: Video, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*args: str) -> str:
        assert run(["report", *args]) == 2
        return capsys.readouterr().err

    assert "is no finished build of vdata (it has no build.json)" in told(str(tmp_path))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "build.json").write_text("[]")
    assert "was not written by vdata" in told(str(tmp_path / "other"))
    assert re.search(
        r"build.json: .*, or choose another file with --out",
        told(str(small), "--out", str(small / "build.json" / "sub")),
    )
    folder = write(tmp_path / "broken", [[video(0)]])
    (folder / "data" / "0.parquet").write_bytes(b"PAR1 and more")
    assert f"{folder / 'data' / '0.parquet'}: cannot be read" in told(str(folder))
    (folder / "data" / "0.parquet").unlink()
    assert f"{folder / 'data' / '0.parquet'}: cannot be read" in told(str(folder))
    assert "Invalid value for '--max-mb'" in told(str(small), "--max-mb", "0.1")


def test_it_is_written_where_one_asks(small: Path, tmp_path: Path) -> None:
    assert run(["report", str(small), "--out", str(tmp_path / "new" / "page.html")]) == 0
    assert Page((tmp_path / "new" / "page.html").read_text(encoding="utf-8")).data["samples"]
