"""Keep: by licence and source, as patterns, and what a video that states nothing becomes."""

from __future__ import annotations

import pytest

from vdata.schemas import Dropped, Timeline
from vdata.stages.media.keep import Keep, plain


def end(stage: Keep, **attrs: str) -> str:
    """``kept``, or the reason and the detail of the drop."""
    try:
        stage.run(Timeline("a.mp4", "a", attrs=attrs))
    except Dropped as drop:
        return f"{drop.reason} {drop.detail}".strip()
    return "kept"


@pytest.mark.parametrize(
    ("stated", "plainly"),
    [
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc_by-4.0", "cc-by-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/deed.en", "cc-by-nc-sa-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("creativecommons.org/publicdomain/mark/1.0", "pdm-1.0"),
        ("All rights reserved", "all-rights-reserved"),
    ],
)
def test_licences_in_one_form(stated: str, plainly: str) -> None:
    assert plain(stated) == plainly


def test_by_licence() -> None:
    stage = Keep(licence=["cc0-*", "cc-by-*", "!*-nc-*"])
    assert end(stage, licence="CC0-1.0") == "kept"
    assert end(stage, license="https://creativecommons.org/licenses/by/4.0/") == "kept"
    assert end(stage, licence="CC BY-NC 4.0") == "licence_not_wanted CC BY-NC 4.0"
    assert end(stage, licence="proprietary") == "licence_not_wanted proprietary"
    assert end(stage, source="me") == "licence_not_stated"
    assert end(Keep(licence="cc0-1.0", unstated="keep")) == "kept"


def test_only_what_is_taken_out() -> None:
    stage = Keep.model_validate({"licence": "!*-nc-*"})
    assert [end(stage, licence=one) for one in ("CC BY 4.0", "cc-by-nc-4.0")] == [
        "kept",
        "licence_not_wanted cc-by-nc-4.0",
    ]


def test_by_source_and_both() -> None:
    stage = Keep(licence=["cc*"], source=["*pexels.com*"])
    assert end(stage, licence="cc0", source="https://www.pexels.com/video/1") == "kept"
    assert end(stage, licence="cc0", source="elsewhere") == "source_not_wanted elsewhere"
    assert end(stage, licence="cc0") == "source_not_stated"


def test_without_settings_what_states_a_licence_is_kept() -> None:
    assert [end(Keep(), licence="mine"), end(Keep(), source="me")] == ["kept", "licence_not_stated"]
