"""Every file is read by the library that uses it."""

from __future__ import annotations

import csv
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.cli import run
from vdata.export.format import find_formats

JSON = sorted(name for name, one in find_formats().items() if one.suffix.startswith(".json"))


def exported(folder: Path, name: str, *more: str) -> Path:
    out = Path(f"{name}{find_formats()[name].suffix}")
    assert run(["export", str(folder), "--format", name, "--out", str(out), "--media-root", "videos", *more]) == 0
    return out


def loaded(path: Path) -> list[Any]:
    """The rows of *path* by the json module."""
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)


OBJECTS = ("activitynet_captions", "activitynet_lane", "howtocaption", "storyteller", "video_bench")
"""One JSON object by video or by number, which is no table."""
BY_LETTER = ("video_holmes", "mmworld", "mme_videoocr")
"""Options by letter, or none where a question is open, are columns of a table: test_published_rows.py reads them."""
PLAIN = ("jsonl", "timelines")
JUDGED = ("verdicts", "video_auto_arena", "video_auto_bench", "uve", "mj_bench_video", "mj_bench_video_overall")
MOMENTS = ("ovbench", "rtv_bench", "streaming_bench", "streaming_bench_sequential")
TALKS = ("live", "live_frames", "mmduet", "mmduet_dvc")
ELSEWHERE: tuple[str, ...] = ("obelics", "mmicl", "stic", "steerlm", "vdc", "vigc", "visiocity", "lv_haystack", *TALKS)
ELSEWHERE += JUDGED + MOMENTS + ("mmdu", "mmie", "mmxu")
ELSEWHERE += ("mm_cof", "mm_cof_rl", "stair", "vlm_3r", "vlm_3r_train")
ELSEWHERE += ("compositioncap", "videorefer", "videorefer_bench_d", "videorefer_bench_q")
ELSEWHERE += ("t2vid", "t3")
ELSEWHERE += ("v_star", "st_align", "videoeval_pro")
"""Of which the small set has nothing: tests/stages/media/test_clips.py and tests of their names have something."""


@pytest.mark.parametrize("name", [name for name in JSON if name not in OBJECTS + BY_LETTER + ELSEWHERE])
def test_datasets_reads_the_same_rows(small: Path, name: str, tmp_path: Path) -> None:
    from datasets import load_dataset

    path = exported(small, name)
    rows = load_dataset("json", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")).to_list()
    written = loaded(path)
    for row in written if name == "videochat2" else ():  # columns that only some rows have
        row.setdefault("start", None)
        row.setdefault("end", None)
    for row in written if name == "tvqa_long" else ():  # of a question with three options
        row.setdefault("a3", None)
    if name in PLAIN:  # maps by name are columns to datasets, null where a row has none
        rows, written = (
            [[row[key] for key in ("id", "video", "duration")] for row in some] for some in (rows, written)
        )
    assert rows == written


def test_datasets_reads_the_table(small: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    path = exported(small, "tsv")
    read = load_dataset(
        "csv", data_files=str(path), split="train", sep="\t", cache_dir=str(tmp_path / "cache")
    ).to_list()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["question"] for row in read] == [row["question"] for row in rows]
    assert [row["index"] for row in read] == list(range(9))
    by_id = {row["id"]: row for row in read}
    assert by_id["0-01"]["answer"] == "B"
    assert by_id["0-01"]["B"] == by_id["0-01"]["text"] == "From 14.0 to 21.5 seconds."
    assert by_id["0-01"]["E"] is None
    assert by_id["0-07"]["text"] == "A whisk,\tand a bowl."
    assert by_id["0-03"]["text"].count("\n") == 1
    assert (by_id["0-08"]["clip_start"], by_id["0-08"]["clip_end"]) == (0.0, 12.0)


def test_grounding_is_read_as_its_loaders_do(small: Path) -> None:
    pairs = []
    for line in exported(small, "charades_sta").read_text(encoding="utf-8").splitlines():
        before, sentence = line.split("##")
        video, start, end = before.split()
        pairs.append((video, float(start), float(end), sentence))
    videos = loaded(exported(small, "activitynet_captions"))
    assert isinstance(videos, dict)
    found = [
        (video, *times, text)
        for video, of in videos.items()
        for times, text in zip(of["timestamps"], of["sentences"], strict=True)
    ]
    assert found == pairs
    assert videos["clips/kitchen"]["duration"] == 60.0


def test_webdataset_reads_shards(small: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    folder = exported(small, "webdataset", "--shard-mb", "1")
    shards = sorted(map(str, folder.iterdir()))
    assert shards == ["webdataset/000000.tar"]
    kitchen, made = webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode()
    assert kitchen["__key__"] == "0a" * 12
    assert kitchen["mp4"] == Path("videos/clips/kitchen.mp4").read_bytes()
    assert (kitchen["json"]["video"], kitchen["json"]["duration"]) == ("clips/kitchen.mp4", 60.0)
    assert [sample["id"] for sample in kitchen["json"]["samples"]] == [f"0-{n:02}" for n in range(11)]
    assert kitchen["json"]["samples"][10]["rejected"] == "A dog runs."
    assert made["mp4"] == b"made"
    assert made["json"]["samples"][0]["answer_index"] == 2


def test_webdataset_without_media(small: Path) -> None:
    with tarfile.open(exported(small, "webdataset", "--no-media") / "000000.tar") as tar:
        assert tar.getnames() == ["0a" * 12 + ".json", "1b" * 12 + ".json"]
        assert {(info.mtime, info.uid, info.mode) for info in tar} == {(0, 0, 0o644)}


def test_webdataset_begins_a_new_shard(small: Path) -> None:
    Path("videos/clips/kitchen.mp4").write_bytes(b"k" * 1_100_000)
    folder = exported(small, "webdataset", "--shard-mb", "1")
    assert sorted(path.name for path in folder.iterdir()) == ["000000.tar", "000001.tar"]


def test_webdataset_has_one_kind_of_container_a_shard(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from datasets import load_dataset

    for data in (small / "data").iterdir():
        table = pq.read_table(data)
        place = table.schema.get_field_index("video")
        names = [name.replace("made.mp4", "made.webm") for name in table.column("video").to_pylist()]
        pq.write_table(table.set_column(place, table.schema.field(place), pa.array(names)), data)
    (small / "media" / "made.mp4").rename(small / "media" / "made.webm")
    folder = exported(small, "webdataset")
    assert sorted(path.name for path in folder.iterdir()) == ["mp4-000000.tar", "webm-000000.tar"]
    assert "One kind of container a shard" in capsys.readouterr().out
    for kind in ("mp4", "webm"):
        files = str((folder / f"{kind}-*.tar").absolute())
        found = load_dataset("webdataset", data_files=files, split="train", streaming=True)
        assert {kind, "json"} <= set(found.features), "it refuses shards of several kinds"


def test_webdataset_without_the_file(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("videos/clips/kitchen.mp4").unlink()
    exported(small, "webdataset")
    assert "12 of 13 samples left out: no_video_file 11, not_rendered 1." in capsys.readouterr().out


TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>"
    "{% for part in message.content %}"
    "{% if part.type == 'video' %}[video {{ part.video }}]{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}<|end|>{% endfor %}"
)


def tokenizer() -> Any:
    """A tokenizer of whole words, made here, with a chat template as those of multimodal models."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>")
    made.chat_template = TEMPLATE
    return made


def test_chat_templates_take_the_messages(small: Path) -> None:
    talk = tokenizer()
    rows = {row["id"]: row["messages"] for row in loaded(exported(small, "openai"))}
    assert talk.apply_chat_template(rows["0-05"], tokenize=False) == (
        "<|user|>[video videos/clips/kitchen.mp4]Who cooks?<|end|><|assistant|>A woman.<|end|>"
        "<|user|>What is made?<|end|><|assistant|>An omelette.<|end|>"
    )
    assert "[video set/media/made.mp4]What is pasted" in talk.apply_chat_template(rows["1-00"], tokenize=False)


def test_layout_that_trl_documents(small: Path) -> None:
    """What TRL's ``is_conversational`` asks for, and the columns of its types (docs: dataset_formats)."""
    for row in loaded(exported(small, "openai")):
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"] * (len(row["messages"]) // 2)
        assert all(set(turn) == {"role", "content"} for turn in row["messages"])
    for row in loaded(exported(small, "dpo")):
        assert set(row) >= {"prompt", "chosen", "rejected"}
        assert [turn["role"] for turn in row["prompt"]] == ["user"]
        assert [turn["role"] for turn in (*row["chosen"], *row["rejected"])] == ["assistant"] * 2


def test_trl_takes_the_rows(small: Path) -> None:
    """Needs trl, which needs torch: runs where both are."""
    utils = pytest.importorskip("trl.data_utils", reason="trl needs torch, which the test extra does not have")
    talk = tokenizer()
    for row in loaded(exported(small, "openai")):
        assert utils.is_conversational({"messages": row["messages"]})
        assert utils.prepare_multimodal_messages(row["messages"]) == row["messages"]
        text = utils.apply_chat_template({"messages": row["messages"]}, talk)["text"]
        assert text.count("[video ") == 1
    for row in loaded(exported(small, "dpo")):
        pair = {name: row[name] for name in ("prompt", "chosen", "rejected")}
        assert utils.is_conversational(pair)
        done = utils.apply_chat_template(pair, talk)
        assert done["prompt"].startswith("<|user|>[video videos/clips/kitchen.mp4]")
        assert done["chosen"] != done["rejected"]
