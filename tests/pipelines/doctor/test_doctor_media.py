"""The doctor finds media of samples that are not what the words, the videos and the files say."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from vdata.pipelines.doctor.doctor_media import media_remarks
from vdata.schemas import Medium, Message, Sample, Timeline
from vdata.schemas.arrow import samples_table, timelines_table


def remarks(folder: Path, content: str, *media: Medium) -> list[str]:
    sample = Sample("what", "q", "a", 0, 1, messages=[Message("user", content)], media=list(media), id="s1")
    videos = [Timeline("a.mp4", "1", 10.0, samples=[sample, Sample("what", "q", "a", 0, 1)]), Timeline("b.mp4", "2", 5)]
    (folder / "media").mkdir()
    (folder / "media" / "x.jpg").touch()
    pq.write_table(samples_table(videos), folder / "data.parquet")
    pq.write_table(timelines_table(videos, []), folder / "timelines.parquet")
    found = list(media_remarks(folder, [folder / "data.parquet"], [folder / "timelines.parquet"]))
    assert all(one.wrong for one in found)
    return [one.text for one in found]


def test_sound_media(tmp_path: Path) -> None:
    media = [Medium("image", "", 10.0, 10.0, "media/x.jpg"), Medium("clip", "b.mp4", 0, 5.02)]
    assert remarks(tmp_path, "<image> and <video>", *media) == []


@pytest.mark.parametrize(
    ("content", "medium", "line"),
    [
        ("<video>", Medium("image"), "1 sample have marks that are not their media"),
        ("", Medium("image"), "1 sample have marks that are not their media"),
        ("<video>", Medium("clip", "", 4, 11), "1 sample have media that lie outside of their videos, for example s1"),
        ("<video>", Medium("clip", "b.mp4", 4, 6), "lie outside of their videos"),
        ("<video>", Medium("clip", "", 6, 4), "lie outside of their videos"),
        ("<image>", Medium("image", "", 4, 5), "lie outside of their videos"),
        ("<video>", Medium("clip", "c.mp4", 0, 1), "of videos that are not in timelines"),
        ("<image>", Medium("image", "", 4, 4, "media/y.jpg"), "whose files are missing"),
    ],
)
def test_what_is_wrong_with_media(tmp_path: Path, content: str, medium: Medium, line: str) -> None:
    (found,) = remarks(tmp_path, content, medium)
    assert line in found
