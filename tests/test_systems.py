"""What recipes say of themselves in their heads, and the page of systems that is made of it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from vdata.recipes import find_mixtures, find_recipes, recipe_text

ROOT = Path(__file__).parent.parent
KNOWN: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "systems.yaml").read_text(encoding="utf-8"))
LISTED = KNOWN.pop("all")
PAGE = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
FILES = {**find_recipes(), **find_mixtures()}
SYSTEMS = {
    "captions": (
        *("ShareGPT4Video", "Panda-70M", "Koala-36M", "Vript", "SceneWalk (SALOVA)", "DropletVideo-10M", "VideoUFO"),
        *("MMTrail", "HD-VG-130M", "AuroraCap VDC", "ViSMaP", "MR. Video", "VidLA", "WebVid", "StoryTeller"),
        *("FAVDBench", "VideoRefer", "COMPOSITIONCAP", "VIGC"),
    ),
    "time": (
        *("E.T. Instruct", "VTG-IT", "TimePro", "Grounded-VideoLLM", "LITA-RTL", "UniVTG", "VidChapters"),
        *("Instruct-V2Xum", "VISIOCITY", "VERIFIED", "LLaVA-ST", "V-STaR", "VUE-TR (Vidi)", "LLM4VG"),
    ),
    "speech and interleaved": (
        *("HowToCaption", "HowToStep", "TVTS", "Multimodal Textbook", "Howto-Interlink7M", "SAVEn-Vid", "MMICL"),
        "EILEV",
    ),
    "streaming": ("MMDuetIT", "LIVE", "OVBench", "RTV-Bench", "StreamingBench"),
    "questions and reasoning": (
        *("VideoEspresso", "VCG+112K", "Video-STaR", "VideoVista", "ALLVB", "Valley", "VideoChat", "VideoChat2-IT"),
        *("MVBench", "Video-Bench", "FAVOR", "Video-Holmes", "MMR-V", "CG-Bench", "MMWorld", "MME-VideoOCR", "STAIR"),
        *("MM-CoF", "MMDU", "MMIE", "MMVM (CoLVA)", "VLM-3R", "MMXU", "LMM-VQA", "LWM QA", "T3", "T2Vid"),
        *("Goldfish (TVQA-long)", "LongVid"),
    ),
    "preferences and reinforcement learning": (
        *("VideoSAVi", "STIC", "Preference 6k (mllm-dpo)", "VideoChat-R1", "MJ-Bench-Video (UVE)", "VideoAutoArena"),
    ),
    "haystacks and forms": (
        *("VNBench", "NIAVH", "VideoChat-Flash", "MLVU", "LV-Haystack", "TempCompass", "VideoReasonBench", "V2PE"),
        *("Giraffe", "MMBench", "MMStar", "VideoEval-Pro"),
    ),
}
"""The systems that vdata set out to cover, by family."""
MOST_LINES, WIDTH = 8, 120


def head(name: str) -> list[str]:
    """The comment that the recipe *name* begins with."""
    return list(takewhile(lambda line: line.startswith("#"), FILES[name].read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_head_has_eight_lines_and_says_what_differs(name: str) -> None:
    lines = head(name)
    assert 2 <= len(lines) <= MOST_LINES
    assert [line for line in lines if len(line) > WIDTH] == []
    assert all(line[:2] == "# " and line[2:].strip() for line in lines), "no line is empty"
    text = " ".join(line[2:] for line in lines)
    assert lines[0].endswith((".", ":", "`."))
    assert text.count("Reproduces") == 1
    assert lines[1].startswith("# Reproduces")
    assert text.count("Differs: ") == (name in KNOWN)
    assert not re.search(r"^# +vdata ", "\n".join(lines), re.MULTILINE) or name == "quickstart", "read as a command"


def test_the_systems_are_those_that_were_set_out_and_have_recipes_that_name_them() -> None:
    assert {family: tuple(of) for family, of in LISTED.items()} == SYSTEMS
    assert sum(map(len, SYSTEMS.values())) == 93
    for of in LISTED.values():
        for system, said in of.items():
            if isinstance(said, str) and ":" in said:
                assert said.startswith(("planned: ", "not possible: "))
                assert 20 < len(said) < 180
                continue
            words = [word for word in re.split(r"[^a-z0-9]+", system.casefold()) if len(word) > 1]
            for recipe in [said] if isinstance(said, str) else said:
                title = re.split(r"[^a-z0-9]+", head(recipe)[0].casefold())
                assert any(one.startswith(word) or word.startswith(one) for one in title if one for word in words), (
                    system, recipe)  # fmt: skip


def test_every_recipe_is_of_one_system_or_of_none() -> None:
    said = [one for of in LISTED.values() for one in of.values() if not (isinstance(one, str) and ":" in one)]
    named = [name for one in said for name in ([one] if isinstance(one, str) else one)]
    assert sorted(named) == sorted(set(KNOWN)), "a system with a recipe has it on its line"
    ours = {name for name, recipe in find_recipes().items() if "Reproduces no " in recipe.read_text(encoding="utf-8")}
    assert set(FILES) - set(KNOWN) == ours >= {"instruct", "quickstart"}


def test_the_page_tells_all_that_differs_once() -> None:
    rows = [[cell.strip() for cell in line.split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")]
    cells = {row[0].lstrip("| "): row[2].rstrip(" |") for row in rows if len(row) == 3 and "---" not in row[0]}
    cells.pop("system", None)
    assert list(cells) == [name for of in SYSTEMS.values() for name in of]
    for name, cell in cells.items():
        assert cell.endswith("."), name
        assert cell.count('"') % 2 == cell.count("(") - cell.count(")") == 0, name
        assert "see its comment" not in cell
        clauses = Counter(clause.strip() for clause in re.split(r"[;.:] ", cell.rstrip(".")) if len(clause) > 25)
        assert [clause for clause, times in clauses.items() if times > 1] == [], name
    for name, known in KNOWN.items():
        text = " ".join(line[2:] for line in head(name))
        told = re.split(r"(?<=\.) (?=Needs )", text.partition("Differs: ")[2])[0]
        assert told in PAGE, name
        assert known.get("differs", "").strip() in PAGE
        target = "outputs.md#" if name in find_mixtures() else f"recipes.md#{name}"
        assert f"[`{name}`]({target}" in PAGE


def test_vript_hard_takes_the_scripts_of_vript() -> None:
    """What they share cannot be extended, for it is the first part of a list: it must not come apart."""
    whole = {name: yaml.safe_load(recipe_text(name)) for name in ("vript", "vript_hard")}
    scripts = {name: one["stages"][:5] for name, one in whole.items()}
    composed = {name: stages[-1]["caption"].pop("compose") for name, stages in scripts.items()}
    assert scripts["vript"] == scripts["vript_hard"]
    assert composed["vript"][-1:] == composed["vript_hard"], "whose words are compared: the content alone"
    assert whole["vript"]["labels"] == whole["vript_hard"]["labels"]
