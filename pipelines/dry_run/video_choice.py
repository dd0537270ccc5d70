"""Finds the video and the stages that somebody names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from ...schemas.input_video import Source
from ...schemas.nearest import nearest
from ...schemas.stage_names import unnumbered
from ...stages import Stage, TeacherStage
from ..errors import UserError
from ..storage.output_folder import OutputFolder
from ..yaml.complaints import listed

MANY = 8
"""Names that are listed when none is near."""


def choose_video(wanted: str, sources: Sequence[Source], output: Path) -> Source:
    """The one of *sources* that is called *wanted*: by uri, path, name, or the id that the build in *output* gave it.

    An empty *wanted* is the first that can be used.

    Raises:
        UserError: there is none, or there are several.
    """
    if not sources:
        raise UserError("There is no input: nothing is asked about none.")
    if not wanted:
        return next((one for one in sources if one.problem is None), sources[0])
    for names in (_addresses, _last_names, _stems):
        found = [one for one in sources if wanted in names(one)]
        if len(found) > 1:
            more = f" and {len(found) - MANY} more" if len(found) > MANY else ""
            those = ", ".join(one.uri for one in found[:MANY])
            raise UserError(f"--video {wanted}: {len(found)} inputs are called so: {those}{more}.")
        if found:
            return found[0]
    uri = _uri_of_id(wanted, output)
    found = [one for one in sources if uri and one.uri == uri]
    if found:
        return found[0]
    best = nearest(wanted, sorted({name for one in sources for name in [*_last_names(one), *_stems(one)]}))
    known = ", ".join(sorted(name for one in sources[:MANY] for name in _last_names(one)))
    more = f" and {len(sources) - MANY:,} more" if len(sources) > MANY else ""
    hint = f"Did you mean {best}?" if best else f"The inputs: {known}{more}."
    raise UserError(f"--video {wanted}: no input is called so. {hint}")


def choose_stages(wanted: str, stages: Mapping[str, Stage]) -> list[str]:
    """The names of those of *stages*, by name, that ask teachers and are called *wanted*; empty: all that ask.

    ``caption`` is each stage of that name, ``caption#2`` the second one.

    Raises:
        UserError: there is none.
    """
    asking = [name for name, one in stages.items() if isinstance(one, TeacherStage) and one.teachers()]
    if not wanted:
        return asking
    found = [name for name in stages if wanted in (name, unnumbered(name)[0])]
    asked = [name for name in found if name in asking]
    if asked:
        return asked
    those = f"Those that do: {listed(asking, 'and')}." if asking else "No stage of this config does."
    if found:
        raise UserError(f"--stage {wanted}: asks no teacher. {those}")
    best = nearest(wanted, stages)
    hint = f"Did you mean {best}?" if best else f"Its stages that ask: {listed(asking, 'and')}." if asking else those
    raise UserError(f"--stage {wanted}: the config has no such stage. {hint}")


def _addresses(source: Source) -> set[str]:
    return {name for name in (source.uri, source.path, source.name) if name}


def _last_names(source: Source) -> set[str]:
    return {PurePath(source.uri.partition("?")[0]).name}


def _stems(source: Source) -> set[str]:
    return {PurePath(source.uri.partition("?")[0]).stem}


def _uri_of_id(wanted: str, output: Path) -> str:
    """The uri of the video that the build in *output* knows by the id *wanted*; empty: none."""
    for store in OutputFolder(output).stores():
        parts = (store.find(path.stem) for path in store.manifests())
        for outcome in (one for part in parts if part is not None for one in part.outcomes):
            if outcome.id == wanted:
                return outcome.uri
    return ""
