"""Keys in the environment and in the YAML, used in real builds, and then looked for everywhere."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, unquote

import pyarrow.parquet as pq
import pytest
from openai_server import Body, Server, error

from vdata.cli import run
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.teachers.http_endpoint import LONGEST_WORDS
from vdata.pipelines.yaml.secrets import Secrets, is_secret, secrets_around, secrets_in

DEFAULT, NAMED, LITERAL, BODY = (f"sk-canary-{name}/7f3a9d51c2+" for name in ("default", "named", "literal", "body"))
CANARIES = (DEFAULT, NAMED, LITERAL, BODY)
MARK = "VDATA_TEST_MARK"
CARELESS = '''
import os
from vdata.stages import Stage

class Careless(Stage):
    """Puts keys into its errors."""
    driver: bool = False

    def ready(self):
        if self.driver:
            raise RuntimeError("ready: " + os.environ["OPENAI_API_KEY"])

    def run(self, video):
        if "careless" in video.uri:
            try:
                raise KeyError(os.environ["CANARY"])
            except KeyError as error:
                raise RuntimeError("asked with " + os.environ["OPENAI_API_KEY"]) from error
        return video
'''
PLANTER = '''
import os
from vdata.schemas import Span
from vdata.stages import Stage

class Planter(Stage):
    """Writes keys of its own into what it finds."""
    writes = frozenset({"planted"})

    def run(self, video):
        held = os.environ["CANARY"]
        told = f"A disc falls, {held}, past a square."
        spans = [Span(0, 1, told, attrs={"with": held}, source=held), Span(1, 2, "It lies there still.")]
        video.lanes["planted"] = spans
        return video
'''


class Signed(SimpleHTTPRequestHandler):
    """Serves a folder, in ranges, to whoever brings a signature."""

    def do_GET(self) -> None:
        file = Path(self.directory) / self.path.partition("?")[0][1:]
        if f"X-Amz-Signature={BODY}" not in unquote(self.path) or not file.is_file():
            self.send_error(403 if file.is_file() else 404)
            return
        whole = file.read_bytes()
        first, last = 0, len(whole) - 1
        if asked := self.headers.get("Range"):
            first, last = (int(n) if n else last for n in asked.removeprefix("bytes=").split("-"))
        part = whole[first : last + 1]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(whole)}")
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(part if self.command == "GET" else b"")

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Echo(Server):
    """Says what the Authorization header was: in its replies, and in the errors that its queue holds."""

    def _meet(self, fate: str, body: Body, writer: Any) -> None:
        said = f"you came with Bearer {next(iter(self.counters.keys))}"
        match fate:
            case "400" | "500":  # the key is where a long complaint is cut
                self._send(writer, int(fate), error("x" * (LONGEST_WORDS + 4 - len(said)) + said))
            case "hollow":
                self._send(writer, 200, {"id": "1", "said": said})
            case _:
                self._answer = lambda _: f"A disc falls. {said}"
                super()._meet(fate, body, writer)


def found(data: str | bytes) -> list[str]:
    """The canaries in *data*, in whatever form."""
    held = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    forms = {
        key: (key, quote(key, safe=""), json.dumps(key)[1:-1], base64.b64encode(key.encode()).decode(), key[:20])
        for key in CANARIES
    }
    return [key for key, many in forms.items() if any(form.encode() in held for form in many)]


class Built:
    """A build in a process of its own, and everything that it left and showed."""

    def __init__(self, folder: Path, ray: Path, config: str, **variables: str) -> None:
        self.folder, self.ray, self.lines = folder, ray, set[str]()
        self.config = folder / "config.yaml"
        self.config.write_text(config)
        mark = uuid.uuid4().hex
        path = os.pathsep.join([str(folder / "plugin"), *filter(None, [os.environ.get("PYTHONPATH")])])
        mine = {MARK: mark, "RAY_TMPDIR": str(ray), "PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / "home")}
        child = subprocess.Popen(
            [sys.executable, "-m", "vdata", "build", str(self.config)],
            env={**os.environ, **mine, **variables},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watcher = threading.Thread(target=self._watch, args=(child, f"{MARK}={mark}".encode()))
        watcher.start()
        self.said, _ = child.communicate(timeout=600)
        watcher.join()
        self.status = child.returncode

    def _watch(self, child: subprocess.Popen[str], mark: bytes) -> None:
        """The command lines of all processes of the build, while it runs."""
        while child.poll() is None:
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if mark in Path(f"/proc/{name}/environ").read_bytes():
                        self.lines.add(Path(f"/proc/{name}/cmdline").read_bytes().replace(b"\0", b" ").decode())
                except OSError:
                    continue
            time.sleep(0.05)

    def files(self) -> list[Path]:
        own = {self.config, *(self.folder / "plugin").rglob("*")}
        every = [*self.folder.rglob("*"), *self.ray.rglob("*")]
        return [path for path in every if path.is_file() and not path.is_symlink() and path not in own]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [
            row for path in (self.folder / "out" / table).glob("*.parquet") for row in pq.read_table(path).to_pylist()
        ]


def test_what_counts_as_a_secret() -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "api_key", "Authorization"):
        assert is_secret(name)
    for name in ("MODEL", "BASE_URL", "max_tokens", "tokenizer", "monkey", "keyframes", "HOME"):
        assert not is_secret(name)
    teacher = {
        "api_key": f"Bearer {NAMED}",
        "extra_body": {"user": "me", "auth": {"token": [LITERAL]}},
        "seed": 12345678,
    }
    used = {"CANARY": NAMED, "MODEL": "a-model-of-mine", "X_TOKEN": DEFAULT}
    headed = secrets_in({"teachers": {"a": {"headers": {"X-Mine": LITERAL}, "extra_body": {"cookie": BODY}}}}, {})
    assert headed == {LITERAL: "…", BODY: "…"}
    around = {"HF_TOKEN": NAMED, "SSH_AUTH_SOCK": "/tmp/agent.1234567890", "AUTH_URL": "https://host/0123456789"}
    assert secrets_around({**around, "API_KEY": "short1", "SECRET_NAME": "a long text of words"}) == {
        NAMED: "${HF_TOKEN}"
    }
    secrets = Secrets(secrets_in({"teachers": {"a": teacher}, "name": "a-model-of-mine"}, used))
    assert secrets.redact(f"<{NAMED}> <{LITERAL}> <{DEFAULT}>") == "<${CANARY}> <…> <${X_TOKEN}>"
    assert secrets.redact(quote(LITERAL, safe="")) == "…"
    assert secrets.redact("me and a-model-of-mine 12345678") == "me and a-model-of-mine 12345678"
    assert not found(repr(secrets))
    for word in ("none", "EMPTY", "ollama", "anything"):
        assert Secrets({word: "…"}).redact(f"There is {word} here.") == f"There is {word} here."


@pytest.mark.parametrize(
    ("teacher", "says"),
    [
        (f"base_url: 'https://me:{LITERAL}@host/v1'", "must hold no name or password; a key goes into api_key"),
        (f"base_url: 'https://host/v1?key={LITERAL}'", "must end before any ? or #; a key goes into api_key"),
        ("base_url: 'https://host/v1?key=${CANARY}'", "must end before any ? or #; a key goes into api_key"),
        (f"api_key: ['{LITERAL}']", "must be a text, got a list"),
        (f"api_key: {{'{LITERAL}'}}", "must be a text, got keys (…)"),
        (f"api_kee: '{LITERAL}'", "Did you mean api_key?"),
        (f"extra_body: '{LITERAL}'\n    api_key: '{LITERAL}'", "must be keys with values, got '…'"),
        ("temperature: ${CANARY}", "must be a number, got ${CANARY}"),
    ],
)
def test_a_mistake_is_told_without_the_key(
    teacher: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANARY", NAMED)
    path = tmp_path / "a.yaml"
    path.write_text(
        f"videos: {tmp_path}\nteachers:\n  watcher:\n    kind: openai\n    model: m\n    {teacher}\n"
        f"stages: [scan, shots, caption, tasks]\noutput: {{path: {tmp_path}/out}}\n"
    )
    for command in ("check", "plan", "build"):
        assert run([command, str(path)]) == 2
        said = "".join(capsys.readouterr())
        assert says in said
        assert not found(said)


def test_a_key_on_the_command_line_is_not_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"videos: {tmp_path}\nstages: [scan]\noutput: {{path: {tmp_path}/out}}\n")
    for key in ("teecher.watcher.api_key", "scan.api_key", "output.path.api_key"):
        assert run(["check", str(path), "--set", f"{key}={LITERAL}"]) == 2
        said = capsys.readouterr().err
        assert f"--set {key}=…" in said
        assert not found(said)


def test_what_is_kept_and_shown_of_a_config_holds_no_key(
    tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from vdata.pipelines.planning.plan import resolve_plan, settings_of

    monkeypatch.setenv("CANARY", NAMED)
    monkeypatch.setenv("OPENAI_API_KEY", DEFAULT)
    monkeypatch.setenv("ROUTE_TOKEN", BODY)
    shutil.copy(clips / "bikes.mp4", tmp_path / "a.mp4")
    path = tmp_path / "a.yaml"
    path.write_text(
        f"videos: {tmp_path}\nteachers:\n"
        "  a: {kind: openai, model: m, base_url: 'https://host/${ROUTE_TOKEN}/v1', api_key: '${CANARY}'}\n"
        f"  b: {{kind: openai, model: m, extra_body: {{auth: '{LITERAL}', user: me}}, api_key: '{DEFAULT}'}}\n"
        f"stages: [scan, shots, {{caption: {{teacher: a}}}}, "
        f"{{caption: {{teacher: b, into: more}}}}, tasks]\noutput: {{path: {tmp_path}/out}}\n"
    )
    config = load_config(path, base=tmp_path)
    settings = settings_of(config, resolve_plan(config))
    kept = json.dumps([config.resolved(), settings])
    assert not found(kept)
    assert "https://host/${ROUTE_TOKEN}/v1" in kept
    assert json.loads(settings["teachers"]["b"])[-1] == {"auth": "…", "user": "me"}
    for command in ("check", "plan"):
        assert run([command, str(path)]) == 0
        assert not found("".join(capsys.readouterr()))
    teacher = config.teachers["a"]
    assert found(teacher.identity()) == [BODY], "replies are kept by what was really asked"


@pytest.fixture
def place(tmp_path: Path, make_videos: ModuleType) -> Path:
    """Four small videos, and a package with a stage that puts keys into its errors."""
    folder = tmp_path / "secrets"
    plugin = folder / "plugin"
    (plugin / "careless-1.dist-info").mkdir(parents=True)
    (plugin / "careless.py").write_text(CARELESS)
    (plugin / "careless-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: careless\nVersion: 1\n")
    (plugin / "careless-1.dist-info" / "entry_points.txt").write_text(
        "[vdata.stages]\ncareless = careless:Careless\nplanter = planter:Planter\n"
    )
    (plugin / "planter.py").write_text(PLANTER)
    (folder / "videos").mkdir()
    for seed, name in enumerate(("one", "two", "three", "careless")):
        make_videos.plain(folder / "videos" / f"{name}.mp4", 30 + seed)
    return folder


@pytest.fixture
def ray_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))  # Ray's sockets allow a short path only
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_keys_are_nowhere_after_a_build(place: Path, ray_folder: Path) -> None:
    queues = ["500", "hollow", "400"], ["500", "hollow"], ["500", "hollow"]
    with Echo(queue=queues[0]) as one, Echo(queue=queues[1]) as two, Echo(queue=queues[2]) as three:
        more = "retries: 2, format_retries: 1, concurrency: 2, images: true"
        built = Built(
            place,
            ray_folder,
            f"videos: videos\nname: canary\nteachers:\n"
            f"  a: {{kind: openai, model: scripted, base_url: '{one.url}', {more}, record: said.jsonl}}\n"
            f"  b: {{kind: openai, model: scripted, base_url: '{two.url}', {more}, api_key: '${{CANARY}}'}}\n"
            f"  c: {{kind: openai, model: scripted, base_url: '{three.url}', {more}, api_key: '{LITERAL}', "
            f"extra_body: {{auth: '{BODY}'}}}}\n"
            "stages:\n  - scan\n  - shots\n  - careless\n  - caption: {teacher: a, into: captions}\n"
            "  - caption: {teacher: b, into: more}\n  - caption: {teacher: c, into: most}\n"
            "  - tasks: {of: [captions, more, most]}\noutput: {path: out}\ncache: cache\n",
            OPENAI_API_KEY=DEFAULT,
            CANARY=NAMED,
        )
        assert [server.counters.keys for server in (one, two, three)] == [{DEFAULT}, {NAMED}, {LITERAL}]
        assert [server.counters.calls for server in (one, two, three)] == [5, 4, 4]
    assert built.status == 0, built.said
    assert len({row["video"] for row in built.rows("data")}) == 2, "of four, one fails in careless and one is refused"
    assert found(built.config.read_bytes()) == [LITERAL, BODY], "the scan finds what is there"
    told = [row["detail"] for row in built.rows("rejects")]
    assert any(text.startswith("RuntimeError: asked with … (at careless.py") for text in told)
    assert any(text.endswith("xyou came with Bearer …") for text in told), "the endpoint's own words are kept"
    assert "A disc falls. you came with Bearer …" in json.dumps(built.rows("data"), ensure_ascii=False)
    for path in built.files():
        assert not found(path.read_bytes()), path
    for path in built.folder.rglob("*.parquet"):
        assert not found(json.dumps(pq.read_table(path).to_pylist(), default=str)), path
    assert not found(built.said)
    assert not found("\n".join(built.lines))
    names = {path.name for path in built.files()}
    assert names >= {"said.jsonl", "settings.json", "build.json", "README.md", "raylet.out", "gcs_server.out"}
    assert any("replies" in path.parts for path in built.files())
    assert any("raylet" in line for line in built.lines)
    assert any(" -m vdata build " in line for line in built.lines)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_keys_are_nowhere_however_they_came_into_the_rows(place: Path, ray_folder: Path) -> None:
    folder = place / "planted"
    folder.mkdir()
    shutil.copytree(place / "plugin", folder / "plugin")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Signed, directory=str(place / "videos")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before, after = f"http://127.0.0.1:{server.server_port}/", f".mp4?X-Amz-Signature={quote(BODY, safe='')}&part=2"
    with (folder / "list.csv").open("w") as file:
        file.write("url,title,source\n")
        file.write(f"{place}/videos/one.mp4,by {NAMED},https://me:{LITERAL}@host/list\n")
        file.write(f"{before}two{after},a title,https://host/list?token={LITERAL}\n{before}none{after},,\n")
    built = Built(
        folder,
        ray_folder,
        "videos: [list.csv, '${ROUTE_TOKEN}']\nname: planted\n"
        "stages: [scan, shots, planter, {scan: {}}, {tasks: {of: [planted]}}]\noutput: {path: out}\ncache: cache\n",
        CANARY=NAMED,
        ROUTE_TOKEN=f"{before}three{after}",
        SOME_API_KEY=NAMED,
    )
    server.shutdown()
    assert built.status == 0, built.said
    given = {folder / "list.csv"}
    rows = built.rows("timelines")
    uris = {row["uri"].rpartition("/")[2] for row in rows}
    assert {"one.mp4", "two.mp4?X-Amz-Signature=…&part=2"} < uris, "the signed address was opened"
    assert len(rows) == 4, "the one that failed is there with what is known of it"
    assert {row["source"] for row in rows} >= {"https://…@host/list", "https://host/list?token=…"}
    assert any(
        "past a square" in span["text"] and "${SOME_API_KEY}" in span["text"]
        for row in rows
        for span in row["lane_planted"] or ()
    )
    assert len(built.rows("rejects")) == 1
    for path in (path for path in built.files() if path not in given):
        assert not found(path.read_bytes()), path
    for path in folder.rglob("*.parquet"):
        assert not found(json.dumps(pq.read_table(path).to_pylist(), default=str)), path
    assert not found(built.said)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("settings", "key", "status", "says"),
    [
        ("{driver: true}", DEFAULT, 1, "RuntimeError: ready: …"),
        ("{}", DEFAULT, 2, "the key was refused (HTTP 401)"),
        ("{}", f"{DEFAULT}\n{NAMED}", 2, "the key holds what no header can hold"),
    ],
)
def test_a_build_that_fails_early_does_not_tell(
    settings: str, key: str, status: int, says: str, place: Path, ray_folder: Path
) -> None:
    with Server(key="another") as server:
        built = Built(
            place,
            ray_folder,
            f"videos: videos\nteachers: {{a: {{kind: openai, model: scripted, base_url: '{server.url}'}}}}\n"
            f"stages: [scan, shots, caption, {{careless: {settings}}}, tasks]\n"
            "output: {path: failed}\ncache: cache\n",
            OPENAI_API_KEY=key,
        )
    assert built.status == status, built.said
    assert says in built.said
    assert not found(built.said)
    assert ("Traceback" in built.said) == (status == 1)
    for path in built.files():
        assert not found(path.read_bytes()), path
