"""`portal`, the newcomer's first file: what it says and does on machines of all kinds."""

import ast
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

from tests.databases import query

PORTAL = settings.BASE_DIR / "portal"


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module, its data and its environment of packages in folders of the test."""
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path / "var"))
    loader = SourceFileLoader("portal", str(PORTAL))
    spec = spec_from_loader("portal", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / "venv" / "bin" / "python"))
    module.require_machine()
    return module


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run ./portal with nothing but PATH and these variables; return exit code and output."""
    done = subprocess.run(
        [PORTAL, *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode()


# --- What a bare machine has ----------------------------------------------------------------------
@pytest.mark.parametrize("file", [PORTAL, PORTAL.parent / "jst_objectives" / "keeping.py"])
def test_it_needs_the_standard_library_only(file: Path) -> None:
    """And a module of its own, of which the same holds."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = names - {"jst_objectives.keeping"}
    assert {name.split(".")[0] for name in foreign} <= sys.stdlib_module_names


def test_an_old_python_understands_it_far_enough_to_be_told(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse(PORTAL.read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(portal, "PYTHON_NAME", "python3.9")
    monkeypatch.setattr(portal.sys, "version_info", (3, 9, 2))
    assert portal.main(["up"]) == 1
    assert capsys.readouterr().out == (
        "Python 3.11 以降が必要です（これは python3.9）。例: python3.11 portal up\n"
    )


def test_without_a_command_it_explains_itself(portal: ModuleType) -> None:
    assert run() == (2, f"{portal.__doc__}\n")
    assert run("--help") == (0, f"{portal.__doc__}\n")
    assert run("fly") == (2, f"{portal.__doc__}\n")


def test_an_unset_language_prints_japanese_and_ascii_prints_english(tmp_path: Path) -> None:
    data = {"PORTAL_DATA": str(tmp_path)}
    assert run("up", "--port", "70000", **data) == (
        1,
        "ポート 70000 は使用中か、使えない番号です。別の番号で起動してください: ./portal up --port 8000\n",
    )
    assert run("up", "--port", "70000", PYTHONIOENCODING="ascii", **data) == (
        1,
        "Port 70000 is taken or not allowed. Choose another one: ./portal up --port 8000\n",
    )


@pytest.mark.parametrize("number", ["-1", "0"])
def test_a_number_that_is_no_port_is_refused(number: str, tmp_path: Path) -> None:
    code, output = run("up", "--port", number, PORTAL_DATA=str(tmp_path))
    assert code == 1
    assert output.startswith(f"ポート {number} は使用中か、使えない番号です。")


def test_a_busy_port_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        code, output = run("up", "--port", str(number), PORTAL_DATA=str(tmp_path))
    assert code == 1
    assert output == (
        f"ポート {number} は使用中か、使えない番号です。"
        "別の番号で起動してください: ./portal up --port 8000\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["portal.log"]


def test_a_folder_that_cannot_be_written_is_named(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(portal.os, "access", lambda path, mode: False)
    assert portal.main(["up"]) == 1
    assert capsys.readouterr().out == (
        f"{portal.DATA} に書き込めません。権限を変えるか、自分のフォルダーに複製してください。\n"
    )


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    code, output = run("up", PORTAL_DATA=str(tmp_path / "var"))
    assert code == 1
    assert output == f"ファイルを扱えません: [Errno 17] File exists: '{tmp_path / 'var'}'\n"


# --- Debian's packages ----------------------------------------------------------------------------
def test_installed_packages_need_nothing(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "logged", lambda command: pytest.fail(f"ran {command}"))
    portal.install_debian_packages(["base-files", "dpkg"])


def test_without_administrators_rights_the_one_line_is_printed(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dpkg-query").symlink_to(shutil.which("dpkg-query") or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(portal.os, "geteuid", lambda: 1000)
    with pytest.raises(portal.Stop) as stop:
        portal.install_debian_packages(["dpkg", "a-package-that-nobody-made"])
    assert stop.value.args[0] == (
        "管理者権限かネットワークがなく、入れられません。管理者として実行してください: "
        "apt-get update && apt-get install -y --no-install-recommends a-package-that-nobody-made"
    )


# --- Python's packages ----------------------------------------------------------------------------
def test_packages_are_installed_again_only_when_the_lock_changes(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.lock").write_text("one")
    monkeypatch.setattr(portal, "ROOT", tmp_path)
    monkeypatch.setattr(portal, "logged", lambda command: False)
    python = Path(portal.PYTHON)
    python.parent.mkdir(parents=True)
    python.touch()
    portal.stamp("a.lock").write_text(portal.digest("a.lock"))
    portal.install_python_packages("a.lock")
    (tmp_path / "a.lock").write_text("two")
    with pytest.raises(portal.Stop):
        portal.install_python_packages("a.lock")


def test_without_a_network_the_way_out_is_named(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The real pip, with nowhere to get a package from."""
    (tmp_path / "a.lock").write_text(f"nobody-made-this==1.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(portal, "ROOT", tmp_path)
    monkeypatch.setattr(portal, "VENV", Path(sys.prefix))
    monkeypatch.setattr(portal, "PYTHON", sys.executable)
    portal.UTF8.update(PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    with pytest.raises(portal.Stop) as stop:
        portal.install_python_packages("a.lock")
    assert stop.value.args[0] == (
        f"取得できません。ネットワークとプロキシ（https_proxy）を確かめてください（詳細: {portal.LOG}）。"
    )
    assert not portal.stamp("a.lock").exists()


# --- The key --------------------------------------------------------------------------------------
def test_the_key_is_made_once_and_for_its_owner_only(portal: ModuleType) -> None:
    file = portal.DATA / "secret.key"
    portal.make_secret_key()
    key = file.read_text()
    portal.make_secret_key()
    assert file.read_text() == key
    assert len(key.strip()) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(portal.DATA.stat().st_mode) == 0o700


def test_production_gets_no_key(portal: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "PRODUCTION", True)
    portal.make_secret_key()
    assert not (portal.DATA / "secret.key").exists()


# --- Children -------------------------------------------------------------------------------------
def test_a_failing_step_is_one_line_with_its_reason(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "PYTHON", sys.executable)
    with pytest.raises(portal.Stop) as stop:
        portal.manage("fly_to_the_moon")
    assert stop.value.args[0].startswith("manage.py fly_to_the_moon に失敗しました: ")
    assert stop.value.args[0].endswith(f"（詳細: {portal.LOG}）")
    assert "\n" not in stop.value.args[0]


def test_the_summary_of_a_test_run_is_kept(
    portal: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        "print('....'); print('==== 4 passed in 0.12s ===='); print('bye'); raise SystemExit(3)"
    )
    result = portal.run_tests([sys.executable, "-c", script])
    assert result == (3, "4 passed in 0.12s")
    assert capsys.readouterr().out == "....\n==== 4 passed in 0.12s ====\nbye\n"


def test_tests_get_none_of_the_shells_settings(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = {"PORTAL_PRODUCTION": "1", "DATABASE_URL": "postgres://real", "LANG": "C"}
    monkeypatch.setattr(portal, "UTF8", production)
    assert portal.clean(DEBUG="0") == {"LANG": "C", "DEBUG": "0"}


def test_a_missing_postgresql_is_red(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(portal, "UTF8", {"PATH": str(tmp_path)})
    with pytest.raises(FileNotFoundError):
        portal.run_tests(portal.POSTGRESQL)


def test_a_first_page_with_an_error_is_one_line(portal: ModuleType, port: int) -> None:
    script = (
        "from http.server import BaseHTTPRequestHandler as Handler, HTTPServer\n"
        "Handler.do_GET = lambda self: self.send_error(500)\n"
        f"HTTPServer(('127.0.0.1', {port}), Handler).serve_forever()"
    )
    with portal.start([sys.executable, "-c", script], subprocess.DEVNULL) as server:
        with pytest.raises(portal.Stop) as stop:
            portal.wait_for_first_page(server, port)
        server.terminate()
    assert stop.value.args[0] == (
        f"最初のページが表示できません（HTTP 500、詳細: {portal.SERVER_LOG}）。"
    )


def test_a_server_that_does_not_start_is_one_line(portal: ModuleType, port: int) -> None:
    with portal.start(["false"], subprocess.DEVNULL) as server:
        server.wait()
        with pytest.raises(portal.Stop) as stop:
            portal.wait_for_first_page(server, port)
    assert stop.value.args[0] == (
        f"最初のページが表示できません（HTTP 応答なし、詳細: {portal.SERVER_LOG}）。"
    )


# --- The whole of it ------------------------------------------------------------------------------
@pytest.fixture
def data(tmp_path: Path, database: str) -> dict[str, str]:
    """The settings of a portal whose database and files are those of the test."""
    server = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return {"PORTAL_DATA": str(tmp_path / "var"), "DATABASE_URL": database, **server}


def test_up_serves_until_interrupted_and_again_loses_nothing(
    data: dict[str, str], port: int
) -> None:
    """First page, style sheet, demo users, a worker that comes back when it is killed, a clean end; the
    second time nothing is set up."""
    users = Path(data["PORTAL_DATA"], "demo-users.txt")
    command = [str(PORTAL), "up", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], **data}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        lines = list(iter(child.stdout.readline, "止めるには Ctrl-C を押してください。\n"))
        try:
            sheet = re.search(r'href="(/static/[^"]+\.css)"', get(port, "/"))
            assert sheet
            assert "{" in get(port, sheet[1])
            first = worker_of(child.pid)
            os.kill(first, signal.SIGKILL)
            second = worker_of(child.pid, other_than=first)
        finally:
            child.send_signal(signal.SIGINT)
        assert child.stdout.read() == "\nサーバーを止めました。\n"
    assert child.returncode == 0
    assert not Path(f"/proc/{second}").exists()
    with pytest.raises(urllib.error.URLError, match="Connection refused"):
        get(port, "/")
    assert re.fullmatch(rf"http://localhost:{port}/ で使えます（準備 \d+ 秒）。\n", lines[-1])
    passwords = users.read_text()
    assert passwords in "".join(lines)
    assert stat.S_IMODE(users.stat().st_mode) == 0o600

    query(data["DATABASE_URL"], "UPDATE programs_agency SET short_name = 'あと'")
    code, output = run("up", "--exit", "--port", str(port), **data)
    assert code == 0, output
    assert output.splitlines()[:5] == [
        "データベースを最新の形にします。",
        "資料を読み込みます（今あるものはそのままです）。",
        "デモ利用者をそろえます。",
        "サーバーを起動します。",
        "",
    ]
    assert passwords in output
    assert users.read_text() == passwords
    assert query(data["DATABASE_URL"], "SELECT short_name FROM programs_agency") == [("あと",)]


def worker_of(parent: int, other_than: int = 0) -> int:
    """Return the process that makes long documents, once there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for key in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            command = Path(f"/proc/{key}/cmdline").read_bytes().split(b"\0")
            if command[1:3] == [b"manage.py", b"work"] and int(key) != other_than:
                return int(key)
        time.sleep(0.1)
    raise AssertionError("no worker")


def get(port: int, path: str) -> str:
    """Return the page where a visitor ends, past any proxy. Raises URLError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
        return str(response.read().decode())
