"""The picture of a state shows it: what is drawn is read back from pixels, and what is covered cannot be."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from vdata.rules.worlds.world import WORLDS, play_by_chance
from vdata.rules.worlds.world_words import make_world
from vdata.schemas import Failed, seeded
from vdata.video.art.catalogue import COLOURS
from vdata.video.edit.edit_list import Edit, Piece
from vdata.video.edit.edit_reader import pictures_at
from vdata.video.scenes.scene import SCENES, SceneView, paint_scene

WIDTH, HEIGHT = 640, 360
KINDS = sorted(WORLDS.find())


def near(picture: Any, colour: tuple[int, int, int]) -> Any:
    """Where *picture* has *colour*, as compression may have changed it."""
    return (np.abs(picture.astype(int) - colour) < 24).all(-1)


def seen(kind: str, picture: Any, size: int) -> tuple[str, ...]:
    """The state that *picture* shows, read from pixels alone; of tiles and cards where something is."""
    if kind == "cups":
        parts = np.array_split(picture[180:300], size, axis=1)
        balls = ("red", "blue", "green", "yellow", "purple", "orange")
        return tuple(max(balls, key=lambda ball: near(part, COLOURS[ball]).sum()) for part in parts)
    if kind == "flips":
        side = 0.84 * HEIGHT / size
        left, top = WIDTH / 2 - side * size / 2, HEIGHT / 2 - side * size / 2
        corners = [(int(top + side * (n // size + 0.12)), int(left + side * (n % size + 0.12))) for n in range(size**2)]
        y, x = np.nonzero(near(picture, COLOURS["red"]))
        disc = int((y.mean() - top) // side) * size + int((x.mean() - left) // side)
        tones = [int(picture[corner].mean()) for corner in corners]
        return (*("black" if tone < 60 else "white" if tone > 240 else "covered" for tone in tones), str(disc))
    if kind == "chips":
        counts = []
        for part in np.array_split(picture[180:330], size, axis=1):
            chips = near(part, (110, 84, 60)).astype(np.uint8)
            counts.append(str(cv2.connectedComponents(cv2.erode(chips, np.ones((5, 5), np.uint8)))[0] - 1))
        return tuple(counts)
    if kind == "tiles":
        side = 0.84 * HEIGHT / size
        left, top = WIDTH / 2 - side * size / 2, HEIGHT / 2 - side * size / 2
        cells = [(int(top + side * (n // size + 0.12)), int(left + side * (n % size + 0.5))) for n in range(size**2)]
        return tuple("empty" if near(picture, (70, 66, 60))[cell] else "tile" for cell in cells)
    piles = []
    for part in np.array_split(picture, size, axis=1):
        white = near(part, (252, 252, 250)).any(1).nonzero()[0]
        piles.append(str(round((white.max() / HEIGHT - 0.06 - 0.3) / 0.072) + 1) if len(white) else "0")
    return tuple(piles)


def told(kind: str, state: tuple[str, ...]) -> tuple[str, ...]:
    """*state*, as far as ``seen`` reads it."""
    if kind == "tiles":
        return tuple("empty" if tile == "empty" else "tile" for tile in state)
    return tuple(str(len(pile.split())) for pile in state) if kind == "cards" else state


@pytest.mark.parametrize("kind", KINDS)
def test_each_state_of_a_play_is_read_back_from_its_picture(kind: str) -> None:
    for size in {WORLDS.find()[kind].usual, WORLDS.find()[kind].sizes[0]}:
        world, rng = make_world(kind, size), seeded(kind, size)
        for state in play_by_chance(world, world.start(rng), 8, rng).states:
            assert seen(kind, paint_scene(SceneView(kind, state).name(), 0, WIDTH, HEIGHT), size) == told(kind, state)


@pytest.mark.parametrize("kind", KINDS)
def test_states_that_differ_look_different_and_are_alike_when_they_are_covered(kind: str) -> None:
    world, rng = make_world(kind, WORLDS.find()[kind].usual), seeded(kind)
    one = world.start(rng)
    other = world.start_like(one, rng)
    if kind == "tiles":  # where the empty place is can always be seen
        other = tuple({"1": "2", "2": "1"}.get(tile, tile) for tile in one)
    if kind == "flips":
        other = (*("white" if cell == "black" else "black" for cell in one[:-1]), one[-1])
    assert one != other
    plain, covered = (
        [paint_scene(SceneView(kind, state, (), covered).name(), 0, WIDTH, HEIGHT) for state in (one, other)]
        for covered in (False, True)
    )
    assert (plain[0] != plain[1]).any()
    assert (covered[0] == covered[1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_begins_at_one_state_and_leads_to_the_next(kind: str) -> None:
    world, rng = make_world(kind, WORLDS.find()[kind].usual), seeded(kind, "move")
    play = play_by_chance(world, world.start(rng), 1, rng)
    moving = SceneView(kind, play.states[0], play.moves[0])
    middle, last = (paint_scene(moving.name(), share, WIDTH, HEIGHT) for share in (0.5, 1.0))
    after = paint_scene(SceneView(kind, play.states[1]).name(), 0, WIDTH, HEIGHT)
    assert (middle != last).any()
    if kind in ("cups", "tiles", "cards"):
        assert (np.abs(last.astype(int) - after).max(-1) > 8).mean() < 0.002


def test_the_reader_shows_the_scene_of_its_time_as_it_moves() -> None:
    state = ("red", "blue", "green")
    still, move = SceneView("cups", state), SceneView("cups", state, (0, 2))
    edit = Edit((Piece(0, 1, picture=still.name()), Piece(1, 2, picture=move.name())), (), WIDTH, HEIGHT, 10, False)
    first, begun, half = pictures_at(edit, [0.5, 1.0, 1.5])
    assert (first == paint_scene(still.name(), 0, WIDTH, HEIGHT)).all()
    assert (begun == paint_scene(move.name(), 0, WIDTH, HEIGHT)).all()
    assert (half == paint_scene(move.name(), 0.5, WIDTH, HEIGHT)).all()
    assert edit.files == []


@pytest.mark.parametrize("name", ["scene:{", 'scene:{"kind":"dice","state":[],"move":[],"covered":false}', "scene:[]"])
def test_what_is_no_scene_is_said(name: str) -> None:
    with pytest.raises(Failed, match="no_such_scene"):
        paint_scene(name, 0, WIDTH, HEIGHT)


def test_every_world_is_drawn() -> None:
    assert SCENES.find().keys() == WORLDS.find().keys()
