"""The body of a request: what openai's client would write, byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.pipelines.teachers.request_body import MARK, json_body

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.just(f"a {MARK} b")
parts = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, texts),
    st.binary().map(lambda b: {"type": "image_url", "image_url": {"url": "data:image/png;base64," + b.hex()}}),
    st.binary().map(lambda b: {"type": "input_audio", "input_audio": {"data": b.hex(), "format": "wav"}}),
)
messages = st.lists(st.builds(lambda content: {"role": "user", "content": content}, texts | st.lists(parts)))


def plain(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@given(messages, st.dictionaries(texts, texts | st.integers() | st.lists(texts)))
def test_it_is_what_json_would_be(said: list[Any], more: dict[str, Any]) -> None:
    body = {"model": "m", **more, "messages": said}
    before = plain(body)
    assert json_body(body) == before
    assert plain(body) == before, "what was given is as it was: it may be sent again"


def test_bodies_without_messages() -> None:
    body = {"input": ["ä", "data:image/png;base64,AAAA"], "dimensions": 3}
    assert json_body(body) == plain(body)


@pytest.mark.parametrize(("wrong", "why"), [(float("nan"), "not JSON compliant"), ("\ud800", "surrogates")])
def test_what_is_not_for_json_is_an_error_of_values(wrong: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        json_body({"messages": [], "seed": wrong})
