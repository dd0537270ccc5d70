"""Hide: plan haystacks, what is hidden in them, and the questions about it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from ...rules.language_key import LanguageKey, language_of_key
from ...rules.language_words import ENGLISH
from ...schemas import Dropped, Evidence, Failed, Message, Sample, Span, Timeline, make_id, seeded
from ...schemas.settings_model import Without
from ...schemas.uri import PACKAGE, locate, to_uri
from ...video.decode.source import sha256
from ...video.edit.edit_list import NEEDLES, PIECES, Edit, Piece, lay_pieces
from ..stage import Spawn
from .hide_settings import Range, Task
from .pool import playing_seconds

if TYPE_CHECKING:
    from ...rules.letters import Letters

QUESTIONS = 2
"""The most questions about an item."""
TRIES = 100
"""How often an item is drawn again that would show what another of its task shows."""
NAMED = 3
"""The most words that a message names of those that cannot be drawn."""

Grid = Range | list[Annotated[float, Field(ge=0)]] | None


class Hide(Spawn):
    """Make haystacks of the videos that come in, hide needles in them, and ask about those.

    Only a plan is made: what is shown when, and questions whose options and answers follow by rule. ``render`` makes
    the files. The sub-tasks of VideoNIAH's VNBench, the grid of NIAVH, the single and multi-hop needles of
    VideoChat-Flash and the synthetic tasks of MLVU are settings of it. What is inserted takes the place of as much of
    the haystack's end, so that no answer is told by how long a video is. Of videos that ``split`` has put into train,
    validation and test, each haystack is made of those of one split, and is in it.
    """

    version: ClassVar[str] = "3"
    writes: ClassVar[frozenset[str]] = frozenset({PIECES, NEEDLES})
    makes_samples: ClassVar[bool] = True

    tasks: list[Task] = Field([Task(task="retrieve")], min_length=1)
    """What is hidden and asked; every task gets its own items."""
    lengths: Grid = None
    """Seconds of the made videos: a list, or {start, end, steps}; pool videos are joined and cut. By default each is as
    long as the one pool video that it is made of."""
    depths: Grid = None
    """Where the first needle is, as a share of the haystack (0 start, 1 end): a list, or {start, end, steps, spacing:
    linear or sigmoid}. By default anywhere. A chain is always spread over the whole haystack."""
    options: int = Field(4, ge=2, le=10)
    """Options of a question."""
    open: bool = False
    """Ask without options, for answers in the model's own words (NIAVH)."""
    circular: Annotated[bool, Without("open")] = False
    """Ask each question once for every rotation of its options, under one group (VNBench, MMBench)."""
    clips: str = ""
    """Which of the videos are no haystacks but clips to hide: a pattern on their uri, like */needles/*. By default
    clips are taken from the videos that have the needle's lane, and never hidden in their own video."""
    min_seconds: float = Field(0.0, ge=0)
    """Shorter videos are no haystacks."""
    max_seconds: float | None = Field(None, gt=0)
    """Longer videos are no haystacks."""
    size: tuple[int, int] | None = None
    """Width and height of the made videos in pixels; by default those of the first video of each."""
    sound: bool = True
    """Keep the videos' sound; inserted pictures are silent."""
    language: LanguageKey = ENGLISH
    """The language of the questions, as in tasks: what is hidden, captions and options stay as they are. Drawn pictures
    have names in English only."""
    font: str = ""
    """A .ttf or .otf file for the words that are shown. Without it they are written in letters that have English
    only, and words in others (é, ж, 漢) are refused."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [task.title for task in self.tasks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two tasks are called {', '.join(twice)}: give them a name")
        for depth in _values(self.depths):
            if depth is not None and depth > 1:
                raise ValueError(f"depths are shares from 0 to 1, got {depth:g}")
        for task in self.tasks:
            least, most = task.bounds
            if task.task == "count" and most - least + 1 < self.options:
                raise ValueError(f"{task.title}: {least} to {most} needles give fewer than {self.options} options")
        from .in_language import check_words
        from .needle_questions import captions_of

        check_words(language_of_key(self.language), self.tasks)
        texts = [text for task in self.tasks for text in captions_of(task)]
        if self.font or not all(text.isascii() for text in texts):
            self._writable(texts)
        return self

    def _writable(self, texts: list[str]) -> None:
        """Raise ValueError when one of *texts* cannot be drawn."""
        from ...video.edit.font import missing_letters

        try:
            missing = {text: letters for text in texts if (letters := missing_letters(text, self._font_file()))}
        except Failed as failure:
            raise ValueError(f"font: {failure.detail}") from None
        if not missing:
            return
        named = [f"{text!r} ({' '.join(letters)})" for text, letters in list(missing.items())[:NAMED]]
        named += [f"{len(missing) - NAMED} more"] if len(missing) > NAMED else []
        if self.font:
            raise ValueError(f"font: {self.font} lacks letters of {', '.join(named)}: take a font that has them")
        what = "the letters that are built in are English only, and cannot write"
        raise ValueError(f"{what} {', '.join(named)}: set font: to a .ttf or .otf file that can")

    def _font_file(self) -> str:
        """The path or URL of the font file; empty without ``font``."""
        return locate(self._font_uri()) if self.font else ""

    def _font_uri(self) -> str:
        return self.font if self.font.startswith(PACKAGE) else to_uri(os.path.expanduser(self.font))

    def lanes_read(self) -> set[str]:
        return {"media"}.union(*(task.needle.kind.lanes(task.needle) for task in self.tasks))

    def digest(self, video: Timeline) -> Any:
        """What the planner needs to know about a video of the pool.

        Raises:
            Dropped: ``haystack_too_short``, ``haystack_too_long``.
        """
        media = video.media
        assert media is not None
        steady = media.fps if not media.variable_fps else 0.0
        seconds = playing_seconds(media)
        if not self._is_clip(video.uri):
            if seconds < self.min_seconds:
                raise Dropped("haystack_too_short", value=seconds, threshold=self.min_seconds)
            if self.max_seconds is not None and seconds > self.max_seconds:
                raise Dropped("haystack_too_long", value=seconds, threshold=self.max_seconds)
        lanes = set[str]().union(*(task.needle.kind.lanes(task.needle) for task in self.tasks))
        labels = [(lane, one.start, one.end, _facts(one)) for lane in sorted(lanes) for one in video.lane(lane)]
        return {
            "id": video.id,
            "uri": video.uri,
            "content": media.sha256,
            "seconds": seconds,
            "width": media.width - media.width % 2,
            "height": media.height - media.height % 2,
            "fps": round(steady, 6),
            "seed": video.seed,
            "labels": [label for label in labels if label[3] and label[2] > label[1]],
            **({"split": video.attrs["split"]} if "split" in video.attrs else {}),
        }

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Plan every item.

        Raises:
            Failed: ``no_haystack``, ``no_pictures``, ``too_few_needles``: the pool cannot give what is asked for.
        """
        from .pool import PoolVideo

        rows = [digest for _, digest in digests]
        videos = [PoolVideo.of(digest) for digest in rows]
        pool = [video for video in videos if not self._is_clip(video.uri)]
        if not pool:
            raise Failed("no_haystack", "no video is left to hide anything in")
        plans: dict[str, dict[str, Any]] = {}
        for owner, item in self._plans(pool, videos, rows[0]["seed"]):
            plans.setdefault(owner, {})[make_id(self.key, json.dumps(item, sort_keys=True))] = item
        return {video.id: plans[video.id] for video in pool if video.id in plans}

    def _plans(self, pool: list[Any], videos: list[Any], seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
        from ...rules.letters import Letters
        from .planner import ItemContext
        from .pool import haystack

        font = {"font": self._font_uri(), "font_content": sha256(self._font_file())} if self.font else {}
        for task in self.tasks:
            clips = [video for video in videos if self._is_clip(video.uri) or not self.clips]
            stock = task.needle.kind.candidates(task.needle, clips)
            stock = [candidate for candidate in stock if task.columns <= candidate.facts.keys()]
            self._enough(task, stock)
            rng = seeded(self.key, seed, task.model_dump_json())
            letters = [Letters(rng) for _ in range(QUESTIONS)]
            turn = rng.sample(range(len(pool)), len(pool))
            depths = _values(None if task.task == "chain" else self.depths)
            cells = list(product(_values(self.lengths), depths, range(task.items)))
            made: set[str] = set()
            for number, (length, depth, repeat) in enumerate(cells):
                video = pool[turn[number % len(turn)]]
                # What is joined or hidden is of one split, as the haystack is then.
                alike = [one for one in pool if one.split == video.split]
                strange = {one.uri for one in videos if one.split != video.split}
                attrs = {"task": task.title, "item": str(number), "kind": task.task, "show": task.needle.show}
                attrs |= {"length": f"{video.seconds if length is None else length:g}", "repeat": str(repeat)}
                attrs |= {"depth": f"{depth:g}"} if depth is not None else {}
                attrs |= {"split": video.split} if video.split else {}
                right = _remembered(letters)
                for attempt in range(TRIES):  # until it shows what no other item of the task shows
                    own = seeded(self.key, seed, task.model_dump_json(), number, *([attempt] if attempt else []))
                    base = haystack(alike, alike.index(video), length, own)
                    taken = {piece.uri for piece in base} | strange
                    fresh = [one for one in stock if one.clip is None or one.clip.uri not in taken]
                    item = self._plan(task, ItemContext(fresh, base, self.options, depth, own, right, video.fps))
                    shown = json.dumps([item.get("pieces"), item.get("needles")])
                    if "problem" in item or shown not in made:
                        break
                else:
                    item = {"problem": ["equal_item", "all that could be hidden here would make a video that is there"]}
                made.add(shown)
                for needle in item.get("needles", ()):
                    needle["attrs"] |= font if needle["text"] else {}
                width, height = self.size or (video.width, video.height)
                yield video.id, {"attrs": attrs, "width": width, "height": height, "fps": video.fps or 25.0, **item}

    def _plan(self, task: Task, context: Any) -> dict[str, Any]:
        from . import planner

        try:
            self._enough(task, context.stock)
            item = planner.plan(task, context)
        except Failed as failure:  # it is a row all the same, and says so
            return {"problem": [failure.reason, failure.detail]}
        pieces = [asdict(piece) for piece in item.pieces]
        return {"pieces": pieces, "needles": item.needles, "asked": [asdict(one) for one in item.questions]}

    def _enough(self, task: Task, stock: list[Any]) -> None:
        """Raise Failed when *stock* cannot give a question of *task* its needles and options."""
        from . import planner

        groups = {candidate.group for candidate in stock}
        least, most = task.bounds
        wanted = {"retrieve": self.options, "order": most + task.distractors, "count": 1 + bool(task.distractors)}
        need = wanted.get(task.task, self.options)
        if task.task == "chain":
            need = most * (self.options + task.distractors)
        if task.task == "count" and task.needle.kind.unique:
            need = most + self.options + task.distractors
        if len(groups) < need:
            raise Failed("too_few_needles", f"{task.title} needs {need} different ones, the pool has {len(groups)}")
        if task.task == "count" and not planner.countable(task, stock):
            rest = planner.decoys_beside(task, min(least, task.segments or least))
            beside = f" beside {rest} others" if rest else ""
            detail = f"{task.title} needs a class of {most} different ones{beside}"
            raise Failed("too_few_needles", f"{detail}: lower number, or set repeat: true to show the same one again")
        if task.task == "attribute":
            colours = [sum(candidate.group == group for candidate in stock) for group in groups]
            if max(colours) < self.options:
                raise Failed("too_few_needles", f"{task.title} needs a class that comes in {self.options} colours")

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Lay the plan *verdict* on the new row *video*.

        Raises:
            Failed: ``haystack_too_short``, ``too_few_needles``, ``equal_item``: this item cannot be made.
        """
        video.attrs |= verdict["attrs"]
        if "problem" in verdict:
            raise Failed(*verdict["problem"])
        pieces = tuple(Piece(**piece) for piece in verdict["pieces"])
        lay_pieces(video, Edit(pieces, (), verdict["width"], verdict["height"], verdict["fps"], self.sound))
        needles = [Span(**needle) for needle in verdict["needles"]]
        video.put(NEEDLES, needles)
        video.report[verdict["attrs"]["task"]] = 1
        from .in_language import put_in

        tasks = {task.title: task for task in self.tasks}
        for number, question in enumerate(verdict["asked"]):
            cited = [needles[n] for n in question["cites"]]
            made = list(self._samples(video, question, cited, make_id(video.id, number)))
            self.add_samples(video, made)  # with the ids that they have in English
            for sample in made:
                put_in(sample, tasks[video.attrs["task"]], language_of_key(self.language))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``hide: 12 videos of 3 tasks; ord_clip made none (the rejects say why).``"""
        if not totals:
            return None
        made = sum(totals.values())
        line = (
            f"hide: {made:.0f} video{'' if made == 1 else 's'} of {len(totals)} task{'' if len(totals) == 1 else 's'}"
        )
        if idle := [task.title for task in self.tasks if task.title not in totals]:
            line += f"; {', '.join(idle)} made none (the rejects say why)"
        return f"{line}."

    def _samples(self, video: Timeline, question: dict[str, Any], cited: list[Span], group: str) -> Iterator[Sample]:
        from ...rules.letters import LETTERS, with_letters
        from .needle_questions import ANSWER

        options, right = question["options"], question["right"]
        end = video.seconds
        params = {**video.attrs, "needles": str(len(cited)), "duration": f"{end:g}"}
        evidence = [Evidence(one.start, one.end, NEEDLES, one.label or one.words, one.id) for one in cited]
        for turn in range(len(options)) if self.circular else (0,):
            rotated = [] if self.open else options[turn:] + options[:turn]
            place = None if self.open else (right - turn) % len(options)
            prompt, answer = question["question"], options[right]
            if place is not None:
                prompt, answer = with_letters(prompt, rotated, ANSWER), f"{LETTERS[place]}. {answer}"
            yield Sample(
                question["task"],
                question["question"],
                options[right],
                0.0,
                end,
                evidence,
                {**params, "rotation": str(turn)},
                rotated,
                place,
                [Message("user", prompt), Message("assistant", answer)],
                group=group if self.circular else "",
            )

    def _is_clip(self, uri: str) -> bool:
        return bool(self.clips) and fnmatchcase(uri, self.clips)


def _remembered(letters: list[Letters]) -> Callable[[int, int], int]:
    """A function that gives the place of the right one among so many options of a question, by its number.

    It is the same however often it is asked for; each of *letters* gives those of one question.
    """
    places: dict[tuple[int, int], int] = {}

    def right(options: int, question: int) -> int:
        if (options, question) not in places:
            places[options, question] = letters[question].next(options)
        return places[options, question]

    return right


def _facts(label: Span) -> dict[str, str]:
    """The text, the label and every other column of *label* that is there, by name."""
    facts = {**label.attrs, "text": label.words, "label": label.label or ""}
    return {name: value for name, value in facts.items() if value}


def _values(grid: Grid) -> list[Any]:
    """The numbers of *grid*; a single None when there is none."""
    if grid is None:
        return [None]
    return grid.values() if isinstance(grid, Range) else list(grid)
