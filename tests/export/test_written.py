"""The file is whole or absent, nothing of somebody else's is replaced, and memory is flat."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from records import write_record

from vdata.cli import run
from vdata.export.format import Format, find_formats
from vdata.pipelines.dataset_export import Export, run_export
from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.schemas.arrow import SAMPLES, samples_table

Store = Callable[[Path, Iterable[Timeline]], Path]


def exported(folder: Path, out: str, *more: str, name: str = "openai") -> int:
    return run(["export", str(folder), "--format", name, "--out", out, *more])


def test_the_list_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(find_formats())
    assert all(len(line.split()) > 4 for line in lines)


def test_an_unknown_format(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, "o", name="lava") == 2
    assert "unknown format 'lava'. Did you mean llava?" in capsys.readouterr().err


def test_what_is_there_is_not_replaced(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("o").write_text("mine")
    assert exported(small, "o") == 2
    assert "o: is there already. Replace it with --overwrite" in capsys.readouterr().err
    assert Path("o").read_text() == "mine"
    assert exported(small, "o", "--overwrite") == 0
    assert Path("o").read_text().startswith('{"id": "0-00"')


@pytest.mark.parametrize("out", ["set", "set/data/x.json", "set/build.json", "set/media/x", "here/../set/data/y"])
def test_the_data_set_is_not_written_to(small: Path, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, out, "--overwrite") == 2
    assert "belongs to the data set itself" in capsys.readouterr().err


def test_beside_the_shards_is_allowed(small: Path) -> None:
    assert exported(small, "set/train.jsonl") == 0


def test_a_folder_with_other_things_is_not_replaced(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("w").mkdir()
    Path("w/000000.tar").write_bytes(b"")
    assert exported(small, "w", name="webdataset") == 2
    assert "w: is there already" in capsys.readouterr().err
    assert exported(small, "w", "--overwrite", "--media-root", "videos", name="webdataset") == 0
    Path("w/thesis.tex").write_text("mine")
    assert exported(small, "w", "--overwrite", name="webdataset") == 2
    assert "w: holds thesis.tex, which no export wrote" in capsys.readouterr().err
    assert exported(small, "w", "--overwrite") == 2
    assert "w: is a folder; openai is one file" in capsys.readouterr().err


def test_nothing_is_left_of_one_that_is_broken_off(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle: the earlier file stands, and no staged one is left."""
    assert exported(small, "o.json", name="llava") == 0
    before = Path("o.json").read_bytes()
    llava, seen = find_formats()["llava"], []
    whole = type(llava).row

    def row(self: Format, item: object) -> object:
        seen.append(item)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return whole(self, item)  # type: ignore[arg-type]

    monkeypatch.setattr(type(llava), "row", row)
    with pytest.raises(KeyboardInterrupt):
        run_export(Export(small, llava, Path("o.json")), overwrite=True)
    assert len(seen) == 5
    assert Path("o.json").read_bytes() == before
    assert sorted(path.name for path in Path().iterdir()) == ["o.json", "o.json.left_out.jsonl", "set", "videos"]


def test_a_damaged_shard_is_named(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "data" / "train-00001.parquet").write_bytes(b"PAR1 not")
    assert exported(small, "o") == 2
    assert f"{small}/data/train-00001.parquet: cannot be read" in capsys.readouterr().err
    assert not Path("o").exists()


def test_no_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(tmp_path, str(tmp_path / "o")) == 2
    assert "is no finished build" in capsys.readouterr().err


def test_nothing_that_fits_is_no_file(tmp_path: Path, stored: Store, capsys: pytest.CaptureFixture[str]) -> None:
    video = Timeline("a.mp4", "a" * 24, 5.0)
    video.samples = [Sample("what", "Q?", "A.", 0, 5, messages=[Message("user", "Q?"), Message("assistant", "A.")])]
    folder = stored(tmp_path / "set", [video])
    assert exported(folder, str(tmp_path / "o"), name="dpo") == 1
    assert "No sample can be expressed as dpo: nothing written." in capsys.readouterr().out
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("uri", "root", "path"),
    [
        ("a/b.mp4", "", "a/b.mp4"),
        ("a/b.mp4", "/films", "/films/a/b.mp4"),
        ("a/b.mp4", "s3://bucket/films/", "s3://bucket/films/a/b.mp4"),
        ("/abs/b.mp4", "/films", "/abs/b.mp4"),
        ("https://host/b.mp4", "/films", "https://host/b.mp4"),
        ("file:a%FFb.mp4", "/films", "file:a%FFb.mp4"),
        ("file:a%3Ab.mp4", "/films", "/films/a:b.mp4"),
        ("media/user.mp4", "/films", "/films/media/user.mp4"),
        ("pkg://no_such_package/b.mp4", "/films", "pkg://no_such_package/b.mp4"),
    ],
)
def test_where_a_video_is(tmp_path: Path, stored: Store, uri: str, root: str, path: str) -> None:
    video = Timeline(uri, "a" * 24, 5.0)
    video.samples = [Sample("what", "Q?", "A.", 0, 5)]
    out = tmp_path / "o.jsonl"
    folder = stored(tmp_path / "set", [video])
    assert exported(folder, str(out), "--media-root", root, name="ms_swift") == 0
    assert json.loads(out.read_text())["videos"] == [path]


def test_what_separates_is_not_in_the_words(tmp_path: Path, stored: Store, capsys: pytest.CaptureFixture[str]) -> None:
    video = Timeline("a b.mp4", "a" * 24, 5.0)
    params = {"kind": "sentence", "time_format": "seconds", "duration": "5.0"}
    cited = [Evidence(0, 1, "events", "A ## B"), Evidence(1, 2, "events", "A cat."), Evidence(2, 2, "events", "A dog.")]
    video.samples = [Sample("moment_retrieval", "When? ###", "Then.", 0, 5, [one], params) for one in cited]
    folder = stored(tmp_path / "set", [video])
    assert exported(folder, str(tmp_path / "o"), name="charades_sta") == 1
    assert "no_length 1, separator_in_text 1, space_in_name 1" in capsys.readouterr().out
    assert exported(folder, str(tmp_path / "o"), name="videochat2") == 1
    assert "separator_in_text 3" in capsys.readouterr().out


MEASURE = """
import resource, sys
from vdata.cli import run
status = run(["export", sys.argv[1], "--format", "llava", "--out", sys.argv[2], "--times", "mmss"])
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> float:
        folder, out = tmp_path / f"set{rows}", tmp_path / f"o{rows}.json"
        (folder / "data").mkdir(parents=True)
        with pq.ParquetWriter(folder / "data" / "train.parquet", SAMPLES, compression="zstd") as writer:
            for n in range(0, rows, 1000):
                video = Timeline(f"{n}.mp4", f"{n:024}", 60.0)
                words = ["".join(chr(97 + (n + m) // 26**k % 26) for k in range(4)) for m in range(1000)]
                words = [f"Word {word} " + "of a long answer " * 60 for word in words]
                video.samples = [Sample("what", f"Why {word}?", word, 0, 60, id=word[:12]) for word in words]
                writer.write_table(samples_table([video]))
        write_record(folder)
        run = subprocess.run(
            [sys.executable, "-c", MEASURE, str(folder), str(out)], check=True, stdout=subprocess.PIPE, text=True
        )
        status, kib = run.stdout.split()[-2:]
        assert status == "0"
        assert out.stat().st_size > rows * 2000
        return int(kib) / 1024

    few, many = peak(2_000), peak(50_000)
    print(f"{few:.0f} MiB for 2,000 rows, {many:.0f} MiB for 50,000")
    assert many - few < 40, f"{few:.0f} MiB for 2,000 rows, {many:.0f} MiB for 50,000; the file has 100 MB"
