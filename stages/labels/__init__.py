"""Reading labels that a user already has into lanes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .activitynet import Activitynet
from .chapters import Chapters
from .label_import import FileImporter, LabelError, Labelled, SidecarImporter
from .subtitles import Subtitles
from .table import Table

LabelImport = Annotated[Activitynet | Table | Subtitles | Chapters, Field(discriminator="kind")]
"""One entry of the YAML list ``labels``, told apart by its ``kind``."""

__all__ = [
    "Activitynet",
    "Chapters",
    "FileImporter",
    "LabelError",
    "LabelImport",
    "Labelled",
    "SidecarImporter",
    "Subtitles",
    "Table",
]
