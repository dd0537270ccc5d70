"""Every format, byte by byte, from one small data set; and what each leaves out, with the reason.

Formats of samples leave out samples, formats of lanes videos: the two haystacks, which have no captions.

``VDATA_WRITE_GOLDEN=1 pytest tests/export/test_golden.py`` writes the golden files anew: read the diff.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from vdata.cli import run
from vdata.export.format import Unsupported, find_formats
from vdata.export.grounding import moment
from vdata.export.harness.copied_code import vdata_version
from vdata.export.lane_format import LaneFormat
from vdata.schemas import Sample, Span, Timeline

GOLDEN = Path(__file__).parent / "golden"
NEVER = {"not_rendered": 1}
"""Of the haystack that has no file."""
TALK = {"preference_pair": 2}
MARKED = {"preference_pair": 1, "placeholder_in_text": 1, "needs_a_clip": 2}
PAIRS = {"no_preference_pair": 10}
WHOLE_PAIRS = {"no_preference_pair": 9, "needs_a_clip": 2}
ET = {"no_task_of_the_format": 7, "needs_a_clip": 2}
LEFT = {
    "activitynet_captions": {"already_there": 2, "no_span": 8},
    "cg_bench": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "charades_sta": {"no_span": 10},
    "dpo": PAIRS,
    "et_instruct_txt": ET,
    "et_instruct_vid": ET,
    "hf_messages": {"preference_pair": 1, "needs_a_clip": 2},
    "jsonl": {},
    "llama_factory": MARKED,
    "llama_factory_dpo": WHOLE_PAIRS,
    "llava": MARKED,
    "llava_video": MARKED,
    "ms_swift": MARKED,
    "ms_swift_dpo": WHOLE_PAIRS,
    "openai": TALK,
    "qwen_vl": MARKED,
    "rl": {"preference_pair": 1, "needs_a_clip": 2, "no_verifiable_answer": 5},
    "tsv": {**TALK, "several_turns": 1},
    "videoespresso": {"no_options": 8, "needs_a_clip": 2},
    "videosavi": WHOLE_PAIRS,
    "video_bench": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "vue_tr": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_retrieval": 6, "several_queries": 1},
    "tvqa_long": {"no_options": 6, "preference_pair": 1, "several_turns": 1, "needs_a_clip": 2},
    "vtg_it": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2},
}


REVIEWED = {"label_studio", "label_studio_lane", "argilla", "argilla_lane"}
STREAMS = {"live", "live_frames", "mmduet", "mmduet_dvc"}
MOMENTS = {"ovbench", "rtv_bench", "streaming_bench", "streaming_bench_sequential"}
DOCUMENTS = {"obelics", "mmicl", "interlink7m"}
LONG_TEXTS = {"t2vid", "t3"}
JUDGED = {"verdicts", "video_auto_arena", "video_auto_bench", "uve", "mj_bench_video", "mj_bench_video_overall"}
MARKED_REPLIES = {"steerlm"}
MARKED_PICTURES = {"mmvm"}
VISITS = {"mmxu"}
ELSEWHERE = {"mmdu", "mmie", "webdataset", "lance", "lv_haystack", "stic", "timelines", "vdc", "vigc", "visiocity"}
ELSEWHERE |= {
    *MOMENTS,
    *DOCUMENTS,
    *LONG_TEXTS,
    *STREAMS,
    *REVIEWED,
    *JUDGED,
    *MARKED_REPLIES,
    *MARKED_PICTURES,
    *VISITS,
}
REGIONS = {"videorefer", "videorefer_bench_d", "videorefer_bench_q", "compositioncap", "v_star", "st_align"}
ELSEWHERE |= REGIONS
"""Of things with boxes: test_regions.py, test_region_formats.py."""
PUBLISHED = {"favor_bench", "mme_videoocr", "mmr_v", "mmworld", "mvbench", "verified", "video_holmes", "videochat2"}
PUBLISHED |= {"v2xum", "videoeval_pro", "videovista", "webvid"}
"""Whose rows have what their recipes keep: test_published_rows.py has such samples, and makes their golden files."""
COMPUTED = {"mm_cof", "mm_cof_rl", "stair", "vlm_3r", "vlm_3r_train"}
"""Whose answers are worked out: test_mm_cof.py, test_stair.py, test_vlm_3r.py."""
ELSEWHERE |= COMPUTED
"""Tested with what they hold: in test_written.py, test_lance.py, test_lv_haystack.py, test_vdc.py, test_vigc.py,
test_visiocity.py, test_long_texts.py, test_moments.py, test_streams.py, test_judged_pairs.py, test_marked_replies.py,
test_visits.py, test_marked_pictures.py, test_documents.py, test_review_folders.py, and the stills
of tests/stages/media."""
HARNESS = {"needs_a_clip": 2, "preference_pair": 1, "several_turns": 1}
FOLDERS = {"lmms_eval": HARNESS, "vlmevalkit": HARNESS}
"""Formats that write folders, of which the tables and settings are golden; what is code is tested where it runs."""
OF_LANES = (
    *("activitynet_lane", "clip_captions", "dropletvideo", "favdbench", "howtocaption", "koala_36m", "mmtrail"),
    *("scenewalk", "sharegpt4video", "storyteller", "videoufo", "vismap", "vript"),
)


def test_every_format_has_a_golden_file() -> None:
    names = set(find_formats())
    assert names == {path.stem for path in GOLDEN.iterdir()} | ELSEWHERE
    assert names == {*LEFT, *FOLDERS, *OF_LANES, *PUBLISHED, *ELSEWHERE}
    of_lanes = {name for name, one in find_formats().items() if isinstance(one, LaneFormat)}
    assert of_lanes == {*OF_LANES, "compositioncap", "timelines", "vdc", "label_studio_lane", "argilla_lane"}


@pytest.mark.parametrize("name", sorted(LEFT))
def test_the_file_is_the_golden_one(small: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    suffix = find_formats()[name].suffix
    out, golden = Path(f"out{suffix}"), GOLDEN / (name + suffix)
    assert run(["export", str(small), "--format", name, "--out", str(out), "--media-root", "videos"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    noted = [json.loads(line) for line in Path(f"{out}.left_out.jsonl").read_text().splitlines()]
    assert Counter(row["reason"] for row in noted) == {**LEFT[name], **NEVER}
    assert {row["what"] for row in noted} == {"left_out"}
    said = capsys.readouterr().out
    assert f"{len(noted)} of 13 samples left out: " in said
    written = 13 - len(noted)
    assert f"{written} sample{'' if written == 1 else 's'} as {name}: {out}\n" in said
    assert all(f"{reason} {count}" in said for reason, count in {**LEFT[name], **NEVER}.items())
    assert sorted(path.name for path in Path().iterdir()) == [str(out), f"{out}.left_out.jsonl", "set", "videos"]


def test_formats_of_moments_refuse_what_is_asked_before_the_end(samples: list[Sample]) -> None:
    when = samples[0]
    assert moment(when)[:2] == (7.46, 12.0)
    when.seen_start, when.seen_end = 0.0, 20.0
    with pytest.raises(Unsupported, match="needs_a_clip"):
        moment(when)


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_the_folder_is_the_golden_one(small: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(small), "--format", name, "--out", "kitchen", "--media-root", "videos"]) == 0
    texts = {}
    for path in Path("kitchen").iterdir():
        if path.suffix == ".parquet":
            rows = pq.read_table(path).to_pylist()
            texts[f"{path.stem}.jsonl"] = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        elif path.suffix != ".py":
            texts[path.name] = path.read_text(encoding="utf-8").replace(f"vdata {vdata_version()}", "vdata VERSION")
    texts = {file: text.replace(str(Path.cwd()), "CWD") for file, text in texts.items()}
    golden = GOLDEN / name
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.mkdir(exist_ok=True)
        for file, text in texts.items():
            (golden / file).write_text(text, encoding="utf-8")
    assert texts == {path.name: path.read_text(encoding="utf-8") for path in golden.iterdir()}
    noted = [json.loads(line) for line in Path("kitchen.left_out.jsonl").read_text().splitlines()]
    assert Counter(row["reason"] for row in noted) == {**FOLDERS[name], **NEVER}
    assert f"{13 - len(noted)} samples as {name}: kitchen\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", OF_LANES)
def test_a_format_of_lanes_has_its_videos(small: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, golden = Path("out"), GOLDEN / (name + find_formats()[name].suffix)
    assert run(["export", str(small), "--format", name, "--out", "out", "--media-root", "videos"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    noted = [json.loads(line) for line in Path("out.left_out.jsonl").read_text().splitlines()]
    assert [(row["video"], row["reason"]) for row in noted] == [
        ("media/made.mp4", "no_captions"),
        ("haystack://far", "no_captions"),
    ]
    said = capsys.readouterr().out
    assert "2 of 3 videos left out: no_captions 2." in said
    assert f"1 video as {name}: out\n" in said
    assert run(["export", str(small), "--format", name, "--out", "other", "--times", "mmss"]) == 2
    assert f"{name} has times in seconds, always" in capsys.readouterr().err


def test_why_a_format_of_lanes_leaves_a_video_out(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = Timeline("a.mp4", "0a" * 12, 60.0)
    video.put("captions", [Span(0, 12, "Two eggs are cracked.")])
    folder = stored(tmp_path / "plain", [video])
    for name, reason in (("vript", "no_parts"), ("sharegpt4video", "no_frame_captions"), ("vismap", "no_summary")):
        assert run(["export", str(folder), "--format", name, "--out", str(tmp_path / name)]) == 1
        said = capsys.readouterr().out
        assert f"1 of 1 videos left out: {reason} 1." in said
        assert f"No video can be expressed as {name}: nothing written." in said


def test_a_format_of_lanes_has_the_videos_of_one_split(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = [Timeline(f"{name}.mp4", name * 12, 60.0, attrs={"split": name}) for name in ("train", "test")]
    for video in videos:
        video.put("captions", [Span(0, 12, "Two eggs are cracked.")])
    folder = stored(tmp_path / "split", videos)
    assert run(["export", str(folder), "--format", "howtocaption", "--out", str(tmp_path / "one.json")]) == 0
    assert list(json.loads((tmp_path / "one.json").read_text())) == ["train"]
    assert (
        run(["export", str(folder), "--format", "howtocaption", "--out", str(tmp_path / "o.json"), "--split", "all"])
        == 0
    )
    assert list(json.loads((tmp_path / "o.json").read_text())) == ["train", "test"]


def test_plain_rows_have_the_columns_that_are_chosen(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["export", str(small), "--format", "jsonl", "--out", "o.jsonl", "--media-root", "videos", "--columns"]
    assert run([*asked, "id, video_path,answer"]) == 0
    first = json.loads(Path("o.jsonl").read_text().splitlines()[0])
    assert list(first) == ["id", "video_path", "answer"]
    assert first["video_path"] == "videos/clips/kitchen.mp4"
    assert run([*asked, "id,awnser"]) == 2
    assert "--columns: jsonl has no column awnser. Did you mean answer?" in capsys.readouterr().err
    assert run(["export", str(small), "--format", "llava", "--out", "o.json", "--columns", "id"]) == 2
    assert "the layout of llava is fixed. jsonl and timelines have columns" in capsys.readouterr().err


def test_timelines_and_a_lane_are_exported_without_samples(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = [Timeline(f"{folder}/v.mp4", folder * 12, 60.0) for folder in ("aa", "bb")]
    videos.append(Timeline("bb/v.mkv", "cc" * 12, 60.0))
    for video in videos:
        video.put("speech", [Span(12, 20.126, None, "whisk"), Span(0, 12, "Two eggs are cracked.")])
    folder = stored(tmp_path / "plain", videos)
    out = str(tmp_path / "o.json")
    assert run(["export", str(folder), "--format", "activitynet_captions", "--out", out]) == 1
    said = capsys.readouterr().out
    assert (
        "has no samples. Nothing written. Captions and lanes are exported without samples as activitynet_lane" in said
    )
    assert run(["export", str(folder), "--format", "activitynet_lane", "--lane", "speech", "--out", out]) == 0
    assert "1 of 3 videos left out: name_taken 1." in capsys.readouterr().out
    entry = {"duration": 60.0, "timestamps": [[0, 12], [12, 20.13]], "sentences": ["Two eggs are cracked.", "whisk"]}
    assert json.loads(Path(out).read_text()) == {"aa/v": entry, "bb/v": entry}
    assert run(["export", str(folder), "--format", "vript", "--lane", "speech", "--out", out]) == 2
    assert "--lane: is for activitynet_lane, argilla_lane and label_studio_lane." in capsys.readouterr().err
    rows = str(tmp_path / "t.jsonl")
    assert run(["export", str(folder), "--format", "timelines", "--columns", "video,lanes", "--out", rows]) == 0
    (first, *others) = [json.loads(line) for line in Path(rows).read_text().splitlines()]
    assert (list(first), len(others)) == (["video", "lanes"], 2)
    assert [(span["start"], span["text"], span["label"]) for span in first["lanes"]["speech"]] == [
        (0, "Two eggs are cracked.", None),
        (12, None, "whisk"),
    ]


def test_a_trainer_that_reads_by_the_ending_gets_it(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(small), "--format", "llama_factory", "--out", "train.jsonl"]) == 2
    assert "llama_factory is read by how its name ends. Call it train.json." in capsys.readouterr().err


def test_a_system_message_stands_before_every_sample_where_the_format_has_a_place_for_one(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("words.txt").write_text("You answer about videos.\n")
    for name, one in sorted(find_formats().items()):
        out = Path(f"told{one.suffix}" if not one.folder else "told")
        status = run(["export", str(small), "--format", name, "--out", str(out), "--system", "@words.txt"])
        said = capsys.readouterr()
        if not one.holds_system:
            assert status == 2, name
            assert f"{name} has no place for a system message: leave out --system" in said.err
            continue
        assert status == 0, (name, said)
        if name == "webdataset":
            with tarfile.open(next(out.glob("*.tar"))) as tar:
                texts = [tar.extractfile(one).read().decode() for one in tar if one.name.endswith(".json")]  # type: ignore[union-attr]
        elif out.is_dir():
            texts = [str(pq.read_table(path).to_pylist()) for path in out.rglob("*.parquet")]
        else:
            texts = [out.read_text(encoding="utf-8")]
        samples = sum(text.count("You answer about videos.") for text in texts)
        assert samples >= len(texts) > 0, name
        (shutil.rmtree if out.is_dir() else os.remove)(out)


def test_a_system_message_from_a_file_that_is_not_there(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(small), "--format", "openai", "--out", "o.jsonl", "--system", "@no.txt"]) == 2
    assert "--system: no.txt: No such file or directory." in capsys.readouterr().err
