"""The kinds of teachers, and one of them as it stands in a config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import PluginKind, kind_of_model
from .teacher_settings import TeacherSettings

TEACHERS = PluginKind(
    "kind of teacher", "vdata.pipelines.teachers.kinds", "vdata.teachers", lambda: TeacherSettings, kind_of_model
)

if TYPE_CHECKING:
    TeacherKind = TeacherSettings
else:
    TeacherKind = TEACHERS.union()
    """One of ``teachers:``, told apart by its ``kind``."""
