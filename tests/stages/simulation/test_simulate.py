"""Simulated worlds: lanes say what is drawn, and settings that cannot be are refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.worlds.world import WORLDS
from vdata.rules.worlds.world_words import make_world
from vdata.schemas import Failed, Timeline, make_id
from vdata.schemas.input_video import ROW
from vdata.stages.simulation.simulate import Simulate
from vdata.video.edit.edit_list import edit_of
from vdata.video.scenes.scene import shown_by


def rows(*worlds: dict[str, Any], seed: int = 0, **more: Any) -> list[Timeline]:
    stage = Simulate.model_validate({"worlds": worlds, **more})
    names = stage.rows_of_its_own()
    made = [Timeline(f"haystack://{make_id(name)}", make_id(name), attrs={ROW: name}, seed=seed) for name in names]
    return [stage.run(video) for video in made]


@pytest.mark.parametrize("kind", WORLDS.find())
@pytest.mark.parametrize("shown", ["start", "end", "all"])
def test_what_is_drawn_is_what_the_lanes_say(kind: str, shown: str) -> None:
    (video,) = rows({"kind": kind, "count": 1, "moves": 5, "shown": shown})
    world = make_world(kind, int(video.attrs["world_size"]))
    pieces = edit_of(video).pieces
    assert pieces[0].start == 0
    assert pieces[-1].end == video.duration
    assert all(one.end == other.start for one, other in pairwise(pieces))
    pictures = {piece.start: shown_by(piece.picture) for piece in pieces}
    moves, states = video.lane("moves"), video.lane("states")
    assert (len(moves), len(states)) == (5, 6)
    for span in moves:
        assert world.say_move(pictures[span.start].move) == span.text
        assert pictures[span.start].covered == (shown != "all")
    for span in states:
        assert world.say(pictures[span.start].state) == span.text
        assert pictures[span.start].covered == (span.attrs["seen"] == "no")
    seen = [int(span.attrs["number"]) for span in states if span.attrs["seen"] == "yes"]
    assert seen == {"start": [0], "end": [5], "all": [0, 1, 2, 3, 4, 5]}[shown]
    assert all(picture.covered for start, picture in pictures.items() if shown == "start" and start >= moves[0].start)
    assert all(picture.covered for start, picture in pictures.items() if shown == "end" and start <= moves[-1].start)


def test_rows_have_names_by_settings_and_plays_by_name_and_seed() -> None:
    videos = rows({"kind": "cups", "count": 3, "moves": (4, 9)}, {"kind": "tiles", "count": 2})
    assert [video.attrs[ROW] for video in videos][2:4] == [
        "cups of 4, 4-9 moves, shown start, 00003",
        "tiles of 3, 6 moves, shown start, 00001",
    ]
    assert len({video.lane("states")[0].text for video in videos}) == 5
    assert all(4 <= len(video.lane("moves")) <= 9 for video in videos[:3])
    again = rows({"kind": "cups", "count": 3, "moves": (4, 9)})
    assert [video.lanes for video in again] == [video.lanes for video in videos[:3]]
    assert rows({"kind": "cups", "count": 1}, seed=1)[0].lanes != rows({"kind": "cups", "count": 1})[0].lanes


def test_seconds_are_those_of_the_settings() -> None:
    (video,) = rows({"kind": "chips", "count": 1, "moves": 2}, fps=5, look=3, pace=2, pause=1, frame=(320, 180))
    assert [(span.start, span.end) for span in video.lane("moves")] == [(4, 6), (7, 9)]
    assert video.duration == 12
    edit = edit_of(video)
    assert (edit.width, edit.height, edit.fps, edit.sound) == (320, 180, 5, False)


def test_a_row_of_other_settings_is_no_world() -> None:
    with pytest.raises(Failed, match="no_world"):
        Simulate.model_validate({"worlds": [{"kind": "cups"}]}).run(Timeline("a.mp4", "a"))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"worlds": [{"kind": "cup"}]}, "there is no world cup; did you mean cups"),
        ({"worlds": [{"kind": "cups", "size": 9}]}, "cups has sizes from 3 to 6, got 9"),
        ({"worlds": [{"kind": "cups", "moves": [9, 4]}]}, "the least, 9, is more than the most, 4"),
        ({"worlds": [{"kind": "cups"}, {"kind": "cups", "size": 4}]}, "there is twice cups of 4"),
        ({"worlds": [{"kind": "cups"}], "frame": [641, 360]}, "even numbers"),
        ({"worlds": []}, "at least 1 item"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Simulate.model_validate(settings)
