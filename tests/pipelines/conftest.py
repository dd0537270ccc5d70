"""One Ray for all builds of the tests; its workers can import the stages in tests/plugins."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from openai_server import Server

    from vdata.pipelines.settings.config import Config

Recipe = Callable[..., "Config"]

PLUGINS = str(Path(__file__).parent.parent / "plugins")
if PLUGINS not in sys.path:
    sys.path.insert(0, PLUGINS)


@pytest.fixture(scope="session")
def _ray() -> Iterator[None]:
    from vdata.pipelines.run import ray_run

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PLUGINS, os.environ.get("PYTHONPATH", "")]))
    ray_run.start(None)
    yield
    ray_run.stop()


@pytest.fixture
def ray(_ray: None) -> None:
    """Ray, started once, and again where a test has ended it: one of the machine would be joined otherwise."""
    from vdata.pipelines.run import ray_run

    ray_run.start(None)


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory, film: Path, acts: Path, clips: Path, texts: Path) -> Recipe:
    """``recipe("vnbench", "out", "hide.lengths=[12]")``: a recipe's config, in a folder with examples/videos, acts and
    texts.

    All builds of recipes, of all workers, share a cache: each video is probed and scanned once.
    """
    import vdata.configs
    from vdata.pipelines.settings.config_reader import load_config

    base, shared = tmp_path_factory.mktemp("recipes"), tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    (base / "examples").mkdir()
    (base / "examples" / "videos").symlink_to(film)
    (base / "examples" / "acts").symlink_to(acts)
    (base / "examples" / "texts").symlink_to(texts)

    def load(name: str, out: str, *overrides: str) -> Config:
        path = Path(vdata.configs.__file__).parent / f"{name}.yaml"
        places = f"output.path={base / out}", f"cache={shared / 'recipe_cache'}", f"replies={base / 'replies'}"
        return load_config(path, [*places, *overrides], base)

    return load


@pytest.fixture(scope="module")
def film_server() -> Iterator[Server]:
    """What recipes ask about the film, under every variable by which they name a teacher."""
    from exact_embedder import vector
    from film_teacher import answer
    from openai_server import Server

    models = ["scripted", *(f"rival_{n}" for n in (1, 2, 3))]
    with Server(answer=answer, embed=vector, models=models) as running, pytest.MonkeyPatch.context() as patch:
        for url in ("BASE_URL", "EMBED_URL", "TEXT_EMBED_URL", "HEARING_URL"):
            patch.setenv(url, running.url)
            patch.setenv(url.replace("BASE_", "").replace("URL", "MODEL"), "scripted")
        for rival in models[1:]:
            patch.setenv(rival.upper(), rival)
        patch.setenv("JUDGE", "rival_1")
        yield running


@pytest.fixture
def serial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds without Ray: their passes run in this process, one unit of two rows after the other."""
    from vdata.pipelines.run import ray_run, remaining

    def stream(chain: Any, jobs: Any, teachers: Any, options: Any, warn: Any) -> Iterator[Any]:
        for job in jobs:
            row = {"job": pickle.dumps(job)}
            for work in chain:
                row = ray_run._step(row, work)
            yield pickle.loads(row["job"])

    monkeypatch.setattr(ray_run, "_stream", stream)
    monkeypatch.setattr(ray_run, "start", lambda address: False)
    monkeypatch.setattr(remaining, "LABEL_UNIT", 2)
