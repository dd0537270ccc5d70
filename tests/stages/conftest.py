"""A scripted teacher for stages that ask one. Tests may also import its class: ``from scripted_teacher import …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

PLUGINS = str(Path(__file__).parent.parent / "plugins")
if PLUGINS not in sys.path:
    sys.path.insert(0, PLUGINS)

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher


@pytest.fixture(scope="session")
def scripted() -> type[ScriptedTeacher]:
    """The class: ``asyncio.run(stage.run(video, scripted(lambda request: "A dog runs.")))``."""
    from scripted_teacher import ScriptedTeacher

    return ScriptedTeacher
