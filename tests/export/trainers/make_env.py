"""Make a virtual environment with a trainer, for ``pytest -m trainers``: TRL, ms-swift or LLaMA-Factory.

    python3.11 tests/export/trainers/make_env.py FOLDER trl          # or ms-swift, or llamafactory
    FOLDER/bin/python -m pytest -m trainers tests/export/trainers    # from the root of the checkout

Each trainer has an environment of its own because each pins its own transformers. It holds the trainer, torch with what
of it needs a GPU (6 GB, which nothing here uses), what vdata needs, this checkout (editable) and pytest. No model is
fetched: ``tiny_vision.py`` makes one. Tests of a trainer that is not there are skipped. FOLDER must lie outside the
checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = {
    "trl": ["trl>=1.0", "torchvision", "pillow"],
    "ms-swift": ["ms-swift>=3.0", "torchvision", "qwen_vl_utils"],
    "llamafactory": ["llamafactory>=0.9"],
}


def make(folder: Path, trainer: str) -> None:
    """Make or complete the environment of *trainer* at *folder*.

    Raises:
        SystemExit: a step failed; its output has been shown.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder)])
    own = ["--editable", f"{ROOT}[openai]", "pytest", "psutil", "hypothesis"]
    _run([str(python), "-m", "pip", "--disable-pip-version-check", "install", *PACKAGES[trainer], *own])
    _run([str(python), "-m", "pip", "show", trainer])


def _run(command: list[str]) -> None:
    print("$", *command, flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise SystemExit(f"failed ({done.returncode}): {' '.join(command)}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in PACKAGES:
        raise SystemExit(__doc__)
    target = Path(sys.argv[1]).resolve()
    if target.is_relative_to(ROOT):
        raise SystemExit(f"{target} lies inside the checkout: choose another folder")
    make(target, sys.argv[2])
