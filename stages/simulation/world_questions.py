"""World questions: what happens in a small world, what is where when it cannot be seen, and what comes next."""

from __future__ import annotations

import re
from random import Random
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BeforeValidator, Field, field_validator

from ...rules.in_english import QUESTION
from ...rules.language_key import name_of
from ...rules.language_words import ENGLISH
from ...rules.letters import LETTERS, Letters, drawn_ask, with_letters
from ...rules.worlds.even_choice import also_refused, even_options, even_plans
from ...rules.worlds.inquiries import LEVELS, Inquiry, WorldTask, answer, draw, slots
from ...rules.worlds.replay_play import MOVES, STATES, played
from ...rules.worlds.world import Illegal, Play, World, play_by_chance
from ...rules.worlds.world_words import make_world, world_words
from ...schemas import Evidence, Failed, Message, Sample, Span, Timeline
from ..instruct.asked_for import add, count_made, nothing_made
from ..stage import Stage

OTHERS = 200
"""Plays beside the one of the video, among which options are made even."""
FEW = 10
"""With fewer of them left, which would have been asked none of the questions that were drawn, no more are drawn."""
TRIES = 400
"""Questions that are drawn until one with even options is found."""


_LEFT = "left:"
_SENTENCE = re.compile(r"(?:^|(?<=[.?!] ))[¿¡]?[a-zß-ÿ]")
"""How a sentence begins that began with a slot."""


class WorldQuestions(Stage):
    """Ask about the videos of ``simulate``: recall of moves, states that are not shown, and prediction.

    Every answer follows from a replay of the moves, which the check ``answer`` makes again from the evidence. What a
    question is about is drawn without regard to the play, and its options are taken only with the odds at which each
    is right equally often in plays like it: the words alone tell nothing.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({MOVES, STATES})

    tasks: list[WorldTask] = Field(list(get_args(WorldTask)), min_length=1)
    """Recall: ``world_move`` (which move is number 4), ``world_count`` (how often something happens). Inference:
    ``world_state`` (what is where at a moment when it is not shown), ``world_change`` (how many places differ between
    two moments). Prediction: ``world_after`` (what is where after further moves), ``world_plan`` (which further moves
    lead to a state that is not there yet)."""
    per_task: int = Field(1, ge=1)
    """Questions of each task for a video; no two are the same."""
    options: int = Field(4, ge=2, le=len(LETTERS))
    """Options of a question: answers in other plays of the same world. There may be fewer, but at least 3, where
    there are no more answers than these, or no more continuations of which just one is right."""
    open: bool = False
    """Ask open questions, without options; ``world_plan``, which has many answers, keeps them."""
    ahead: int = Field(2, ge=1, le=8)
    """Further moves in questions of prediction."""

    language: Annotated[str, BeforeValidator(name_of)] = ENGLISH
    """The language of questions and options: English, Chinese, French, German or Spanish. Lanes, and with them the
    evidence, are in English."""

    @field_validator("language")
    @classmethod
    def _has_words(cls, language: str) -> str:
        world_words(language)
        return language

    def run(self, video: Timeline) -> Timeline:
        """Add the questions about *video*.

        Raises:
            Failed: ``no_world``: its lanes do not come from ``simulate``; ``bad_replay``: they are no play.
        """
        world, play = self._play(video)
        rng = video.random(self.key, "plays")
        start, number = play.states[0], len(play.moves)
        others = [play_by_chance(world, world.start_like(start, rng), number, rng) for _ in range(OTHERS)]
        letters = Letters(video.random(self.key, "letters"))
        made: list[Sample] = []
        for task in self.tasks:
            rng, known = video.random(self.key, task), set[str]()
            for _ in range(self.per_task):
                found = self._inquiry(world, play, others, task, video.attrs["shown"], known, rng)
                if found is None:
                    add(video, _LEFT + task, 1)
                    break
                known.add(found[0].id)
                made.append(self._sample(video, world, play, *found, letters, rng))
        self.add_samples(video, made)
        count_made(video, self.tasks, made)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """Says of which tasks some videos have fewer questions than asked for, and which made nothing at all."""
        left = {key.removeprefix(_LEFT): count for key, count in sorted(totals.items()) if key.startswith(_LEFT)}
        if not left:
            return None
        none = dict.fromkeys(nothing_made(totals), " (it made none at all)")
        told = [f"{task} in {count:.0f}{none.get(task, '')}" for task, count in left.items()]
        return f"{self.name()}: videos with fewer questions, for want of options that are even: {', '.join(told)}."

    def _play(self, video: Timeline) -> tuple[World, Play]:
        try:
            world = make_world(video.attrs["world"], int(video.attrs["world_size"]))
        except (KeyError, ValueError) as error:
            raise Failed("no_world", f"the video does not come from simulate: {error}") from None
        try:
            return world, played(world, self._evidence(video), video.attrs["shown"])
        except ValueError as error:
            raise Failed("bad_replay", f"moves and states are no play: {error}") from None

    def _evidence(self, video: Timeline) -> list[Evidence]:
        """The state that is shown, or the first one that is, and every move."""
        cited: list[tuple[str, Span]] = [(MOVES, span) for span in video.lane(MOVES)]
        cited += [(STATES, span) for span in video.lane(STATES) if span.attrs["seen"] == "yes"][:1]
        return [Evidence(span.start, span.end, lane, span.words, span.id) for lane, span in cited]

    def _inquiry(
        self, world: World, play: Play, others: list[Play], task: str, shown: Any, known: set[str], rng: Random
    ) -> tuple[Inquiry, list[str]] | None:
        """A question of *task* that is not *known*, and its options, the right one first; none in open questions."""
        left = others
        for _ in range(TRIES):
            inquiry = draw(world, task, len(play.moves), shown, self.ahead, rng, play.states[0])
            if task == "world_plan":
                even, left = even_plans(world, play, left, inquiry, self.options, self.ahead, rng)
                if even is not None and even[0].id not in known:
                    return even
            elif inquiry.id not in known:
                right = _answered(world, play, inquiry)
                if self.open and right is not None:
                    return inquiry, []
                said = [_answered(world, one, inquiry) for one in left]
                wrong = [text for text in said if text is not None]
                if right is not None and (options := even_options(right, wrong, self.options, rng)):
                    return inquiry, [right, *(option for option in options if option != right)]
                left = [left[n] for n in also_refused(right, said, self.options, rng)]
            if len(left) < FEW:
                return None
        return None

    def _sample(
        self,
        video: Timeline,
        world: World,
        play: Play,
        inquiry: Inquiry,
        options: list[str],
        letters: Letters,
        rng: Random,
    ) -> Sample:
        params = {
            "rule": "replay",
            "ask": inquiry.ask,
            "level": LEVELS[inquiry.ask],
            **{name: video.attrs[name] for name in ("world", "world_size", "shown")},
            "play_moves": str(len(play.moves)),
            "duration": f"{video.seconds:g}",
            **inquiry.params,
        }
        share = rng.random()
        question = _question(world, inquiry, play, share, ENGLISH)
        if self.language != ENGLISH:
            params |= {"language": self.language, QUESTION: question}
            question = _question(world, inquiry, play, share, self.language)
        said = make_world(world.kind, world.size, self.language)
        right = world.in_words_of(said, options[0] if options else answer(world, play, inquiry))
        asked, reply, place = question, right, None
        if options:
            place = letters.next(len(options))
            options = [world.in_words_of(said, one) for one in rng.sample(options[1:], len(options) - 1)]
            options.insert(place, right)
            asked, reply = with_letters(question, options, drawn_ask(params, rng)), f"{LETTERS[place]}. {right}"
        messages = [Message("user", asked), Message("assistant", reply)]
        evidence = self._evidence(video)
        return Sample(inquiry.ask, question, right, 0.0, video.seconds, evidence, params, options, place, messages)


def _question(world: World, inquiry: Inquiry, play: Play, share: float, language: str) -> str:
    """*inquiry* in one of the phrasings of *language*; *share* (0..1) says which."""
    words, said = world_words(language), make_world(world.kind, world.size, language)
    texts = words["questions"][inquiry.ask]
    params = dict(inquiry.params)
    if "value" in params:
        params["value"] = world.in_words_of(said, params["value"])
    filled = slots(said, Inquiry(inquiry.ask, params), words, len(play.moves), play.states[0])
    text = texts[int(share * len(texts))].format(**filled)
    return _SENTENCE.sub(lambda start: start[0].upper(), text)


def _answered(world: World, play: Play, inquiry: Inquiry) -> str | None:
    """The answer to *inquiry* about *play*; None where there is none."""
    try:
        return answer(world, play, inquiry)
    except Illegal:
        return None
