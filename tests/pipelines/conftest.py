"""One Ray for all builds of the tests; its workers can import the stages in tests/plugins."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PLUGINS = str(Path(__file__).parent.parent / "plugins")
if PLUGINS not in sys.path:
    sys.path.insert(0, PLUGINS)


@pytest.fixture(scope="session")
def ray() -> Iterator[None]:
    """Ray, started once."""
    from vdata.pipelines.run import ray_run

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PLUGINS, os.environ.get("PYTHONPATH", "")]))
    ray_run.start(None)
    yield
    ray_run.stop()


@pytest.fixture
def serial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds without Ray: their passes run in this process, one unit of two rows after the other."""
    from vdata.pipelines.run import ray_run, remaining

    def stream(chain: Any, jobs: Any, teachers: Any) -> Iterator[Any]:
        for job in jobs:
            row = {"job": pickle.dumps(job)}
            for work in chain:
                row = ray_run._step(row, work)
            yield pickle.loads(row["job"])

    monkeypatch.setattr(ray_run, "_stream", stream)
    monkeypatch.setattr(ray_run, "start", lambda address: False)
    monkeypatch.setattr(remaining, "LABEL_UNIT", 2)
