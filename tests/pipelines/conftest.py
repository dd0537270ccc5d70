"""One Ray for all builds of the tests; its workers can import the stages in tests/plugins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = str(Path(__file__).parent.parent / "plugins")
if PLUGINS not in sys.path:
    sys.path.insert(0, PLUGINS)


@pytest.fixture(scope="session")
def ray() -> Iterator[None]:
    """Ray, started once."""
    from vdata.pipelines import ray_run

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PLUGINS, os.environ.get("PYTHONPATH", "")]))
    ray_run.start(None)
    yield
    ray_run.stop()
