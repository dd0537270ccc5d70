"""Argilla 2 (argilla-io/argilla): a folder that ``rg.Dataset.from_disk`` takes, with records, fields and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...rules.reviews import COMMENT, CORRECTED, GUIDE, VERDICT, VERDICTS
from ...schemas.uri import is_url
from ..review_items import MEDIA, MEDIA_FILES, ReviewFolder, ReviewItem, ReviewLaneFolder, unplayed_hint
from ..row_text import dumps, json_array

HOME, SETTINGS, DATASET, RECORDS = ".argilla", "settings.json", "dataset.json", "records.json"
SERVER = "http://localhost:8000"
"""Where the folder is to be served: a browser that shows Argilla must be able to fetch the videos."""
PLAYER = (
    '<video controls preload="metadata" style="max-width: 100%; max-height: 60vh" '
    'src="{{record.fields.video.src}}"></video>'
)


class _Records(ReviewFolder):
    """How Argilla is given what is to be reviewed, samples or spans."""

    own_files = (f"{HOME}/{SETTINGS}", f"{HOME}/{DATASET}", RECORDS, MEDIA_FILES)

    def lay(self, path: Path, items: Iterable[ReviewItem], names: Mapping[str, str], dataset: str) -> None:
        with (path / RECORDS).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json_array(map(_record, items)))
        (path / HOME).mkdir()
        (path / HOME / SETTINGS).write_text(dumps(settings_of(names)), encoding="utf-8")
        (path / HOME / DATASET).write_text(dumps({"name": dataset, "guidelines": GUIDE}), encoding="utf-8")

    def hint(self, path: Path) -> str:
        if not (path / MEDIA).is_dir():
            return f'Call rg.Dataset.from_disk("{path}") with a client of your Argilla.'
        return (
            f"Serve the folder {path} at {SERVER}, from a server that answers ranges, and call "
            f'rg.Dataset.from_disk("{path}") with a client of your Argilla.{unplayed_hint(path)}'
        )


class Argilla(_Records):
    """Argilla 2: a folder for rg.Dataset.from_disk, with the videos, for people to judge and correct samples.

    What its records.to_json, to_list(flatten=True) or to_datasets give back is read as labels of the kind argilla.
    """

    name = "argilla"


class ArgillaLane(_Records, ReviewLaneFolder):
    """Argilla 2, of a lane (captions, or --lane): the same for its spans, a record each."""

    name = "argilla_lane"


def _record(item: ReviewItem) -> dict[str, Any]:
    video = item.video if is_url(item.video) else f"{SERVER}/{item.video}"
    return {
        "id": item.id,
        "fields": {"video": {"src": video}, **item.texts},
        "metadata": item.known,
        "suggestions": {
            CORRECTED + name: {"value": text, "score": None, "agent": "vdata"}
            for name, text in item.texts.items()
            if text
        },
        "responses": {},
        "vectors": {},
    }


def settings_of(names: Mapping[str, str]) -> dict[str, Any]:
    """The settings of the data set: the fields with the titles *names*, and the questions about them."""
    first = next(iter(names))
    player = {"type": "custom", "template": PLAYER, "advanced_mode": False}
    text = {"type": "text", "use_markdown": False}
    choice = {"type": "label_selection", "options": [{"value": one, "text": one} for one in VERDICTS]}
    return {
        "guidelines": GUIDE,
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "fields": [
            _part("video", "Video", player, required=True),
            *(_part(name, title, text, required=name == first) for name, title in names.items()),
        ],
        "questions": [
            _part(VERDICT, "Is it right?", {**choice, "visible_options": len(VERDICTS)}, required=True),
            *(_part(CORRECTED + name, f"Corrected: {title}", text) for name, title in names.items()),
            _part(COMMENT, "Comment", text),
        ],
        "vectors": [],
        "metadata": [],
        "mapping": None,
    }


def _part(name: str, title: str, settings: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "description": None,
        "required": required,
        "type": settings["type"],
        "settings": settings,
    }
