"""The page in a browser: it opens without an error or a request, filters, turns pages and is read with the keyboard."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np
import pytest

from vdata.cli import run
from vdata.report import page as page_module
from vdata.schemas import Box, Evidence, Media, Medium, Message, Sample, Span, Timeline
from vdata.schemas.teaching import COLOURS
from vdata.stages.instruct.by_rule.stream import Stream

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium")

EVIL = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    write: Callable[..., Path],
    video: Callable[..., Timeline],
    failed: Callable[[int], Timeline],
) -> Path:
    videos = [*(video(n, 6) for n in range(8)), failed(8), failed(9), video(10, 1, words=EVIL)]
    row = {"cached": 0, "dropped": 0, "wrote": 0, "seconds": 1.0}
    funnel = [
        {**row, "stage": "probe", "rows": 11, "kept": 9, "failed": 2, "reasons": {"unreadable": 2}},
        {**row, "stage": "quality", "rows": 9, "kept": 9, "failed": 0, "reasons": {"too_dark": 9}},
    ]
    out = write(tmp_path_factory.mktemp("browser") / "out", [videos], funnel=funnel)
    assert run(["report", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, folder: Path) -> Iterator[Any]:
    shown = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble: list[str] = []
    shown.on("console", lambda message: trouble.append(message.text))
    shown.on("pageerror", lambda error: trouble.append(str(error)))
    shown.on("request", lambda request: trouble.append(request.url) if request.url.startswith("http") else None)
    shown.goto((folder / "report.html").as_uri())
    yield shown
    assert trouble == []
    assert shown.evaluate("window.hit") is None
    shown.close()


def rows(page: Any, place: str) -> str:
    return str(page.locator(f"#{place}-list [role=status]").first.inner_text())


@pytest.mark.slow
def test_a_document_reads_with_its_pictures_among_its_words(
    browser: Any, tmp_path: Path, write: Callable[..., Path], video: Callable[..., Timeline]
) -> None:
    one = video(0, 1)
    one.samples[0].messages[0].content = f"<image>First {EVIL}.\n<video>Then."
    one.samples[0].media = [Medium("image", "", 7, 7), Medium("clip", "videos/b.mp4", 1, 3)]
    out = write(tmp_path / "out", [[one]])
    assert run(["report", str(out)]) == 0
    shown = browser.new_page()
    shown.goto((out / "report.html").as_uri())
    lines = shown.locator("article .reads .user .line")
    assert [line.split() for line in lines.all_inner_texts()] == [
        ["image", "0:07", *f"First {EVIL}.".split()],
        ["clip", "▶", "b.mp4", "0:01", "–", "0:03", "Then."],
    ]
    assert shown.evaluate("window.hit") is None
    shown.close()


def test_boxes_stand_on_the_things_of_the_thumbnails(
    browser: Any, tmp_path: Path, write: Callable[..., Path], make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A green square moves; a second thing, at the same times, has the second colour."""
    monkeypatch.chdir(tmp_path)
    Path("videos").mkdir()

    def picture(n: int) -> Any:
        whole = np.full((180, 320, 3), 90, np.uint8)
        whole[40:120, 20 + n : 100 + n] = (30, 190, 60)
        return whole

    make_videos.encode(Path("videos/a.mp4"), ((Fraction(n, 25), picture(n)) for n in range(150)))
    square = [Box(n / 25, (20 + n) / 320, 40 / 180, (100 + n) / 320, 120 / 180) for n in range(0, 150, 5)]
    other = [Box(n / 25, 0.8, 0.8, 0.9, 0.9) for n in range(0, 150, 5)]
    media = Media(duration=6.0, width=320, height=180, fps=25.0)
    film, bare = Timeline("videos/a.mp4", "a", 6.0, media), Timeline("videos/a.mp4", "b", 6.0, media)
    told = [Evidence(0, 6, "captions", "a square", "s", square), Evidence(0, 6, "captions", "air", "t", other)]
    turns = [Message("user", "What is <region>?"), Message("assistant", "A square.")]
    film.samples = [Sample("named", "What is <region>?", "A square.", 0, 6, told, messages=turns)]
    for one in (film, bare):
        one.put("captions", [Span(0, 6, "a square", boxes=square)])
    out = write(tmp_path / "out", [[film]])
    assert run(["report", str(out)]) == 0
    shown = browser.new_page(viewport={"width": 1280, "height": 900})
    shown.goto((out / "report.html").as_uri())
    figures = shown.locator("article .strip figure")
    assert figures.count() == 4
    for n in range(4):
        figure = figures.nth(n)
        assert figure.locator(".outlined").count() == 2
        first, second = (figure.locator(".outlined").nth(k) for k in range(2))
        colours = [one.evaluate("(e) => getComputedStyle(e).borderTopColor") for one in (first, second)]
        assert colours == [f"rgb({red}, {green}, {blue})" for red, green, blue in list(COLOURS.values())[:2]]
        figure.scroll_into_view_if_needed()
        for one in (first, second):  # the thing is seen through them
            assert one.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgba(0, 0, 0, 0)"
        place = second.bounding_box()
        whole, drawn = figure.locator("img").bounding_box(), first.bounding_box()
        data = base64.b64decode(figure.locator("img").get_attribute("src").partition(",")[2])
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        seen = decoded.astype(int)
        rows, columns = (np.flatnonzero((seen[..., 1] - seen[..., 2] > 60).any(axis)) for axis in (1, 0))
        wide, high = whole["width"] / seen.shape[1], whole["height"] / seen.shape[0]
        edges = (columns[0] * wide, rows[0] * high, (columns[-1] + 1) * wide, (rows[-1] + 1) * high)
        left, top = drawn["x"] - whole["x"], drawn["y"] - whole["y"]
        assert (left, top, left + drawn["width"], top + drawn["height"]) == pytest.approx(edges, abs=3)
        assert (place["x"] - whole["x"], place["width"]) == pytest.approx(
            (0.8 * whole["width"], 0.1 * whole["width"]), abs=1
        )
    shown.screenshot(path=str(tmp_path / "boxes.png"))
    shown.close()
    lone = write(tmp_path / "lone", [[bare]])
    assert run(["report", str(lone)]) == 0
    shown = browser.new_page()
    shown.goto((lone / "report.html").as_uri())
    assert shown.locator(".strip .outlined").count() == 4
    shown.close()


def test_the_colours_of_boxes_are_those_that_teachers_see() -> None:
    script = (Path(page_module.__file__).parent / "report.js").read_text(encoding="utf-8")
    (listed,) = re.findall(r"const COLOURS = (\[.*?\]);", script)
    named = []
    for one in json.loads(listed):
        digits = one[1:] if len(one) == 7 else "".join(2 * digit for digit in one[1:])
        named.append(tuple(bytes.fromhex(digits)))
    assert named == list(COLOURS.values())


def test_samples_are_filtered_and_paged(page: Any) -> None:
    assert rows(page, "sample") == "49 rows, page 1 of 3"
    assert page.locator("article").count() == 20
    page.get_by_role("button", name="Next").first.click()
    assert rows(page, "sample") == "49 rows, page 2 of 3"
    page.select_option("#sample-filters [data-filter=task]", "when")
    assert rows(page, "sample") == "16 rows, page 1 of 1"
    assert set(page.locator("article .task").all_inner_texts()) == {"when"}
    page.select_option("#sample-filters [data-filter=video]", "videos/3.mp4")
    assert rows(page, "sample") == "2 rows, page 1 of 1"
    page.locator("#sample-filters [data-filter=text]").fill("question 4")
    assert rows(page, "sample") == "1 row, page 1 of 1"
    page.get_by_role("button", name="Show all").click()
    assert rows(page, "sample") == "49 rows, page 1 of 3"
    page.select_option("#sample-filters [data-filter=verdict]", "blind: fail")
    assert rows(page, "sample") == "24 rows, page 1 of 2"


def test_charts_and_the_funnel_lead_to_rows(page: Any) -> None:
    page.locator(".bars button", has_text="why").click()
    assert set(page.locator("article .task").all_inner_texts()) == {"why"}
    assert rows(page, "reject") == "11 rows, page 1 of 1"
    page.locator(".funnel button", has_text="unreadable").click()
    assert rows(page, "reject") == "2 rows, page 1 of 1"
    assert "moov atom not found" in page.locator("#reject-list").inner_text()


def test_a_stream_stands_on_the_timeline_with_its_turns(
    browser: Any, write: Callable[..., Path], video: Callable[..., Timeline], tmp_path: Path
) -> None:
    one = video(0, 0)
    Stream(of=["captions"], delay=(1.0, 1.0), wait=(2.0, 2.0)).run(one)
    out = write(tmp_path / "out", [[one]], funnel=[])
    assert run(["report", str(out)]) == 0
    page = browser.new_page()
    page.goto((out / "report.html").as_uri())
    card = page.locator("article").first
    turns = card.locator(".stream > p").all_inner_texts()
    assert turns[0].startswith("0:02 user ")
    assert turns[1:3] == ["0:10 assistant A cat runs 0 0.", "0:20 assistant A cat runs 0 1."]
    marks = card.locator(".lane", has_text="assistant says").locator("i")
    assert marks.count() == 6
    assert marks.first.evaluate("mark => mark.style.left").startswith("16.6")
    marks.first.hover()
    assert card.locator(".says").inner_text() == "assistant says 0:10 A cat runs 0 0."
    page.close()


def test_the_time_of_a_question_is_a_line_through_the_lanes(
    browser: Any, write: Callable[..., Path], video: Callable[..., Timeline], tmp_path: Path
) -> None:
    one = video(0, 1)
    one.samples[0].seen_start, one.samples[0].seen_end = 5.0, 15.0
    out = write(tmp_path / "out", [[one]], funnel=[])
    assert run(["report", str(out)]) == 0
    page = browser.new_page()
    page.goto((out / "report.html").as_uri())
    card = page.locator("article").first
    assert card.locator(".head").inner_text().replace("\n", " ").count("asked at 0:15") == 1
    tracks, marks = card.locator(".track"), card.locator(".track > s")
    assert marks.count() == tracks.count() >= 3
    assert marks.first.evaluate("mark => mark.style.left") == "25%"
    bar = card.locator(".lane", has_text="may be seen").locator("u")
    assert bar.evaluate("bar => [bar.style.left, bar.style.width].join()").startswith("8.33")
    page.close()


def test_a_lane_is_walked_with_the_keyboard(page: Any) -> None:
    card = page.locator("article").first
    lane = card.locator(".lane.cited .track")
    assert lane.locator("i.cited").count() == 1
    assert card.locator(".track i.lost").count() == 1
    lane.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    says = card.locator(".says")
    assert says.inner_text().startswith("captions 0:10 – 0:20")
    card.locator(".lane", has_text="shots").locator("i.lost").hover()
    assert says.inner_text() == "shots 0:30 – 0:40 (rejected) too_dark"


def test_a_video_is_played_from_its_evidence_and_one_that_is_gone_says_so(
    browser: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[..., Path],
    video: Callable[..., Timeline],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "videos").mkdir()
    with av.open("videos/a film.webm", "w") as film:  # VP8: every build of Chromium plays it
        stream = film.add_stream("libvpx", rate=10, options={"deadline": "realtime"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(200):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), n % 256, np.uint8))))
        film.mux(stream.encode())
    out = write(tmp_path / "out", [[video(0, 2, uri="videos/a film.webm"), video(1, 1)]])
    (tmp_path / "videos" / "1.mp4").write_bytes(b"no video")
    assert run(["report", str(out), "--out", "pages/report.html"]) == 0
    page = browser.new_page()
    page.set_default_timeout(120_000)  # milliseconds: on a busy machine a video begins late
    page.goto((tmp_path / "pages" / "report.html").as_uri())
    second = page.locator("article", has_text="question 1?")
    second.locator("button.play").click()
    assert second.locator("video").get_attribute("src") == "../videos/a%20film.webm"
    page.wait_for_function("document.querySelector('video').currentTime >= 10")
    page.evaluate(
        """() => {
            const film = document.querySelector("video");
            window.sought = [];
            film.addEventListener("seeking", () => window.sought.push(film.currentTime));
        }"""
    )
    second.locator("summary", has_text="Evidence").click()
    second.locator("dt button").first.click()
    page.wait_for_function("window.sought.some((time) => time >= 10 && time < 12)")
    page.locator("article", has_text="1.mp4").locator("button.play").click()
    page.locator("article", has_text="The browser cannot play videos/1.mp4").wait_for()
    page.close()


def test_what_models_wrote_stays_text(page: Any) -> None:
    page.select_option("#sample-filters [data-filter=video]", "videos/10.mp4")
    assert EVIL in page.locator("article .q").inner_text()
    assert page.locator("article script, article .q img").count() == 0


def test_it_fits_a_telephone_and_the_dark(browser: Any, folder: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    page.goto((folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('.funnel').scrollWidth") <= 390, "nothing of the funnel is cut"
    cells = "[...document.querySelectorAll('.funnel tbody tr > *, .bars button, .chip')]"
    assert page.evaluate(f"Math.max(...{cells}.map((one) => one.getBoundingClientRect().right))") <= 390
    words = (
        "[...document.querySelectorAll('.bars button, .chip')].every((one) => one.scrollWidth <= one.clientWidth + 1)"
    )
    assert page.evaluate(words), "buttons hold their words"
    assert page.locator(".funnel [data-name=in]").first.is_visible()
    light = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).every((part) => part < 60)"
    assert page.evaluate(light)
    page.close()
