"""The Hub of the tests: a server of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hub_api import Hub
from hub_server import HubServer


@pytest.fixture(scope="module")
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture(scope="module")
def clean_env(server: HubServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without a login, in which the Hub is *server*."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    home = tmp_path_factory.mktemp("home")
    away = {"HF_ENDPOINT": server.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": "hf_me"}
    return {**env, **away, "NO_PROXY": "127.0.0.1,localhost"}


@pytest.fixture
def hub(server: HubServer) -> Iterator[HubServer]:
    """The server, with nothing in it."""
    server.restore(({}, {}))
    plain = dict(vars(Hub()))
    yield server
    for name in ("users", "multipart_from", "page", "quota", "ignored", "xet"):
        setattr(server, name, plain[name])


@pytest.fixture
def here(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub of this process is *hub* too."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
