"""Maintaining people: accounts, passwords, second factors, lock-outs and roles."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.urls import reverse

from jst_objectives import history
from programs import accounts
from programs.accounts import OWN_ROLE
from programs.admin.people import ELSEWHERE
from programs.maintenance import newest_revision
from programs.models import AccessRecord, Agency, Role, User
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return make_period().agency


@pytest.fixture
def maintainer(agency, client):
    user = make_user(agency, "maintainer", username="keeper")
    client.force_login(user)
    return user


def page_of(user, verb="change"):
    return reverse(f"admin:programs_user_{verb}", args=[user.pk])


def account(user=None, **values):
    """What the form of a user posts: the account, and no change of the roles."""
    roles = list(user.roles.order_by("pk")) if user else []
    data = {
        "username": user.username if user else "",
        "last_name": user.last_name if user else "",
        "first_name": user.first_name if user else "",
        "email": user.email if user else "",
        "is_active": "on",
        "roles-TOTAL_FORMS": len(roles),
        "roles-INITIAL_FORMS": len(roles),
    }
    if user:
        data["revision"] = newest_revision(user)
    for n, role in enumerate(roles):
        data |= {f"roles-{n}-id": role.pk, f"roles-{n}-user": user.pk}
    return {key: value for key, value in {**data, **values}.items() if value is not None}


def test_lists_and_pages_say_yes_and_no_in_words(client, maintainer):
    """Django's icons and the label of its search are English to who hears the page."""
    html = client.get(reverse("admin:programs_user_changelist")).content.decode()
    assert re.findall(r'<td class="field-is_active">(.*?)</td>', html) == ["はい"]
    assert '<label for="searchbar" class="visually-hidden">検索する語</label>' in html
    page = client.get(page_of(maintainer)).content.decode()
    assert re.findall(r'alt="([A-Za-z]+)"', html + page) == []
    make_user(maintainer.roles.get().agency, "editor")
    found = client.get(reverse("admin:programs_user_changelist"), {"q": "keeper", "is_active": "1"})
    kept = re.findall(
        r'<input type="hidden" name="is_active[^"]*" value="([^"]*)">', found.content.decode()
    )
    assert ("1件（" in found.content.decode(), kept) == (True, ["1"])


# --- Accounts -------------------------------------------------------------------------------------
def test_a_user_is_made_with_a_role_and_without_a_password(client, maintainer, agency):
    roles = {"roles-TOTAL_FORMS": 1, "roles-0-agency": agency.pk, "roles-0-role": "editor"}
    data = account(username="taro", last_name="試験", email="taro@example.go.jp", **roles)
    page = client.post(reverse("admin:programs_user_add"), data, follow=True)
    assert "「初期パスワードの発行」をしてください" in page.content.decode()
    user = User.objects.get(username="taro")
    assert not user.has_usable_password()
    assert [(role.agency, role.role) for role in user.roles.all()] == [(agency, "editor")]
    for row in (user.history.get(), Role.history.get(user=user)):
        assert (row.history_user, row.history_change_reason) == (maintainer, "保守画面で追加")


def test_no_password_is_shown(client, maintainer):
    page = client.get(page_of(maintainer)).content.decode()
    assert maintainer.password not in page
    for name in ("is_staff", "is_superuser", "groups", "user_permissions", "password"):
        assert f'name="{name}"' not in page


def test_a_user_is_stopped_and_never_deleted(client, maintainer, agency):
    user = make_user(agency, "editor")
    client.post(page_of(user), account(user, is_active=None))
    user.refresh_from_db()
    assert not user.is_active
    assert client.post(page_of(user, "delete"), {"post": "yes"}).status_code == 403


def test_nobody_stops_oneself(client, maintainer):
    page = client.post(page_of(maintainer), account(maintainer, is_active=None))
    assert "自分自身を停止することはできません" in page.content.decode()
    maintainer.refresh_from_db()
    assert maintainer.is_active


@pytest.mark.parametrize("place", ["roles-0-DELETE", "roles-1-DELETE", "given", "given with name"])
def test_nobody_gives_or_takes_a_role_of_ones_own(client, maintainer, agency, place):
    history.save(Role(user=maintainer, agency=agency, role="editor"), by=None, reason="試験")
    own = account(maintainer)
    if place.startswith("given"):
        own |= {"roles-TOTAL_FORMS": 3, "roles-2-user": maintainer.pk}
        own |= {"roles-2-agency": agency.pk, "roles-2-role": "approver"}
    else:
        own[place] = "on"
    if place == "given with name":
        own["last_name"] = "新"
    page = client.post(page_of(maintainer), own)
    assert OWN_ROLE in page.content.decode()
    assert {role.role for role in maintainer.roles.all()} == {"maintainer", "editor"}
    maintainer.refresh_from_db()
    assert maintainer.last_name == "試験"


def test_nobody_gives_oneself_a_role_on_the_page_of_roles(client, maintainer, agency):
    address = reverse("admin:programs_role_add")
    own = {"user": maintainer.pk, "agency": agency.pk, "role": "approver"}
    assert OWN_ROLE in client.post(address, own).content.decode()
    assert [role.role for role in maintainer.roles.all()] == ["maintainer"]
    colleague = make_user(agency, "editor")
    assert client.post(address, {**own, "user": colleague.pk}).status_code == 302
    assert colleague.roles.filter(role="approver").exists()
    role = Role(user=maintainer, agency=agency, role="editor")
    history.save(role, by=None, reason="試験")
    address = reverse("admin:programs_role_delete", args=[role.pk])
    assert OWN_ROLE in client.post(address, {"post": "yes"}, follow=True).content.decode()
    assert maintainer.roles.count() == 2


def test_ones_own_account_without_a_change_of_roles_is_saved(client, maintainer):
    client.post(page_of(maintainer), account(maintainer, last_name="新"))
    maintainer.refresh_from_db()
    assert maintainer.last_name == "新"


def test_a_role_is_never_changed_into_another(client, maintainer, agency):
    user = make_user(agency, "editor")
    client.post(page_of(user), account(user, **{"roles-0-role": "approver"}))
    role = user.roles.get()
    answer = client.post(reverse("admin:programs_role_change", args=[role.pk]), {"role": "auditor"})
    assert answer.status_code == 403
    assert user.roles.get().role == "editor"


def test_names_that_differ_in_case_only_are_refused(client, maintainer):
    data = account(username="KEEPER")
    page = client.post(reverse("admin:programs_user_add"), data).content.decode()
    assert "大文字と小文字だけが違うユーザー名が、すでにあります。" in page


def test_an_old_address_is_forgotten(client, maintainer, agency):
    user = make_user(agency, "editor")
    EmailAddress.objects.create(user=user, email="old@example.go.jp", verified=True, primary=True)
    client.post(page_of(user), account(user, email="new@example.go.jp"))
    assert not EmailAddress.objects.filter(user=user, email="old@example.go.jp").exists()


# --- People of other agencies ---------------------------------------------------------------------
def test_people_of_another_agency_are_not_seen(client, maintainer):
    stranger = make_user(make_period().agency, "editor", username="stranger")
    nobody = make_user(username="nobody")
    page = client.get(reverse("admin:programs_user_changelist")).content.decode()
    assert ("stranger" in page, "nobody" in page) == (False, True)
    assert client.get(page_of(stranger)).status_code == 404
    assert client.post(page_of(stranger), account(stranger)).status_code == 404
    assert client.get(page_of(nobody)).status_code == 200


def test_who_works_elsewhere_too_is_not_taken_over(client, maintainer, agency):
    user = make_user(agency, "editor", username="both")
    other = make_period().agency
    history.save(Role(user=user, agency=other, role="maintainer"), by=None, reason="試験")
    page = client.get(page_of(user)).content.decode()
    assert ELSEWHERE in page
    assert other.short_name not in page
    crafted = account(user, email="mine@example.go.jp", is_active=None)
    crafted |= {"roles-TOTAL_FORMS": 1, "roles-INITIAL_FORMS": 1}
    client.post(page_of(user), crafted)
    user.refresh_from_db()
    assert (user.email, user.is_active) == ("", True)
    for name in ("password", "second-factor", "unlock"):
        answer = client.post(reverse("admin:programs_user_act", args=[user.pk, name]))
        assert answer.status_code == 403
        assert ELSEWHERE in answer.content.decode()
    role = user.roles.get(agency=other)
    address = reverse("admin:programs_role_delete", args=[role.pk])
    assert client.post(address, {"post": "yes"}).status_code == 404


# --- Acts -----------------------------------------------------------------------------------------
def act(client, user, name):
    address = reverse("admin:programs_user_act", args=[user.pk, name])
    assert client.get(address).status_code == 200
    return client.post(address)


def test_a_first_password_is_shown_once(client, maintainer, agency):
    user = make_user(agency, "editor")
    answer = act(client, user, "password")
    password = re.search(r"<code>([a-z0-9-]{19})</code>", answer.content.decode())[1]
    user.refresh_from_db()
    assert user.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    newest = user.history.latest()
    assert newest.history_change_reason == "保守者による初期パスワードの発行"
    assert newest.history_user == maintainer
    assert client.get(page_of(user)).content.decode().count(password) == 0


def test_asking_does_nothing(client, maintainer, agency):
    user = make_user(agency, "editor")
    before = user.password
    client.get(reverse("admin:programs_user_act", args=[user.pk, "password"]))
    user.refresh_from_db()
    assert (user.password, user.history.count()) == (before, 1)


def test_a_lost_second_factor_is_removed(client, maintainer, agency):
    user, colleague = make_user(agency, "editor"), make_user(agency, "editor")
    for one in (user, colleague):
        Authenticator.objects.create(user=one, type="totp", data={})
    act(client, user, "second-factor")
    assert [left.user for left in Authenticator.objects.all()] == [colleague]
    assert user.history.latest().history_change_reason == "保守者による二要素認証の解除"


def test_a_lock_out_ends(client, maintainer, agency):
    user = make_user(agency, "editor", username="Hanako")
    for name in ("hanako", "other"):
        AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=5)
    act(client, user, "unlock")
    assert [left.username for left in AccessAttempt.objects.all()] == ["other"]
    assert user.history.latest().history_change_reason == "保守者によるサインインのロックの解除"


@pytest.mark.parametrize("verb", ["issue_password", "remove_second_factors", "unlock"])
def test_an_act_leaves_alone_what_was_changed_meanwhile(maintainer, agency, verb):
    shown = make_user(agency, "editor")
    stored = User.objects.get(pk=shown.pk)
    stored.email, stored.is_active = "new@example.go.jp", False
    history.save(stored, by=None, reason="試験")
    getattr(accounts, verb)(shown, maintainer)
    stored.refresh_from_db()
    assert (stored.email, stored.is_active) == ("new@example.go.jp", False)
    newest = stored.history.latest()
    assert (newest.email, newest.is_active) == ("new@example.go.jp", False)
    assert newest.history_user == maintainer


def test_nobody_does_it_to_oneself(client, maintainer):
    answer = client.post(reverse("admin:programs_user_act", args=[maintainer.pk, "second-factor"]))
    assert answer.status_code == 403
    assert "自分のアカウントの画面で変えます" in answer.content.decode()
    assert client.get(reverse("admin:programs_user_act", args=[1, "none"])).status_code == 404


# --- Agencies, programmes, records ----------------------------------------------------------------
NEW_AGENCY = {
    "code": "new",
    "name": "国立研究開発法人新設機構",
    "short_name": "新設",
    "competent_minister": "文部科学大臣",
    "law": "法",
    "purpose_article": "第1条",
    "purpose_heading": "目的",
    "purpose": "目的とする。",
}


@pytest.mark.parametrize("code", ["history", "Accounts", "maintenance"])
def test_a_code_that_addresses_begin_with_is_refused(client, maintainer, code):
    page = client.post(reverse("admin:programs_agency_add"), {**NEW_AGENCY, "code": code})
    assert f"「{code}」は、ポータルのページのアドレスに使われています。" in page.content.decode()
    assert not Agency.objects.filter(code=code).exists()


def test_the_code_of_an_agency_stays(client, maintainer, agency):
    data = {name: getattr(agency, name) for name in NEW_AGENCY}
    data |= {"code": "other", "law": "新しい法", "revision": newest_revision(agency)}
    assert client.post(reverse("admin:programs_agency_change", args=[agency.pk]), data)
    before, _ = agency.code, agency.refresh_from_db()
    assert (agency.code, agency.law) == (before, "新しい法")


def test_who_adds_an_agency_maintains_it(client, maintainer):
    client.post(reverse("admin:programs_agency_add"), NEW_AGENCY)
    agency = Agency.objects.get(code="new")
    assert [role.role for role in maintainer.roles.filter(agency=agency)] == ["maintainer"]


def test_records_of_other_agencies_people_are_not_seen(client, maintainer, agency):
    stranger = make_user(make_period().agency, "editor", username="stranger")
    kinds = {"mine": maintainer, "theirs": stranger}
    for detail, user in kinds.items():
        AccessRecord.objects.create(
            at="2026-01-01T00:00Z", kind="sign_in", user=user, actor_name="x", detail=detail
        )
    for name in ("keeper", "stranger"):
        AccessRecord.objects.create(
            at="2026-01-01T00:00Z", kind="sign_in_failed", actor_name=name, detail=f"typed {name}"
        )
    page = client.get(reverse("admin:programs_accessrecord_changelist")).content.decode()
    shown = {d: d in page for d in ("mine", "theirs", "typed keeper", "typed stranger")}
    assert shown == {"mine": True, "theirs": False, "typed keeper": True, "typed stranger": False}


def test_a_maintainer_learns_nothing_of_drafts_from_the_records(client, maintainer, agency):
    for kind in AccessRecord.Kind.values:
        AccessRecord.objects.create(
            at="2026-01-01T00:00Z",
            kind=kind,
            user=maintainer,
            actor_name="x",
            agency=None if kind.startswith(("sign", "locked")) else agency,
            path="/a/5/amendments/himitsu/",
            detail=f"内容 {kind}",
        )
    address = reverse("admin:programs_accessrecord_changelist")
    page = client.get(address).content.decode()
    shown = set(re.findall(r"内容 (\w+)", page))
    assert shown == {"sign_in", "sign_in_failed", "locked_out", "sign_out"}
    assert "himitsu" not in page
    assert "変更案の閲覧" not in page
    assert set(
        re.findall(r"内容 (\w+)", client.get(f"{address}?kind=sign_in").content.decode())
    ) == {"sign_in"}
    for record in AccessRecord.objects.all():
        one = client.get(reverse("admin:programs_accessrecord_change", args=[record.pk]))
        assert (record.kind, one.status_code) == (record.kind, 200 if record.kind in shown else 404)
        assert "himitsu" not in one.content.decode()
