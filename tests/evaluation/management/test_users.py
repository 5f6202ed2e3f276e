"""`create_demo_users` and `create_maintainer`."""

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from programs.models import Role, User
from tests.factories import make_period

pytestmark = pytest.mark.django_db
ROLES = ["editor", "approver", "agency", "assessor", "auditor", "maintainer"]


def lines(file: Path) -> list[list[str]]:
    return [line.split() for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "demo-users.txt"


def test_one_demo_user_per_role_with_the_password_of_the_file(file: Path) -> None:
    agency = make_period().agency
    call_command("create_demo_users")
    assert [line[0] for line in lines(file)] == ROLES
    assert [line[2] for line in lines(file)] == [Role.Kind(role).label for role in ROLES]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for name, password, _ in lines(file):
        user = User.objects.get(username=name)
        assert user.is_demo
        assert user.check_password(password)
        assert list(user.roles.values_list("agency", "role")) == [(agency.pk, name)]


def test_a_second_run_changes_nothing(file: Path) -> None:
    make_period()
    call_command("create_demo_users")
    text, histories = file.read_text(), User.history.count()
    call_command("create_demo_users")
    assert file.read_text() == text
    assert User.history.count() == histories


def test_the_file_decides_the_passwords(file: Path) -> None:
    make_period()
    call_command("create_demo_users")
    file.unlink()
    call_command("create_demo_users")
    for name, password, _ in lines(file):
        assert User.objects.get(username=name).check_password(password)


def test_a_real_user_of_the_same_name_is_left_alone(file: Path) -> None:
    make_period()
    User.objects.create_user("editor", password="their-own-password")
    with pytest.raises(
        CommandError, match=r"^利用者「editor」はデモ用ではないため、そのままにしました。$"
    ):
        call_command("create_demo_users")
    assert User.objects.get(username="editor").check_password("their-own-password")


def test_production_has_no_demo_users(file: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match=r"^本番環境ではデモ利用者を作れません。"):
        call_command("create_demo_users")
    assert not file.exists()


def test_demo_users_need_an_agency(file: Path) -> None:
    with pytest.raises(CommandError, match=r"^法人がまだありません。先に manage.py load_source を"):
        call_command("create_demo_users")


def create_maintainer(monkeypatch: pytest.MonkeyPatch, password: str, *arguments: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    output = io.StringIO()
    call_command("create_maintainer", *arguments, stdout=output)
    return output.getvalue()


def test_a_maintainer_of_every_agency(monkeypatch: pytest.MonkeyPatch) -> None:
    agencies = [make_period().agency, make_period().agency]
    names = "、".join(agency.short_name for agency in agencies)
    output = create_maintainer(monkeypatch, "mizu-no-oto-17", "hoshu", "--password-stdin")
    assert output == f"保守者「hoshu」を作りました（{names}）。\n"
    user = User.objects.get(username="hoshu")
    assert user.check_password("mizu-no-oto-17")
    assert not user.is_demo
    found = user.roles.order_by("agency__code").values_list("agency__code", "role")
    assert list(found) == [(agency.code, "maintainer") for agency in agencies]
    assert user.history.get().history_change_reason == "保守者の作成"


def test_a_maintainer_of_one_agency(monkeypatch: pytest.MonkeyPatch) -> None:
    make_period()
    code = make_period().agency.code
    create_maintainer(monkeypatch, "mizu-no-oto-17", "hoshu", "--password-stdin", "--agency", code)
    assert [role.agency.code for role in User.objects.get(username="hoshu").roles.all()] == [code]


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("hoshu", "short", "このパスワードは短すぎます。最低 12 文字以上必要です。"),
        ("hoshu hoshu", "mizu-no-oto-17", "有効なユーザー名を入力してください。"),
        ("taken", "mizu-no-oto-17", "同じユーザー名が既に登録済みです。"),
    ],
)
def test_what_is_refused_creates_nobody(
    monkeypatch: pytest.MonkeyPatch, username: str, password: str, message: str
) -> None:
    make_period()
    User.objects.create_user("taken")
    with pytest.raises(CommandError, match=message):
        create_maintainer(monkeypatch, password, username, "--password-stdin")
    assert list(User.objects.values_list("username", flat=True)) == ["taken"]


def test_an_unknown_agency_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_period().agency.code
    message = rf"^略号「xyz」の法人はありません。登録されている略号：{code}$"
    with pytest.raises(CommandError, match=message):
        create_maintainer(monkeypatch, "mizu-no-oto-17", "hoshu", "--agency", "xyz")


def test_without_a_terminal_the_password_comes_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_period()
    message = r"^端末がありません。パスワードは --password-stdin で渡してください。$"
    with pytest.raises(CommandError, match=message):
        create_maintainer(monkeypatch, "mizu-no-oto-17", "hoshu")


def test_the_password_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    make_period()
    answers = iter(["mizu-no-oto-17", "mizu-no-oto-18"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "evaluation.management.commands.create_maintainer.getpass", lambda _: next(answers)
    )
    with pytest.raises(
        CommandError, match=r"^2回のパスワードが違います。もう一度実行してください。$"
    ):
        call_command("create_maintainer", "hoshu")
    assert not User.objects.exists()
