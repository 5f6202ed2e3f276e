"""Every step of an amendment's life: explained, confirmed, done, refused."""

import copy
import datetime as dt
import re

import pytest
from django.utils import timezone

from evaluation import amending, procedure
from evaluation.documents.issuing import take_snapshot
from evaluation.eras import written
from evaluation.models import Amendment
from evaluation.views.steps import STEPS
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

DATES = {"decided_on": "令和8年4月1日", "effective_on": "R8.10.1"}
APRIL, OCTOBER = dt.date(2026, 4, 1), dt.date(2026, 10, 1)


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    clauses = make_baseline(period)[1]
    editor, approver = (make_user(period.agency, role) for role in ("editor", "approver"))
    draft = make_draft(period, by=editor, holder=editor)
    amending.reword(draft, clauses[1], "項目1の一層の推進", by=editor)
    return {
        "period": period,
        "clauses": clauses,
        "editor": editor,
        "approver": approver,
        "draft": draft,
    }


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


@pytest.fixture
def period(scene):
    return scene["period"]


@pytest.fixture
def clauses(scene):
    return scene["clauses"]


@pytest.fixture
def editor(scene):
    return scene["editor"]


@pytest.fixture
def approver(scene):
    return scene["approver"]


@pytest.fixture
def draft(scene):
    return scene["draft"]


def address(amendment, step=""):
    page = f"/{amendment.period.agency.code}/5/amendments/{amendment.slug}/"
    return f"{page}steps/{step}/" if step else page


def words(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def seen(html):
    return re.search(r'name="seen" value="(\w+)"', html).group(1)


def approved(draft, editor, approver):
    procedure.submit(draft, by=editor)
    procedure.approve(draft, by=approver)
    return draft


# --- All steps ------------------------------------------------------------------------------------
def test_an_unknown_step_is_not_found(client, draft, editor):
    client.force_login(editor)
    assert "この手続はありません。" in words(client.get(address(draft, "burn")), 404)


@pytest.mark.parametrize("step", STEPS)
def test_strangers_find_nothing_and_other_methods_are_refused(client, draft, editor, step):
    client.force_login(editor)
    assert client.delete(address(draft, step)).status_code == 405
    client.force_login(make_user(make_period().agency, "editor", "approver"))
    assert client.get(address(draft, step)).status_code == 404
    assert client.post(address(draft, step)).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_a_reader_is_told_who_may(client, period, draft, step):
    client.force_login(make_user(period.agency, "auditor"))
    role = "承認者" if step in {"approve", "decide", "publish", "send-back"} else "起案者"
    role = "起案者・承認者" if step == "release" else role
    for response in (client.get(address(draft, step)), client.post(address(draft, step))):
        assert f"{period.agency.short_name}を担当する{role}だけができます。" in words(response, 403)
    draft.refresh_from_db()
    assert (draft.state, draft.shared_at) == ("draft", None)
    assert Amendment.objects.count() == 2


@pytest.mark.parametrize("step", ["submit", "share", "hand-over", "copy", "withdraw", "delete"])
def test_looking_changes_nothing(client, draft, editor, step):
    client.force_login(editor)
    rows = Amendment.history.count()
    html = words(client.get(address(draft, step)))
    assert STEPS[step].button in html
    assert f'<a href="{address(draft)}">やめる</a>' in html
    assert Amendment.history.count() == rows


def test_a_link_fills_in_no_words(client, draft, editor, approver):
    client.force_login(editor)
    words_of_a_link = {"reason": "攻撃者の文", "title": "攻撃者の文", "slug": "attack"}
    for step in ("withdraw", "copy"):
        html = words(client.get(address(draft, step), words_of_a_link))
        assert "攻撃者の文" not in html
        assert "attack" not in html
    procedure.submit(draft, by=editor)
    client.force_login(approver)
    assert "攻撃者の文" not in words(client.get(address(draft, "send-back"), words_of_a_link))


def test_a_link_names_the_next_holder(client, period, draft, editor):
    other = make_user(period.agency, "editor")
    client.force_login(editor)
    form = client.get(address(draft, "hand-over"), {"to": other.pk}).context["form"]
    assert form["to"].value() == str(other.pk)


# --- Submitting, approving, sending back ----------------------------------------------------------
def test_submitting_tells_who_approves(client, period, draft, editor, approver):
    client.force_login(editor)
    drafter = make_user(period.agency, "approver")
    amending.reword(draft, draft.wordings.get().clause, "項目1の刷新", by=drafter)
    response = client.get(address(draft, "submit"))
    assert list(response.context["people"]) == [approver]
    assert "改正1か所" in words(response)
    response = client.post(address(draft, "submit"), follow=True)
    assert f"「{draft}」を提出しました。" in words(response)
    draft.refresh_from_db()
    assert draft.state == "submitted"
    again = words(client.post(address(draft, "submit")), 403)
    assert f"「{draft}」は承認待ちです。提出ができるのは、起案中の変更案だけです。" in again


def test_what_changes_nothing_is_not_submitted(client, period, clauses, editor):
    empty = make_draft(period, by=editor)
    client.force_login(editor)
    for response in (
        client.get(address(empty, "submit")),
        client.post(address(empty, "submit")),
    ):
        html = words(response)
        assert f"「{empty}」には、まだ変更がありません。" in html
        assert "提出する</button>" not in html
    empty.refresh_from_db()
    assert empty.state == "draft"


def test_an_approver_reads_the_table_and_approves_it(client, draft, editor, approver):
    procedure.submit(draft, by=editor)
    client.force_login(approver)
    html = words(client.get(address(draft, "approve")))
    assert "<ins>" in html
    assert html.index('<table class="comparison">') < html.index("この内容で承認する</button>")
    response = client.post(address(draft, "approve"), {"seen": seen(html)}, follow=True)
    assert f"「{draft}」を承認しました。" in words(response)
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_what_changed_while_it_was_read_is_not_approved(client, draft, editor, approver):
    procedure.submit(draft, by=editor)
    client.force_login(approver)
    before = seen(words(client.get(address(draft, "approve"))))
    procedure.send_back(draft, by=approver, reason="直す")
    amending.reword(draft, draft.wordings.get().clause, "項目1の刷新", by=editor)
    procedure.submit(draft, by=editor)
    for old in (before, ""):
        html = words(client.post(address(draft, "approve"), {"seen": old}))
        assert "内容が変わりました。いまの内容を確かめ直してください。" in html
        assert seen(html) not in (before, "")
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize("step", ["approve", "decide"])
def test_who_drafted_neither_approves_nor_decides(client, period, draft, step):
    both = make_user(period.agency, "editor", "approver")
    amending.reword(draft, draft.wordings.get().clause, "項目1の刷新", by=both)
    procedure.submit(draft, by=both)
    if step == "decide":
        procedure.approve(draft, by=make_user())
    client.force_login(both)
    for response in (client.get(address(draft, step)), client.post(address(draft, step), DATES)):
        assert "起案に関わった人は、その変更案の" in words(response, 403)


def test_sending_back_needs_words_and_shows_them(client, draft, editor, approver):
    procedure.submit(draft, by=editor)
    client.force_login(approver)
    html = words(client.post(address(draft, "send-back"), {"reason": " "}))
    assert "差し戻す理由を入力してください。" in html
    client.post(address(draft, "send-back"), {"reason": "2.5を\r\n直す"})
    draft.refresh_from_db()
    assert draft.state == "draft"
    client.force_login(editor)
    html = words(client.get(address(draft)))
    assert "差し戻されています。" in html
    assert "2.5を<br>直す" in html


# --- Deciding -------------------------------------------------------------------------------------
def test_deciding_shows_the_table_and_the_dates_before_it_counts(client, draft, editor, approver):
    approved(draft, editor, approver)
    client.force_login(approver)
    page = address(draft, "decide")
    asked = words(client.get(page))
    assert "確認に進む" in asked
    assert '<table class="comparison">' not in asked

    check = words(client.get(page, DATES))
    table, dates = check.index('<table class="comparison">'), check.index("令和8年4月1日（2026年）")
    assert (
        table < dates < check.index("令和8年10月1日（2026年）") < check.index("この内容で決定する<")
    )
    assert "改正1か所" in check
    assert "二度と変えられません。" in check
    draft.refresh_from_db()
    assert draft.state == "approved"

    answers = {"decided_on": "2026-04-01", "effective_on": "2026-10-01", "seen": seen(check)}
    response = client.post(page, answers, follow=True)
    assert f"「{draft}」の決定を登録しました。" in words(response)
    draft.refresh_from_db()
    assert (draft.state, draft.decided_on, draft.effective_on) == ("decided", APRIL, OCTOBER)
    assert (draft.sequence, draft.published_on) == (2, None)
    again = words(client.post(page, answers), 403)
    assert "は決定です。決定ができるのは、承認済みの変更案だけです。" in again


def test_the_way_back_from_the_check_page_keeps_the_dates(client, draft, editor, approver):
    approved(draft, editor, approver)
    client.force_login(approver)
    page = address(draft, "decide")
    change = client.get(page, DATES).context["answers"][1]["change"]
    assert change == "?decided_on=2026-04-01&effective_on=2026-10-01&change=1#id_effective_on"
    html = words(client.get(page + change))
    assert 'value="2026-10-01"' in html
    assert "確認に進む" in html


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"decided_on": ""}, "決定日を入力してください（例：令和8年4月1日）。"),
        ({"effective_on": "10月"}, "適用日の「10月」を読み取れません。"),
        (
            {"effective_on": "2022-03-31"},
            "適用日は、目標期間（令和4年4月1日から令和9年3月31日まで）の",
        ),
    ],
)
def test_dates_that_cannot_be_are_explained(client, draft, editor, approver, typed, message):
    approved(draft, editor, approver)
    client.force_login(approver)
    for method in (client.get, client.post):
        html = words(method(address(draft, "decide"), DATES | typed))
        assert message in html
        assert "<title>エラー：" in html
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_only_the_check_page_decides(client, draft, editor, approver):
    approved(draft, editor, approver)
    client.force_login(approver)
    html = words(client.post(address(draft, "decide"), DATES))
    assert "いまの内容を確かめ直してください。" in html
    assert "この内容で決定する" in html
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_what_changed_since_the_check_page_is_not_decided(
    client, period, clauses, draft, editor, approver
):
    approved(draft, editor, approver)
    client.force_login(approver)
    page = address(draft, "decide")
    old = seen(words(client.get(page, DATES)))
    rival = make_draft(period)
    amending.relabel(rival, clauses[1], "9", by=None)
    decide(rival)
    html = words(client.post(page, DATES | {"seen": old}))
    assert "内容が変わりました。いまの内容を確かめ直してください。" in html
    draft.refresh_from_db()
    assert draft.state == "approved"
    client.post(page, DATES | {"seen": seen(html)})
    draft.refresh_from_db()
    assert draft.state == "decided"


def test_conflicts_are_listed_and_refuse_the_decision(
    client, period, clauses, draft, editor, approver
):
    approved(draft, editor, approver)
    client.force_login(approver)
    page = address(draft, "decide")
    old = seen(words(client.get(page, DATES)))
    rival = make_draft(period)
    amending.reword(rival, clauses[1], "項目1の刷新", by=None)
    decide(rival)
    conflict = "1. 項目1の一層の推進：「文言」が、起案の後に決定された変更でも改められています。"
    asked = words(client.get(page))
    assert conflict in asked
    assert "確認に進む" not in asked
    for response in (client.get(page, DATES), client.post(page, DATES | {"seen": old})):
        html = words(response)
        assert conflict in html
        assert "この内容で決定する" not in html
    draft.refresh_from_db()
    assert draft.state == "approved"


# --- Publishing -----------------------------------------------------------------------------------
def test_publication_is_confirmed_and_begins_on_its_day(client, period, clauses, approver):
    baseline = period.amendments.get(kind="baseline")
    client.force_login(approver)
    page = address(baseline, "publish")
    today = timezone.localdate()
    assert f'value="{written(today)}"' in words(client.get(page))
    check = words(client.get(page, {"published_on": today}))
    assert "すぐにだれでも読めるようになります。" in check
    response = client.post(page, {"published_on": today}, follow=True)
    assert f"「{baseline}」の公表日を登録しました。" in words(response)
    client.logout()
    assert baseline.title in words(client.get(address(baseline)))


def test_publication_waits_for_the_predecessor(client, period, draft, editor, approver):
    approved(draft, editor, approver)
    procedure.decide(draft, by=approver, decided_on=APRIL, effective_on=OCTOBER)
    baseline = period.amendments.get(kind="baseline")
    client.force_login(approver)
    for method in (client.get, client.post):
        html = words(method(address(draft, "publish"), {"published_on": "2026-04-02"}))
        assert f"先に決定した「{baseline}」がまだ公表されていません。" in html
    draft.refresh_from_db()
    assert draft.published_on is None


def test_what_is_published_is_not_published_again(client, period, clauses, approver):
    baseline = period.amendments.get(kind="baseline")
    procedure.publish(baseline, by=approver, published_on=DAY)
    client.force_login(approver)
    html = words(client.get(address(baseline, "publish")), 403)
    assert "公表日は、すでに令和4年4月1日と決まっています。" in html


# --- Beside the procedure -------------------------------------------------------------------------
def test_sharing_says_that_it_cannot_be_undone(client, period, draft, editor):
    agency = make_user(period.agency, "agency")
    client.force_login(editor)
    response = client.get(address(draft, "share"))
    assert list(response.context["people"]) == [agency]
    assert "共有は取り消せません。" in words(response)
    client.post(address(draft, "share"))
    draft.refresh_from_db()
    assert draft.shared_at is not None
    assert "すでに法人と共有されています。" in words(client.post(address(draft, "share")), 403)
    client.force_login(agency)
    html = words(client.get(address(draft)))
    assert "これまでの経過" not in html
    assert "次にできること" not in html


def test_a_draft_is_handed_to_another_editor(client, period, draft, editor):
    other = make_user(period.agency, "editor")
    approver = make_user(period.agency, "approver")
    client.force_login(editor)
    page = address(draft, "hand-over")
    choices = client.get(page).context["form"].fields["to"].queryset
    assert list(choices) == [other]
    assert "引き継ぐ人を選んでください。" in words(client.post(page))
    assert "引き継ぐ人を、一覧から選んでください。" in words(client.post(page, {"to": approver.pk}))
    client.post(page, {"to": other.pk})
    draft.refresh_from_db()
    assert draft.holder == other


def test_a_copy_opens_as_a_draft_of_its_own(client, draft, editor):
    client.force_login(editor)
    page = address(draft, "copy")
    html = words(client.get(page))
    assert f'value="{draft.title}の写し"' in html
    assert f'value="{draft.slug}-2"' in html
    taken = words(client.post(page, {"title": "写し", "slug": draft.slug}))
    assert f"識別名「{draft.slug}」の変更が、この期間にすでにあります。" in taken
    response = client.post(page, {"title": "二つ目の案", "slug": "second"})
    copy = Amendment.objects.get(slug="second")
    assert response["Location"] == address(copy)
    assert (copy.title, copy.holder) == ("二つ目の案", editor)


def test_a_copy_of_what_was_decided_names_what_it_leaves_out(client, draft, editor):
    decide(draft)
    client.force_login(editor)
    html = words(client.get(address(draft, "copy")))
    assert "すでに決定されているため、写しに含めません（1）" in html
    assert "<li>1. 項目1の一層の推進</li>" in html


def test_withdrawing_needs_words_and_keeps_the_texts(client, draft, editor):
    client.force_login(editor)
    page = address(draft, "withdraw")
    assert "取り下げる理由を入力してください。" in words(client.post(page))
    html = words(client.post(page, {"reason": "予算の見直しのため"}, follow=True))
    assert "この変更案は取り下げられました。理由：予算の見直しのため" in html
    draft.refresh_from_db()
    assert (draft.state, draft.wordings.count()) == ("withdrawn", 1)


def test_deleting_leads_to_the_start_page(client, draft, editor):
    client.force_login(editor)
    response = client.post(address(draft, "delete"), follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert f"変更案「{draft}」を削除しました。" in words(response)
    assert not Amendment.objects.filter(slug=draft.slug).exists()


def test_what_was_issued_is_withdrawn_instead(client, draft, editor):
    take_snapshot(draft, by=None)
    client.force_login(editor)
    page = address(draft, "delete")
    for response in (client.get(page), client.post(page)):
        html = words(response)
        assert "やめるときは、取り下げてください" in html
        assert "変更案を削除する</button>" not in html
    assert Amendment.objects.filter(pk=draft.pk).exists()
