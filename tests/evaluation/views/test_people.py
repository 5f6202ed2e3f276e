"""The page of the person who has signed in."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from evaluation.permissions import RESULT_RULES, RULES, Act, ResultAct
from evaluation.views.people import ABILITIES
from programs.models import AccessRecord, Role
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/account/"


def record(user, detail):
    AccessRecord.objects.create(
        at=timezone.now(), kind="sign_in", user=user, actor_name=user.username, detail=detail
    )


def test_it_needs_a_sign_in(client):
    response = client.get(ADDRESS)
    assert response["Location"] == f"{reverse('account_login')}?next={ADDRESS}"


def test_other_methods_are_refused(client):
    client.force_login(make_user())
    assert client.post(ADDRESS).status_code == 405


def test_it_says_what_each_role_may_do(client):
    one, other = make_period("a-one").agency, make_period("b-other").agency
    user = make_user(one, "editor")
    Role.objects.create(user=user, agency=other, role="auditor")
    client.force_login(user)
    response = client.get(ADDRESS)
    assert [(role.agency, role.role, ability) for role, ability in response.context["roles"]] == [
        (one, "editor", ABILITIES[Role.Kind.EDITOR]),
        (other, "auditor", ABILITIES[Role.Kind.AUDITOR]),
    ]
    assert set(ABILITIES) == set(Role.Kind)


def test_it_says_so_as_the_rules_do():
    """Drafters may send back and publish; what is decided is read before it is published."""
    both, anybody = ABILITIES[Role.Kind.APPROVER].split("（起案に関わったものを除く）")
    assert ("承認" in both, "決定" in both) == (True, True)
    for act, rule in ((Act.SEND_BACK, "差し戻し"), (Act.PUBLISH, "公表")):
        assert RULES[act].drafters
        assert (rule in both, rule in anybody) == (False, True)
    assert "公表前のものも含めて決定された変更" in ABILITIES[Role.Kind.ASSESSOR]


def test_who_works_on_results_is_told_of_them():
    told = {"実績を入力": ResultAct.ENTER, "自己評価を書": ResultAct.RATE_SELF}
    told |= {"実績を確かめ": ResultAct.CHECK, "主務大臣による評価を書": ResultAct.RATE_MINISTER}
    for words, act in told.items():
        assert [role for role in Role.Kind if words in ABILITIES[role]] == list(
            RESULT_RULES[act][1]
        )


def test_without_a_role_it_says_what_to_do(client):
    client.force_login(make_user())
    text = client.get(ADDRESS).content.decode()
    assert "役割がありません。公表された中長期目標だけを読めます。" in text
    assert "パスワードだけでサインインする設定です。" in text
    assert "登録がないと、パスワードを忘れたときにメールで再設定できません。" in text


def test_it_tells_the_state_of_the_second_factors(client):
    user = make_user()
    client.force_login(user)
    assert client.get(ADDRESS).context["authenticators"] == {}
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user)
    codes.validate_code(codes.get_unused_codes()[0])
    text = client.get(ADDRESS).content.decode()
    assert '<span class="chip decided">登録済み</span>' in text
    assert '<span class="chip decided">残り9個</span>' in text
    assert "パスワードだけでサインインする設定です。" not in text


def test_it_lists_the_last_ten_sign_ins_of_this_user_only(client):
    user, other = make_user(), make_user()
    record(other, "他人")
    for number in range(12):
        record(user, f"パスワード{number}")
    client.force_login(user)
    shown = [entry.detail for entry in client.get(ADDRESS).context["sign_ins"]]
    assert shown == [f"パスワード{number}" for number in range(11, 1, -1)]


def test_it_tells_how_long_a_session_lasts(client, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 20, 8
    client.force_login(make_user())
    text = client.get(ADDRESS).content.decode()
    assert "20分間操作がないか、サインインから8時間たつと終わります。" in text


def test_the_queries_do_not_grow(client, django_assert_num_queries):
    user = make_user()
    client.force_login(user)
    client.get(ADDRESS)  # keeps in the session when this user was seen
    with django_assert_num_queries(6):  # session, user, roles twice, factors, sign-ins
        client.get(ADDRESS)
    for number in range(3):
        Role.objects.create(user=user, agency=make_period().agency, role="editor")
        record(user, f"{number}")
    with django_assert_num_queries(6):
        client.get(ADDRESS)
