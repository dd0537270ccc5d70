"""A data set repository of the Hub as input, on a server that speaks its API."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hub_server import HubServer

CHILD = """
import hashlib, json, sys
from pathlib import Path
from huggingface_hub import HfApi
from vdata.pipelines.inputs.sources import find_sources
from vdata.schemas.uri import locate
from vdata.video.decode import source

api = HfApi()
api.create_repo("me/films", repo_type="dataset")
api.upload_folder(repo_id="me/films", folder_path=sys.argv[1], repo_type="dataset")
found = find_sources("hf://datasets/me/films")
print(json.dumps([
    [one.uri, one.name, one.attrs, bool(one.stamp), source.sha256(one.path), source.sha256(locate(one.uri))]
    for one in found
]))
"""


def test_a_repository_of_parquet_is_read_in_place(tmp_path: Path) -> None:
    films = [bytes([65 + n]) * 5000 for n in range(3)]
    cells = pa.array([{"bytes": film, "path": f"{n}.mp4"} for n, film in enumerate(films)])
    (tmp_path / "set/data").mkdir(parents=True)
    pq.write_table(pa.table({"video": cells, "title": list("abc")}), tmp_path / "set/data/train-0.parquet")
    (tmp_path / "set/README.md").write_text("# Films\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    with HubServer() as hub:
        env |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
        env |= {"HF_TOKEN": "hf_me", "NO_PROXY": "127.0.0.1,localhost"}
        command = [sys.executable, "-c", CHILD, str(tmp_path / "set")]
        child = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    hashes = [hashlib.sha256(film).hexdigest() for film in films]
    file = "hf://datasets/me/films/data/train-0.parquet"
    assert json.loads(child.stdout.splitlines()[-1]) == [
        [f"parquet://{n}/video::{file}", f"{file}/{n}.mp4", {"title": "abc"[n]}, True, hashes[n], hashes[n]]
        for n in range(3)
    ]
