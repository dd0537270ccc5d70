"""What people write in Label Studio and Argilla about items of an export, in the form in which these give it back."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]


def task_of(item: Item, *annotations: dict[str, Any]) -> dict[str, Any]:
    """A task of Label Studio's JSON export, as its server gives it, less what nobody reads."""
    done = [{**one, "id": n, "ground_truth": False} for n, one in enumerate(annotations)]
    return {"id": 7, "data": item, "annotations": done, "drafts": [], "predictions": [], "project": 1}


def annotation(verdict: str, by: Any = 1, *, at: str = "", cancelled: bool = False, **texts: str) -> dict[str, Any]:
    """What the person *by* said; *texts* are those of boxes: ``corrected_answer``, ``comment``."""
    result: list[dict[str, Any]] = [
        {"from_name": name, "to_name": "video", "type": "textarea", "value": {"text": [text]}}
        for name, text in texts.items()
    ]
    if verdict:
        choice = {"from_name": "verdict", "to_name": "video", "type": "choices", "value": {"choices": [verdict]}}
        result.insert(0, choice)
    return {"completed_by": by, "result": result, "was_cancelled": cancelled, "updated_at": at}


def record_of(item: Item, *said: dict[str, str]) -> dict[str, Any]:
    """A record as Argilla's ``records.to_json`` has it; each of *said* has a ``user_id`` and texts by question."""
    shown = ("question", "options", "answer", "evidence", "text", "times")
    responses: dict[str, list[dict[str, str]]] = {}
    for one in said:
        for name, value in one.items():
            if name != "user_id":
                responses.setdefault(name, []).append({"value": value, "user_id": one["user_id"]})
    return {
        "id": item["id"],
        "fields": {name: item[name] for name in shown if name in item},
        "metadata": {name: value for name, value in item.items() if name not in (*shown, "id", "video")},
        "suggestions": {},
        "responses": responses,
        "vectors": {},
        "status": "completed",
        "_server_id": None,
    }


def flat(record: dict[str, Any], status: str = "submitted") -> dict[str, Any]:
    """The same record as ``to_list(flatten=True)`` has it."""
    row = {"id": record["id"], "status": "completed", **record["fields"], **record["metadata"]}
    for name, given in record["responses"].items():
        row[f"{name}.responses"] = [one["value"] for one in given]
        row[f"{name}.responses.users"] = [one["user_id"] for one in given]
        row[f"{name}.responses.status"] = [status for _ in given]
    return row
