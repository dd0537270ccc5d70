"""Keys in texts that people will read are refused, wherever they come from; paths and lanes stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.pipelines.settings.config_reader import load_config

KEY = "sk-canary-public/7f3a9d51c2+"
AROUND = "hf_CanaryAround0123456789"


def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> tuple[int, str]:
    monkeypatch.setenv("MY_API_KEY", KEY)
    monkeypatch.setenv("SHORT_TOKEN", "open")
    monkeypatch.setenv("HF_TOKEN", AROUND)
    monkeypatch.setenv("MY_LANE", "lines")
    monkeypatch.setenv("MY_KEY_FOLDER", str(tmp_path))
    path = tmp_path / "a.yaml"
    path.write_text(text.replace("OUT", str(tmp_path / "out")).replace("HERE", str(tmp_path)))
    status = run(["check", str(path)])
    said = "".join(capsys.readouterr())
    assert KEY not in said
    assert AROUND not in said
    assert "pass-word" not in said
    return status, said


@pytest.mark.parametrize(
    ("held", "named"),
    [
        ("${MY_API_KEY}", "the secret ${MY_API_KEY}"),
        ("${SHORT_TOKEN}", "the secret ${SHORT_TOKEN}"),
        (KEY, "a key or a password"),
        (AROUND, "the secret ${HF_TOKEN}"),
        ("https://me:pass-word@host/list", "a key or a password"),
        ("https://host/v.mp4?X-Amz-Signature=pass-word&part=2", "a key or a password"),
    ],
)
@pytest.mark.parametrize("key", ["name", "description", "licence", "source", "cite", "output.push.message"])
def test_a_secret_in_a_free_text_is_refused(
    key: str,
    held: str,
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = f"'d {held} e'"
    own = {"cite": f"cite: [Somebody, {text}]\n", "output.push.message": ""}.get(key, f"{key}: {text}\n")
    push = f", push: {{repo: me/it, message: {text}}}" if "push" in key else ""
    teacher = f"teachers: {{a: {{kind: openai, model: m, api_key: '{KEY}'}}}}\n" if held == KEY else ""
    status, said = check(
        tmp_path, monkeypatch, capsys, f"videos: HERE\n{own}{teacher}stages: [scan]\noutput: {{path: OUT{push}}}\n"
    )
    assert status == 2
    assert f" {'cite.1' if key == 'cite' else key}: holds {named}, which would be published with the data set." in said


def test_a_secret_in_what_a_teacher_is_told_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = check(
        tmp_path,
        monkeypatch,
        capsys,
        "videos: HERE\nteachers: {a: {kind: openai, model: m}}\nstages:\n- scan\n- shots\n"
        "- caption\n- questions: {own: {theme: 'Ask ${MY_API_KEY}.'}}\noutput: {path: OUT}\n",
    )
    assert status == 2
    assert "questions.own.theme: holds the secret ${MY_API_KEY}, which would be published" in said


def test_variables_in_paths_lanes_and_models_stay_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").touch()
    status, said = check(
        tmp_path,
        monkeypatch,
        capsys,
        "videos: '${MY_KEY_FOLDER}/*.mp4'\nname: mine\nsource: https://host/list?page=2\n"
        "teachers: {a: {kind: openai, model: '${MY_LANE}-vl', base_url: 'http://host/${MY_LANE}/v1'}}\n"
        "stages: [scan, shots, {caption: {into: '${MY_LANE}'}}, {tasks: {of: ['${MY_LANE}']}}]\n"
        "output: {path: '${MY_KEY_FOLDER}/out'}\n",
    )
    assert (status, said.count("no mistakes")) == (0, 1), said
    config = load_config(tmp_path / "a.yaml")
    assert config.teachers["a"].model == "lines-vl"  # type: ignore[attr-defined]
    assert [stage.lanes_written() for stage in config.stages][2] >= {"lines"}
    kept = json.dumps(config.resolved())
    assert "${MY_KEY_FOLDER}/*.mp4" in kept
    assert "${MY_LANE}-vl" in kept


def test_a_mixture_refuses_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", AROUND)
    path = tmp_path / "mix.yaml"
    path.write_text(f"sources: [{{build: {tmp_path}}}]\ndescription: by {AROUND}\noutput: {{path: {tmp_path}/out}}\n")
    assert run(["mix", str(path)]) == 2
    said = "".join(capsys.readouterr())
    assert "mix.yaml:2: description: holds the secret ${HF_TOKEN}" in said
    assert AROUND not in said
