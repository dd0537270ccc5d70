"""The kinds of labels, and one of them as it stands in a config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import PluginKind, kind_of_model
from .label_import import Importer

LABELS = PluginKind("kind of labels", "vdata.stages.labels.kinds", "vdata.labels", lambda: Importer, kind_of_model)

if TYPE_CHECKING:
    LabelImport = Importer
else:
    LabelImport = LABELS.union()
    """One entry of the YAML list ``labels``, told apart by its ``kind``."""
