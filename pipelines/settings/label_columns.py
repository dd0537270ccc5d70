"""Columns of label files that a config names, or that must be guessed, and that the files do not have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...schemas.uri import is_url
from ...stages.labels import FileImporter
from ..yaml.complaints import did_you_mean


def column_complaints(label: Any, base: Path) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """For each column that the file of *label* lacks: where it stands in its settings, a message, and a hint.

    The first rows of the file are read, where it is on this machine.
    """
    if not isinstance(label, FileImporter) or is_url(label.path):
        return
    for fault in label.column_faults(os.path.join(base, label.path)):
        yield fault.key, fault.message, did_you_mean(fault.named, fault.columns, fault.hint)
