"""Words, drawings and image files over frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rapidfuzz import fuzz

from vdata.schemas import Failed
from vdata.schemas.uri import locate
from vdata.video.art.catalogue import COLOURS
from vdata.video.edit import font as _font
from vdata.video.edit import overlay as _draw
from vdata.video.edit.edit_list import Overlay

Picture = np.ndarray[Any, np.dtype[np.uint8]]
WIDTH, HEIGHT = 640, 360


def noise(seed: int = 0) -> Picture:
    """Coarse coloured blocks: the worst that words can lie on."""
    blocks = np.random.default_rng(seed).integers(0, 256, (HEIGHT // 12, WIDTH // 16, 3), np.uint8)
    return blocks.repeat(12, 0).repeat(16, 1)


def plain(level: int = 90) -> Picture:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def changed(before: Picture, after: Picture) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs."""
    y, x = np.nonzero((before != after).any(-1))
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def test_a_drawing_that_does_not_exist() -> None:
    with pytest.raises(Failed) as failure:
        _draw.load("drawn:red_unicorn", 50)
    assert failure.value.reason == "no_such_drawing"
    assert "red_unicorn" in failure.value.detail


def test_nothing_to_lay_over_gives_the_same_picture() -> None:
    frame = plain()
    assert _draw.apply([], frame) is frame


def test_frames_are_not_changed_in_place() -> None:
    frame = plain()
    _draw.apply([Overlay(0, 1, "hello")], frame)
    assert (frame == 90).all()


def test_where_and_how_large_words_are() -> None:
    shown = _draw.apply([Overlay(0, 1, "Hxg", x=0.25, y=0.5, size=0.1)], plain())
    left, top, right, bottom = changed(plain(), shown)
    assert (left + right) / 2 == pytest.approx(0.25 * WIDTH, abs=1)
    assert (top + bottom) / 2 == pytest.approx(0.5 * HEIGHT, abs=1)
    assert 0.08 * HEIGHT < bottom - top < 0.14 * HEIGHT
    assert _draw.box(Overlay(0, 1, "Hxg", x=0.25, y=0.5, size=0.1), WIDTH, HEIGHT) == (left, top, right, bottom)


@pytest.mark.parametrize("text", ["The secret word is marigold, and nothing else in this video matters.", "W" * 60])
def test_long_words_are_made_smaller(text: str) -> None:
    left, _, right, _ = changed(plain(), _draw.apply([Overlay(0, 1, text, size=0.2)], plain()))
    assert 0.8 * WIDTH < right - left <= 0.9 * WIDTH


def test_more_lines_than_fit_are_made_smaller() -> None:
    shown = _draw.apply([Overlay(0, 1, "\n".join("abcdefghij"), y=0.5, size=0.3)], plain())
    _, top, _, bottom = changed(plain(), shown)
    assert bottom - top <= 0.9 * HEIGHT


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.02, 1), st.sampled_from(["", "word"]))
def test_overlays_are_whole_wherever_they_are_put(x: float, y: float, size: float, text: str) -> None:
    one = Overlay(0, 1, text, "" if text else "drawn:red_apple", x, y, size)
    left, top, right, bottom = _draw.box(one, 200, 120)
    assert 0 <= left < right <= 200
    assert 0 <= top < bottom <= 120


@pytest.mark.parametrize(
    ("colour", "ink"), [("yellow", (255, 255, 0)), ("#102080", (16, 32, 128)), ("black", (0, 0, 0))]
)
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_words_have_their_colour_and_an_outline_that_stands_out(
    colour: str, ink: tuple[int, int, int], ground: int
) -> None:
    shown = _draw.apply([Overlay(0, 1, "HILL", y=0.5, size=0.3, colour=colour)], plain(ground))
    left, top, right, bottom = _draw.box(Overlay(0, 1, "HILL", y=0.5, size=0.3, colour=colour), WIDTH, HEIGHT)
    inside = shown[top:bottom, left:right].reshape(-1, 3)
    assert (inside == ink).all(1).mean() > 0.05
    edge = 255 if sum(ink) < 300 else 0
    around = (inside == edge).all(1).mean()
    assert around > 0.02
    assert abs(float(np.dot(ink, (0.299, 0.587, 0.114))) - edge) > 100


def test_opacity() -> None:
    whole = _draw.apply([Overlay(0, 1, picture="drawn:red_square", x=0.5, y=0.5, size=0.5)], plain())
    half = _draw.apply([Overlay(0, 1, picture="drawn:red_square", x=0.5, y=0.5, size=0.5, opacity=0.5)], plain())
    middle = HEIGHT // 2, WIDTH // 2
    assert tuple(whole[middle]) == COLOURS["red"]
    assert np.abs(half[middle].astype(int) - (np.array(COLOURS["red"]) + 90) / 2).max() <= 1


def test_later_overlays_lie_over_earlier_ones() -> None:
    two = [Overlay(0, 1, picture=f"drawn:{colour}_square", y=0.5, size=0.5) for colour in ("red", "blue")]
    assert tuple(_draw.apply(two, plain())[HEIGHT // 2, WIDTH // 2]) == COLOURS["blue"]


def test_letters_that_the_font_lacks_are_named() -> None:
    with pytest.raises(Failed) as failure:
        _draw.apply([Overlay(0, 1, "café 字")], plain())
    assert failure.value.reason == "no_glyph"
    assert "'é'" in failure.value.detail
    assert "'字'" in failure.value.detail


DEJAVU = locate("pkg://matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf")


def test_words_in_a_font_of_the_users() -> None:
    shown = [_draw.words(text, 40, "white", WIDTH, HEIGHT, DEJAVU) for text in ("жук", "Ωμέγα", "café", "שלום", "سلام")]
    assert len({patch.tobytes() for patch in shown}) == 5
    box = _draw.words("\N{WHITE VERTICAL RECTANGLE}", 40, "white", WIDTH, HEIGHT, DEJAVU)
    assert all(patch.shape[1] > 1.5 * box.shape[1] for patch in shown)
    built_in, given = (_draw.apply([Overlay(0, 1, "Hxg", size=0.2, font=font)], plain()) for font in ("", DEJAVU))
    assert (built_in != given).any()
    one, other = (_draw.words(text, 40, "white", WIDTH, HEIGHT, DEJAVU).shape[1] for text in ("س ل ا م", "سلام"))
    assert other < 0.8 * one  # Arabic letters join: the font is not merely looked up letter by letter
    with pytest.raises(Failed) as failure:
        _draw.apply([Overlay(0, 1, "жук 字", font=DEJAVU)], plain())
    assert failure.value.reason == "no_glyph"
    assert "cannot write '字' of 'жук 字': set font: of hide" in failure.value.detail


def test_without_a_shaper_letters_that_join_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _font.missing_letters("жук سلام", DEJAVU) == []
    monkeypatch.setattr("PIL.features.check", lambda name: name != "raqm")
    assert _font.missing_letters("жук سلام", DEJAVU) == sorted("سلام")


def test_words_can_be_read_on_any_ground() -> None:
    rapidocr = pytest.importorskip("rapidocr")
    read = rapidocr.RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "Global.use_cls": False})
    grounds = plain(0), plain(255), plain(128), noise()
    for colour, *texts in (
        ("white", "Marigold", "Walnut", "Lantern", "Elena"),
        ("navy", "Pebble", "Viktor", "Otter", "Quilt"),
    ):
        one = [
            _draw.apply([Overlay(0, 1, text, size=0.12, colour=colour)], ground)
            for text, ground in zip(texts, grounds, strict=True)
        ]
        found = read(np.vstack([picture[HEIGHT // 2 :] for picture in one])[..., ::-1].copy()).txts
        assert len(found) == 4
        assert min(fuzz.ratio(said, text) for said, text in zip(found, texts, strict=True)) >= 80, found


def saved(image: Image.Image, path: Path, **options: Any) -> str:
    image.save(path, **options)
    return str(path)


def test_photographs_stand_upright(tmp_path: Path) -> None:
    lying = Image.new("RGB", (80, 40), "green")
    lying.paste("red", (0, 0, 20, 40))  # its left end is to be the top
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by 90 degrees
    patch = _draw.load(saved(lying, tmp_path / "a.png", exif=exif), 160)
    assert patch.shape == (160, 80, 4)
    assert tuple(patch[10, 40]) == (255, 0, 0, 255)
    assert tuple(patch[150, 40]) == (0, 128, 0, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "I;16", "1", "RGB", "LA"])
def test_pictures_of_many_kinds(mode: str, tmp_path: Path) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((30, 40), 128 * 257, np.uint16))
    else:
        image = Image.new("RGB", (40, 30), (255, 255, 255) if mode == "1" else (128, 128, 128)).convert(mode)
    patch = _draw.load(saved(image, tmp_path / ("a.tiff" if mode in ("CMYK", "I;16") else "a.png")), 30)
    level = 255 if mode == "1" else 128
    assert patch.shape == (30, 40, 4)
    assert np.abs(patch.reshape(-1, 4).mean(0) - (level, level, level, 255)).max() < 3


def test_transparent_parts_let_the_frame_through(tmp_path: Path) -> None:
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    image.paste((250, 200, 0, 255), (0, 0, 30, 60))
    shown = _draw.apply([Overlay(0, 1, picture=saved(image, tmp_path / "a.png"), y=0.5, size=0.5)], plain())
    assert tuple(shown[HEIGHT // 2, WIDTH // 2 - 40]) == (250, 200, 0)
    assert tuple(shown[HEIGHT // 2, WIDTH // 2 + 40]) == (90, 90, 90)


def test_a_still_fills_the_frame(tmp_path: Path) -> None:
    photo = _draw.still(saved(Image.new("RGB", (50, 50), "blue"), tmp_path / "a.png"), 200, 100)
    assert photo.shape == (100, 200, 3)
    assert tuple(photo[50, 100]) == (0, 0, 255)
    assert tuple(photo[50, 20]) == (0, 0, 0), "a photograph of another shape lies on black"
    drawn = _draw.still("drawn:blue_circle", 200, 100)
    assert tuple(drawn[50, 100]) == COLOURS["blue"]
    assert tuple(drawn[5, 5]) == _draw.BACKDROP


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.png", None, "not_found"),
        ("text.png", b"no picture at all", "not_an_image"),
        ("cut.png", "half", "not_an_image"),
    ],
)
def test_what_is_no_picture(name: str, content: bytes | str | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content == "half":
        whole = Path(saved(Image.fromarray(noise()), path)).read_bytes()
        content = whole[: len(whole) // 2]
    if isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(Failed) as failure:
        _draw.load(str(path), 40)
    assert failure.value.reason == reason
    assert name in failure.value.detail
