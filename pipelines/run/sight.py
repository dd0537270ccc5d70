"""Before anything is asked: do the models that stages show pictures to take some?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from ...schemas import make_id
from ...stages import TeacherStage
from ..errors import UserError
from ..settings.asked_teachers import without_sight
from ..settings.config import Config
from ..settings.route import Route
from ..storage.cache import Cache
from ..teachers.sight_check import FoundSight

SEEN = "sight"
"""The folder, beside replies, of the notes that an endpoint takes pictures. That one does not is not noted: its model
may be another one tomorrow."""


def refuse_blind(config: Config, route: Route, say: Callable[[str], object]) -> None:
    """Find out by one small picture whether each endpoint sees to which a stage of *route* shows some.

    Where a teacher states ``images``, or it was found out before, nothing is asked. What cannot be found out is said.

    Raises:
        UserError: a stage must show pictures to a model that takes none.
    """
    cache, found, wrong = Cache(config.reply_cache), dict[str, FoundSight](), list[str]()
    for name, stages in _shown(config, route).items():
        teacher = config.teachers[name]
        key = teacher.sight_key()
        if not key or cache.get(SEEN, make_id(key)) is not None:
            continue
        if key not in found:
            found[key] = teacher.find_sight()
        sight = found[key]
        if sight.sees:
            with suppress(OSError):  # then it is asked again
                cache.put(SEEN, make_id(key), b"1")
        elif sight.sees is None:
            say(f"teachers.{name}: whether its model takes pictures could not be found out ({sight.why}).")
        else:
            places = ", ".join(stages)
            hints = " ".join(dict.fromkeys(stages.values()))
            wrong.append(
                f"teachers.{name}: its model takes no pictures, and {places} would show it some: it answers without a "
                f"small picture, and not with one ({sight.why}). {hints} If it does see, set images: true."
            )
    if wrong:
        raise UserError("\n".join(wrong))


def _shown(config: Config, route: Route) -> Mapping[str, dict[str, str]]:
    """The teachers that are shown pictures: by name the keys of the stages that do it, with what to do without."""
    first = next(iter(config.teachers), "")
    shown: dict[str, dict[str, str]] = {}
    for stage in route.stages:
        for name in stage.pictures_to() if isinstance(stage, TeacherStage) else ():
            if (name or first) in config.teachers and isinstance(stage, TeacherStage):
                key, hint = without_sight(stage)
                shown.setdefault(name or first, {})[".".join(("stages", stage.name(), *key))] = hint
    return shown
