"""Importers that read labels which a user already has into lanes."""

from .label_import import FileImporter, Importer, LabelError, Labelled, SidecarImporter

__all__ = ["FileImporter", "Importer", "LabelError", "Labelled", "SidecarImporter"]
