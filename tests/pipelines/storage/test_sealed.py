"""JSON that carries its own checksum: no flipped, lost or added byte goes unnoticed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.pipelines.storage.sealed import Damaged, seal, unseal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), JSON))
def test_what_was_sealed_comes_back(content: dict[str, Any]) -> None:
    assert unseal(seal(content)) == content
    assert set(json.loads(seal({**content, "check": 0}))) == {*content, "check"}, "the file is JSON"


@pytest.mark.parametrize("content", [{}, {"name": "one", "rows": 12, "kept": [True, None]}])
def test_every_damage_is_found(content: dict[str, Any]) -> None:
    whole = seal(content)
    for at in range(len(whole)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[at] ^= 1 << bit
            with pytest.raises(Damaged):
                unseal(bytes(flipped))
        with pytest.raises(Damaged):
            unseal(whole[:at])
        with pytest.raises(Damaged):
            unseal(whole[:at] + b" " + whole[at:])
    with pytest.raises(Damaged):
        unseal(whole + b"\n")
    with pytest.raises(Damaged, match="was not written by this version"):
        unseal(json.dumps(content).encode())
