"""What a server sees of a label before a rationale is asked for with the label: nothing (Video-STaR)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from film_teacher import answer
from inline import without_ray
from openai_server import Server

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.rules.clock import TIME_FORMATS, Clock


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


LABELS = (
    (11.37, 13.93, "an aubergine pirouettes"),
    (25.71, 28.19, "a walrus takes its hat off"),
    (47.83, 53.29, "somebody irons a trombone"),
)
ASKED = (47.83, 53.29, "What is done to the brass instrument?", "It is ironed with care")


def test_no_prompt_before_rationalisation_holds_the_label_or_its_times(
    recipe: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"video": "film.mp4", "start": a, "end": b, "text": t, "lane": "true_events"} for a, b, t in LABELS]
    start, end, question, said = ASKED
    asked = {"video": "film.mp4", "start": start, "end": end, "text": question, "answer": said, "lane": "questions"}
    for name, table in (("LABELS", rows), ("QUESTIONS", [asked])):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in table))
        monkeypatch.setenv(name, str(path))
    with Server(answer=answer) as server:
        monkeypatch.setenv("BASE_URL", server.url)
        monkeypatch.setenv("MODEL", "scripted")
        assert run_build(recipe("video_star", "leaks"), limit=None, address=None, overwrite=False) == 0
        bodies = list(server.counters.bodies)
    texts = [_text(body) for body in bodies if "steps" in _schema(body)]
    first = [text for text in texts if 'kind="answer"' not in text]
    again = [text for text in texts if 'kind="answer"' in text]
    assert len(first) >= 5, "every label is first asked for without it"
    assert 0 < len(again) <= len(first), "what is not recovered is asked again with the label"
    for text in first:
        asked_words = "".join(re.findall(r'<material kind="question">.*?</material>', text, re.DOTALL))
        rest = text.replace(asked_words, "")
        assert rest != text
        assert said.casefold() not in text.casefold()
        for a, b, words in LABELS:
            assert words not in rest
            for moment in (a, b):
                found = [form for form in _written(moment) if re.search(rf"(?<![\d.]){re.escape(form)}(?![\d])", text)]
                assert found == []
    pictures = {json.dumps(_pictures(body)) for body in bodies if "steps" in _schema(body)}
    assert len(pictures) == 1, "whatever is asked, the frames are those of the whole video"
    assert len(json.loads(pictures.pop())) == 16


def _written(moment: float) -> set[str]:
    """*moment* of the film's 69 seconds in every way that vdata and people write times."""
    forms = {Clock(form, 69.0, 301, "<{}>").number(moment) for form in TIME_FORMATS}
    clock = f"{int(moment // 60)}:{moment % 60:05.2f}"
    return forms | {f"{moment:.{digits}f}" for digits in (1, 2, 3)} | {clock, clock.replace(".", ",")}


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (
        body.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("properties", {})
    )
    return found


def _parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    content = body["messages"][-1]["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(body: dict[str, Any]) -> str:
    return "\n".join(part["text"] for part in _parts(body) if part["type"] == "text")


def _pictures(body: dict[str, Any]) -> list[Any]:
    return [part for part in _parts(body) if part["type"] != "text"]
