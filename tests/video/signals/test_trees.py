"""Small decision trees that are read from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vdata.video.signals import gradual
from vdata.video.signals.trees import Trees


def test_each_row_takes_its_own_way_through_every_tree(tmp_path: Path) -> None:
    one = {"column": [0, 1, 1], "above": [5.0, 1.0, 2.0], "answer": [0.1, 0.2, 0.4, 0.8]}
    two = {"column": [1, 0, 0], "above": [1e9, 5.0, 0.0], "answer": [10.0, 20.0, 40.0, 80.0]}
    path = tmp_path / "trees.json"
    path.write_text(json.dumps({"inputs": ["a", "b"], "base": -1.0, "trees": [one, two]}))
    trees = Trees.read(path)
    values = np.array([[5.0, 1.0], [5.0, 1.5], [6.0, 2.0], [6.0, 2.5]])  # just met is not exceeded
    assert trees.inputs == ("a", "b")
    assert trees.score(values) == pytest.approx([9.1, 9.2, 19.4, 19.8])
    assert trees.score(values[:0]).shape == (0,)


def test_the_trees_of_gradual_transitions_are_whole() -> None:
    trees = Trees.read(Path(gradual.__file__).with_name("gradual.json"))
    count, questions = trees.column.shape
    assert (questions + 1) & questions == 0
    assert trees.answer.shape == (count, questions + 1)
    assert trees.column.max() < len(trees.inputs) == len(set(trees.inputs))
