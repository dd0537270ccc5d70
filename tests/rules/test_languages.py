"""The files of languages: a question for each way in which a family asks, well formed, and answers known again."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from vdata.rules.clock import TIME_FORMATS, Clock, clock_of
from vdata.rules.family import Family, find_families
from vdata.rules.lane_kinds import CAMERA, say
from vdata.rules.language_key import CODES, LanguageKey, language_of_key, shipped
from vdata.rules.language_words import ENGLISH, Language, slots_in
from vdata.rules.movement import STAYS, WAYS
from vdata.rules.phrasings import english_tree, lacking, misfits, phrasings_of, wordings
from vdata.rules.stamps import holds_time
from vdata.schemas import Evidence

LANGUAGES = [name for name in CODES.values() if name != ENGLISH]


def language(name: str) -> Language:
    found = shipped(name)
    assert found is not None
    return found


def ways(family: Family) -> list[tuple[str, str]]:
    """Every kind and wording with which *family* has questions of its own in English."""
    return [
        (kind, wording)
        for kind, wording in product(sorted(family.kinds) or [""], ["", *sorted(wordings(family))])
        if family.questions(kind, wording) and (not wording or wording in "".join(family.instead))
    ]


class Stage(BaseModel):
    language: LanguageKey = ENGLISH


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_family_has_four_questions_for_each_way_of_asking(name: str) -> None:
    few = [
        (task, *way)
        for task, family in find_families().items()
        for way in ways(family)
        if len(set(phrasings_of(language(name), family, *way))) < 4
    ]
    assert few == []
    assert misfits(language(name)) == []
    assert lacking(language(name)) == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_no_question_is_given_twice_or_ends_in_nothing(name: str) -> None:
    for key, texts in language(name).questions.items():
        assert len(set(texts)) == len(texts), key
        for text in texts:
            assert text == text.strip()
            assert "  " not in text
            end = re.sub(r"\n\{list\}$", "", text)[-1]
            assert end in ("。？：" if name == "Chinese" else ".?:") or text.endswith(("{asked}", "{q}")), text


@pytest.mark.parametrize("name", [*LANGUAGES, "English"])
def test_a_stream_is_asked_for_in_six_ways_or_more_none_of_which_tells_a_time(name: str) -> None:
    own = language(name).stream
    assert set(own) == {"narrate", "past", "now", "next", "sorry"}
    for ask, texts in own.items():
        assert len(set(texts)) == len(texts) >= 6, ask
        assert not holds_time(texts, None), ask
        assert not any("{" in text for text in texts), ask


def every_text(name: str) -> list[str]:
    own = language(name)
    texts = [text for some in own.questions.values() for text in some]
    said = [text for some in own.stream.values() for text in some]
    return [*texts, *said, *own.choose, *own.ground, *own.explain, own.part, own.answer, own.answers.until]


def test_chinese_has_no_letters_and_no_marks_of_english() -> None:
    own = language("Chinese")
    said = [
        *own.answers.model_dump_json(exclude={"labels"}),
        *own.answers.labels.values(),
        *own.nth,
        *own.tell.values(),
    ]
    words = [text for noun in own.nouns.values() for text in (noun.one, noun.many, noun.it)]
    for text in [*every_text("Chinese"), *own.answers.labels.values(), *own.nth, *own.tell.values(), *words]:
        left = re.sub(r"\{\w+\}", "", text)
        assert not re.search(r"[A-Za-z?!,.:;\"']", left), text
    assert said


def test_spanish_opens_every_question_and_french_keeps_its_spaces() -> None:
    for text in every_text("Spanish"):
        assert text.count("?") == text.count("¿"), text
    for text in every_text("French"):
        assert not re.search(r"(?<!\u00a0)[?!:;»]", text.replace("{asked}", "")), text
        assert not re.search(r"«(?!\u00a0)", text), text


@pytest.mark.parametrize(("name", "form"), list(product(LANGUAGES, TIME_FORMATS)))
def test_a_stretch_is_written_and_known_again_from_its_parameters(name: str, form: Any) -> None:
    clock = Clock(form, 90.0, language=language(name))
    again = clock_of(clock.params(), 90.0)
    assert again == clock
    assert again.language is language(name)
    written = clock.cap(5.0, 17.5)
    assert written[0].isupper() or name == "Chinese"
    assert clock.number(5.0) in written
    assert clock.number(17.5) in written
    assert clock.number(5.0) in clock.when(5.0, 5.0)


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_the_stage_camera_writes_and_ways_to_move_have_words(name: str) -> None:
    labels = {*CAMERA.values(), "zoom in", "zoom out", *WAYS, STAYS}
    assert labels == set(language(name).answers.labels)
    assert say("zoom_in", "label", language(name)) == language(name).answers.labels["zoom in"]
    assert say("zoom_in", "label") == "zoom in"


ITALIAN = {
    "name": "Italian",
    "answers": {
        "seconds": {"time": "{time} secondi", "at": "a {time} secondi", "between": "da {start} a {end} secondi"},
        "quotes": ["«", "»"],
    },
    "questions": {"moment_retrieval": ["Quando succede {q}?"], "counting": ["Quante volte si vede {q}?"]},
}


def test_a_language_of_ones_own_keeps_the_words_of_its_answers_in_its_samples() -> None:
    own = language_of_key(Stage(language=ITALIAN).language)
    clock = Clock("seconds", 90.0, language=own)
    params = clock.params()
    assert params["language"] == "Italian"
    family = find_families()["moment_retrieval"]
    evidence = [Evidence(5, 17.5, "events", "He jumps.", "a")]
    assert family.solve(evidence, params, clock_of(params, 90.0)) == "Da 5.0 a 17.5 secondi."
    assert "event_order" in lacking(own)
    assert "counting" not in lacking(own)


def test_names_codes_and_what_is_extended() -> None:
    assert Stage(language="zh").language == Stage(language="chinese").language == "Chinese"
    own = language_of_key(
        Stage(language={"extends": "de", "questions": {"counting": ["Wie oft gibt es {q}?"]}}).language
    )
    assert own.name == "German"
    assert own.questions["counting"] == ["Wie oft gibt es {q}?"]
    assert own.questions["event_order"] == language("German").questions["event_order"]
    assert own.params == {"language": "German"}
    again = Stage(language=own.model_dump()).language
    assert again == own
    english = language_of_key(
        Stage(language={"extends": "English", "questions": {"counting": ["How many {q}?"]}}).language
    )
    assert english.params == {}
    assert (
        phrasings_of(english, find_families()["first_last"], "speech", "last")[0] == "What is said last in the video?"
    )
    assert misfits(Language(**english_tree())) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Klingon", "there are no questions in Klingon; there are English, Chinese"),
        ("Chinse", "did you mean Chinese?"),
        ({"extends": "xx"}, "extends: there are no questions in xx"),
        (
            {"questions": {"countng": ["a {q}"]}},
            "questions.countng: there is no family countng; did you mean counting?",
        ),
        ({"questions": {"before_after.afer": ["a {q}"]}}, "did you mean after?"),
        (
            {"questions": {"event_order": ["how {lst}?"]}},
            "questions.event_order.0: unknown slot {lst} in 'how {lst}?'; did you mean {list}?",
        ),
        ({"questions": {"counting": ["how many?"]}}, "questions.counting.0: 'how many?' must hold {q}"),
        (
            {"questions": {"counting.all": ["quante {many}?"]}},
            "questions.counting.all.0: {many} has no word: nouns has no",
        ),
        ({"questions": {"counting": []}}, "questions.counting: no question is given"),
        ({"answers": {"seconds": {"between": "da {start} a {fine}"}}}, "unknown slot {fine}"),
        ({"part": "solo {wen}"}, "did you mean {when}?"),
        ({"questions": {"counting": ["how {q"]}}, "questions.counting.0: expected '}'"),
    ],
)
def test_mistakes_are_named_with_their_place(given: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        Stage(language=given)


def test_slots_are_names_in_braces() -> None:
    assert slots_in("{a} {{b}} {c}") == {"a", "c"}
