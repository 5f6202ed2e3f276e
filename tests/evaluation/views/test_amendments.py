"""An amendment's page: what it changes, how far it has come, what its reader may do next."""

import copy
import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.documents.issuing import issue, take_snapshot
from evaluation.loading import load_source
from evaluation.models import Amendment
from programs.models import AccessRecord, Agency
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    baseline = make_baseline(period)[0]
    draft = make_draft(period)
    amending.reword(draft, baseline.introduced.filter(kind="item").first(), "項目の刷新", by=None)
    return {"period": period, "baseline": baseline, "draft": draft}


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


@pytest.fixture
def period(scene):
    return scene["period"]


@pytest.fixture
def baseline(scene):
    return scene["baseline"]


@pytest.fixture
def draft(scene):
    return scene["draft"]


def address(amendment):
    return f"/{amendment.period.agency.code}/5/amendments/{amendment.slug}/"


def page(client, amendment, status=200):
    response = client.get(address(amendment))
    assert response.status_code == status
    return response


def acts(client, amendment):
    """The acts that the panel offers, in its order; a leading 編集 is the way to the editor."""
    response = page(client, amendment)
    html = response.content.decode()
    edit = ["edit"] if f'href="{address(amendment)}edit/"' in html else []
    context = response.context
    return edit + [name for name, _ in (*context["stage_acts"], *context["other_acts"])]


def sign_in(client, period, *roles):
    user = make_user(period.agency, *roles)
    client.force_login(user)
    return user


# --- What may be done -----------------------------------------------------------------------------
def test_the_panel_offers_what_the_state_and_the_roles_allow(client, period, draft):
    editor, approver = make_user(period.agency, "editor"), make_user(period.agency, "approver")
    offered = {}

    def note(state):
        for role, user in (("editor", editor), ("approver", approver)):
            client.force_login(user)
            offered[state, role] = acts(client, draft)

    note("draft")
    procedure.submit(draft, by=editor)
    note("submitted")
    procedure.approve(draft, by=approver)
    note("approved")
    procedure.decide(draft, by=approver, decided_on=DAY, effective_on=DAY)
    note("decided")
    beside = ["share", "hand-over", "copy", "withdraw"]
    assert offered == {
        ("draft", "editor"): ["edit", "submit", *beside, "restrict", "delete"],
        ("draft", "approver"): [],
        ("submitted", "editor"): [*beside, "take-back", "restrict"],
        ("submitted", "approver"): ["approve", "send-back"],
        ("approved", "editor"): [*beside, "take-back", "restrict"],
        ("approved", "approver"): ["decide", "send-back"],
        ("decided", "editor"): ["copy"],
        ("decided", "approver"): ["publish"],
    }


@pytest.mark.parametrize("role", ["auditor", "agency", "assessor", "maintainer"])
def test_readers_are_offered_nothing(client, period, draft, role):
    procedure.publish(draft.based_on, by=make_user(), published_on=DAY)
    decide(draft)
    sign_in(client, period, role)
    html = page(client, draft).content.decode()
    assert "次にできること" not in html


def test_who_drafted_is_told_why_not_to_approve(client, period, draft):
    user = sign_in(client, period, "editor", "approver")
    amending.reword(draft, draft.wordings.get().clause, "項目の見直し", by=user)
    procedure.submit(draft, by=user)
    assert page(client, draft).context["explained"] == [
        "承認者の承認を待っています。",
        (
            f"「{draft}」は承認待ちです。編集ができるのは、起案中の変更案だけです。"
            "「編集に戻す」と、編集できます。"
        ),
        "起案に関わった人は、その変更案の承認をできません。",
    ]


# --- How far it has come --------------------------------------------------------------------------
def stages(response):
    return [
        (stage.name, stage.done, stage.current, stage.day) for stage in response.context["stages"]
    ]


def test_the_stages_follow_the_procedure(client, period, draft):
    sign_in(client, period, "auditor")
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    response = page(client, draft)
    assert stages(response)[0] == ("起案", False, True, today)
    assert response.content.decode().count('aria-current="step"') == 1
    procedure.submit(draft, by=make_user())
    assert stages(page(client, draft))[:3] == [
        ("起案", True, False, today),
        ("提出", True, False, today),
        ("承認", False, True, None),
    ]
    procedure.approve(draft, by=make_user())
    procedure.decide(draft, by=make_user(), decided_on=today, effective_on=tomorrow)
    procedure.publish(draft.based_on, by=make_user(), published_on=DAY)
    procedure.publish(draft, by=make_user(), published_on=today)
    response = page(client, draft)
    assert stages(response)[2:] == [
        ("承認", True, False, today),
        ("決定", True, False, today),
        ("適用", False, True, tomorrow),
        ("公表", True, False, today),
    ]
    assert "決定済みですが、まだ適用されていません。" in response.content.decode()


def test_a_baseline_was_never_drafted_here(client, period, baseline):
    sign_in(client, period, "auditor")
    assert [name for name, *_ in stages(page(client, baseline))] == ["決定", "適用", "公表"]


def test_whom_an_amendment_waits_for_is_said(client, period, draft):
    approver = make_user(period.agency, "approver")
    sign_in(client, period, "editor")
    told = {"": page(client, draft)}
    procedure.submit(draft, by=make_user())
    told["承認"] = page(client, draft)
    procedure.approve(draft, by=approver)
    told["決定"] = page(client, draft)
    decided = dict.fromkeys(("decided_on", "effective_on"), timezone.localdate())
    procedure.decide(draft, by=approver, **decided)
    told["公表"] = page(client, draft)
    for act, response in told.items():
        html = response.content.decode()
        now = next(stage.now for stage in response.context["stages"] if stage.current)
        assert now == (f"{act}待ち" if act else "起案中")
        assert html.count("承認者の") == html.count(f"承認者の{act}を待っています。") == bool(act)
    client.force_login(approver)
    assert "を待っています" not in page(client, draft).content.decode()


def test_the_timeline_tells_who_did_what_with_which_words(client, period, draft):
    editor, approver = make_user(period.agency, "editor"), make_user(period.agency, "approver")
    drafting.share(draft, by=editor)
    procedure.submit(draft, by=editor)
    procedure.send_back(draft, by=approver, reason="直す：2.5\n4.3")
    client.force_login(editor)
    response = page(client, draft)
    events = [(event.what, event.words) for event in response.context["events"]]
    assert events == [
        ("差戻し", "直す：2.5\n4.3"),
        ("提出", ""),
        ("法人との共有", ""),
        ("起案", ""),
    ]
    html = response.content.decode()
    assert f"試験 太郎（{approver.username}）" in html
    assert "直す：2.5<br>4.3" in html
    assert "差し戻されています。" in html
    procedure.submit(draft, by=editor)
    assert "差し戻されています。" not in page(client, draft).content.decode()


def test_a_withdrawn_draft_says_so(client, period, draft):
    procedure.withdraw(draft, by=make_user(), reason="予算の見直し")
    sign_in(client, period, "auditor")
    response = page(client, draft)
    assert stages(response) == []
    assert "この変更案は取り下げられました。理由：予算の見直し" in response.content.decode()


def test_the_public_sees_what_is_published_and_no_names(client, period, draft):
    page(client, draft, status=302)
    editor = make_user(period.agency, "editor")
    procedure.publish(draft.based_on, by=editor, published_on=DAY)
    decide(draft)
    page(client, draft, status=302)
    issue(take_snapshot(draft, by=editor), "comparison", by=editor)
    procedure.publish(draft, by=editor, published_on=timezone.localdate())
    response = page(client, draft)
    assert response.context["events"] == []
    html = response.content.decode()
    for words in ("試験 太郎", "これまでの経過", "担当者", "法人との共有", "次にできること"):
        assert words not in html
    assert f"新旧対照表 {draft.slug}-2" in html
    assert "発行できます" not in html
    assert "PDFを発行" not in client.get(address(draft) + "comparison/").content.decode()


# --- What it changes ------------------------------------------------------------------------------
def test_the_amendment_of_the_document_gives_its_reasons(client):
    load_source()
    client.force_login(make_user(Agency.objects.get(code="jst"), "editor"))
    html = client.get("/jst/5/amendments/2026-01-28/").content.decode()
    assert html.count('<article class="reason">') == 4
    for words in (
        "資料に印刷されたページ：",
        "新設 18か所",
        "改正 2か所",
        "令和8年1月28日（2026年）",
    ):
        assert words in html
    for end in ("overview/", "reasons/", "comparison/", "facts/", "edit/"):
        assert f'href="/jst/5/amendments/2026-01-28/{end}"' in html
    assert 'href="/jst/5/policy/"' in html


def test_conflicts_and_neighbours_are_named(client, period, baseline):
    chapter, one = baseline.introduced.filter(kind__in=["chapter", "item"]).order_by("pk")[:2]
    first, second = make_draft(period), make_draft(period)
    amending.insert(first, "item", parent=chapter, after=one, label="8", text="甲", by=None)
    amending.insert(second, "item", parent=chapter, after=one, label="9", text="乙", by=None)
    amending.insert(second, "item", parent=chapter, label="1", text="重複", by=None)
    decide(first)
    sign_in(client, period, "editor")
    html = page(client, second).content.decode()
    assert "この変更案の「乙」と、決定された「甲」" in html
    assert "このままでは決定できない箇所（1か所）" in html
    assert "番号「1」が「重複」と重なっています。" in html
    assert "条項の編集で直す</a>" in html
    assert "決定された変更との重なりを確かめ" not in html  # the draft's own numbers


def test_who_may_take_it_back_is_led_there(client, period, baseline):
    chapter = baseline.introduced.get(kind="chapter")
    draft = make_draft(period)
    amending.insert(draft, "item", parent=chapter, label="1", text="重複", by=None)
    Amendment.objects.filter(pk=draft.pk).update(state="submitted")
    sign_in(client, period, "editor")
    html = page(client, draft).content.decode()
    back = re.findall(r'<p class="links"><a href="([^"]+take-back/)">編集に戻す</a>', html)
    assert back == [address(draft) + "steps/take-back/"]
    client.force_login(make_user(period.agency, "auditor"))
    assert "take-back" not in page(client, draft).content.decode()


def test_what_cannot_be_decided_is_sent_back_first(client, period, baseline):
    item = baseline.introduced.filter(kind="item").order_by("pk")[0]
    first, second = make_draft(period), make_draft(period)
    for draft in (first, second):
        amending.reword(draft, item, f"{draft}の文言", by=None)
    procedure.submit(second, by=make_user(period.agency, "editor"))
    sign_in(client, period, "approver")
    main = re.compile(r'class="primary" href="[^"]+/steps/([a-z-]+)/"')
    assert main.findall(page(client, second).content.decode()) == ["approve"]
    decide(first)
    html = page(client, second).content.decode()
    assert main.findall(html) == ["send-back"]
    assert [name for name, _ in page(client, second).context["stage_acts"]] == [
        "send-back",
        "approve",
    ]
    assert html.index("このままでは決定できない箇所（1か所）") < html.index("次にできること")
    assert "決定された変更との重なりを確かめる</a>" in html


@pytest.mark.parametrize("role", ["editor", "approver", "auditor"])
def test_the_queries_do_not_grow(client, role):
    counts = []
    for items in (2, 20):
        period = make_period()
        _, (_, *clauses) = make_baseline(period, items)
        draft = make_draft(period)
        for clause in clauses:
            amending.reword(draft, clause, f"{clause.pk}の一層の推進", by=None)
        for _ in range(items):
            procedure.submit(draft, by=make_user())
            procedure.send_back(draft, by=make_user(), reason="直す")
        sign_in(client, period, role)
        with CaptureQueriesContext(connection) as queries:
            page(client, draft)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


# --- Documents ------------------------------------------------------------------------------------
def test_issuing_and_downloading_are_recorded(client, period, draft):
    user = sign_in(client, period, "auditor")
    html = client.post(address(draft) + "issue/comparison/", follow=True).content.decode()
    (download,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', html)
    assert f'発行しました：<a href="{download}">' in html
    assert client.get(download).content[:5] == b"%PDF-"
    records = AccessRecord.objects.filter(kind="export").order_by("pk")
    assert [(r.user, r.agency, r.detail) for r in records] == [
        (user, period.agency, f"新旧対照表 {draft.slug}-1の発行"),
        (user, period.agency, f"新旧対照表_{draft.slug}-1.pdf"),
    ]


def test_who_has_not_signed_in_downloads_without_a_record(client, period, draft):
    procedure.publish(draft.based_on, by=make_user(), published_on=DAY)
    decide(draft)
    document = issue(take_snapshot(draft, by=None), "comparison", by=None)
    procedure.publish(draft, by=make_user(), published_on=timezone.localdate())
    response = client.get(f"/documents/{document.sha256}.pdf")
    assert response.content == bytes(document.content)
    assert not AccessRecord.objects.filter(kind="export").exists()


def test_only_those_with_a_role_issue(client, period, draft):
    procedure.publish(draft.based_on, by=make_user(), published_on=DAY)
    decide(draft)
    procedure.publish(draft, by=make_user(), published_on=timezone.localdate())
    client.force_login(make_user())
    response = client.post(address(draft) + "issue/comparison/")
    assert response.status_code == 403
    assert "PDFの発行は、" in response.content.decode()
