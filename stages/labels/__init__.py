"""Reading labels that a user already has into lanes."""

from .label_import import FileImporter, Importer, LabelError, Labelled, SidecarImporter

__all__ = ["FileImporter", "Importer", "LabelError", "Labelled", "SidecarImporter"]
