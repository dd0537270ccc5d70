"""Installed packages with plugins: what pip leaves of them in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def install(site: Path, name: str, entry_points: Mapping[str, Mapping[str, str]], version: str = "0.1.0") -> None:
    """Put the metadata of a package into the folder *site*; *entry_points*: by group, ``{name: "module:Class"}``."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in of.items()) for group, of in entry_points.items()]
    (info / "entry_points.txt").write_text("".join(lines))
