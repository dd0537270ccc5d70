"""What a file of Python is found to have, without being run."""

from __future__ import annotations

import pytest

from vdata.stages.own_code.code_file import code_facts

STAGE = "from vdata.stages import Stage\n\n\nclass Pace(Stage):\n"


def _told(text: str, name: str, *settings: str, lanes: tuple[str, ...] = (), beside: tuple[str, ...] = ()) -> list[str]:
    facts = code_facts(text, name, settings, lanes, beside)
    return [f"{one.line} {one.key}: {one.message} {one.hint}".strip() for one in facts.mistakes]


def test_a_function_of_a_timeline_is_sound() -> None:
    assert _told("def f(video):\n    return True\n", "f") == []
    assert _told("def f(video, most=2, *, least):\n    return True\n", "f", "least") == []
    assert _told("def f(*all, **more):\n    return True\n", "f", "least") == []


def test_a_file_that_is_no_python_is_named_with_its_line() -> None:
    assert _told("def f(video):\n    return (\n", "f") == ["2 code: not valid Python: '(' was never closed."]


def test_a_name_that_is_not_there_is_named_with_the_nearest() -> None:
    text = "import os\n\n\ndef not_square(video): ...\n\n\nweird = os.getcwd\n"
    assert _told(text, "not_squar") == ["0 code: there is no not_squar in it. Did you mean not_square?"]
    assert _told(text, "zzz") == ["0 code: there is no zzz in it. It has not_square."]
    assert _told(text, "weird") == [
        "7 code: weird is not defined here, but imported or assigned. Write def weird(video) in this file."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def f(): ...", "1 code: f takes no argument, and is called with the timeline. Write def f(video)."),
        (
            "def f(video, other): ...",
            "1 code: f needs other besides the timeline. Write it beside code, for example {code: …, other: 1}.",
        ),
        (
            "def f(video, other, /): ...",
            "1 code: f takes other by its place, and is called with the timeline alone.",
        ),
        ("async def f(video): ...", "1 code: f is a coroutine, and it is called like a function. Write def."),
    ],
)
def test_a_wrong_number_of_arguments_is_told(text: str, told: str) -> None:
    assert _told(text, "f") == [told]


def test_a_setting_that_the_function_does_not_take_is_told_with_the_nearest() -> None:
    text = "def f(video, limit=1.2): ...\n"
    assert _told(text, "f", "limt", "limit") == ["0 limt: unknown key. Did you mean limit?"]
    assert _told(text, "f", "wrtes") == ["0 wrtes: unknown key. Did you mean writes?"]
    assert _told("def f(video): ...\n", "f", "limit") == ["0 limit: unknown key. f takes no settings."]


def test_imports_of_what_stays_behind_are_told() -> None:
    text = "import json\nimport helper\nfrom . import other\n\n\ndef f(video): ...\n"
    found = _told(text, "f", beside=("helper", "json", "filters"))
    assert [one.partition(" Only this file goes")[0] for one in found] == [
        "2 code: imports helper, which lies beside it.",
        "3 code: from . import other: a file of its own has no package to import from.",
    ]


def test_a_lane_that_is_put_without_being_said_is_told_with_its_line() -> None:
    text = "def f(video):\n    video.put('fast', [])\n    video.put('slow', [])\n"
    assert _told(text, "f", lanes=("fast",)) == [
        "3 code: writes the lane slow, which is not said. Write writes: [slow] beside code."
    ]


def test_a_class_says_its_lanes_and_its_fields() -> None:
    body = '    reads, writes = frozenset({"shots"}), {"pace"}\n    makes_samples = True\n    fast: float = 3.0\n'
    text = f"{STAGE}{body}    def run(self, video): ...\n"
    facts = code_facts(text, "Pace", {"fast"})
    assert (facts.reads, facts.writes, facts.samples, facts.mistakes) == ({"shots"}, {"pace"}, True, [])
    assert _told(text, "Pace", "fst") == ["0 fst: unknown key. Did you mean fast?"]


def test_a_class_that_a_build_cannot_run_is_told() -> None:
    assert _told("class Pace:\n    pass\n", "Pace") == [
        "1 code: Pace is a class, but no Stage. Write class Pace(Stage), with from vdata.stages import Stage; "
        "or a function."
    ]
    assert _told(f"{STAGE}    fast: float = 3.0\n", "Pace") == [
        "4 code: Pace has no method run. Write def run(self, video)."
    ]
    (gathers,) = _told(STAGE.replace("(Stage)", "(Gather)") + "    def run(self, video): ...\n", "Pace")
    assert gathers.startswith("4 code: Pace is a Gather; here stands a Stage that neither asks nor sees other videos.")
    (unsaid,) = _told(f"{STAGE}    reads = LANES\n    def run(self, video): ...\n", "Pace")
    assert unsaid.startswith("5 code: reads of Pace is not written out.")
    (needs,) = _told(f"{STAGE}    least: int\n    def run(self, video): ...\n", "Pace")
    assert needs.startswith("4 code: Pace needs least, which has no default.")


def test_what_a_class_inherits_in_the_file_counts() -> None:
    text = f"{STAGE}    fast: float = 3.0\n    def run(self, video): ...\n\n\nclass Own(Pace):\n    slow: float = 1.0\n"
    assert _told(text, "Own", "fast", "slow") == []
