"""What can be done to a timeline: one stage, one file, found by name."""

from ..schemas import Dropped, Failed, MissingExtra
from .joining import Joining
from .registry import find_stages, stage_class
from .stage import Gather, Spawn, Stage, Teacher, TeacherStage
from .vector_gather import TeacherGather, VectorGather

__all__ = [
    "Dropped",
    "Failed",
    "Gather",
    "Joining",
    "MissingExtra",
    "Spawn",
    "Stage",
    "Teacher",
    "TeacherGather",
    "TeacherStage",
    "VectorGather",
    "find_stages",
    "stage_class",
]


def __getattr__(name: str) -> type[Stage]:
    """Any stage class by its class name: ``from vdata.stages import Shots``."""
    for cls in find_stages().values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
