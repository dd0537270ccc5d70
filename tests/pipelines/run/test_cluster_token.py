"""Clusters that the command ``ray start`` makes, as users make them: with a token and without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from ray_start import RAY, cluster

from vdata.pipelines.run import cluster_token
from vdata.pipelines.run.cluster_token import TokenRefused, agree

LONG = 120.0


@pytest.mark.parametrize(
    ("mode", "asks", "token", "set_to", "says"),
    [
        (None, False, None, "disabled", ""),
        (None, False, "right", "disabled", ""),
        (None, True, "right", "token", ""),
        (None, True, None, "disabled", "the cluster asks for a token, and none is here: copy ~/.ray/auth_token"),
        (None, True, "wrong", "token", "the cluster refuses the token in RAY_AUTH_TOKEN"),
        ("token", True, "right", "token", ""),
        ("token", False, "right", "disabled", "RAY_AUTH_MODE=token is set here, and the cluster asks for no token"),
        ("disabled", True, "right", "disabled", "RAY_AUTH_MODE=disabled is set here: unset it"),
        ("k8s", True, None, "k8s", ""),
    ],
)
def test_who_brings_a_token_where(
    mode: str | None, asks: bool, token: str | None, set_to: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lets_in(address: str, mode: str) -> bool:
        os.environ["RAY_AUTH_MODE"] = mode
        return not asks or (mode == "token" and token == "right")

    monkeypatch.setenv("RAY_AUTH_MODE", mode or "")
    if mode is None:
        del os.environ["RAY_AUTH_MODE"]
    monkeypatch.setenv("RAY_AUTH_TOKEN", token or "")
    monkeypatch.setattr(cluster_token, "bootstrap_address", lambda address: address)
    monkeypatch.setattr(cluster_token, "has_token", lambda: token is not None)
    monkeypatch.setattr(cluster_token, "lets_in", lets_in)
    if says:
        with pytest.raises(TokenRefused, match=says):
            agree("host:6379")
    else:
        agree("host:6379")
    assert os.environ["RAY_AUTH_MODE"] == set_to


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="two nodes of one machine")
def test_a_build_comes_into_clusters_as_users_make_them(tmp_path: Path, make_videos: ModuleType) -> None:
    (tmp_path / "videos").mkdir()
    for n in range(24):
        make_videos.plain(tmp_path / "videos" / f"v{n:02d}.mp4", 26 + n)
    (tmp_path / "build.yaml").write_text(
        "videos: videos\nstages: [scan, shots, camera, tasks]\noutput: {path: out}\ncache: cache\n"
    )
    home, stranger = tmp_path / "home", tmp_path / "stranger"
    stranger.mkdir()
    home.mkdir()

    bare = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}

    def build(address: str, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vdata", "build", "build.yaml", "--address", address, "--overwrite"],
            cwd=tmp_path,
            env=bare | {"HOME": str(home), "RAY_TMPDIR": str(tmp_path)} | variables,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    subprocess.run(
        [RAY, "get-auth-token", "--generate"], env=bare | {"HOME": str(home)}, check=True, capture_output=True
    )
    with cluster(home, 6411, nodes=2) as started:
        address = started.address
        done = build(address, home)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "gcs_client" not in done.stdout + done.stderr, "nothing of Ray's C++ is shown"
        assert "24 kept, 0 dropped, 0 failed" in done.stdout + done.stderr
        shutil.rmtree(tmp_path / "out")
        for who, variables, says in (
            (stranger, {}, "the cluster asks for a token, and none is here"),
            (home, {"RAY_AUTH_TOKEN": "0" * 64}, "the cluster refuses the token in RAY_AUTH_TOKEN"),
            (home, {"RAY_AUTH_MODE": "disabled"}, "RAY_AUTH_MODE=disabled is set here: unset it"),
        ):
            begun = time.monotonic()
            done = build(address, who, **variables)
            assert done.returncode != 0
            assert says in done.stdout + done.stderr, done.stdout + done.stderr
            assert time.monotonic() - begun < LONG
    with cluster(home, 6412, nodes=1, RAY_AUTH_MODE="disabled") as started:
        done = build(started.address, home)
        assert done.returncode == 0, "a token that lies there is not brought to who asks for none"
        done = build(started.address, home, RAY_AUTH_MODE="token")
        assert "the cluster asks for no token" in done.stdout + done.stderr
