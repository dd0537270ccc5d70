"""What is asked about a play, and the answer, which is worked out from its states and moves.

An inquiry is drawn without regard to the play that it is asked of: nothing in it tells what happens there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from .world import Fact, Illegal, Move, Play, State, World, follow

Shown = Literal["start", "end", "all"]
"""When the state can be seen: before the first move, after the last one, or all the time."""
WorldTask = Literal["world_move", "world_count", "world_state", "world_change", "world_after", "world_plan"]
LEVELS: dict[str, str] = {
    "world_move": "recall",
    "world_count": "recall",
    "world_state": "inference",
    "world_change": "inference",
    "world_after": "prediction",
    "world_plan": "prediction",
}
"""What each kind of question calls for: recall of moves (which one, how often), inference of states that are not shown
(what is where, how much has changed), prediction (the state after further moves, the moves to a state)."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question: *ask* is its kind, *params* what it is about, as texts that a sample keeps."""

    ask: str
    params: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return json.dumps([self.ask, self.params], sort_keys=True)


def draw(world: World, ask: str, moves: int, shown: Shown, ahead: int, rng: Random, state: State) -> Inquiry:
    """An inquiry of the kind *ask* about a play of so many *moves*.

    *ahead*: how many moves follow in predictions. *state*: any state of the world, which only names what can be asked.
    """
    if ask == "world_move":
        return Inquiry(ask, {"number": str(rng.randint(1, moves))})
    if ask == "world_count":
        return Inquiry(ask, {"what": str(rng.randrange(len(world.happenings)))})
    if ask == "world_change":
        first, last = sorted(rng.sample(range(moves + 1), 2))
        return Inquiry(ask, {"number": str(first), "later": str(last)})
    fact = str(rng.randrange(len(world.facts(state))))
    if ask == "world_state":
        hidden = range(moves + 1) if shown == "all" else range(1, moves + 1) if shown == "start" else range(moves)
        return Inquiry(ask, {"number": str(rng.choice(hidden)), "fact": fact})
    return Inquiry(ask, {"fact": fact, "moves": _coded([rng.choice(world.moves) for _ in range(ahead)])})


def answer(world: World, play: Play, inquiry: Inquiry) -> str:
    """The answer to *inquiry* about *play*, in the words of *world*.

    Raises:
        Illegal: the play gives none: a move that is asked about cannot be made.
        KeyError, ValueError, IndexError: the inquiry is not about such a play.
    """
    params = inquiry.params
    if inquiry.ask == "world_move":
        return world.say_move(play.moves[int(params["number"]) - 1])
    if inquiry.ask == "world_count":
        counted = list(world.happenings.values())[int(params["what"])]
        return str(sum(move in counted for move in play.moves))
    if inquiry.ask == "world_change":
        one, other = (world.contents(play.states[int(params[name])]) for name in ("number", "later"))
        return str(sum(a != b for a, b in zip(one, other, strict=True)))
    if inquiry.ask == "world_state":
        return fact_of(world, play.states[int(params["number"])], params).value
    if inquiry.ask == "world_after":
        return fact_of(world, follow(world, play.states[-1], decoded(params["moves"])).states[-1], params).value
    if reaches(world, play, params, ()):
        raise ValueError("what is asked for holds already after the last move")
    right = [moves for moves in json.loads(params["choices"]) if reaches(world, play, params, moves)]
    if len(right) != 1:
        raise ValueError(f"{len(right)} of the continuations lead to what is asked for, not one")
    return say_moves(world, right[0])


def reaches(world: World, play: Play, params: Mapping[str, str], moves: Sequence[Sequence[int]]) -> bool:
    """Whether *moves*, after the last one of *play*, lead to the value of the fact that *params* name."""
    try:
        end = follow(world, play.states[-1], [tuple(move) for move in moves]).states[-1]
    except Illegal:
        return False
    return fact_of(world, end, params).value == params["value"]


def fact_of(world: World, state: State, params: Mapping[str, str]) -> Fact:
    """The fact about *state* that *params* name."""
    return world.facts(state)[int(params["fact"])]


def say_moves(world: World, moves: Sequence[Sequence[int]]) -> str:
    """*moves* one after the other, in words."""
    return world.then.join(world.say_move(tuple(move)) for move in moves)


def slots(world: World, inquiry: Inquiry, words: Mapping[str, Any], moves: int, state: State) -> dict[str, str]:
    """What fills the slots of the phrasings of *inquiry* about a play of so many *moves*, in *words*."""
    params, filled = inquiry.params, {"many": world.words["many"]}
    if "fact" in params:
        filled["fact"] = fact_of(world, state, params).asked
    if inquiry.ask == "world_move":
        filled["nth"] = words["nth"][int(params["number"]) - 1]
    if inquiry.ask == "world_count":
        filled["what"] = list(world.happenings)[int(params["what"])]
    if inquiry.ask in ("world_state", "world_change"):
        filled["when"] = _moment(int(params["number"]), moves, words)
    if inquiry.ask == "world_change":
        filled["later"] = _moment(int(params["later"]), moves, words)
    if inquiry.ask == "world_after":
        filled["moves"] = say_moves(world, decoded(params["moves"]))
    if inquiry.ask == "world_plan":
        filled["goal"] = fact_of(world, state, params).stated.format(value=params["value"])
    return filled


def decoded(moves: str) -> list[Move]:
    """The moves that a parameter holds."""
    return [tuple(move) for move in json.loads(moves)]


def _coded(moves: Sequence[Move]) -> str:
    return json.dumps([list(move) for move in moves])


def _moment(number: int, moves: int, words: Mapping[str, Any]) -> str:
    key = "first" if number == 0 else "last" if number == moves else "after"
    return str(words["when"][key].format(nth=words["nth"][number - 1]))
