"""Plans of haystacks: what is hidden is what is asked, nothing overlaps, nothing can be guessed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.letters import LETTERS
from vdata.schemas import Dropped, Failed, Media, Sample, Span, Timeline, seeded
from vdata.stages.haystack.hide import Hide
from vdata.stages.haystack.hide_settings import Range
from vdata.stages.haystack.placement import GAP, put_in, spread, without_end
from vdata.stages.haystack.pool import PoolVideo, haystack
from vdata.stages.haystack.word_list import NAMES, NOUNS
from vdata.video.art import catalogue as pictures
from vdata.video.edit.edit_list import edit_of

PICTURE: dict[str, Any] = {"show": "picture"}
NINE: list[dict[str, Any]] = [
    {"task": "retrieve", "name": "ret_edit1"},
    {"task": "retrieve", "name": "ret_insert1", "needle": {**PICTURE, "kinds": ["fruit"]}},
    {"task": "retrieve", "name": "ret_insert2", "needle": {**PICTURE, "kinds": ["landmark"]}},
    {"task": "order", "name": "ord_edit1"},
    {"task": "order", "name": "ord_insert1", "needle": {**PICTURE, "kinds": ["fruit"]}},
    {"task": "order", "name": "ord_insert2", "needle": {**PICTURE, "kinds": ["landmark"]}},
    {"task": "count", "name": "cnt_edit1"},
    {"task": "count", "name": "cnt_insert1", "needle": {**PICTURE, "kinds": ["object"]}, "distractors": 2},
    {
        "task": "count",
        "name": "cnt_edit2",
        "needle": {**PICTURE, "how": "overlay"},
        "number": [9, 13],
        "segments": 4,
    },
]


def video(name: str, seconds: float = 40.0, *said: str, fps: float = 25.0, seed: int = 0) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds, seed=seed)
    made.media = Media(duration=seconds, width=641, height=360, fps=fps, frames=round(seconds * fps), sha256=name)
    made.put("captions", [Span(2.0 * n, 2.0 * n + 1.5, text) for n, text in enumerate(said)])
    return made


def plans(stage: Hide, *videos: Timeline) -> list[Timeline]:
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]
    verdicts = json.loads(json.dumps(stage.gather(told)))
    made = [
        stage.apply(Timeline(f"haystack://{new}", new), plan) for of in verdicts.values() for new, plan in of.items()
    ]
    return sorted(made, key=lambda one: (one.attrs["task"], int(one.attrs["item"])))


def hide(*tasks: dict[str, Any], items: int = 1, **more: Any) -> Hide:
    return Hide.model_validate({"tasks": [{"items": items, **task} for task in tasks], **more})


def shown(made: Timeline, role: str = "asked") -> list[Span]:
    return [span for span in made.lane("needles") if span.attrs["role"] == role]


POOL = [video(f"v{n}", 40.0 + n) for n in range(5)]


@pytest.mark.parametrize("task", NINE, ids=lambda task: task["name"])
def test_the_answer_is_what_is_hidden(task: dict[str, Any]) -> None:
    for made in plans(hide(task, items=20), *POOL):
        (sample,) = made.samples
        needles = shown(made)
        assert [cited.span for cited in sample.evidence] == [span.id for span in needles]
        told = {
            "retrieve": needles[0].label,
            "order": ", then ".join(span.label or "" for span in needles),
            "count": str(len(needles)),
        }
        assert sample.options[sample.answer_index or 0] == sample.answer == told[task["task"]]
        assert len(set(sample.options)) == 4
        assert sample.messages[1].content == f"{LETTERS[sample.answer_index or 0]}. {sample.answer}"


def test_pieces_tile_the_video_and_inserted_needles_are_pieces() -> None:
    for made in plans(hide(*NINE, items=5), *POOL):
        edit = edit_of(made)
        assert edit.pieces[0].start == 0
        assert all(abs(before.end - after.start) < 1e-6 for before, after in pairwise(edit.pieces))
        assert edit.width % 2 == 0
        assert edit.height % 2 == 0
        stills = [(piece.start, piece.end) for piece in edit.pieces if piece.picture]
        assert stills == [(span.start, span.end) for span in made.lane("needles") if span.attrs["how"] == "insert"]
        source = sum(piece.end - piece.start for piece in edit.pieces if piece.uri)
        length = float(made.attrs["length"])
        assert source == pytest.approx(length - len(stills), abs=1e-3)
        assert made.duration == pytest.approx(length, abs=1e-3)
        for piece in edit.pieces:
            if piece.uri:
                assert piece.finish - piece.begin == pytest.approx(piece.end - piece.start, abs=2e-6)


@pytest.mark.parametrize("task", NINE[:2] + NINE[3:4] + NINE[7:], ids=lambda task: task["name"])
def test_needles_do_not_overlap_but_for_those_shown_at_once(task: dict[str, Any]) -> None:
    for made in plans(hide(task, items=10), *POOL):
        times = sorted({(span.start, span.end) for span in made.lane("needles")})
        assert all(before[1] + GAP <= after[0] + 0.05 for before, after in pairwise(times))
        places = Counter((span.start, span.values.get("x"), span.values.get("y")) for span in made.lane("needles"))
        assert max(places.values()) == 1
        if task.get("segments"):
            assert len(times) == 4
        if task["task"] == "count" and "distractors" in task:  # as many needles in all, whatever the answer
            assert len(made.lane("needles")) == task.get("number", [1, 5])[1] + task["distractors"]
        else:
            assert shown(made, "distractor") == []


def test_distractors_are_never_of_the_class_that_is_counted() -> None:
    for made in plans(hide(NINE[7], items=30), *POOL):
        groups = {span.attrs["group"] for span in shown(made)}
        assert len(groups) == 1
        assert groups.isdisjoint(span.attrs["group"] for span in shown(made, "distractor"))
        assert pictures.label(groups.pop()) in made.samples[0].question


def words_of(made: Timeline) -> dict[str, str]:
    """What an independent reader finds in a chain's video: each picture, and the words on it, in order of time."""
    words = {one.start: one.text or "" for one in made.lane("needles") if one.attrs["how"] == "overlay"}
    return {one.label or "": words[one.start] for one in made.lane("needles") if one.attrs["how"] == "insert"}


def follow(words: dict[str, str], at: str) -> list[str]:
    """The pictures from *at* on, to the one that says it is the last."""
    path = [at]
    while (said := words[path[-1]]) != "This is the last one.":
        path.append(said.removeprefix("Next: "))
    return path


@pytest.mark.parametrize("distractors", [0, 1])
def test_a_chain_leads_from_the_first_picture_to_the_answer_and_others_to_every_other_option(distractors: int) -> None:
    task = {"task": "chain", "needle": PICTURE, "distractors": distractors}
    for made in plans(hide(task, items=20, lengths=[60]), *POOL):
        words = words_of(made)
        what, colour = made.samples
        start = next(label for label in words if f"Begin with {label} " in what.question)
        path = follow(words, start)
        assert 5 <= len(path) <= 7
        assert path[-1] == what.answer
        assert path[-1].split()[1] == colour.answer
        assert [cited.text for cited in what.evidence] == path
        starts = words.keys() - {said.removeprefix("Next: ") for said in words.values()}
        assert len(starts) == 4 + distractors
        assert {len(follow(words, one)) for one in starts} == {len(path)}  # no chain is told by its length
        assert {follow(words, one)[-1] for one in starts} >= set(what.options)
        assert len(words) == len(path) * len(starts)
        assert next(iter(words)) == start
        assert made.lane("needles")[0].start == 0.0


def test_what_is_counted_are_different_pictures() -> None:
    for made in plans(hide(NINE[7], items=60), *POOL):
        drawn = [span.attrs["picture"] for span in shown(made)]
        assert len(set(drawn)) == len(drawn)
    moments: dict[tuple[str, float], str] = {}
    for made in plans(hide(NINE[8], items=20), *POOL):
        for span in shown(made):
            moments[made.id, span.start] = span.attrs["picture"]
    assert len(moments) == 20 * 4
    assert len({(of, drawn) for (of, _), drawn in moments.items()}) > 20 * 2


def test_an_attribute_is_of_a_class_with_enough_colours() -> None:
    task = {"task": "attribute", "needle": PICTURE, "distractors": 1}
    for made in plans(hide(task, items=30), *POOL):
        (needle,) = shown(made)
        (sample,) = made.samples
        thing = needle.attrs["group"]
        assert needle.label in (
            f"a {sample.answer} {pictures.label(thing)}",
            f"an {sample.answer} {pictures.label(thing)}",
        )
        assert {f"{colour}_{thing}" for colour in sample.options} <= set(pictures.classes()[thing])


def test_clips_come_from_other_videos_and_say_what_happens() -> None:
    said = [[f"Person {n} does thing {k}." for k in range(3)] for n in range(5)]
    pool = [video(f"v{n}", 40.0, *said[n]) for n in range(5)]
    needle = {"show": "clip", "lane": "captions", "seconds": 1.0}
    stage = hide({"task": "retrieve", "needle": needle}, {"task": "order", "needle": needle}, items=10)
    assert stage.lanes_read() == {"media", "captions"}
    for made in plans(stage, *pool):
        hidden = [piece for piece in edit_of(made).pieces if piece.uri != edit_of(made).pieces[0].uri]
        assert [piece.end - piece.start for piece in hidden] == pytest.approx([1.0] * len(hidden), abs=1e-5)
        told = [said[int(piece.uri[1])][round(piece.begin / 2)] for piece in hidden]
        assert made.samples[0].answer == (", then ".join(one.rstrip(".") for one in told) if told[1:] else told[0])


def test_videos_that_are_clips_are_no_haystacks() -> None:
    clips = [video(f"needles/c{n}", 5.0, f"Thing {n} happens.") for n in range(6)]
    stage = hide(
        {"task": "retrieve", "needle": {"show": "clip", "lane": "captions"}}, items=8, clips="needles/*", min_seconds=30
    )
    made = plans(stage, *POOL, *clips)
    assert {piece.uri for one in made for piece in (edit_of(one).pieces[0], edit_of(one).pieces[-1])} <= {
        one.uri for one in POOL
    }
    with pytest.raises(Dropped) as caught:
        stage.digest(video("short", 20.0))
    assert (caught.value.reason, caught.value.value, caught.value.threshold) == ("haystack_too_short", 20.0, 30)


def test_a_grid_gives_each_cell_its_items_at_its_depth() -> None:
    stage = hide(
        {"task": "retrieve"},
        items=2,
        lengths={"start": 10, "end": 100, "steps": 4},
        depths={"start": 0, "end": 1, "steps": 3},
    )
    made = plans(stage, *POOL)
    cells = Counter((one.attrs["length"], one.attrs["depth"]) for one in made)
    assert cells == {(length, depth): 2 for length in ("10", "40", "70", "100") for depth in ("0", "0.5", "1")}
    for one in made:
        length, depth = float(one.attrs["length"]), float(one.attrs["depth"])
        assert one.duration == pytest.approx(length, abs=0.05)
        assert shown(one)[0].start == pytest.approx(depth * (length - 1), abs=0.05)


def test_sigmoid_depths_are_close_together_at_the_ends() -> None:
    values = Range(start=0, end=1, steps=5, spacing="sigmoid").values()
    assert values[0] == 0
    assert values[-1] == 1
    assert values[1] < 0.1
    assert values[2] == 0.5


def test_rotations_are_one_item_with_each_letter_right_once() -> None:
    for made in plans(hide(*NINE, items=2, circular=True), *POOL):
        assert len({sample.group for sample in made.samples}) == 1
        assert len({sample.id for sample in made.samples}) == 4
        assert sorted(sample.answer_index or 0 for sample in made.samples) == [0, 1, 2, 3]
        assert len({sample.answer for sample in made.samples}) == 1
        assert [sample.params["rotation"] for sample in made.samples] == list("0123")


def test_open_questions_have_no_options() -> None:
    for made in plans(hide(*NINE, items=2, open=True), *POOL):
        (sample,) = made.samples
        assert (sample.options, sample.answer_index) == ([], None)
        assert [turn.content for turn in sample.messages] == [sample.question, sample.answer]
        needles = shown(made)
        told = {"retrieve": needles[0].label, "order": ", then ".join(n.label or "" for n in needles)}
        assert sample.answer == told.get(made.attrs["kind"], str(len(needles)))


def test_the_same_seed_gives_the_same_plans_and_another_one_others() -> None:
    stage = hide(*NINE, items=3)
    first, again = plans(stage, *POOL), plans(stage, *POOL)
    assert [one.id for one in first] == [one.id for one in again]
    other = plans(stage, *(video(f"v{n}", 40.0 + n, seed=1) for n in range(5)))
    assert {one.id for one in other}.isdisjoint(one.id for one in first)
    same = sum(a.samples[0].answer == b.samples[0].answer for a, b in zip(first, other, strict=True))
    assert same < len(first) / 2


GUESSES: dict[str, Callable[[Sample], int]] = {
    **{letter: lambda sample, n=n: n for n, letter in enumerate("ABCD")},  # type: ignore[misc]
    "longest": lambda sample: max(range(4), key=lambda n: (len(sample.options[n]), n)),
    "shortest": lambda sample: min(range(4), key=lambda n: (len(sample.options[n]), n)),
    "first in the alphabet": lambda sample: sample.options.index(min(sample.options)),
    "last in the alphabet": lambda sample: sample.options.index(max(sample.options)),
    "most like the others": lambda sample: max(
        range(4), key=lambda n: sum(len(set(sample.options[n].split()) & set(o.split())) for o in sample.options)
    ),
    "at random": lambda sample: seeded(sample.id).randrange(4),
}


@pytest.fixture(scope="module")
def thousand() -> list[Sample]:
    tasks = [*NINE, {"task": "attribute", "needle": PICTURE}, {"task": "chain", "needle": PICTURE}]
    return [sample for made in plans(hide(*tasks, items=400, lengths=[50]), *POOL) for sample in made.samples]


@pytest.mark.slow
@pytest.mark.parametrize("guess", GUESSES)
def test_a_blind_guess_is_at_chance(thousand: list[Sample], guess: str) -> None:
    assert len(thousand) >= 4000
    for task in sorted({sample.task for sample in thousand}):
        of = [sample for sample in thousand if sample.task == task]
        right = sum(GUESSES[guess](sample) == sample.answer_index for sample in of) / len(of)
        assert 0.17 < right < 0.33, (task, right)  # 400 of them: 3.7 standard deviations
    right = sum(GUESSES[guess](sample) == sample.answer_index for sample in thousand) / len(thousand)
    assert right == pytest.approx(0.25, abs=0.03)


@pytest.mark.slow
def test_no_answer_is_likelier_for_what_it_says(thousand: list[Sample]) -> None:
    """Whoever has learned from half of the items which texts are right more often knows nothing about the others."""
    for task in sorted({sample.task for sample in thousand}):
        of = [sample for sample in thousand if sample.task == task]
        learn, tried = of[::2], of[1::2]
        seen = Counter(option for sample in learn for option in sample.options)
        won = Counter(sample.answer for sample in learn)
        right = 0
        for sample in tried:
            rates = [(won[option] + 1) / (seen[option] + 4) for option in sample.options]
            right += rates.index(max(rates)) == sample.answer_index
        assert right / len(tried) < 0.37, task


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tasks": [{"task": "count", "number": [1, 3]}]}, "fewer than 4 options"),
        ({"tasks": [{"task": "retrieve"}, {"task": "retrieve"}]}, "two tasks are called retrieve_word"),
        ({"tasks": [{"task": "retrieve", "needle": {"show": "clip"}}]}, "clips need lane"),
        (
            {"tasks": [{"task": "retrieve", "needle": {"show": "picture", "kinds": ["cars"]}}]},
            "no drawn pictures of cars",
        ),
        ({"tasks": [{"task": "chain"}]}, "drawn pictures only"),
        ({"tasks": [{"task": "retrieve", "needle": {"caption": "no place"}}]}, "must hold {word}"),
        ({"tasks": [{"task": "retrieve", "distractors": 1, "needle": PICTURE}]}, "would be answers too"),
        ({"tasks": [{"task": "count", "segments": 2}]}, "segments is for count"),
        ({"tasks": [{"task": "count", "repeat": True}]}, "repeat has no effect on words"),
        ({"tasks": [{"task": "retrieve", "repeat": True}]}, "repeat has no effect with task retrieve"),
        ({"open": True, "circular": True}, "circular has no effect beside open"),
        ({"depths": [0.5, 2]}, "shares from 0 to 1"),
        ({"options": 1}, "greater than or equal to 2"),
    ],
)
def test_what_cannot_work_is_said_at_once(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Hide.model_validate(wrong)


def test_a_pool_that_is_too_small_is_said() -> None:
    with pytest.raises(Failed, match="too_few_needles: retrieve_word needs 4 different ones, the pool has 2"):
        plans(hide({"task": "retrieve", "needle": {"words": ["one", "two"]}}), *POOL)
    with pytest.raises(Failed, match="no_haystack"):
        plans(hide({"task": "retrieve"}, clips="*"), *POOL)


def test_an_item_that_does_not_fit_is_a_row_that_says_so() -> None:
    stage = hide({"task": "order"}, items=2)
    with pytest.raises(Failed, match=r"haystack_too_short: 4 needles of 1 s need more than 3 s"):
        plans(stage, video("short", 3.0))


DEJAVU = "pkg://matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf"


def written_in(*words: str, **more: Any) -> Hide:
    return hide({"task": "retrieve", "needle": {"words": [*words, "acorn", "basil", "candle"]}}, items=4, **more)


def test_words_that_cannot_be_drawn_are_refused_before_anything_is_made() -> None:
    with pytest.raises(
        ValidationError, match=r"cannot write 'The secret word is жук\.' \(ж к у\): set font: to a \.ttf"
    ):
        written_in("жук")
    with pytest.raises(
        ValidationError, match=r"DejaVuSans.ttf lacks letters of 'The secret word is 漢字.' \(字 漢\): take"
    ):
        written_in("漢字", "жук", font=DEJAVU)
    with pytest.raises(ValidationError, match=r"\(é\), .*\(é\), .*\(é\), 9 more"):
        hide({"task": "retrieve", "needle": {"words": ["é", "éa", "éb"], "caption": "é {word}"}, "distractors": 1})
    with pytest.raises(ValidationError, match=r"cannot write 'Das Wörtchen heißt acorn\.' \(ß ö\)"):
        hide({"task": "count", "needle": {"words": ["acorn"], "caption": "Das Wörtchen heißt {word}."}})


def test_a_font_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_text("letters")
    with pytest.raises(ValidationError, match=r"font: \S*no\.ttf: is no font that can be drawn with"):
        written_in("жук", font=str(tmp_path / "no.ttf"))
    with pytest.raises(ValidationError, match=r"font: \S*none\.ttf: no such file"):
        written_in("acorn", font=str(tmp_path / "none.ttf"))


def test_the_font_goes_with_the_plan() -> None:
    made = plans(written_in("жук", font=DEJAVU), *POOL)
    assert "жук" in {option for one in made for option in one.samples[0].options}
    for one in made:
        (needle,) = one.lane("needles")
        assert needle.attrs["font"] == DEJAVU
        assert len(needle.attrs["font_content"]) == 64
        (overlay,) = edit_of(one, "/pool").overlays
        assert overlay.font.endswith("/DejaVuSans.ttf")
    chain = {"task": "chain", "needle": PICTURE}
    (one,) = plans(hide(chain, font=DEJAVU, lengths=[60]), *POOL)
    assert {overlay.font.rpartition("/")[2] for overlay in edit_of(one).overlays} == {"DejaVuSans.ttf"}
    assert all("font" not in span.attrs for span in one.lane("needles") if span.attrs["how"] == "insert")
    plain = {one.id for one in plans(hide({"task": "retrieve"}, items=3), *POOL)}
    assert plain.isdisjoint(one.id for one in plans(hide({"task": "retrieve"}, items=3, font=DEJAVU), *POOL))


def test_own_pictures_are_named_by_file_or_folder(tmp_path: Path) -> None:
    for name in ("mug.png", "teapot.png", "spoon.jpg", "forks/one.png", "forks/two.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    made = plans(hide({"task": "retrieve", "needle": {**PICTURE, "pictures": str(tmp_path)}}, items=12), *POOL)
    told = {option for one in made for option in one.samples[0].options}
    assert told == {"mug", "teapot", "spoon", "forks"}
    assert all(len(span.attrs["content"]) == 64 for one in made for span in shown(one))


def test_of_own_pictures_no_copy_is_counted_beside_its_original(tmp_path: Path) -> None:
    """Six files of mugs, of which two are the same: four is the most that can be counted without one twice."""
    for n in range(6):
        (tmp_path / "mug").mkdir(exist_ok=True)
        (tmp_path / "mug" / f"{n}.png").write_bytes(b"the same" if n < 2 else str(n).encode())
    for n in range(9):
        (tmp_path / f"spoon {n}.png").write_bytes(f"spoon {n}".encode())
    needle = {**PICTURE, "pictures": str(tmp_path)}
    made = plans(hide({"task": "count", "number": [2, 5], "distractors": 1, "needle": needle}, items=30), *POOL)
    assert {made.samples[0].answer for made in made} == set("2345")
    for one in made:
        shows = [span.attrs["content"] for span in one.lane("needles")]
        assert len(set(shows)) == len(shows) == 6
    with pytest.raises(Failed, match="too_few_needles: count_picture needs a class of 6 different ones"):
        plans(hide({"task": "count", "number": [2, 6], "needle": needle}), *POOL)


def test_words_are_not_within_one_another() -> None:
    words = [word.lower() for word in [*NAMES, *NOUNS]]
    assert len(set(words)) == len(words) > 120
    assert [(a, b) for a in words for b in words if a != b and a in b] == []


@given(
    length=st.floats(20, 500),
    lasts=st.lists(st.floats(0.1, 2), min_size=1, max_size=8),
    inserted=st.booleans(),
    data=st.data(),
)
@settings(max_examples=100)
def test_slots_keep_their_distance_and_stay_inside(
    length: float, lasts: list[float], inserted: bool, data: st.DataObject
) -> None:
    shares = sorted(data.draw(st.lists(st.floats(0, 1), min_size=len(lasts), max_size=len(lasts))))
    slots = spread(length, lasts, inserted, shares)
    assert slots[0].start >= 0
    assert slots[-1].start + slots[-1].seconds <= length + 1e-5
    for before, after in pairwise(slots):
        assert after.start - (before.start + before.seconds) >= GAP - 1e-5


@given(
    lengths=st.lists(st.floats(1, 50), min_size=1, max_size=5),
    wanted=st.floats(1, 200),
    at=st.lists(st.floats(0, 1), min_size=0, max_size=4),
)
@settings(max_examples=100)
def test_room_is_made_without_losing_a_moment(lengths: list[float], wanted: float, at: list[float]) -> None:
    from vdata.video.edit.edit_list import Piece

    pool = [PoolVideo(str(n), f"{n}.mp4", str(n), round(one, 6), 640, 360, 25.0) for n, one in enumerate(lengths)]
    base = haystack(pool, 0, round(wanted, 6), seeded("room"))
    assert base[-1].end == pytest.approx(wanted, abs=1e-4)
    new = [(share * base[-1].end, Piece(0, 1, picture="drawn:red_apple")) for share in sorted(at)]
    made, placed = put_in(base, new)
    assert made[-1].end == pytest.approx(base[-1].end + len(new), abs=1e-3)
    assert all(abs(a.end - b.start) < 2e-4 for a, b in pairwise(made))
    assert len(placed) == len(new)
    left = without_end(base, round(base[-1].end / 3, 6))
    assert left[-1].end == pytest.approx(base[-1].end * 2 / 3, abs=1e-4)
    assert all(abs(one.finish - one.begin - (one.end - one.start)) < 2e-4 for one in left)
    shown_of = {uri: sum(p.finish - p.begin for p in made if p.uri == uri) for uri in {p.uri for p in base}}
    whole = {uri: sum(p.finish - p.begin for p in base if p.uri == uri) for uri in shown_of}
    assert shown_of == pytest.approx(whole, abs=1e-3)
