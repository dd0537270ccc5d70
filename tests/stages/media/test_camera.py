"""Camera: moves are named with the right sign, on made-up tables and on real moving pictures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vdata.schemas import Failed, Signals, Span, Timeline
from vdata.stages.media.camera import Camera
from vdata.video.signals.flow import CameraMotion

MakeSignals = Callable[..., Signals]
MakeVideo = Callable[..., Timeline]


def labels(video: Timeline, **settings: Any) -> list[str | None]:
    return [span.label for span in Camera(**settings).run(video).lane("camera")]


@pytest.mark.parametrize(
    ("column", "value", "label", "speed"),
    [
        ("dx", 0.004, "pan_left", ("pan", -0.1)),
        ("dx", -0.004, "pan_right", ("pan", 0.1)),
        ("dy", 0.004, "tilt_up", ("tilt", 0.1)),
        ("dy", -0.004, "tilt_down", ("tilt", -0.1)),
        ("zoom", 0.004, "zoom_in", ("zoom", 0.1)),
        ("zoom", -0.004, "zoom_out", ("zoom", -0.1)),
        ("dx", 0.0004, "static", ("pan", -0.01)),
    ],
)
def test_signs_and_speeds(
    column: str, value: float, label: str, speed: tuple[str, float], make_signals: MakeSignals, make_video: MakeVideo
) -> None:
    video = Camera().run(make_video(make_signals(100, **{column: value})))
    (span,) = video.lane("camera")
    assert (span.start, span.end, span.label) == (0, 4, label)
    assert span.values[speed[0]] == pytest.approx(speed[1], abs=1e-3)
    assert span.values["shake"] == pytest.approx(0, abs=1e-3)
    (shot,) = video.lane("shots")
    assert shot.attrs == {"camera": label}
    assert span.attrs == {"shot": shot.id}


def test_shake_is_fast_and_goes_nowhere(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    random = np.random.default_rng(2)
    dx, dy = random.normal(0, 0.012, (2, 100))  # 0.3 widths a second, to and fro
    assert labels(make_video(make_signals(100, dx=dx, dy=dy))) == ["shake"]
    # the same on top of a fast pan is a pan from an unsteady hand
    assert labels(make_video(make_signals(100, dx=dx - 0.04, dy=dy))) == ["pan_right"]


def test_a_pan_that_jumps_every_other_frame_is_a_pan(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """As where 12 pictures a second were repeated to make 24."""
    dx = np.where(np.arange(100) % 2, -0.008, 0.0)
    assert labels(make_video(make_signals(100, dx=dx))) == ["pan_right"]


def test_moves_within_a_shot(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    dx, zoom = np.zeros(200), np.zeros(200)
    dx[:85] = -0.005
    zoom[125:] = 0.006
    video = Camera().run(make_video(make_signals(200, dx=dx, zoom=zoom)))
    lane = video.lane("camera")
    assert [s.label for s in lane] == ["pan_right", "static", "zoom_in"]
    assert lane[0].start == 0
    assert lane[-1].end == 8
    assert [a.end == b.start for a, b in pairwise(lane)] == [True, True]
    assert [s.start for s in lane[1:]] == pytest.approx([3.4, 5], abs=0.25)
    (shot,) = video.lane("shots")
    assert shot.attrs == {"camera": "pan_right", "camera_moves": "pan_right static zoom_in"}


def test_a_short_move_joins_its_longer_neighbour(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    dx = np.zeros(200)
    dx[100:108] = 0.01
    video = make_video(make_signals(200, dx=dx))
    assert labels(video, min_seconds=1) == ["static"]
    assert labels(video, min_seconds=0, smooth_seconds=0.1) == ["static", "pan_left", "static"]


def test_the_cut_itself_is_no_move(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    dx = np.zeros(100)
    dx[50] = 0.2
    assert labels(make_video(make_signals(100, dx=dx), (0, 2), (2, 4))) == ["static", "static"]
    assert labels(make_video(make_signals(100, dx=dx), (0, 4)), min_seconds=0) != ["static"]


def test_what_no_camera_can_do_is_not_believed(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    zoom = np.zeros(100)
    zoom[48:52] = -0.36  # the tracking is lost in a fade
    assert labels(make_video(make_signals(100, zoom=zoom))) == ["static"]


def test_nothing_is_said_where_the_background_does_not_agree(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    agreement = np.ones(200)
    agreement[75:] = 0.2  # from 3 s on something fills the picture
    video = Camera().run(make_video(make_signals(200, dx=-0.005, agreement=agreement)))
    assert [(span.label, span.start) for span in video.lane("camera")] == [("pan_right", 0)]
    assert video.lane("camera")[0].end == pytest.approx(3, abs=0.3)
    assert "camera" not in video.lane("shots")[0].attrs  # it is less than half of the shot
    short = Camera().run(make_video(make_signals(200, dx=-0.005, agreement=agreement), (0, 4)))
    assert short.lane("shots")[0].attrs == {"camera": "pan_right"}
    assert labels(make_video(make_signals(200, dx=-0.005, agreement=agreement)), min_agreement=0) == ["pan_right"]


def test_nothing_is_said_where_the_background_looks_otherwise(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """All points agree, as they are those of one thing, but what is near the edges looks as if the camera rested."""
    background = np.ones(200)
    background[75:] = 0.2
    video = Camera().run(make_video(make_signals(200, dx=-0.005, background=background)))
    assert [(span.label, span.start) for span in video.lane("camera")] == [("pan_right", 0)]
    assert video.lane("camera")[0].end == pytest.approx(3, abs=0.3)
    assert labels(make_video(make_signals(200, dx=-0.005, background=background)), min_agreement=0) == ["pan_right"]


def texture(seed: int) -> Any:
    noise = np.random.default_rng(seed).normal(128, 60, (40, 60)).astype(np.float32)
    return np.clip(cv2.resize(noise, (360, 240), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def followed(shift: int, thing: tuple[slice, slice] | None, away: int) -> tuple[float, float]:
    """What is seen of a background that moves *shift* pixels before which a *thing* moves *away*: dx and agreement."""
    ground, skin = texture(1), texture(2)
    pictures = []
    for n in range(2):
        picture = ground[60:140, 100 - n * shift : 244 - n * shift].copy()
        if thing:
            picture[thing] = skin[60:140, 100 - n * away : 244 - n * away][thing]
        pictures.append(picture)
    camera = CameraMotion(144, 80)
    camera.move(pictures[0])
    dx, _, _, _, agreement, _ = camera.move(pictures[1])
    return dx * 144, agreement


@pytest.mark.parametrize(
    ("shift", "thing", "away", "seen", "agrees"),
    [
        (4, None, 0, 4, True),
        (0, None, 0, 0, True),
        (0, (slice(20, 60), slice(40, 104)), 6, 0, True),  # a third of the width moves: the camera rests
        (0, (slice(0, 80), slice(20, 124)), 6, None, False),  # a thing from edge to edge might be the background
        (4, (slice(66, 80), slice(0, 144)), 0, 4, True),  # captions below a pan
    ],
)  # fmt: skip
def test_the_background_tells_what_the_camera_does(
    shift: int, thing: tuple[slice, slice] | None, away: int, seen: float | None, agrees: bool
) -> None:
    dx, agreement = followed(shift, thing, away)
    assert (agreement >= 0.6) == agrees
    if seen is not None:
        assert dx == pytest.approx(seen, abs=0.3)


def test_speed_is_a_matter_of_time_not_of_frames(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """0.1 widths a second at 50 frames/s and then at 5 frames/s."""
    time = np.concatenate([np.arange(100) / 50, 2 + np.arange(20) / 5])
    dx = -0.1 * np.diff(time, prepend=0)
    video = Camera().run(make_video(make_signals(time=time, dx=dx)))
    (span,) = video.lane("camera")
    assert span.label == "pan_right"
    assert span.values["pan"] == pytest.approx(0.1, abs=1e-3)
    assert span.values["shake"] == pytest.approx(0, abs=1e-3)


def test_overlapping_windows_each_have_their_moves(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    dx = np.where(np.arange(200) < 100, -0.006, 0.0)
    video = Camera().run(make_video(make_signals(200, dx=dx), (0, 4), (2, 6), (4, 8)))
    moves = {shot.id: shot.attrs.get("camera_moves", shot.attrs["camera"]) for shot in video.lane("shots")}
    assert list(moves.values()) == ["pan_right", "pan_right static", "static"]


def test_one_frame_and_no_shots(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    assert labels(make_video(make_signals(1))) == ["static"]
    video = make_video(make_signals(10))
    video.put("shots", [])
    assert labels(video) == []
    with pytest.raises(Failed) as caught:
        Camera().run(Timeline("made up", id="a"))
    assert caught.value.reason == "no_signals"


def test_lanes() -> None:
    stage = Camera(of="windows", into="moves")
    assert (stage.lanes_read(), stage.lanes_written()) == ({"signals", "windows"}, {"moves"})


@given(
    st.lists(st.floats(1e-3, 2), min_size=0, max_size=80),
    st.lists(st.floats(0, 1), min_size=0, max_size=4),
    st.integers(0, 99),
    st.floats(0, 2),
)
@example([0.03125, 1.0, 1.0, 0.015625], [], 1, 1.0)  # as many frames in the shorter move
@settings(max_examples=150)
def test_moves_tile_their_shot(
    make_signals: MakeSignals, steps: list[float], marks: list[float], seed: int, least: float
) -> None:
    random = np.random.default_rng(seed)
    time = np.concatenate([[0.0], np.cumsum(steps)])
    dx, dy, zoom = random.normal(0, random.choice([0.001, 0.01, 0.5]), (3, len(time)))
    signals = make_signals(time=time, dx=dx, dy=dy, zoom=zoom)
    edges = sorted({0.0, signals.end, *[round(mark * signals.end, 6) for mark in marks]})
    video = Timeline("made up", id="a", signals=signals)
    video.put("shots", [Span(a, b) for a, b in pairwise(edges) if b - a > 1e-5])
    Camera(min_seconds=least).run(video)
    for shot in video.lane("shots"):
        moves = [s for s in video.lane("camera") if s.attrs["shot"] == shot.id]
        assert (moves[0].start, moves[-1].end) == pytest.approx((shot.start, shot.end), abs=2e-6)
        assert all(a.end == b.start and a.label != b.label for a, b in pairwise(moves))
        if len(moves) > 1:
            assert min(s.seconds for s in moves) >= least - 3e-6
        assert shot.attrs["camera"] in {s.label for s in moves}


def test_a_ten_minute_table_takes_milliseconds(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    from time import process_time

    random = np.random.default_rng(1)
    dx, dy, zoom = random.normal(0, 0.004, (3, 15_000))
    signals = make_signals(15_000, dx=dx, dy=dy, zoom=zoom)
    took = []
    for _ in range(3):
        video = make_video(signals, *[(2.0 * n, 2.0 * n + 2) for n in range(300)])
        begun = process_time()
        Camera().run(video)
        took.append(process_time() - begun)
    assert min(took) < 0.05


@pytest.fixture(scope="module")
def moving(clips: Path, shared_files: Callable[..., Path]) -> Path:
    """A real picture, 640x360, over which a window of 320x180 moves: eight moves of 2 s, 25 frames/s."""

    def move(folder: Path) -> None:
        move_window(clips / "bigbuckbunny.mp4", folder / "moving.mp4")

    return shared_files("moving", move) / "moving.mp4"


def move_window(clip: Path, path: Path) -> None:
    """Write the film of ``moving`` with the first picture of *clip*."""
    import av
    import cv2

    with av.open(str(clip)) as source:
        picture: Any = next(source.decode(video=0)).to_ndarray(format="rgb24")
    picture = cv2.resize(picture, (960, 540), interpolation=cv2.INTER_CUBIC)
    random = np.random.default_rng(4)
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for x, y, grow, jitter in PATHS:
            for n in range(50):
                u = n / 50
                scale = (1 + grow) ** (u * 2)
                middle = np.array([480 + x * 320 * 2 * (u - 0.5), 270 + y * 180 * 2 * (u - 0.5)])
                middle += random.normal(0, jitter, 2)
                to = np.array([[scale, 0, 160 - scale * middle[0]], [0, scale, 90 - scale * middle[1]]])
                shown: Any = cv2.warpAffine(picture, to, (320, 180), flags=cv2.INTER_LINEAR)
                target.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        target.mux(stream.encode())


PATHS = [
    # widths and heights a second that the window moves right and down, growth a second, jitter in pixels
    (0, 0, 0, 0), (0.15, 0, 0, 0), (-0.15, 0, 0, 0), (0, -0.15, 0, 0), (0, 0.15, 0, 0),
    (0, 0, 0.2, 0), (0, 0, -0.15, 0), (0, 0, 0, 4),
]  # fmt: skip


def test_real_moving_pictures(moving: Path) -> None:
    from vdata.stages.media.probe import Probe
    from vdata.stages.media.scan import Scan

    video = Scan().run(Probe().run(Timeline(str(moving))))
    # the window jumps from one path to the next, which is no cut and no move: keep away from it
    video.put("shots", [Span(2.0 * n + 0.2, 2.0 * n + 1.8) for n in range(len(PATHS))])
    Camera().run(video)
    found = [shot.attrs["camera"] for shot in video.lane("shots")]
    assert found == ["static", "pan_right", "pan_left", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "shake"]
    moves = {s.attrs["shot"]: s.values for s in video.lane("camera")}
    speeds = [moves[shot.id] for shot in video.lane("shots")]
    assert [s["pan"] for s in speeds[:3]] == pytest.approx([0, 0.15, -0.15], abs=0.02)
    assert [s["tilt"] for s in speeds[3:5]] == pytest.approx([0.15, -0.15], abs=0.02)
    assert [s["zoom"] for s in speeds[5:7]] == pytest.approx([0.182, -0.162], abs=0.03)  # logarithms: growth adds up


def test_the_film_moves_as_it_was_made(
    film: Path, scanned: Callable[[Path], Signals], truth: Callable[[str], list[Span]]
) -> None:
    video = Timeline("film", id="film", signals=scanned(film / "film.mp4"))
    video.put("shots", truth("shots"))
    Camera().run(video)
    assert [shot.attrs["camera"] for shot in video.lane("shots")] == [move.label for move in truth("camera")]


def test_what_half_agrees_counts_only_where_it_lasts(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """A thing that fills the picture agrees with itself now and then."""
    agreement = np.full(200, 0.5)
    assert labels(make_video(make_signals(200, dx=-0.005, agreement=agreement))) == ["pan_right"]
    agreement[125:] = 0.2
    video = make_video(make_signals(200, dx=-0.005, agreement=agreement))
    assert labels(video) == []
    assert labels(video, min_clear=0.5) == ["pan_right"]
