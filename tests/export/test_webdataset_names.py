"""Names in the tars of an export stay in the folder that they are unpacked to, whatever ids a data set holds."""

from __future__ import annotations

import pytest

from vdata.export.formats.webdataset import member_name


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", "a/b", "..", ".", "", "a.b", "a\0b", "n" * 300, "ü"]
)
def test_a_member_leads_nowhere(key: str) -> None:
    name = member_name(key)
    assert name
    assert not {"/", ".", "\0", "\\"} & set(name)
    assert len(name) < 120
    assert name != member_name(f"{key}x")


def test_an_id_stays_as_it_is() -> None:
    assert member_name("0123456789abcdef01234567") == "0123456789abcdef01234567"
