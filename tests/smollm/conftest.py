"""What the tests of a real, small model share: the server that make_env.py has put there (``pytest -m smollm``)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "SMOLLM_FOLDER"
"""The variable of the environment with the folder that make_env.py has made."""
MODEL = "SmolLM2-135M-Instruct.Q4_1"


def _missing() -> str:
    """Why the server cannot be started; empty: it can."""
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return f"{VARIABLE} names no folder: see tests/smollm/make_env.py"
    if not all((Path(folder) / part).exists() for part in (f"{MODEL}.gguf", "node_modules/node-llama-cpp")):
        return f"{VARIABLE}={folder} holds no model and server: see tests/smollm/make_env.py"
    return "" if shutil.which("node") else "node is not installed"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = _missing()
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.smollm)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def smollm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server, at a port that was free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("smollm") / "server.txt"
    command = ["node", str(Path(__file__).with_name("server.mjs")), f"{MODEL}.gguf", str(port), "1"]
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd=os.environ[VARIABLE], stdout=subprocess.PIPE, stderr=told, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("ready: "), log.read_text()
        yield line.removeprefix("ready: ").strip()
    finally:
        server.terminate()
        server.wait(30)
