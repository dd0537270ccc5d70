"""Simulate: videos of small worlds, of which every state and every move is known."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ...rules.worlds.inquiries import Shown
from ...rules.worlds.replay_play import MOVES, STATES
from ...rules.worlds.world import WORLDS, Move, Play, State, World, play_by_chance
from ...rules.worlds.world_words import make_world
from ...schemas import Failed, Span, Timeline
from ...schemas.input_video import ROW
from ...schemas.nearest import nearest
from ...schemas.settings_model import Settings
from ...video.edit.edit_list import PIECES, Edit, Piece, lay_pieces
from ..stage import Stage

MOST_MOVES = 30
USUAL = ("cups", "tiles", "flips", "cards", "chips")
"""The worlds that are made by default."""


class WorldPlays(Settings):
    """Some plays of one kind of world."""

    kind: str
    """``cups`` (balls under cups that swap), ``tiles`` (a sliding puzzle), ``flips`` (a disc that turns the cells of a
    board), ``cards`` (piles of cards) or ``chips`` (boxes that are filled and emptied)."""
    count: int = Field(10, ge=1, le=1_000_000)
    """How many videos."""
    moves: (
        Annotated[int, Field(ge=2, le=MOST_MOVES)]
        | tuple[Annotated[int, Field(ge=2, le=MOST_MOVES)], Annotated[int, Field(ge=2, le=MOST_MOVES)]]
    ) = 6
    """Moves of a video: a number, or the least and the most of which one is drawn for each."""
    size: int | None = None
    """How large a state is: cups (3 to 6, usually 4), tiles on a side (3 or 4), cells on a side (3 to 5), piles (2 or
    3, usually 3), boxes (2 to 4, usually 3)."""
    shown: Shown = "start"
    """When the state can be seen: before the first move (start), after the last one (end), or all the time (all)."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        cls = WORLDS.find().get(self.kind)
        if cls is None:
            near = nearest(self.kind, WORLDS.find())
            meant = f"did you mean {near}?" if near else f"there are {', '.join(WORLDS.find())}"
            raise ValueError(f"there is no world {self.kind}; {meant}")
        least, most = cls.sizes
        if not least <= self.world_size <= most:
            raise ValueError(f"size: {self.kind} has sizes from {least} to {most}, got {self.size}")
        if isinstance(self.moves, tuple) and self.moves[0] > self.moves[1]:
            raise ValueError(f"moves: the least, {self.moves[0]}, is more than the most, {self.moves[1]}")
        return self

    @property
    def world_size(self) -> int:
        return WORLDS.find()[self.kind].usual if self.size is None else self.size

    @property
    def name(self) -> str:
        """What the rows of these plays are called by."""
        least, most = self.moves if isinstance(self.moves, tuple) else (self.moves, self.moves)
        moves = f"{least}" if least == most else f"{least}-{most}"
        return f"{self.kind} of {self.world_size}, {moves} moves, shown {self.shown}"


class Simulate(Stage):
    """Make videos of small worlds by chance, of which every state is known: cups, tiles, a board, cards, chips.

    The lane ``moves`` says what each move does, ``states`` what is where before, between and after them; ``pieces`` is
    what ``render`` makes the file of. Without videos and labels, the stage comes first in a build, and makes its rows.
    ``world_questions`` asks about them (VideoReasonBench).
    """

    writes: ClassVar[frozenset[str]] = frozenset({PIECES, MOVES, STATES})

    worlds: list[WorldPlays] = Field([WorldPlays(kind=kind) for kind in USUAL], min_length=1)
    """Plays to make: [{kind: cups, count: 20, moves: [6, 10], shown: end}, {kind: tiles}]; by default some of each."""
    frame: tuple[int, int] = (640, 360)
    """Width and height of the pictures, pixels."""
    fps: float = Field(10, gt=0, le=60)
    """Frames a second."""
    look: float = Field(2.0, gt=0)
    """Seconds for which the state before the first move, and that after the last one, stands."""
    pace: float = Field(1.0, gt=0)
    """Seconds of a move."""
    pause: float = Field(0.5, gt=0)
    """Seconds between two moves."""

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [one.name for one in self.worlds]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"worlds: there is twice {twice[0]}: give one of them the whole count")
        if min(self.frame) < 64 or any(side % 2 for side in self.frame):
            raise ValueError("frame: width and height must be even numbers of 64 or more")
        return self

    def rows_of_its_own(self) -> list[str]:
        return [f"{one.name}, {n:05}" for one in self.worlds for n in range(1, one.count + 1)]

    def run(self, video: Timeline) -> Timeline:
        """Lay the play of the row *video*, which the name that it came in by says.

        Raises:
            Failed: ``no_world``: the row was not made by these settings.
        """
        plays = self._plays(video)
        rng = video.random(self.key)
        least, most = plays.moves if isinstance(plays.moves, tuple) else (plays.moves, plays.moves)
        world = make_world(plays.kind, plays.world_size)
        play = play_by_chance(world, world.start(rng), rng.randint(least, most), rng)
        self._lay(video, world, play, plays.shown)
        video.attrs |= {"world": plays.kind, "world_size": str(plays.world_size), "shown": plays.shown}
        video.report[plays.kind] = 1
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``simulate: 20 plays of cups, 10 of tiles.``"""
        if not totals:
            return None
        first, *rest = [f"{count:.0f} {{}}of {kind}" for kind, count in sorted(totals.items())]
        return f"simulate: {', '.join([first.format('plays '), *(one.format('') for one in rest)])}."

    def _plays(self, video: Timeline) -> WorldPlays:
        named = {one.name: one for one in self.worlds}
        plays = named.get(video.attrs.get(ROW, "").rpartition(", ")[0])
        if plays is None:
            raise Failed(
                "no_world", "the stage makes its own rows: it is the first of a build without videos and labels"
            )
        return plays

    def _lay(self, video: Timeline, world: World, play: Play, shown: Shown) -> None:
        from ...video.scenes.scene import SceneView

        pieces: list[Piece] = []
        moves: list[Span] = []
        states: list[Span] = []

        def add(seconds: float, state: State, move: Move, covered: bool) -> Piece:
            start = pieces[-1].end if pieces else 0.0
            end = round(start + max(1, round(seconds * self.fps)) / self.fps, 6)
            pieces.append(Piece(start, end, picture=SceneView(world.kind, state, move, covered).name()))
            return pieces[-1]

        last = len(play.moves)
        for n, state in enumerate(play.states):
            if n == last and shown == "end":  # it is uncovered after the last move
                add(self.pause, state, (), True)
            seen = shown == "all" or (shown == "start" and n == 0) or (shown == "end" and n == last)
            stands = add(self.look if n in (0, last) else self.pause, state, (), not seen)
            if n == 0 and shown == "start":  # it is covered before the first move
                add(self.pause, state, (), True)
            attrs = {"number": str(n), "seen": "yes" if seen else "no"}
            states.append(Span(stands.start, stands.end, world.say(state), source="planned", attrs=attrs))
            if n < last:
                made = add(self.pace, state, play.moves[n], shown != "all")
                text = world.say_move(play.moves[n])
                moves.append(Span(made.start, made.end, text, source="planned", attrs={"number": str(n + 1)}))
        video.put(MOVES, moves)
        video.put(STATES, states)
        lay_pieces(video, Edit(tuple(pieces), (), *self.frame, self.fps, sound=False))
