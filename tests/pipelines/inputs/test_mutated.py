"""Archives and tables with bytes that are missing or wrong: whatever is wrong has a reason, and nothing crashes."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.pipelines.inputs.sources import SourceError, find_sources
from vdata.schemas import Failed
from vdata.schemas.input_video import Source
from vdata.video.decode import source

MUTANTS = 24
FILES = {f"d/{n}.mp4": random.Random(n).randbytes(50) * 60 for n in range(4)} | {"d/0.json": b'{"a": 1}'}


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        for name, data in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return file.getvalue()


def zipped(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in FILES.items():
            made.writestr(name, data)
    return file.getvalue()


def table(ending: str) -> bytes:
    columns = pa.table({"video": pa.array(list(FILES.values()), pa.binary()), "title": list(FILES)})
    sink = io.BytesIO()
    if ending == "parquet":
        pq.write_table(columns, sink, row_group_size=2)
    else:
        with pa.ipc.new_stream(sink, columns.schema) as made:
            made.write_table(columns)
    return sink.getvalue()


WHOLE = {
    "tar": tarred(),
    "stored.zip": zipped(zipfile.ZIP_STORED),
    "deflated.zip": zipped(zipfile.ZIP_DEFLATED),
    "parquet": table("parquet"),
    "arrow": table("arrow"),
}


def mutant(data: bytes, number: int) -> bytes:
    """*data* cut off, with bits turned, or with wrong bytes near its end, where indexes lie."""
    rng, made = random.Random(number), bytearray(data)
    if number % 3 == 0:
        return bytes(made[: rng.randrange(1, len(made))])
    first = 0 if number % 3 == 1 else max(0, len(made) - 400)
    for _ in range(rng.choice((1, 5, 50))):
        made[rng.randrange(first, len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


@pytest.mark.parametrize("ending", WHOLE)
def test_whatever_is_wrong_has_a_reason(ending: str, tmp_path: Path) -> None:
    refused: list[str] = []
    reasons: list[str] = []
    for number in range(MUTANTS):
        name = f"{number}.{ending}"
        (tmp_path / name).write_bytes(mutant(WHOLE[ending], number))
        try:
            found = find_sources(name, base=tmp_path)
        except SourceError as error:
            refused.append(str(error).replace(name, "NAME"))
            continue
        reasons += [reason(one) for one in found]
    assert all("NAME" in message for message in refused)
    assert set(reasons) <= {"", "damaged_archive", "unreadable", "unsafe_name", "not_found", "empty_file"}
    assert "" in reasons
    assert len(refused) + sum(map(bool, reasons)) > MUTANTS / 4


def reason(one: Source) -> str:
    """Why a video cannot be read; empty if it can."""
    if one.problem is not None:
        return one.problem.reason
    try:
        source.facts(one.path)
        source.sha256(one.path)
    except Failed as failure:
        return failure.reason
    return ""
