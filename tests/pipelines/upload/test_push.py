"""Pushing to the Hub: the real client against a server of our own, cut off at every call."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from hub_api import Hub
from hub_data import Call, Refused, Repo, blob
from hub_server import Cut, HubServer, cut_at
from inline import without_ray
from moody_stages import Filmed
from pusher import Pusher
from rough_stages import Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.errors import ConfigError, UserError
from vdata.pipelines.settings.config import Config, Push
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.storage.parts import file_sha256
from vdata.pipelines.storage.written_files import WrittenFiles
from vdata.pipelines.upload import push as pushing
from vdata.stages.labels.kinds.activitynet import Activitynet

NAME = "me/demo"
CANARY = "hf_canaryTOKENthatNobodyMaySee"
Tree = dict[str, str]


def build(folder: Path, *said: str) -> Path:
    """A data set with an event for each of *said*, and a video that is rejected because nothing is said of it."""
    labels = folder / "labels.json"
    shaped = {
        "talks": {"duration": 60.0, "timestamps": [[n, n + 1] for n in range(len(said))], "sentences": list(said)},
        "silent": {"duration": 9.0, "timestamps": [], "sentences": []},
    }
    folder.mkdir()
    labels.write_text(json.dumps(shaped))
    imports = [Activitynet(kind="activitynet", path=str(labels), lane="events")]
    out = folder / "out"
    made = Config(
        labels=imports, stages=[Plain()], output={"path": out}, cache=folder / "cache", licence="cc-by-4.0", name="Demo"
    )
    assert run_build(made, limit=None, address=None, overwrite=False) == 0
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An older data set, and a newer one that has media as well."""
    home = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        older = build(home / "older", "A cat sits.", "A dog runs.")
        newer = build(home / "newer", *(f"Bird {n} sings." for n in range(20)))
    (older / "media").mkdir()
    (older / "media" / "old.mp4").write_bytes(b"an older clip")
    (newer / "media" / "a").mkdir(parents=True)
    (newer / "media" / "a" / "clip.mp4").write_bytes(bytes(range(256)) * 40)
    for out, name in ((older, "old.mp4"), (newer, "a/clip.mp4")):
        WrittenFiles(out, out / ".vdata").add({f"media/{name}": file_sha256(out / "media" / name)})
    return older, newer


@pytest.fixture(scope="module")
def vdata(
    server: HubServer, built: tuple[Path, Path], clean_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pusher]:
    pusher = Pusher(tmp_path_factory.mktemp("said"), clean_env)
    pusher.warm("push", str(built[0]), "--repo", "me/warm")
    assert "me/warm" in server.repos
    yield pusher
    pusher.close()


def local(folder: Path) -> Tree:
    """The SHA-256 of everything below *folder*, the state of the build included."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def published(folder: Path) -> Tree:
    """The same for what is to be pushed."""
    return {name: found for name, found in local(folder).items() if not name.startswith(".vdata/")}


def remote(hub: Hub, repo: Repo, branch: str = "main") -> Tree:
    """What a repository holds, without what the Hub puts there."""
    files = repo.head(branch).files
    found = {name: hashlib.sha256(hub.content(one)).hexdigest() for name, one in files.items()}
    return {name: sha256 for name, sha256 in sorted(found.items()) if name != ".gitattributes"}


def large(folder: Path) -> int:
    """Bytes of the files that go to the store."""
    paths = (folder / name for name in published(folder))
    return sum(path.stat().st_size for path in paths if path.suffix in (".parquet", ".mp4"))


def test_a_push_is_one_private_commit_that_holds_everything(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path]
) -> None:
    _, out = built
    before = local(out)
    ended = vdata("push", str(out), "--repo", NAME)
    repo = hub.repos[NAME]
    assert (ended.status, repo.private, len(repo.commits)) == (0, True, 2)
    assert remote(hub, repo) == published(out)
    assert {name.split("/")[0] for name in published(out)} == {
        *("data", "timelines", "rejects", "media", "README.md", "build.json")
    }
    assert repo.head().title == f"20 samples, build {json.loads((out / 'build.json').read_text())['generation']}"
    assert repo.head().text == "1 of 2 videos\n\nPushed with vdata."
    assert f"{hub.url}/datasets/{NAME} (private)" in ended.text
    assert f"revision {repo.head().oid}. All 7 files" in ended.text
    assert hub.received == large(out)
    assert local(out) == before


def test_an_unchanged_data_set_is_not_pushed_again(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    _, out = built
    assert vdata("push", str(out), "--repo", NAME).status == 0
    hub.forget()
    ended = vdata("push", str(out), "--repo", "demo")  # one's own name may be left out
    head = hub.repos[NAME].head()
    assert (ended.status, hub.received, len(hub.repos[NAME].commits)) == (0, 0, 2)
    assert ended.text == (
        f"Nothing to push: {hub.url}/datasets/{NAME} (private) holds this data set already, revision {head.oid}.\n"
    )


def test_what_is_loaded_from_the_hub_is_what_was_built(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], clean_env: dict[str, str], tmp_path: Path
) -> None:
    _, out = built
    hub.page = 2  # listings go over several pages
    assert vdata("push", str(out), "--repo", NAME).status == 0
    code = (
        "import datasets, json, sys\n"
        "rows = {name: datasets.load_dataset(sys.argv[1], name, split='train').to_list()"
        " for name in ('default', 'timelines', 'rejects')}\n"
        "json.dump(rows, open(sys.argv[2], 'w'))\n"
    )
    env = {**clean_env, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_DATASETS_CACHE": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code, NAME, str(tmp_path / "rows.json")], env=env, check=True)
    loaded = json.loads((tmp_path / "rows.json").read_text())
    for name in ("default", "timelines", "rejects"):
        rows = datasets.load_dataset(str(out), name, split="train", cache_dir=str(tmp_path / "local")).to_list()
        assert loaded[name] == json.loads(json.dumps(rows))
    assert [len(loaded[name]) for name in loaded] == [20, 2, 1]


def with_older(hub: HubServer, vdata: Pusher, older: Path) -> Repo:
    """A repository with *older*, and a file that somebody added by hand."""
    assert vdata("push", str(older), "--repo", NAME).status == 0
    repo = hub.repos[NAME]
    repo.add("main", {**repo.head().files, "data/extra.txt": blob(b"mine")}, "Add a note")
    hub.forget()
    return repo


def test_a_newer_build_replaces_the_older_in_one_commit(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path]
) -> None:
    older, newer = built
    repo = with_older(hub, vdata, older)
    ended = vdata("push", str(newer), "--repo", NAME, "--message", "Second edition")
    assert ended.status == 0
    assert len(repo.commits) == 4
    assert repo.head().title == "Second edition"
    assert remote(hub, repo) == published(newer) | {"data/extra.txt": hashlib.sha256(b"mine").hexdigest()}
    assert "Done, 5 older files removed: revision" in ended.text


def test_what_is_taken_down_leaves_the_hub_with_the_next_push(
    hub: HubServer, vdata: Pusher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    said = {name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Seen in {name}."]} for name in ("a", "bad")}
    (tmp_path / "labels.json").write_text(json.dumps(said))
    imports = [Activitynet(kind="activitynet", path=str(tmp_path / "labels.json"), lane="events")]
    out = tmp_path / "out"
    made = Config(labels=imports, stages=[Filmed(), Plain()], output={"path": out}, cache=tmp_path / "cache")
    assert run_build(made, limit=None, address=None, overwrite=False) == 0
    assert vdata("push", str(out), "--repo", NAME).status == 0
    repo, before = hub.repos[NAME], published(out)
    assert len([name for name in remote(hub, repo) if name.startswith("media/")]) == 2
    ended = vdata("drop", str(out), "bad")
    assert (ended.status, "Push again to take it off the Hub" in ended.text) == (0, True)
    assert vdata("push", str(out), "--repo", NAME).status == 0
    after = remote(hub, repo)
    assert after == published(out)
    assert not {name for name in before if name.split("/")[0] not in ("README.md", "build.json")} & set(after) - {
        name for name in after if name.startswith("media/")
    }, "every shard is another"
    assert len([name for name in after if name.startswith("media/")]) == 1
    head = repo.head().files
    whole = b"".join(hub.content(one) for one in head.values())
    assert b"Seen in bad" not in whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "how", "when"),
    [
        ("nothing", "closed", "before"),
        ("older", "500", "after"),
        ("nothing", "killed", "before"),
        ("older", "killed", "after"),
    ],
)
def test_cut_off_at_any_call_and_gone_on(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], start: str, how: str, when: str
) -> None:
    """From each call on the Hub is gone, or the push is killed: the old revision or the new, and then only the rest."""
    older, newer = built
    before = local(newer)
    if start == "older":
        with_older(hub, vdata, older)
    begin = hub.snapshot()
    old = remote(hub, hub.repos[NAME]) if start == "older" else {}
    kept = {name: sha256 for name, sha256 in old.items() if name == "data/extra.txt"}
    new = published(newer) | kept
    assert vdata("push", str(newer), "--repo", NAME).status == 0
    calls, all_bytes = [str(call) for call in hub.calls], hub.received
    assert sum("commit/main" in call for call in calls) == 1
    ends = []
    for number in range(1, len(calls) + 1):
        hub.restore(begin)
        victim = vdata.kill if how == "killed" else None
        hub.meddle = cut_at(number, "closed" if how == "killed" else how, when=when, victim=victim)
        ended = vdata("push", str(newer), "--repo", NAME)
        assert ended.status == (-9 if how == "killed" else 1), (number, calls[number - 1], ended.text)
        if how != "killed":
            assert len(ended.text.rstrip().splitlines()) <= 40
            assert f"The data set in {newer} is as it was; push again to go on." in ended.text.splitlines()[-1]
        assert "Traceback" not in ended.text
        there = remote(hub, hub.repos[NAME]) if NAME in hub.repos else {}
        assert there in (old, new), (number, calls[number - 1])
        assert all(repo.private for repo in hub.repos.values())
        done, stored = there == new, sum(map(len, hub.store.values()))
        hub.forget()
        again = vdata("push", str(newer), "--repo", NAME)
        assert again.status == 0, (number, calls[number - 1], again.text)
        assert remote(hub, hub.repos[NAME]) == new
        assert hub.received == sum(map(len, hub.store.values())) - stored
        assert ("Nothing to push" in again.text) == done
        ends.append((done, hub.received))
    assert local(newer) == before
    assert {done for done, _ in ends} == {True, False}
    assert {received for _, received in ends} >= {0, all_bytes}
    assert when == "after" or len({received for _, received in ends}) > 2  # some were cut off between two files


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_passing_fault_at_any_call_does_not_matter(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], when: str
) -> None:
    older, newer = built
    with_older(hub, vdata, older)
    begin = hub.snapshot()
    assert vdata("push", str(newer), "--repo", NAME).status == 0
    calls, new = [str(call) for call in hub.calls], remote(hub, hub.repos[NAME])
    for number in range(1, len(calls) + 1):

        def once(call: Call, moment: str, number: int = number) -> None:
            if (call.number, moment) == (number, when):
                if number % 2:
                    raise Cut
                raise Refused(503, "Service Unavailable", **{"Retry-After": "1"})

        hub.restore(begin)
        hub.meddle = once
        ended = vdata("push", str(newer), "--repo", NAME)
        assert ended.status == 0, (calls[number - 1], ended.text)
        assert remote(hub, hub.repos[NAME]) == new
        assert len(hub.repos[NAME].commits) == 4, calls[number - 1]  # never twice


def test_uploads_in_parts_are_whole_or_sent_again(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    _, out = built
    hub.multipart_from = 5000
    clip = (out / "media/a/clip.mp4").read_bytes()
    oid = hashlib.sha256(clip).hexdigest()
    assert len(clip) == 10240

    def no_third(call: Call, moment: str) -> None:
        if call.path == f"/store/{oid}" and len(hub.parts.get(oid, ())) == 2:
            raise Cut

    hub.meddle = no_third
    assert vdata("push", str(out), "--repo", NAME).status == 1
    assert remote(hub, hub.repos[NAME]) == {}
    assert hub.received == large(out) - len(clip) + 8192
    hub.forget()
    assert vdata("push", str(out), "--repo", NAME).status == 0
    assert hub.received == len(clip)
    assert remote(hub, hub.repos[NAME]) == published(out)


def test_through_xet_what_is_there_is_not_stored_again(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], tmp_path: Path, clean_env: dict[str, str]
) -> None:
    """hf_xet, the Hub's way with large files today, with its own store of chunks in a folder (``local://``)."""
    pytest.importorskip("hf_xet")
    _, out = built
    hub.xet = tmp_path / "chunks"
    hub.xet.mkdir()

    def chunks() -> int:
        return sum(path.stat().st_size for path in tmp_path.rglob("xorbs/xorbs/*"))

    def push() -> tuple[int, str]:
        command = [sys.executable, "-m", "vdata", "push", str(out), "--repo", NAME]
        env = {**clean_env, "HF_HUB_DISABLE_XET": "0", "HF_XET_CACHE": str(tmp_path / "cache")}
        ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        return ended.returncode, ended.stdout + ended.stderr

    def no_commit(call: Call, moment: str) -> None:
        if "/commit/" in call.path:
            raise Refused(400, "not now")

    hub.meddle = no_commit
    status, text = push()
    assert (status, "the Hub refuses it (400: not now)" in text) == (2, True)
    assert set(hub.repos[NAME].head().files) == {".gitattributes"}
    sent = chunks()
    assert sent > 1000
    assert hub.received == 0
    hub.forget()
    status, text = push()
    assert status == 0, text
    assert chunks() == sent
    files = hub.repos[NAME].head().files
    oids = {name: files[name].sha256 for name in files if files[name].sha256}
    assert oids == {name: sha256 for name, sha256 in published(out).items() if name.endswith((".parquet", ".mp4"))}


# Who is refused, and how


def refused(ended: Any, status: int, *parts: str) -> None:
    """One line, with *parts*, and this exit status."""
    assert ended.status == status, ended.text
    assert len(ended.text.rstrip().splitlines()) == 1, ended.text
    for part in parts:
        assert part in ended.text


def test_tokens_that_do_not_do(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = str(built[1])
    refused(vdata("push", out, "--repo", NAME, HF_TOKEN=""), 2, "no token", "hf auth login", "HF_TOKEN")
    refused(vdata("push", out, "--repo", NAME, HF_TOKEN=CANARY), 2, "does not take the token (401", "HF_TOKEN")
    refused(vdata("push", out, "--repo", NAME, HF_TOKEN="hf_\tx"), 2, "HF_TOKEN: holds characters")
    refused(vdata("push", out, "--repo", NAME, HF_TOKEN="hf_read"), 2, NAME, "rights to create", "write to me")
    refused(vdata("push", out, "--repo", "nobody/demo"), 2, 'under the namespace "nobody"', "write to nobody")
    assert hub.repos == {}
    hub.make(NAME)
    ended = vdata("push", out, "--repo", NAME, HF_TOKEN="hf_read")
    assert ended.status == 2
    assert "you must use a write token" in ended.text.splitlines()[-1]
    assert len(hub.repos[NAME].commits) == 1


def test_the_token_is_nowhere(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], clean_env: dict[str, str]
) -> None:
    """Not in what is printed, even when the Hub repeats it; not in the repository, in the folder, or in the cache."""
    older, out = built
    hub.users[CANARY] = ("me", {"me"})
    texts = [vdata("push", str(older), "--repo", NAME, HF_TOKEN=CANARY).text]

    def echo(call: Call, moment: str) -> None:
        if "preupload" in call.path or "whoami" in call.path:
            raise Refused(400 if "who" in call.path else 500, f"bad\x1b[31m header: Bearer {CANARY}")

    hub.meddle = echo
    ended = [vdata("push", str(out), "--repo", name, HF_TOKEN=CANARY) for name in (NAME, "demo")]
    assert [one.status for one in ended] == [1, 2]
    assert "bad header: Bearer [token]" in ended[0].text
    hub.forget()
    texts += [one.text for one in ended] + [vdata("push", str(out), "--repo", NAME, HF_TOKEN=CANARY).text]
    assert "Done" in texts[-1]
    assert "s3cr3t" not in "".join(texts)  # nor the signatures of addresses
    assert CANARY not in "".join(texts)
    assert "\x1b" not in "".join(texts)
    contents = [hub.content(one) for commit in hub.repos[NAME].commits for one in commit.files.values()]
    homes = (out, older, Path(clean_env["HF_HOME"]))
    contents += [path.read_bytes() for home in homes for path in home.rglob("*") if path.is_file()]
    assert not any(CANARY.encode() in content for content in contents)
    assert CANARY not in repr(hub.repos)


def test_the_hub_says_no(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = str(built[1])
    hub.quota = 100
    ended = vdata("push", out, "--repo", NAME)
    assert ended.status == 2
    assert "storage limit reached" in ended.text
    assert "token" not in ended.text
    hub.quota = 1 << 60
    hub.ignored = {"media/a/clip.mp4"}
    ended = vdata("push", out, "--repo", NAME)
    assert ended.status == 2
    assert "a .gitignore there leaves out media/a/clip.mp4" in ended.text
    assert remote(hub, hub.repos[NAME]) == {}
    hub.ignored = set()

    def slow_down(call: Call, moment: str) -> None:
        raise Refused(
            429, "We had to rate limit you", RateLimit='"api";r=0;t=7', **{"RateLimit-Policy": '"api";q=5;w=300'}
        )

    hub.meddle = slow_down
    refused(vdata("push", out, "--repo", NAME), 1, "429: We had to rate limit you", "push again to go on")


@pytest.mark.slow
def test_no_network(vdata: Pusher, built: tuple[Path, Path], clean_env: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "vdata", "push", str(built[1]), "--repo", NAME]
    env = {**clean_env, "HF_ENDPOINT": url}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"{url}: cannot be reached: [Errno 111] Connection refused" in ended.stderr
    assert not ended.stdout


def test_what_is_not_sound_is_not_pushed(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], tmp_path: Path
) -> None:
    older, newer = built
    out = tmp_path / "out"

    def fresh() -> Path:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(newer, out)
        return next((out / "data").glob("*.parquet"))

    def push() -> Any:
        return vdata("push", str(out), "--repo", NAME)

    refused(vdata("push", str(tmp_path / "gone"), "--repo", NAME), 2, "gone: there is no such folder")
    (tmp_path / "else").mkdir()
    refused(
        vdata("push", str(tmp_path / "else"), "--repo", NAME), 2, "is no finished build of vdata (it has no build.json)"
    )
    shard = fresh()
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    refused(push(), 2, f"data/{shard.name} has changed since it was published", "vdata build")
    fresh().unlink()
    refused(push(), 2, f"data/{shard.name} is missing")
    fresh()
    (out / "README.md").unlink()
    refused(push(), 2, "is no finished build of vdata (it has no README.md)")
    shutil.copy(older / "README.md", out / "README.md")  # the card is written last
    refused(push(), 2, "README.md: is not of this build: there is no data/train-*")
    (out / "README.md").write_text("---\nconfigs: [\n---\n")
    refused(push(), 2, "README.md: its metadata, between the lines of ---, cannot be read")
    fresh()
    (out / "build.json").write_text("{}")
    refused(push(), 2, "build.json: was not written by vdata")
    for name in ("../secret", "/etc/hostname", ".vdata/settings.json", "media/../../secret"):
        fresh()
        build = json.loads((out / "build.json").read_text())
        build["files"][name] = {"sha256": hashlib.sha256(b"secret").hexdigest(), "bytes": 6, "rows": 1}
        (tmp_path / "secret").write_bytes(b"secret")
        (out / "build.json").write_text(json.dumps(build))
        refused(push(), 2, f"is damaged (files: '{name}' is not in the folder of the data set)")
    fresh()
    (out / ".vdata" / "written.json").unlink()  # as of a build of an earlier version
    (out / "media" / "link").symlink_to(tmp_path / "secret")
    refused(push(), 2, "media/link leads out of the data set: nothing is sent")
    fresh()
    build = json.loads((out / "build.json").read_text()) | {"kept": 0}
    (out / "build.json").write_text(json.dumps(build))
    refused(push(), 2, "nothing was kept in this build")
    fresh()
    card = (out / "README.md").read_text()
    (out / "README.md").write_text(card.replace("license: cc-by-4.0", "license: CC BY"))
    refused(push(), 2, "README.md: the Hub does not take its metadata", '"license" must be one of')
    assert hub.repos == {}


def test_the_card_of_an_unfinished_build_and_its_staged_files_stay_here(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(built[1], out)
    wanted = published(out)
    (out / "data" / "train-00000-of-00001-00000000.parquet").write_bytes(b"of a build that was cut off")
    (out / "media" / ".staging-1").write_bytes(b"the same")
    (out / "notes.txt").write_text("mine")
    assert vdata("push", str(out), "--repo", NAME).status == 0
    assert remote(hub, hub.repos[NAME]) == wanted
    shutil.rmtree(out / ".vdata")  # a copy without the state of its build
    assert "Nothing to push" in vdata("push", str(out), "--repo", NAME).text


def test_repositories_of_others_are_left_alone(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = built[1]
    repo = hub.make(NAME, {"README.md": b"my essay", "essay.txt": b"text"})
    refused(vdata("push", str(out), "--repo", NAME), 2, "did not make (README.md, essay.txt)", "--replace")
    assert len(repo.commits) == 2
    assert vdata("push", str(out), "--repo", NAME, "--replace").status == 0
    assert remote(hub, repo) == published(out) | {"essay.txt": hashlib.sha256(b"text").hexdigest()}
    hub.make("me/json", {"build.json": b'{"made": "by something else"}'})
    refused(vdata("push", str(out), "--repo", "me/json"), 2, "holds something that vdata did not make (build.json)")


def test_another_data_set_is_not_replaced_unasked(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    older, newer = built
    assert vdata("push", str(older), "--repo", NAME).status == 0
    repo = hub.repos[NAME]
    record = json.loads(repo.head().files["build.json"].data)
    record["config"]["name"] = "Recipes of 1900"
    repo.add("main", {**repo.head().files, "build.json": blob(json.dumps(record).encode())}, "Theirs")
    before = dict(repo.head().files)
    shards = sorted(name for name in before if name.endswith(".parquet"))
    refused(
        vdata("push", str(newer), "--repo", NAME), 2, "holds another data set (Recipes of 1900): 2 samples of 2 videos",
        shards[0], "README.md", "--replace",
    )  # fmt: skip
    assert repo.head().files == before
    assert vdata("push", str(newer), "--repo", NAME, "--replace").status == 0
    assert remote(hub, repo) == published(newer)


def test_a_public_repository_needs_a_word(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = str(built[1])
    repo = hub.make(NAME, private=False)
    for more in ([], ["--replace"]):
        refused(vdata("push", out, "--repo", NAME, *more), 2, "is public: everybody would see", "--public")
    assert len(repo.commits) == 1
    assert "(public)" in vdata("push", out, "--repo", NAME, "--public").text
    assert vdata("push", out, "--repo", "team/open", "--public").status == 0
    assert not hub.repos["team/open"].private
    assert "(private)" in vdata("push", out, "--repo", "team/closed").text
    assert "(private)" in vdata("push", out, "--repo", "team/closed", "--public").text  # nothing is made public


def test_a_card_that_was_edited_on_the_hub_is_not_lost(
    hub: HubServer, vdata: Pusher, built: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(built[1], out)
    assert vdata("push", str(out), "--repo", NAME).status == 0
    repo = hub.repos[NAME]
    card = (out / "README.md").read_text()
    (out / "README.md").write_text(card + "\nMore.\n")  # edited here: that is pushed
    assert vdata("push", str(out), "--repo", NAME).status == 0
    (out / "README.md").write_text(card + "\nStill more.\n")
    assert vdata("push", str(out), "--repo", NAME).status == 0
    assert repo.head().files["README.md"].data.endswith(b"Still more.\n")
    edited = blob(b"---\nlicense: mit\n---\nBy hand, on the Hub.")
    repo.add("main", {**repo.head().files, "README.md": edited}, "Update README.md")
    refused(vdata("push", str(out), "--repo", NAME), 2, "its README.md was edited on the Hub", "--replace")
    assert repo.head().files["README.md"] == edited
    assert vdata("push", str(out), "--repo", NAME, "--replace").status == 0
    assert remote(hub, repo) == published(out)


def test_another_branch(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    older, newer = built
    assert vdata("push", str(older), "--repo", NAME).status == 0
    ended = vdata("push", str(newer), "--repo", NAME, "--revision", "v2")
    repo = hub.repos[NAME]
    assert ended.status == 0
    assert (remote(hub, repo), remote(hub, repo, "v2")) == (published(older), published(newer))
    assert f"{hub.url}/datasets/{NAME}/tree/v2" in ended.text
    assert 'load_dataset("me/demo", split="train", revision="v2")' in ended.text


def test_a_revision_has_a_tag_that_is_never_moved(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    older, newer = built
    ended = vdata("push", str(older), "--repo", NAME, "--tag", "v1.0")
    repo = hub.repos[NAME]
    assert ended.status == 0
    assert repo.tags == {"v1.0": repo.head().oid}
    assert 'load_dataset("me/demo", split="train", revision="v1.0")' in ended.text
    first = repo.head().oid
    assert vdata("push", str(older), "--repo", NAME, "--tag", "v1.0").status == 0
    refused(vdata("push", str(newer), "--repo", NAME, "--tag", "v1.0"), 2, "has the tag v1.0 already", first)
    assert (repo.head().oid, repo.tags) == (first, {"v1.0": first})
    assert vdata("push", str(newer), "--repo", NAME).status == 0
    ended = vdata("push", str(newer), "--repo", NAME, "--tag", "v1.1")
    assert "It has the tag v1.1 now." in ended.text
    assert repo.tags == {"v1.0": first, "v1.1": repo.head().oid}


def test_somebody_else_commits_meanwhile(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    older, newer = built
    repo = with_older(hub, vdata, older)

    def meanwhile(call: Call, moment: str) -> None:
        if "/commit/" in call.path and moment == "before" and repo.head().title != "Their work":
            repo.add("main", {**repo.head().files, "theirs.txt": blob(b"theirs")}, "Their work")

    hub.meddle = meanwhile
    ended = vdata("push", str(newer), "--repo", NAME)
    assert ended.status == 1
    assert "was changed by somebody else meanwhile; nothing was pushed" in ended.text.splitlines()[-1]
    assert repo.head().title == "Their work"
    hub.forget()
    assert vdata("push", str(newer), "--repo", NAME).status == 0
    assert remote(hub, repo).keys() == {*published(newer), "theirs.txt", "data/extra.txt"}


def test_what_the_hub_holds_is_checked(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = built[1]

    def spoil(call: Call, moment: str) -> None:
        repo = hub.repos.get(NAME)
        if "/commit/" in call.path and moment == "after" and repo is not None:
            repo.head().files["build.json"] = blob(b"{}")

    hub.meddle = spoil
    ended = vdata("push", str(out), "--repo", NAME)
    assert ended.status == 1
    assert "differs from the data set in build.json" in ended.text.splitlines()[-1]


def test_names_that_no_repository_has(hub: HubServer, vdata: Pusher, built: tuple[Path, Path]) -> None:
    out = str(built[1])
    for name in ("a/b/c", "a b", "", "https://huggingface.co/me/demo", "me/../you"):
        refused(vdata("push", out, "--repo", name), 2, "--repo: must be OWNER/NAME")
    refused(vdata("push", out, "--repo", "me/a--b"), 2, "me/a--b: cannot be the name of a repository")
    assert hub.calls == [] or {str(call).split()[2] for call in hub.calls} == {"/api/validate-yaml"}


# In a config


@pytest.mark.usefixtures("here")
def test_more_files_than_one_revision_takes(
    hub: HubServer, built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "MOST_FILES", 5)
    with pytest.raises(UserError, match=r"7 files are to be pushed, and the Hub takes 5 in one revision"):
        pushing.run_push(built[1], Push(repo=NAME))
    assert hub.received == 0


@pytest.mark.usefixtures("here")
def test_a_build_that_is_pushed(
    hub: HubServer,
    built: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_ray(monkeypatch)
    labels = built[0].parent / "labels.json"

    def run(repo: str, limit: int | None = None) -> int:
        made = Config(
            labels=[Activitynet(kind="activitynet", path=str(labels), lane="events")],
            stages=[Plain()],
            output={"path": tmp_path / "out", "push": {"repo": repo, "revision": "v1", "message": "First"}},
            cache=tmp_path / "cache",
        )
        return run_build(made, limit=limit, address=None, overwrite=False)

    hub.make("me/other", {"essay.txt": b"text"})
    with pytest.raises(UserError, match="holds something that vdata did not make"):
        run("me/other")
    assert not (tmp_path / "out").exists()  # it is said before the build
    assert run(NAME) == 0
    assert remote(hub, hub.repos[NAME], "v1") == published(tmp_path / "out")
    assert hub.repos[NAME].head("v1").title == "First"
    capsys.readouterr()
    assert run(NAME) == 0
    assert "Nothing to push" in capsys.readouterr().out
    assert run("me/second") == 0  # nothing to build, and yet to push: where it is pushed is no setting of a build
    assert remote(hub, hub.repos["me/second"], "v1") == published(tmp_path / "out")


@pytest.mark.parametrize(
    ("push", "said"),
    [
        ("{repo: a/b/c}", "output.push.repo: must be OWNER/NAME"),
        ("{repoo: me/x}", "output.push.repoo: unknown key. Did you mean repo?"),
        ("{private: true}", "output.push.repo: missing"),
        ("me/x", "output.push: must be"),
    ],
)
def test_mistakes_in_a_config_are_said(tmp_path: Path, push: str, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"videos: x.mp4\nstages: [shots]\noutput: {{path: out, push: {push}}}\n")
    (tmp_path / "x.mp4").touch()
    with pytest.raises(ConfigError) as error:
        load_config(path, base=tmp_path)
    assert said in str(error.value)
