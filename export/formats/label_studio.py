"""Label Studio (HumanSignal/label-studio): tasks to import, with our texts filled in, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from ...rules.reviews import COMMENT, CORRECTED, GUIDE, VERDICT, VERDICTS
from ...schemas.uri import is_url
from ..review_items import MEDIA, MEDIA_FILES, ReviewFolder, ReviewItem, ReviewLaneFolder, unplayed_hint
from ..row_text import json_array

TASKS, CONFIG = "tasks.json", "label_config.xml"
BOXES = "The pencil on a box opens it; Shift+Enter, or a click elsewhere, keeps what you write. Empty boxes have Add."
SERVED = "/data/local-files/?d="
"""The address at which Label Studio serves a file below its document root."""


class _Tasks(ReviewFolder):
    """How Label Studio is given what is to be reviewed, samples or spans."""

    own_files = (TASKS, CONFIG, MEDIA_FILES)

    def lay(self, path: Path, items: Iterable[ReviewItem], names: Mapping[str, str], dataset: str) -> None:
        with (path / TASKS).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json_array(map(_task, items)))
        (path / CONFIG).write_text(label_config(names), encoding="utf-8")

    def hint(self, path: Path) -> str:
        root = path.resolve()
        if not (root / MEDIA).is_dir():
            return f"In a project of Label Studio, take {CONFIG} as the labelling interface, and import {TASKS}."
        return (
            f"Start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and "
            f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={root}; in the project, take {CONFIG} as the labelling interface, "
            f"add a source storage of local files with the path {root / MEDIA} (no sync needed), and import {TASKS}."
            f"{unplayed_hint(path)}"
        )


class LabelStudio(_Tasks):
    """Label Studio: a folder with tasks.json, label_config.xml and the videos, for people to judge and correct samples.

    The export of the annotations (as JSON) is read back as labels of the kind label_studio.
    """

    name = "label_studio"


class LabelStudioLane(_Tasks, ReviewLaneFolder):
    """Label Studio, of a lane (captions, or --lane): the same for its spans, a task each."""

    name = "label_studio_lane"


def _task(item: ReviewItem) -> dict[str, Any]:
    video = item.video if is_url(item.video) else SERVED + quote(item.video)
    filled = [
        {
            "from_name": CORRECTED + name,
            "to_name": "video",
            "type": "textarea",
            "value": {"text": [text]},
        }
        for name, text in item.texts.items()
        if text
    ]
    return {
        "data": {"video": video, "id": item.id, **item.known, **item.texts},
        "predictions": [{"model_version": "vdata", "result": filled}],
    }


def label_config(names: Mapping[str, str]) -> str:
    """The labelling interface: the video, the texts with the titles *names*, and the questions about them."""
    return "\n".join(_tags(names)) + "\n"


def _tags(names: Mapping[str, str]) -> Iterator[str]:
    yield "<View>"
    yield f'  <Header value={quoteattr(f"{GUIDE} {BOXES}")} size="6"/>'
    yield '  <Video name="video" value="$video"/>'
    for name, title in names.items():
        yield f'  <Header value={quoteattr(title)} size="5"/>'
        yield f'  <Text name="{name}" value="${name}"/>'
    yield f'  <Choices name="{VERDICT}" toName="video" choice="single" required="true" showInline="true">'
    yield from (f'    <Choice value="{verdict}" hotkey="{n}"/>' for n, verdict in enumerate(VERDICTS, 1))
    yield "  </Choices>"
    for name, title in names.items():
        yield f'  <Header value={quoteattr(f"Corrected: {title}")} size="6"/>'
        yield f'  <TextArea name="{CORRECTED}{name}" toName="video" rows="3" maxSubmissions="1" editable="true"/>'
    yield '  <Header value="Comment" size="6"/>'
    yield f'  <TextArea name="{COMMENT}" toName="video" rows="2" maxSubmissions="1" editable="true"/>'
    yield "</View>"
