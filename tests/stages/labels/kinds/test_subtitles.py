from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.cues import merge_cues
from vdata.stages.labels.kinds.subtitles import Subtitles


def read(text: str | bytes, path: str = "v.srt", duration: float | None = None, **settings: str) -> Labelled:
    found = Labelled("", duration=duration)
    data = text.encode() if isinstance(text, str) else text
    Subtitles(**settings).parse(data, path, found)
    return found


def said(found: Labelled) -> list[tuple[float, float, str | None]]:
    return [(span.start, span.end, span.text) for span in found.lanes.get("speech", [])]


SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Tom</i> &amp; {\\an8}<font color="red">Ann</font>
walk.

2
00:00:03,000 --> 00:00:03,500


3
00:00:04,000 --> 00:00:05,000
5 &lt; 6
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_cues_are_plain_text(encoding: str, newline: str) -> None:
    found = read(SRT.replace("\n", newline).encode(encoding))
    assert said(found) == [(1.0, 2.5, "Tom & Ann walk."), (4.0, 5.0, "5 < 6")]
    assert found.rejects == []


def test_notes_styles_and_names_of_cues_are_no_words() -> None:
    text = (
        "WEBVTT\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE made by hand\nover two lines\n\nfirst one\n"
        "00:01.000 --> 00:02.000 align:start position:0%\n<v Ann>Hello.</v>\n\nNOTE end\n\n"
        "01:00:00.000 --> 01:00:01.500\nBye<br>now.\n"
    )
    assert said(read(text, "v.vtt")) == [(1.0, 2.0, "Hello."), (3600.0, 3601.5, "Bye now.")]
    assert said(read("WEBVTT\n\n", "v.vtt")) == []


def test_automatic_captions_are_unrolled() -> None:
    text = "WEBVTT\n\n"
    lines = ["so today we", "look at the lake", "and then go", "home again"]
    for n, line in enumerate(lines):
        before = lines[n - 1] if n else " "
        words = "".join(f"<00:00:0{2 * n}.{k}00><c> {word}</c>" for k, word in enumerate(line.split(), 1))
        text += f"00:00:0{2 * n}.000 --> 00:00:0{2 * n + 1}.990 align:start\n{before}\n{words}\n\n"
        text += f"00:00:0{2 * n + 1}.990 --> 00:00:0{2 * n + 2}.000 align:start\n{line}\n \n\n"
    assert said(read(text, "v.en.vtt")) == [(2.0 * n, 2.0 * n + 2, line) for n, line in enumerate(lines)]


def test_a_line_said_again_in_a_dialogue_stays() -> None:
    assert merge_cues([(0, 1, "Yes.\nNo."), (1, 2, "No.\nWhy?"), (5, 6, "Why?")]) == [
        (0, 1, "Yes. No."),
        (1, 2, "No. Why?"),
        (5, 6, "Why?"),
    ]
    assert merge_cues([(0, 1, "Wait"), (1, 2, "Wait"), (4, 5, "Wait")]) == [(0, 2, "Wait"), (4, 5, "Wait")]


def test_bad_times_are_said_and_long_cues_cut() -> None:
    text = (
        "1\n00:00:05,000 --> 00:00:01,000\nBack.\n\n2\n00:00:xx,000 --> 00:00:09,000\nOdd.\n\n"
        "3\n00:00:06,000 --> 00:00:30,000\nLong.\n\n4\n00:00:20,000 --> 00:00:21,000\nLate.\n"
    )
    found = read(text, duration=10.0)
    assert ("Long.", 10.0) in [(span.text, span.end) for span in found.lanes["speech"]]
    assert len(found.lanes["speech"]) == 1
    details = [reject.detail for reject in found.rejects]
    assert {reject.reason for reject in found.rejects} == {"bad_time"}
    assert len(details) == 3
    assert "it ends before it starts" in details[0]
    assert "it starts after the end of the video (10 s)" in details[1]
    assert details[2] == "line 6: not a subtitle time"


def test_old_encodings() -> None:
    cue = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"
    assert said(read(cue.format("Été").encode("cp1252"))) == [(1.0, 2.0, "Été")]
    assert said(read(cue.format("Да").encode("cp1251"), encoding="cp1251")) == [(1.0, 2.0, "Да")]
    with pytest.raises(LabelError, match="cannot be read as nonsense"):
        read(cue, encoding="nonsense")


@pytest.mark.parametrize(
    ("data", "path", "why"),
    [(b"", "v.srt", "empty"), (b"\x00\xff\x12", "v.srt", "no cue"), (b"hello", "v.ass", "no cue|not a readable")],
)
def test_what_is_no_subtitle_file_is_refused(data: bytes, path: str, why: str) -> None:
    with pytest.raises(LabelError, match=why):
        read(data, path)


@pytest.mark.parametrize(
    ("language", "there", "chosen"),
    [
        ("", ["", "de", "en"], ""),
        ("", ["en", "de"], "de"),
        ("en", ["", "de", "en-US"], "en-US"),
        ("en", ["", "de"], ""),
        ("en", ["de"], None),
        ("en", ["eng2"], None),
    ],
)
def test_one_language_is_chosen(language: str, there: list[str], chosen: str | None) -> None:
    assert Subtitles(language=language).choose({tag: tag for tag in there}) == chosen


CUE = st.tuples(st.floats(0, 50), st.floats(0, 50), st.text("ab \n", max_size=6))


@given(st.lists(CUE, max_size=12).map(lambda cues: sorted(cues, key=lambda cue: cue[0])))
def test_merging_loses_no_words_but_repeated_ones(cues: list[tuple[float, float, str]]) -> None:
    merged = merge_cues(cues)
    assert all(text == " ".join(text.split()) and text for _, _, text in merged)
    assert {word for _, _, text in cues for word in text.split()} == {w for _, _, text in merged for w in text.split()}
    assert len(merged) <= len(cues)


@given(st.binary(max_size=200), st.sampled_from(["v.srt", "v.vtt", "v.ass", "v.ssa"]))
def test_any_bytes_are_read_or_refused(data: bytes, path: str) -> None:
    try:
        found = read(data, path)
    except LabelError:
        return
    assert all(0 <= start <= end for start, end, _ in said(found))


@given(st.text("0:,.-> \n1WEBVTTNOTE<c>a", max_size=120), st.sampled_from(["v.srt", "v.vtt"]))
def test_almost_subtitles_are_read_or_refused(text: str, path: str) -> None:
    test_any_bytes_are_read_or_refused.hypothesis.inner_test(text.encode(), path)  # type: ignore[attr-defined]


def test_the_module_needs_no_library_to_import() -> None:
    text = Path(__file__).parents[4].joinpath("stages/labels/kinds/subtitles.py").read_text()
    assert "import pysubs2" not in text.partition("class Subtitles")[0]
