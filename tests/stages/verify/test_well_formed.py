"""Questions that are none, and answers to something else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from vdata.schemas import Evidence, Message, Sample, Span, Timeline, make_id
from vdata.schemas.sample import WRITTEN_FROM
from vdata.stages.verify.asked_place import asked_place
from vdata.stages.verify.verify import Verify

LINES = (
    "A plumber cuts a copper pipe with a small saw.",
    "Two gardeners load the tulips onto a cart.",
    "She wraps the parrot in a towel.",
    "A nurse feeds the baby with a spoon.",
    "The door opens and the guests dance in the hall.",
    "The baby laughs at the nurse, who feeds the baby.",
    "The customs officer stamps the papers.",
    "Two singers warm up backstage.",
    "The parrot repeats its name.",
    "The juggler tosses clubs upward.",
)
SAID = "The parrot bit him, so it sits in the cage."


def verdict(question: str, answer: str, cites: int = -1, **more: Any) -> str:
    """The reason for which *answer*, which cites one of LINES or SAID, is dropped by the check; else empty."""
    made = Timeline("shop.mp4", make_id("shop"), 60.0)
    made.put("events", [Span(10.0 * n, 10.0 * n + 10, text) for n, text in enumerate(LINES)])
    made.put("speech", [Span(20, 30, SAID)])
    lane, span = ("events", made.lane("events")[cites]) if cites >= 0 else ("speech", made.lane("speech")[0])
    made.samples = [
        Sample(
            "what", question, answer, span.start, span.end,
            messages=[Message("user", question), Message("assistant", answer)],
            **{"teacher": "t", "evidence": [Evidence(span.start, span.end, lane, span.words, span.id)], **more},
        )
    ]  # fmt: skip
    asyncio.run(Verify(captions=[], checks=["well_formed"]).run(made, None))
    return "".join(reject.reason for reject in made.rejects)


@pytest.mark.parametrize(
    ("question", "answer", "cites", "reason"),
    [
        ("What does the plumber cut the pipe?", "A small saw.", 0, "broken_question"),
        ("What do the guests dance?", "The hall.", 4, "broken_question"),
        ("What does the two gardeners load?", "The tulips.", 1, "broken_question"),
        ("What does the gardeners load?", "The tulips.", 1, "broken_question"),
        ("How does the nurse do it?", "She feeds the baby.", 3, "broken_question"),
        ("What does the nurse feed the nurse?", "The baby.", 3, "broken_question"),
        ("How does the plumber cut a pipe?", "The plumber cuts a pipe.", 0, "says_nothing_new"),
        ("How is the baby fed?", "To feed the baby with a spoon is to feed the baby with a spoon.", 3,
         "says_nothing_new"),
        ("What does the baby do?", "A nurse feeds the baby.", 3, "other_role"),
        ("What does the man in the hall do?", "She wraps the parrot in a towel.", 2, "other_role"),
        ("Who feeds the baby?", "A spoon.", 3, "other_role"),
        ("What does the pipe cut?", "The plumber.", 0, "other_role"),
        ("What does the parrot say?", "It sits in the cage.", -1, "other_role"),
        ("What does the plumber cut?", "A small saw.", 0, "other_place"),
        ("What does the plumber cut the pipe with?", "Copper.", 0, "other_place"),
        ("How does the nurse feed the baby?", "The nurse feeds the baby to the parrot.", 3, "other_place"),
        ("How do they dance?", "The way they dance is a hall.", 4, "other_place"),
        ("What does the nurse see?", "A spoon.", 3, "not_told"),
        ("What does the nurse feed?", "A towel.", 2, "not_told"),
        ("How many tulips are there?", "The tulips on the cart.", 1, "no_number"),
        ("What does the plumber cuts?", "A pipe.", 0, "broken_question"),
        ("Who does the plumber say?", "A copper pipe.", 0, "broken_question"),
        ("Who does the plumber cut?", "The plumber cuts a pipe.", 0, "broken_question"),
        ("What does the baby do?", "A spoon.", 3, "other_place"),
        ("What does the baby do?", "The baby is carried away.", 3, "other_role"),
        ("What does the plumber cut?", "The pipe is handed over.", 0, "other_place"),
        ("What does the towel hold?", "The parrot is held.", 2, ""),
        ("What does the cart carry?", "Two gardeners.", 1, "other_role"),
        ("What do the gardeners load?", "A tulip.", 1, "wrong_number"),
        ("How do the guests dance?", "The way is to dance in the hall.", 4, "other_place"),
        ("What does the nurse say?", "The nurse feeds the baby.", 3, "not_told"),
    ],
)  # fmt: skip
def test_what_no_trainer_would_keep(question: str, answer: str, cites: int, reason: str) -> None:
    assert verdict(question, answer, cites) == reason


@pytest.mark.parametrize(
    ("question", "answer", "cites"),
    [
        ("What does the plumber cut?", "A pipe made of copper.", 0),
        ("What does the plumber cut the pipe with?", "With a saw.", 0),
        ("What do the gardeners load onto the cart?", "Tulips.", 1),
        ("What does the man use to shorten the pipe?", "A small saw.", 0),
        ("What does she wrap?", "The parrot.", 2),
        ("What does the nurse do?", "She feeds the baby with a spoon.", 3),
        ("What does the plumber do?", "Cuts a copper pipe.", 0),
        ("What does the man open?", "A copper pipe.", 0),
        ("What is the nurse doing?", "Feeding a baby.", 3),
        ("Who takes care of the baby?", "A nurse with a spoon.", 3),
        ("How does the nurse feed the baby?", "She feeds it with a spoon.", 3),
        ("Who does the nurse feed?", "The nurse feeds the baby.", 5),
        ("What does the bus at the gate do?", "It opens the door.", 4),
        ("Where do the guests dance?", "In the hall.", 4),
        ("What does the woman do with the parrot?", "She puts a towel around it.", 2),
        ("How many gardeners are there?", "Two.", 1),
        ("Does the plumber cut the pipe?", "The plumber cuts the pipe.", 0),
        ("What does the customs officer do?", "He stamps papers.", 6),
        ("What does the customs officer stamp?", "The papers.", 6),
        ("When does the customs officer stamping the papers start?", "164s: the customs officer stamps them.", 6),
        ("When does the two singers warming up start?", "Around 77 seconds.", 7),
        ("Where is the two singers warming up?", "From 0:70 to 0:80.", 7),
        ("How many seconds does it take the nurse to feed the baby?", "In 0m10s the nurse is done.", 3),
        ("How many seconds does it take the nurse to feed the baby?", "The feeding takes 10.5s.", 3),
        ("Give start and end of the feeding.", "30.5 s is where it starts and 40.5 s is where it stops.", 3),
        ("At which point does the two singers warming up begin?", "At 77 seconds.", 7),
        ("When does the customs officer start to stamp papers?", "At 61 seconds.", 6),
        ("How often does the parrot repeat its name?", "Five times.", 8),
        ("How often does the juggler toss clubs upward?", "Twice.", 9),
        ("What do we see?", "A nurse feeding the baby at 0:35.", 3),
        ("What does the viewer see?", "At 0:35 the viewer sees a nurse feeding the baby.", 3),
        (
            "Where do we first see the two singers warm up?",
            "We first see the two singers warm up right at the start.",
            7,
        ),
        ("Since when does the nurse feed the baby?", "Since `2:11`.", 3),
        (
            "What are the start and end times of the feeding?",
            "The start is at 0 min 33 s and the end is at 0 min 38 s.",
            3,
        ),
        ("When is the baby fed?", "From nine seconds into the video to twelve seconds into the video.", 3),
    ],
)
def test_good_samples_stay(question: str, answer: str, cites: int) -> None:
    assert verdict(question, answer, cites) == ""


def test_the_order_of_several_events_may_say_their_words_again() -> None:
    both = [Evidence(10.0 * n, 10.0 * n + 10, "events", LINES[n]) for n in (0, 3)]
    answer = "The nurse feeding the baby comes after the plumber, and the nurse feeding the baby is the last one."
    assert verdict("In which order do these things happen?", answer, 0, evidence=both) == ""
    assert verdict("What happens?", "She feeds the baby with a and feeds the baby with a.", 3) == "says_nothing_new"


def test_samples_by_rule_choices_and_other_languages_are_not_read() -> None:
    assert verdict("What do the guests dance?", "The hall.", 4, teacher="") == ""
    assert verdict("What do the guests dance?", "The hall.", 4, options=["The hall.", "A cart."]) == ""
    assert verdict("Was macht die Frau mit dem Papagei, und womit?", "Sie macht die Frau mit dem Papagei.", 2) == ""


def test_the_reason_is_told() -> None:
    asked = asked_place("What do the gardeners load onto the cart?", "\n".join(LINES))
    assert asked is not None
    assert (asked.subject, asked.verb, asked.rest) == (["the", "gardeners"], "load", ["onto", "the", "cart"])
    assert (asked.statement.subject, asked.statement.rest[:2]) == (["two", "gardeners"], ["the", "tulips"])
    assert asked_place("What does the cook stir?", "\n".join(LINES)) is None


@pytest.mark.parametrize(
    ("question", "answer", "cites", "reason"),
    [
        ("What does the man in the hall do?", "She wraps the parrot in a towel.", 2, ""),  # frames may show it
        ("What does the two gardeners load?", "The tulips.", 1, "broken_question"),
    ],
)
def test_of_who_was_shown_frames_the_form_alone_is_read(question: str, answer: str, cites: int, reason: str) -> None:
    assert verdict(question, answer, cites, params={WRITTEN_FROM: "frames and sound"}) == reason
    assert verdict(question, answer, cites) != ""
