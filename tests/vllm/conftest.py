"""What the tests of the real vLLM share. They run in the environment that make_env.py makes: ``pytest -m vllm``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from vdata.pipelines.run import ray_run

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")  # GiB; before Ray starts, whose workers inherit it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="vllm is not installed: see tests/vllm/make_env.py")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.vllm)
            if find_spec("vllm") is None:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny models, ``text`` and ``vision``."""
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("tiny_models.py")
    subprocess.run([sys.executable, str(script), str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """Ray on this machine."""
    begun = ray_run.start(None)
    yield
    if begun:
        ray_run.stop()
