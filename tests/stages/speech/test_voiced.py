"""Silence is left out before a sound is transcribed, and times come back to where they were."""

from __future__ import annotations

import numpy as np

from vdata.stages.speech.sentences import Line, Word
from vdata.stages.speech.voiced import brought_back, only, pieces_of


def test_stretches_get_a_margin_and_near_ones_are_one_piece() -> None:
    assert pieces_of([(5, 6), (0.2, 1), (7.5, 8), (20, 29.9)], 30) == [(0, 1.4), (4.6, 8.4), (19.6, 30)]
    assert pieces_of([], 30) == []


def test_only_the_pieces_are_heard() -> None:
    sound = np.arange(100)
    assert only(sound, [(1, 2), (5, 5.5)], 10).tolist() == [*range(10, 20), *range(50, 55)]
    assert len(only(sound, [], 10)) == 0


def test_words_go_back_to_their_piece_and_stay_in_it() -> None:
    pieces = [(10.0, 12.0), (20.0, 21.0), (30.0, 34.0)]
    words = [Word("a", 0.0, 0.5), Word("b", 1.5, 2.2), Word("c", 2.1, 2.9), Word("d", 2.95, 3.5), Word("e", 6.9, 9.0)]
    (line,) = brought_back([Line(words, {"x": 1.0})], pieces)
    assert [(word.text, word.start, word.end) for word in line.words] == [
        ("a", 10, 10.5),
        ("b", 11.5, 12),
        ("c", 20.1, 20.9),
        ("d", 30, 30.5),
        ("e", 33.9, 34),
    ]
    assert line.values == {"x": 1.0}
