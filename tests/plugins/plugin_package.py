"""A package of a user's that adds something to vdata by an entry point, and a Python that has it installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def install(folder: Path, group: str, code: str, cls: str) -> None:
    """Put into *folder*, as pip does, a package whose one module is *code* and names its class *cls* in *group*."""
    info = folder / "vdata_own-1.0.dist-info"
    info.mkdir()
    (folder / "vdata_own.py").write_text(code)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vdata-own\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nown = vdata_own:{cls}\n")


def run_with(folder: Path, code: str, *paths: Path) -> str:
    """What *code* prints in a Python of its own that finds what is installed in *folder*, and modules in *paths*."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (folder, *paths)))}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
