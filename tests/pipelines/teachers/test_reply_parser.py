"""What a raw reply is worth."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vdata.pipelines.teachers.reply_parser import LONGEST_DETAIL, Raw, read

ANY = {"type": ["object", "array"]}
NAMED = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
documents = st.lists(trees) | st.dictionaries(st.text(), trees)

REPLY: dict[str, Any] = {
    "name": 'Ann, "the" {first}',
    "events": [{"start": 1.5, "end": -2e3, "text": "a [door] opens,}"}, {"start": 3, "text": None}],
    "seen": True,
}


def test_every_prefix_of_a_reply_is_bad_and_the_whole_is_good() -> None:
    for text in (json.dumps(REPLY), json.dumps([REPLY, REPLY]), json.dumps(REPLY, indent=2)):
        assert read(Raw(text), ANY).value == json.loads(text)
        for size in range(1, len(text)):
            assert read(Raw(text[:size]), ANY).failure == "bad_reply", text[:size]
            assert read(Raw("Here it is:\n```json\n" + text[:size]), ANY).failure == "bad_reply"
        assert read(Raw(""), ANY).failure == "empty"


@settings(max_examples=100)
@given(documents, st.data())
def test_no_prefix_of_any_document_is_taken_for_a_reply(document: Any, data: st.DataObject) -> None:
    text = json.dumps(document, ensure_ascii=data.draw(st.booleans()))
    size = data.draw(st.integers(1, len(text) - 1))
    assert read(Raw(text[:size]), ANY).failure in ("bad_reply", "empty")


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ann"}',
        '```json\n{"name": "Ann"}\n```',
        'Sure! Here is the JSON [as asked]:\n\n{"name": "Ann"}\n\nI hope that {helps}.',
        '{"name": "Ann",}',
        'Of course: {"name": "Ann" , \n}',
        '<think>{"name": "Bob"} or Ann?</think>\n{"name": "Ann"}',
        '[1] says so: {"name": "Ann"}',
        '\ufeff {"name": "Ann"}',
    ],
)
def test_json_is_found_among_words(text: str) -> None:
    assert read(Raw(text), NAMED).value == {"name": "Ann"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Ann is there.", "it is not JSON"),
        ('{"name": 3}', "at $.name: 3 is not of type 'string'"),
        ('{"nome": "Ann"}', "at $: 'name' is a required property"),
        ('{"name": NaN}', "it is not JSON"),
        ('{"name": "Ann", "size": 1e999}', "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ('{"name": ' + "9" * 5000 + "}", "it is not JSON"),
        ('{"people": {"name": "Ann"}, "more": tru', "it is not JSON"),
    ],
)
def test_why_a_reply_is_bad(text: str, error: str) -> None:
    outcome = read(Raw(text), NAMED)
    assert (outcome.failure, outcome.error, outcome.detail) == ("bad_reply", error, text[:LONGEST_DETAIL])


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=())), st.sampled_from([None, ANY]))
@example("\ud83d\x00\x1b[31mred", None)
@example('{"a\\ud800": "\\u0000\\u001b[31mred\\udc00"}', ANY)
def test_whatever_a_model_writes_is_safe_to_keep_and_to_print(text: str, schema: Any) -> None:
    outcome = read(Raw(text, refusal=text[:2]), schema) if len(text) % 2 else read(Raw(text), schema)
    for shown in (outcome.text, outcome.detail, *_texts(outcome.value)):
        assert pa.array([shown]).to_pylist() == [shown]
        assert not set(shown) & set(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for inner in inside for text in _texts(inner)]


def test_escapes_in_json_are_cleaned_as_well() -> None:
    text = '{"name": "A\\u0000\\ud83d\\ude00\\ud800\\u001b[31mB"}'
    assert read(Raw(text), NAMED).value == {"name": "A\U0001f600�B"}


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that.",
        "I’m really sorry, but I cannot help with identifying people.",
        "Sorry, I am unable to view videos.",
        "As an AI language model, I cannot watch videos.",
        "I cannot comply with this request.",
        "Es tut mir leid, aber dabei kann ich leider nicht helfen.",
        "Je suis désolé, mais je ne peux pas répondre à cette demande.",
        "Lo siento, pero no puedo ayudar con eso.",
        "抱歉,我无法协助处理该请求。",
    ],
)
def test_stock_refusals(text: str) -> None:
    assert read(Raw(text), None).failure == "refused"
    assert read(Raw(text), NAMED).failure == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "A man says: I'm sorry, but I can't help you.",
        "Sorry sight: a dog sits in the rain.",
        "I can see a dog.",
        "I cannot tell whether the dog runs or walks; it moves to the left.",
        "Unfortunately the ball falls off the table.",
        "Désolé is written on the sign.",
        "I'm sorry, but I can't assist with that" + ", says the clerk, and then turns to the window" * 20,
    ],
)
def test_what_only_looks_like_a_refusal(text: str) -> None:
    assert read(Raw(text), None).text == text


def test_a_reply_cut_by_its_length_is_truncated_even_if_it_can_be_read() -> None:
    assert read(Raw('{"name": "Ann"}', finish="length"), NAMED).failure == "truncated"
    assert read(Raw("", finish="length"), None).failure == "truncated"
    assert read(Raw("", finish="content_filter"), None).failure == "refused"


def test_thoughts_are_no_part_of_a_reply() -> None:
    assert read(Raw("<think>A dog?</think>\n\nA dog."), None).text == "A dog."
    assert read(Raw("<think>A dog?</think>"), None).failure == "empty"
