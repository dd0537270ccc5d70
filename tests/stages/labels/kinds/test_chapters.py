import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.stages.labels import Labelled
from vdata.stages.labels.kinds.chapters import Chapters, parse_chapters

TITLES = st.from_regex(r"[A-Za-zé][A-Za-z0-9é ,'-]{0,20}[A-Za-zé]", fullmatch=True).map(
    lambda text: " ".join(text.split())
)


def read(text: str, duration: float | None = 600.0) -> Labelled:
    found = Labelled("", duration=duration)
    Chapters().parse(text.encode(), "", found)
    return found


def clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


@given(
    st.lists(st.integers(0, 99 * 3600), min_size=2, max_size=12, unique=True).map(sorted),
    st.data(),
    st.sampled_from(
        ["{time} {title}", "{title} - {time}", "({time}) {title}", "* [{time}]: {title} https://a.example/1:23"]
    ),
)
def test_written_chapters_are_read_again(starts: list[int], data: st.DataObject, form: str) -> None:
    titles = [data.draw(TITLES) for _ in starts]
    text = "\n".join(form.format(time=clock(start), title=title) for start, title in zip(starts, titles, strict=True))
    assert parse_chapters(text) == list(zip(map(float, starts), titles, strict=True))
    spans = read(text, 400_000.0).lanes["chapters"]
    assert [span.end for span in spans] == [*map(float, starts[1:]), math.inf]  # attach cuts it to the video
    assert [span.text for span in spans] == titles


def test_a_description_with_other_lines() -> None:
    found = read("My trip in 2021!\nSee www.example.org/5:55\n0:00 Intro\n\n01:30 – The «lake»\n1:02:03 Home\n", 4000.0)
    assert [(s.start, s.end, s.text) for s in found.lanes["chapters"]] == [
        (0.0, 90.0, "Intro"),
        (90.0, 3723.0, "The «lake"),
        (3723.0, math.inf, "Home"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("My record is 3:59 now", "single_chapter"),
        ("0:00 Intro\n2:00 Lake\n1:00 Home", "chapters_do_not_rise"),
        ("0:00 Intro\n0:00 Lake", "chapters_do_not_rise"),
        ("0:00 A\n1:00 B", "chapters_without_titles"),
    ],
)
def test_lines_that_are_no_chapters_are_said(text: str, reason: str) -> None:
    found = read(text)
    assert found.lanes == {}
    assert [(r.reason, r.kind, r.lane) for r in found.rejects] == [(reason, "dropped", "chapters")]


@pytest.mark.parametrize(
    "line", ["100:00 Long", "1:100 Odd", "0:75 Odd", "1:75:00 Odd", "1:2:3:45 Odd", "0:10", "0:10 --", "٣:٤٥ x"]
)
def test_what_is_not_a_time_with_a_title_is_no_chapter(line: str) -> None:
    assert parse_chapters(line) == []


def test_a_chapter_after_the_end_is_rejected_and_an_unknown_end_left_open() -> None:
    found = read("0:00 Intro\n1:00 Lake\n20:00 Home", 600.0)
    assert [(s.start, s.end) for s in found.lanes["chapters"]] == [(0.0, 60.0)]
    assert [r.reason for r in found.rejects] == ["bad_time", "bad_time"]
    assert read("0:00 Intro\n1:00 Lake", None).lanes["chapters"][-1].end == math.inf


@given(st.text() | st.text("0123456789: \nab-", max_size=60), st.none() | st.floats(0, 1e6))
def test_any_text_gives_rising_chapters_or_a_reason(text: str, duration: float | None) -> None:
    found = Labelled("", duration=duration)
    Chapters().parse(text.encode("utf-8", "surrogatepass"), "", found)
    spans = found.lanes.get("chapters", [])
    assert all(span.start <= span.end and span.text for span in spans)
    assert [span.start for span in spans] == sorted({span.start for span in spans})
