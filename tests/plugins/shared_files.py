"""Files that take long to make: made by the first worker that needs them, and kept for the others and the next run."""

from __future__ import annotations

import hashlib
import inspect
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from filelock import FileLock

Fill = Callable[[Path], object]
Shared = Callable[..., Path]
TESTS = Path(__file__).parent.parent
ENCODERS = (TESTS / "make_videos.py", TESTS / "plugins" / "numbered_clips.py")
"""Code that most of these files are made with; a change of it makes them anew."""


def make_once(folder: Path, name: str, fill: Fill, *code: Path) -> Path:
    """The folder below *folder* that *fill* filled, for its code and that of *code*; what older code made is removed.

    Processes may ask at once: one of them makes it, under another name at first, and the others wait.
    """
    (source,) = filter(None, [inspect.getsourcefile(fill)])
    texts = [path.read_bytes() for path in (Path(source), *ENCODERS, *code)]
    key = hashlib.sha256(repr((texts, av.__version__, sorted(av.library_versions.items()))).encode()).hexdigest()[:16]
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        if not (place / key).is_dir():
            for older in place.iterdir():
                shutil.rmtree(older) if older.is_dir() else older.unlink()
            staging = Path(tempfile.mkdtemp(dir=place))
            fill(staging)
            staging.rename(place / key)
    return place / key


@pytest.fixture(scope="session")
def shared_files(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """``shared_files(name, fill, *code)``: the folder that ``fill(folder)`` has filled, which no test may change.

    It is kept in pytest's cache by a hash of the file that *fill* stands in, of what encodes, and of the files *code*.
    """
    cache = getattr(pytestconfig, "cache", None)
    folder = cache.mkdir("shared") if cache is not None else tmp_path_factory.mktemp("shared")

    def share(name: str, fill: Fill, *code: Path) -> Path:
        return make_once(folder, name, fill, *code)

    return share
