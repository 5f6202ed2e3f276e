"""The maintenance site: who comes in, what is seen, what is refused, and that nothing is lost."""

import copy
import re

import pytest
from django.contrib import admin
from django.urls import reverse
from django.urls.resolvers import URLResolver

from evaluation import amending
from jst_objectives import history
from programs.accounts import OWN_ROLE
from programs.maintenance import ReadOnlyAdmin, newest_revision
from programs.models import AccessRecord, Fund, Role, User
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
INDEX = "/maintenance/"


def addresses(patterns=None, prefix=INDEX):
    """Yield an address of every page of the site, with 1 for each of its arguments."""
    for pattern in admin.site.get_urls() if patterns is None else patterns:
        route = re.sub(r"<slug:suffix>", "csv", str(pattern.pattern))
        route = re.sub(r"<slug:name>", "unlock", route)
        route = prefix + re.sub(r"<\w+:\w+>", "1", route)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif "(" not in route:
            yield route


@pytest.fixture(scope="module")
def made(module_rows):
    """A period with a decided text, an agency with a fund, and another agency like it."""
    period, other = make_period(), make_period()
    for one in (period, other):
        make_baseline(one)
        fund = Fund(agency=one.agency, name=f"{one.agency.short_name}基金")
        history.save(fund, by=None, reason="試験")
    return period, other


@pytest.fixture
def place(made):
    return copy.deepcopy(made)


@pytest.fixture
def maintainer(place, client):
    user = make_user(place[0].agency, "maintainer")
    client.force_login(user)
    return user


def changed_fund(fund, **values):
    return {
        "name": fund.name,
        "subsidy": fund.subsidy,
        "legal_basis": fund.legal_basis,
        "revision": newest_revision(fund),
        **values,
    }


# --- Who comes in ---------------------------------------------------------------------------------
def test_the_pages_are_enumerated():
    found = list(addresses())
    assert len(found) > 150
    for page in ("user/1/change/", "user/1/account/unlock/", "fund/import/", "fund/export/csv/"):
        assert f"{INDEX}programs/{page}" in found


@pytest.mark.parametrize("role", ["editor", "approver", "agency", "assessor", "auditor", None])
def test_no_other_role_comes_in(client, role):
    user = make_user(make_period().agency, *([role] if role else []))
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)  # they play no part
    client.force_login(user)
    assert client.get(INDEX).status_code == 404
    assert client.get(f"{INDEX}programs/user/{user.pk}/change/").status_code == 404


def test_a_refusal_is_recorded(client, maintainer, place):
    fund = place[1].agency.funds.get()
    client.get(reverse("admin:programs_fund_change", args=[fund.pk]))
    Role.objects.all().delete()
    client.get(f"{INDEX}programs/user/")
    client.get(f"{INDEX}login/")
    records = AccessRecord.objects.filter(kind="refused", user=maintainer).order_by("pk")
    assert [(record.path, record.detail) for record in records] == [
        (
            f"{INDEX}programs/fund/{fund.pk}/change/",
            "登録されていないか、保守の対象ではありません。",
        ),
        (f"{INDEX}programs/user/", "このページは、ないか、見る権限がありません。"),
        (f"{INDEX}login/", "このページは、ないか、見る権限がありません。"),
    ]


def test_all_other_roles_together_learn_of_no_page(client):
    everything_else = [role for role in Role.Kind.values if role != "maintainer"]
    client.force_login(make_user(make_period().agency, *everything_else))
    for address in addresses():
        assert (address, client.get(address).status_code) == (address, 404)
        assert (address, client.post(address).status_code) == (address, 404)


def test_who_has_not_signed_in_is_sent_to_the_portals_sign_in(client):
    for address in [*addresses(), f"{INDEX}none/"]:
        response = client.get(address)
        assert (address, response.status_code) == (address, 302)
        if response["Location"].startswith(INDEX):
            response = client.get(response["Location"])
        assert response["Location"].startswith(reverse("account_login"))
        assert client.post(address).status_code == 302


def test_a_role_taken_away_counts_from_the_next_request(client, maintainer):
    assert client.get(INDEX).status_code == 200
    Role.objects.all().delete()
    assert client.get(INDEX).status_code == 404


def test_djangos_own_sign_in_signs_nobody_in(client):
    user = make_user(make_period().agency, "maintainer")
    user.set_password("secret-secret-1")
    user.save()
    client.post(f"{INDEX}login/", {"username": user.username, "password": "secret-secret-1"})
    assert "_auth_user_id" not in client.session


def test_a_maintainer_sees_the_site_in_japanese(client, maintainer):
    page = client.get(INDEX).content.decode()
    assert "中長期目標ポータル　保守" in page
    assert "ポータルへ戻る" in page
    assert client.get(f"{INDEX}login/")["Location"] == INDEX
    for name in ("logout", "password_change", "autocomplete", "none"):
        assert client.get(f"{INDEX}{name}/").status_code == 404


def test_pages_of_other_packages_stay_out():
    apps = {model._meta.app_label for model in admin.site._registry}
    assert apps == {"programs", "evaluation"}


# --- What is seen ---------------------------------------------------------------------------------
def test_only_the_maintained_agencies_are_seen(client, maintainer, place):
    _, other = place
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page = client.get(reverse(f"{name}_changelist")).content.decode()
        assert other.agency.short_name not in page
        assert other.agency.name not in page
        hidden = model._default_manager.exclude(
            pk__in=model_admin.get_queryset(client.get(INDEX).wsgi_request).values("pk")
        )
        for row in hidden[:2]:
            for verb in ("change", "delete", "history"):
                address = reverse(f"{name}_{verb}", args=[row.pk])
                assert client.get(address).status_code in (403, 404)
                assert client.post(address, {"post": "yes"}).status_code in (403, 404)


def test_choices_are_those_of_the_maintained_agencies(client, maintainer, place):
    period, other = place
    page = client.get(reverse("admin:programs_program_add")).content.decode()
    assert f"{period.agency.short_name}基金" in page
    assert f"{other.agency.short_name}基金" not in page
    crafted = {"agency": other.agency.pk, "name": "不正な基金"}
    assert client.post(reverse("admin:programs_fund_add"), crafted).status_code == 200
    assert not Fund.objects.filter(name="不正な基金").exists()


def test_an_object_cannot_be_moved_to_another_agency(client, place):
    period, other = place
    user = make_user(period.agency, "maintainer")
    history.save(Role(user=user, agency=other.agency, role="maintainer"), by=None, reason="試験")
    client.force_login(user)
    fund = period.agency.funds.get()
    data = changed_fund(fund, agency=other.agency.pk, name="新しい名")
    client.post(reverse("admin:programs_fund_change", args=[fund.pk]), data)
    fund.refresh_from_db()
    assert (fund.agency, fund.name) == (period.agency, "新しい名")


def test_drafts_are_not_seen(client, maintainer, place):
    draft = make_draft(place[0])
    clause = place[0].clauses.filter(kind="item").first()
    amending.reword(draft, clause, "まだ秘密の文言", by=None)
    for model in ("amendment", "wording", "clause", "snapshot"):
        page = client.get(reverse(f"admin:evaluation_{model}_changelist")).content.decode()
        assert "まだ秘密の文言" not in page
        assert draft.title not in page
    row = draft.wordings.get()
    address = reverse("admin:evaluation_wording_change", args=[row.pk])
    assert client.get(address).status_code == 404


def test_passwords_cannot_be_searched_for(client, maintainer):
    address = reverse("admin:programs_user_changelist")
    assert client.get(f"{address}?password__startswith=x").status_code == 400


# --- What is refused ------------------------------------------------------------------------------
def test_read_only_pages_refuse_crafted_changes(client, maintainer):
    read_only = [m for m, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)]
    assert len(read_only) == 26
    for model in read_only:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page = admin.site.get_model_admin(model)
        assert client.post(reverse(f"{name}_add")).status_code == 403
        row = page.get_queryset(client.get(INDEX).wsgi_request).first()
        if row is None:
            continue
        for verb in ("change", "delete"):
            answer = client.post(reverse(f"{name}_{verb}", args=[row.pk]), {"post": "yes"})
            assert answer.status_code == 403
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert client.get(reverse(f"{name}_history", args=[row.pk])).status_code == 404
        selected = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        client.post(reverse(f"{name}_changelist"), selected)
        assert model._default_manager.filter(pk=row.pk).exists()


# --- History, and lost updates --------------------------------------------------------------------
def test_every_change_is_recorded_with_its_maintainer(client, maintainer, place):
    agency = place[0].agency
    client.post(reverse("admin:programs_fund_add"), {"agency": agency.pk, "name": "基金A"})
    fund = Fund.objects.get(name="基金A")
    address = reverse("admin:programs_fund_change", args=[fund.pk])
    client.post(address, changed_fund(fund, agency=agency.pk, subsidy="補助金"))
    fund.refresh_from_db()
    client.post(address, changed_fund(fund, agency=agency.pk))  # nothing changed, nothing recorded
    client.post(reverse("admin:programs_fund_delete", args=[fund.pk]), {"post": "yes"})
    rows = Fund.history.filter(name="基金A").order_by("history_id")
    told = [(row.history_type, row.history_change_reason, row.history_user) for row in rows]
    assert told == [
        ("+", "保守画面で追加", maintainer),
        ("~", "保守画面で変更", maintainer),
        ("-", "保守画面で削除", maintainer),
    ]


def test_several_are_deleted_with_their_history(client, maintainer, place):
    fund = place[0].agency.funds.get()
    data = {"action": "delete_selected", "_selected_action": [fund.pk], "post": "yes"}
    client.post(reverse("admin:programs_fund_changelist"), data)
    assert Fund.history.filter(id=fund.pk).latest().history_user == maintainer


def test_a_later_change_is_not_overwritten(client, maintainer, place):
    fund = place[0].agency.funds.get()
    mine = changed_fund(fund, agency=place[0].agency.pk, subsidy="私の変更")
    fund.subsidy = "ほかの人の変更"
    history.save(fund, by=None, reason="試験")
    page = client.post(reverse("admin:programs_fund_change", args=[fund.pk]), mine)
    assert "この画面を開いた後に、ほかの人が変更しました" in page.content.decode()
    fund.refresh_from_db()
    assert fund.subsidy == "ほかの人の変更"
    del mine["revision"]
    assert client.post(page.wsgi_request.path, mine).status_code == 200
    fund.refresh_from_db()
    assert fund.subsidy == "ほかの人の変更"


def test_the_history_shows_old_and_new(client, maintainer, place):
    fund = place[0].agency.funds.get()
    fund.subsidy = "<b>新しい</b>"
    history.save(fund, by=maintainer, reason="理由<script>")
    page = client.get(reverse("admin:programs_fund_history", args=[fund.pk])).content.decode()
    assert "&lt;b&gt;新しい&lt;/b&gt;" in page
    assert "理由&lt;script&gt;" in page
    assert "補助金名：" in page
    assert client.post(reverse("admin:programs_fund_history", args=[fund.pk])).status_code == 200
    assert Fund.history.filter(id=fund.pk).count() == 2


def test_control_characters_are_refused_by_name(client, maintainer, place):
    data = {"agency": place[0].agency.pk, "name": "基金\u202eA"}
    page = client.post(reverse("admin:programs_fund_add"), data).content.decode()
    assert "基金名の3文字目の文字（U+202E）は" in page
    page = client.post(reverse("admin:programs_fund_add"), data | {"name": "基金😀"})
    assert "基金名の「😀」（U+1F600）は、印刷に使う" in page.content.decode()
    assert not Fund.objects.filter(name__startswith="基金").exists()


def test_one_does_not_take_ones_own_role(client, maintainer):
    role = maintainer.roles.get()
    page = client.post(reverse("admin:programs_role_delete", args=[role.pk]), follow=True)
    assert OWN_ROLE in page.content.decode()
    data = {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"}
    client.post(reverse("admin:programs_role_changelist"), data)
    assert maintainer.roles.exists()
