"""What the pages say is right: commands run, configs have no mistakes, links lead somewhere, made pages are fresh."""

from __future__ import annotations

import ast
import fnmatch
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from inline import without_ray
from packages import install

from vdata import cli
from vdata.pipelines.mixture.mix_config import load_mix
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas.plugins import find_classes

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

NOT_RUN = {
    "git clone *": "needs an address",
    "cd vdata": "goes with it",
    "python3 -m venv *": "CI has made the environment with it",
    "pip install *": "the same; examples/own_stage is put on the path instead",
    "vdata example film": "the fixture film has rendered it",
    "ruff *": "is what CI runs",
    "mypy": "is what CI runs",
    "pytest -n *": "is what CI runs",
    "pytest -m slow *": "is what CI runs",
    "pytest examples/own_stage": "tests/examples/test_own_stage.py runs it",
    "vllm serve *": "needs a GPU and a model",
    "docker *": "needs Docker",
    "kubectl *": "needs Kubernetes",
    "sbatch *": "needs Slurm; tests/examples/test_slurm.py runs it by pytest -m slurm",
    "export RAY_AUTH_MODE=token": "is for the shell of a cluster",
    "ray *": "needs machines; tests/examples/test_cluster_files.py checks the files",
    "lmms_eval *": "is another program; tests/export/test_lmms_eval.py runs it by pytest -m harness",
    "python kit/my_bench/*": "the same; tests/export/test_vlmevalkit.py",
    "vdata build /shared/build.yaml *": "needs a cluster; tests/pipelines/test_cluster.py has one",
    "vdata build instruct *": "asks a model; tests/pipelines/test_taught_recipes.py has one",
    "vdata build vnbench *": "takes minutes; tests/pipelines/test_haystacks.py builds a part of it",
    "vdata predict *": "asks a model; tests/pipelines/evaluation/test_predict.py has one",
    "vdata score *": "needs the replies of a model; tests/pipelines/evaluation/test_score.py has some",
    "vdata push *": "needs the Hub; tests/pipelines/upload/test_push.py has one",
}
"""Commands of the pages that are only parsed, and why."""


def blocks(language: str) -> list[tuple[str, str]]:
    """(page, text) of every block of *language*."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [(page.name, text) for page in PAGES for text in pattern.findall(page.read_text(encoding="utf-8"))]


def commands() -> list[str]:
    """Every command of every bash block, in the order of the pages, each once."""
    found: dict[str, None] = {}
    for _, text in blocks("bash"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words:
                end = words.index("&&") if "&&" in words else len(words)
                one = [words[0].removeprefix(".venv/bin/"), *words[1:end]]
                found[shlex.join(one)] = None
                words = words[end + 1 :]
    return list(found)


def why_not(command: str) -> str:
    """Why *command* is not run; empty: it is."""
    plain = " ".join(shlex.split(command))
    return next((why for pattern, why in NOT_RUN.items() if fnmatch.fnmatchcase(plain, pattern)), "")


def own_files() -> Iterator[tuple[str, str]]:
    """The files of Python on the pages, blocks that begin with ``# NAME.py``: name and text."""
    for _, text in blocks("python"):
        if named := re.match(r"# (\w+\.py)\n", text):
            yield named[1], text


RUN = [command for command in commands() if not why_not(command)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, film: Path, clips: Path) -> Iterator[Path]:
    """A folder as the pages have it: the checkout's examples and configs, my.yaml of the README, and its build."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "configs", folder / "configs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("videos", "__pycache__"))
    shutil.copytree(film, folder / "examples" / "videos")
    shutil.copytree(film, folder / "my" / "videos", ignore=shutil.ignore_patterns("*.truth.jsonl"))
    (folder / "my" / "videos" / "broken.mp4").touch()  # so that there are rejects
    (folder / "steps.csv").write_text("video,start,end,text,label\nfilm.mp4,1,3,A ball is thrown.,throw\n")
    (folder / "my.yaml").write_text(next(text for page, text in blocks("yaml") if page == "README.md"))
    for name, text in own_files():
        (folder / name).write_text(text)
    install(folder / "examples" / "own_stage", "vdata-pace", {"vdata.stages": {"pace": "vdata_pace:Pace"}})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.syspath_prepend(str(folder / "examples" / "own_stage"))
        without_ray(patch)
        find_classes.cache_clear()
        assert cli.run(["build", "my.yaml"]) == 0
        yield folder
    find_classes.cache_clear()


def _need_extras(text: str) -> None:
    """Skip what *text* shows where the extra that it is about is not installed; CI has all but those of GPUs."""
    if re.search(r"\blance\b", text):
        pytest.importorskip("lance")


@pytest.mark.parametrize("command", RUN)
def test_a_command_of_the_pages_runs(place: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _need_extras(command)
    words = shlex.split(command)
    assert words[0] == "vdata", f"{command}: run it here, or say in NOT_RUN why not"
    assert cli.run(words[1:]) == 0
    assert "Traceback" not in "".join(capsys.readouterr())


def test_there_are_commands_that_run_and_all_that_do_not_are_in_use() -> None:
    assert len(RUN) >= 8
    unused = [pattern for pattern, why in NOT_RUN.items() if all(why_not(one) != why for one in commands())]
    assert unused == []


@pytest.mark.parametrize("command", [command for command in commands() if command.startswith("vdata ")])
def test_a_command_has_the_options_that_there_are(command: str) -> None:
    _, name, *words = shlex.split(command)
    cli.commands.commands[name].make_context(name, words)


@pytest.mark.parametrize("command", [command for command in commands() if command.startswith("ray ")])
def test_a_command_of_ray_has_the_options_that_there_are(command: str) -> None:
    from ray.scripts.scripts import cli as program

    _, name, *words = shlex.split(command)
    program.commands[name].make_context(name, words)


def test_commands_within_lines_have_the_options_that_there_are() -> None:
    said = [one for page in PAGES for one in re.findall(r"`vdata ([^`\n]+)`", page.read_text(encoding="utf-8"))]
    assert len(said) > 20
    for one in said:
        name, *words = shlex.split(one.split(" > ")[0])
        assert name in cli.commands.commands, one
        if words:
            cli.commands.commands[name].make_context(name, words)


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_a_config_of_the_pages_has_no_mistake(
    tmp_path: Path, page: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of a config is completed with what it lacks."""
    written = yaml.safe_load(text)
    assert isinstance(written, dict)
    if "sources" in written:
        (tmp_path / "mix.yaml").write_text(text)
        monkeypatch.chdir(tmp_path)
        for source in written["sources"]:
            Path(source["build"]).mkdir(parents=True)
        assert load_mix(tmp_path / "mix.yaml").sources
        return
    if "questions" in written:  # a language of questions by rule, in the file that its first line names
        file = tmp_path / text.partition("\n")[0].removeprefix("# ")
        file.parent.mkdir()
        file.write_text(text)
        tasks = [name.partition(".")[0] for name in written["questions"]]
        written = {"stages": [{"tasks": {"tasks": tasks, "language": str(file)}}]}
    assert set(written) <= set(Config.model_fields), page
    whole = {"videos": "*.mp4", "stages": ["scan"], "output": {"path": "out"}, **written}
    for folder in ("my", "benchmarks"):
        (tmp_path / folder / "videos").mkdir(parents=True)
    for name in re.findall(r"\bmodels/[\w.]+", text):  # weights that users bring
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name, own in own_files():
        (tmp_path / name).write_text(own)
    if str(whole["videos"]).endswith(".jsonl"):  # a list of videos that users bring
        (tmp_path / whole["videos"]).write_text("")
    for label in written.get("labels", ()):
        (tmp_path / label.get("path", "none")).write_text("")
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    for name in {"OPENAI_API_KEY", *re.findall(r"\$\{(\w+_API_KEY)\}", text)}:
        monkeypatch.setenv(name, "none of yours")
    assert load_config(tmp_path / "my.yaml", base=tmp_path).stages


@pytest.mark.parametrize(
    ("page", "text"),
    [one for one in blocks("python") if "vectors_of" not in one[1]],  # tests/pipelines/test_vectors_built.py runs it
)
def test_python_of_the_pages_runs(place: Path, page: str, text: str) -> None:
    _need_extras(text)
    environ = {**os.environ, "HF_HOME": str(place / "hub"), "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", text], cwd=place, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_made_from_the_code_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    made = load(ROOT / "docs" / "make.py").pages()
    ours_too = {"../configs/figures.json", "../README.md"}
    assert (
        set(made)
        == {"keys.md", "stages.md", "recipes.md", "systems.md", "scoring_rules.md", "architecture.md"} | ours_too
    )
    stale = [name for name, text in made.items() if (ROOT / "docs" / name).read_text(encoding="utf-8") != text]
    assert stale == [], "python docs/make.py"


def test_links_lead_to_files_and_headings_that_are_there() -> None:
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in link:
                name, _, heading = link.partition("#")
                target = (page.parent / name).resolve() if name else page
                assert target.exists(), f"{page.name}: {link}"
                assert not heading or heading in headings(target), f"{page.name}: {link}"
    said = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if page.name != "README.md" and f"({page.name})" not in said] == []


@cache
def headings(page: Path) -> set[str]:
    """The anchors of *page*."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_message_that_is_explained_is_one_of_the_code() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    before, _, rest = text.partition("## Rejects")
    rejects, _, after = rest.partition("## After a build")
    messages = re.findall(r"^\| `([^`]+(?:`\w+ \w+`[^`]*)?)` \|", before + after, re.MULTILINE)
    assert len(messages) > 25
    for message in messages:
        for piece in filter(None, (one.strip() for one in message.split("…"))):
            assert any(piece in one for one in texts()), f"no message says {piece!r}"
    reasons = [
        one for row in re.findall(r"^\| (`[^|]+) \|", rejects, re.MULTILINE) for one in re.findall(r"`(\w+)`", row)
    ]
    assert len(reasons) > 8
    assert [reason for reason in reasons if reason not in texts()] == []


@cache
def texts() -> set[str]:
    """Every text in the code, those within f-strings among them."""
    found = set()
    for folder in ("pipelines", "stages", "rules", "video", "schemas", "export", "report", "scoring", "src/vdata"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def test_the_example_of_a_stage_is_shown_as_it_is() -> None:
    (toml,) = [text for page, text in blocks("toml") if page == "writing_a_stage.md"]
    assert toml in (ROOT / "examples" / "own_stage" / "pyproject.toml").read_text(encoding="utf-8")


def load(path: Path) -> Any:
    """The module in the file *path*."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
