"""The trail: every object and field, old and new in words, of the auditor's agencies only."""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import amending, grading, valuing
from evaluation.audited import amendments_of
from evaluation.comparison.rows import Run
from evaluation.models import (
    Amendment,
    AmendmentReason,
    ItemProgram,
    ReasonGroup,
    StepKind,
    Wording,
)
from evaluation.past import Past, tracked_models, way
from evaluation.trail import SYSTEM, Change, Search, entries, found
from evaluation.views.history import lines
from jst_objectives import history
from programs.models import AccessRecord, Agency, Fund, Program, Role, User
from tests.evaluation.grading.scenes import Graded
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

# What never changes, and what passes: who is there, what was sent already, work in the background.
IMMUTABLE = {"snapshot", "issueddocument", "accessrecord", "presence", "submission", "rendering"}
IMMUTABLE |= {"reminder", "valuereport", "valueimport", "importedcell"}


@pytest.fixture
def period():
    return make_period()


def told(agency, **asked):
    return entries(found(Search(agencies=(agency.pk,), **asked)))


def make_record(kind="draft_read", *, at=None, name="試験", **fields):
    fields = {"path": "/", "actor_name": name, **fields}
    return AccessRecord.objects.create(at=at or timezone.now(), kind=kind, **fields)


# --- Completeness ---------------------------------------------------------------------------------
def test_every_model_is_in_the_trail():
    models = [*apps.get_app_config("programs").get_models()]
    models += apps.get_app_config("evaluation").get_models()
    names = {
        model._meta.model_name
        for model in models
        if not model._meta.proxy and not model._meta.model_name.startswith("historical")
    }
    assert tracked_models().keys() == names - IMMUTABLE


@pytest.mark.parametrize("name", tracked_models())
def test_every_model_belongs_to_an_agency(name):
    model = tracked_models()[name]
    assert model is User or way(model, Agency) is not None


def test_the_shortest_way_is_taken():
    """A link of an item belongs to the amendment that made it, not to that of the item."""
    assert [key.name for key in way(ItemProgram, Amendment)] == ["amendment"]
    assert way(Fund, Amendment) is None


def test_the_whole_source_is_told():
    """Whatever there is has a name."""
    call_command("load_source", verbosity=0)
    rows = list(found(Search(agencies=tuple(Agency.objects.values_list("pk", flat=True)))))
    every = sum(model.history.count() for model in tracked_models().values())
    assert len(rows) == every
    everything = entries(rows)
    assert [entry for entry in everything if "（不明）" in entry.name or not entry.name] == []
    assert {entry.act for entry in everything} >= {"作成", "変更"}


# --- Words ----------------------------------------------------------------------------------------
def test_a_field_is_told_with_its_old_and_new_value(period):
    user = make_user(period.agency, "maintainer")
    fund = Fund(agency=period.agency, name="基金", subsidy="補助金")
    history.save(fund, by=user, reason="登録")
    fund.subsidy, fund.legal_basis = "", "機構法第1条"
    history.save(fund, by=user, reason="訂正")
    history.delete(fund, by=None, reason="取消し")
    deleted, changed, created = told(period.agency, kind="fund")
    agency = Change("法人", "", period.agency.name)
    assert (created.act, created.actor, created.reason) == (
        "作成",
        history.actor_name(user),
        "登録",
    )
    assert created.changes == (
        agency,
        Change("基金名", "", "基金"),
        Change("補助金名", "", "補助金"),
    )
    assert (changed.act, changed.kind, changed.name) == ("変更", "基金", "基金")
    assert changed.changes == (
        Change("補助金名", "補助金", ""),
        Change("根拠規定", "", "機構法第1条"),
    )
    assert (deleted.act, deleted.actor, deleted.reason) == ("削除", SYSTEM, "取消し")
    assert deleted.changes == (
        Change("法人", period.agency.name, ""),
        Change("基金名", "基金", ""),
        Change("根拠規定", "機構法第1条", ""),
    )
    assert (deleted.agency, deleted.subject) == (period.agency.short_name, changed.subject)


def test_values_are_words(period):
    draft = make_draft(period)
    draft.paper_date, draft.state = dt.date(2026, 1, 28), "withdrawn"
    history.save(draft, by=None, reason="取下げ")
    changed, created = told(period.agency, kind="amendment")
    assert changed.changes == (
        Change("資料の日付", "", "令和8年1月28日（2026年）"),
        Change("状態", "起案中", "取下げ"),
    )
    assert Change("種類", "", "変更") in created.changes
    assert Change("期間", "", str(period)) in created.changes


def test_a_boolean_is_a_word(period):
    _, (chapter, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.repeal(draft, chapter, by=None)
    rows = told(period.agency, kind="wording", amendment=draft.pk)
    assert {c.new for row in rows for c in row.changes if c.label == "削る"} == {"はい"}


def test_a_reference_has_the_name_of_then(period):
    program = Program(agency=period.agency, slug="p", name="事業")
    fund = Fund(agency=period.agency, name="旧基金")
    history.save(fund, by=None, reason="登録")
    program.fund = fund
    history.save(program, by=None, reason="登録")
    fund.name = "新基金"
    history.save(fund, by=None, reason="改称")
    program.fund = None
    history.save(program, by=None, reason="訂正")
    changed, created = told(period.agency, kind="program")
    assert Change("基金", "", "旧基金") in created.changes
    # As it was when it was written, which is before the fund was renamed.
    assert changed.changes == (Change("基金", "旧基金", ""),)


def test_an_object_is_named_with_what_it_belonged_to_then(period):
    user = make_user(username="taro")
    role = Role(user=user, agency=period.agency, role="editor")
    history.save(role, by=None, reason="任命")
    old, period.agency.short_name = period.agency.short_name, "新略称"
    history.save(period.agency, by=None, reason="改称")
    history.delete(role, by=None, reason="解任")
    names = [row.name for row in told(period.agency, kind="role")]
    assert names == ["taro：起案者（新略称）", f"taro：起案者（{old}）"]


def test_a_clause_is_named_by_its_words(period):
    _, (chapter, one, *_) = make_baseline(period)
    draft = make_draft(period)
    new = amending.insert(
        draft, "item", parent=chapter, after=one, label="9", text="新項目", by=None
    )
    amending.reword(draft, one, "長" * 40, by=None)
    (reworded, inserted) = told(period.agency, kind="wording", amendment=draft.pk)
    assert (inserted.name, reworded.name) == ("項目「新項目」", f"項目「{'長' * 29}…」")
    assert Change("条項", "", "項目「新項目」") in inserted.changes
    assert Change("親", "", "章「研究開発の成果の最大化」") in inserted.changes
    assert [(row.kind, row.name) for row in told(period.agency, subject=("clause", new.pk))] == [
        ("文言", "項目「新項目」"),
        ("条項", "項目「新項目」"),
    ]


def test_what_an_evaluation_keeps_is_named_by_item_year_and_kind():
    scene = Graded.made()
    scene.write(scene.below)
    scene.write(None, side="minister")
    grading.save_plans(scene.below, 2024, by=None, medium="", annual="計画。")
    grading.record_inputs(scene.below, [grading.InputCell("budget", 2024, Decimal(1))], by=None)
    grading.save_profile(scene.below, 2024, by=None, graded=True)
    valuing.assign(scene.below, 2024, by=None, person=None, due_on=dt.date(2025, 6, 30))
    agency, item = scene.period.agency, "項目「戦略の立案」"
    models = ("rating", "itemplan", "iteminput", "itemprofile", "itemyear")
    assert [[row.name for row in told(agency, kind=kind)] for kind in models] == [
        [
            "総合評定：令和6年度 年度評価・主務大臣による評価",
            f"{item}：令和6年度 年度評価・自己評価",
        ],
        [f"{item}：令和6年度 年度計画"],
        [f"{item}：令和6年度 予算額"],
        [f"{item}：令和6年度から", "項目「業務の効率化」：令和4年度から"],
        [f"{item}：令和6年度"],
    ]


def test_numbers_are_told_as_everywhere():
    scene = Graded.made()
    for seen, amount in enumerate((Decimal(18500), Decimal("-1.5"))):
        cell = grading.InputCell("budget", 2024, amount, seen)
        grading.record_inputs(scene.below, [cell], by=None)
    changed = told(scene.period.agency, kind="iteminput")[0].changes
    assert [(c.old, c.new) for c in changed if c.label == "額・人数"] == [("18,500", "△1.5")]


def test_a_changed_text_is_marked(period):
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の支援", by=None)
    amending.reword(draft, one, "項目1の育成", by=None)
    changed, first = told(period.agency, kind="wording", amendment=draft.pk)
    text = next(change for change in changed.changes if change.label == "文言")
    assert text == Change("文言", "項目1の支援", "項目1の育成", prose=True)
    assert text.sides == (
        (Run("項目1の"), Run("支援", marked=True)),
        (Run("項目1の"), Run("育成", marked=True)),
    )
    revision = next(change for change in changed.changes if change.label == "版")
    assert revision.sides == ((Run("1"),), (Run("2"),))
    assert (first.act, first.compared) == ("作成", True)


def test_the_first_wording_of_a_draft_is_told_with_the_one_that_stood(period):
    baseline, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の支援", by=None)
    (first,) = told(period.agency, kind="wording", amendment=draft.pk)
    assert first.changes == (
        Change("変更", str(baseline), str(draft)),
        Change("文言", "項目1の推進", "項目1の支援", prose=True),
        Change("元の文言", "", "項目「項目1の推進」"),
    )


def test_no_password_is_ever_told(period):
    user = make_user(period.agency, "editor")
    user.set_password("秘密の合言葉")
    user.first_name = "次郎"
    history.save(user, by=None, reason="改名")
    rows = told(period.agency, kind="user")
    labels = {change.label for row in rows for change in row.changes}
    assert labels.isdisjoint({"パスワード", "最終ログイン"})
    assert user.password not in str(list(lines(list(found(Search((period.agency.pk,)))))))


def test_rows_of_one_moment_follow_each_other(period):
    fund = Fund(agency=period.agency, name="基金")
    moment = timezone.now()
    for subsidy in ("甲", "乙", "丙"):
        fund.subsidy, fund._history_date = subsidy, moment
        history.save(fund, by=None, reason="同時")
    changes = [row.changes[-1] for row in told(period.agency, kind="fund")]
    assert changes == [
        Change("補助金名", "乙", "丙"),
        Change("補助金名", "甲", "乙"),
        Change("補助金名", "", "甲"),
    ]


# --- Scope ----------------------------------------------------------------------------------------
def test_an_auditor_sees_its_agencies_only(period):
    other = make_period()
    make_baseline(other)
    make_user(other.agency, "editor", username="stranger")
    make_record(agency=other.agency, detail="他の法人の変更案")
    _, (_, _one, *_) = make_baseline(period)
    rows = told(period.agency)
    assert {row.agency for row in rows} <= {period.agency.short_name, ""}
    assert {row.subject for row in rows}.isdisjoint({row.subject for row in told(other.agency)})
    assert {row.name for row in rows if row.kind == "利用者"}.isdisjoint({"試験 太郎（stranger）"})
    both = entries(found(Search(agencies=(period.agency.pk, other.agency.pk))))
    assert len(both) == len(rows) + len(told(other.agency))


def test_what_was_deleted_still_belongs(period):
    _, (_chapter, one, *_) = make_baseline(period)
    draft = make_draft(period, by=make_user(period.agency, "editor"))
    group = ReasonGroup(amendment=draft, position=1, title="区分")
    history.save(group, by=None, reason="登録")
    reason = AmendmentReason(group=group, position=1, title="理由", text="文", kind="law")
    history.save(reason, by=None, reason="登録")
    amending.reword(draft, one, "改めた文言", by=None, reason=reason)
    pk = draft.pk
    for row in [*draft.wordings.all(), reason, group, *draft.contributions.all(), draft]:
        history.delete(row, by=None, reason="変更案の削除")
    assert not Amendment.objects.filter(slug=draft.slug).exists()
    rows = told(period.agency, amendment=pk)
    assert {row.kind for row in rows} >= {"変更", "文言", "変更理由", "変更理由の区分"}
    deleted = [row for row in rows if row.act == "削除"]
    assert {(row.amendment, row.amendment_page) for row in deleted} == {(draft.title, None)}
    assert (pk, f"{draft.title}（削除済み）") in amendments_of([period.agency.pk])
    assert told(make_period().agency, amendment=pk) == []


def test_people_belong_as_long_as_they_ever_had_a_role(period):
    user = make_user(period.agency, "editor", username="former")
    history.delete(user.roles.get(), by=None, reason="異動")
    make_user(username="elsewhere")
    names = [row.name for row in told(period.agency, kind="user")]
    assert names == ["試験 太郎（former）"]


def test_records_without_an_agency_follow_the_person(period):
    mine, stranger = make_user(period.agency, "agency"), make_user(make_period().agency, "agency")
    make_record("sign_in", user=mine, detail="mine")
    make_record("sign_in", user=stranger, detail="stranger")
    make_record("sign_in_failed", name=mine.username, detail="mine mistyped")
    make_record("sign_in_failed", name=stranger.username, detail="stranger mistyped")
    make_record("sign_in_failed", name="nobody", detail="nobody")
    make_record("refused", user=stranger, agency=period.agency, detail="came here")
    details = [row.reason for row in told(period.agency) if row.path]
    assert details == ["came here", "nobody", "mine mistyped", "mine"]


# --- Filters --------------------------------------------------------------------------------------
def test_by_person(period):
    user = make_user(period.agency, "editor", username="hanako")
    history.save(Fund(agency=period.agency, name="甲"), by=user, reason="登録")
    history.save(Fund(agency=period.agency, name="乙"), by=None, reason="登録")
    make_record(user=user, name="試験 太郎（hanako）", agency=period.agency)
    assert [row.kind for row in told(period.agency, person="HANAKO")] == ["アクセスの記録", "基金"]
    assert [row.name for row in told(period.agency, person=SYSTEM, kind="fund")] == ["乙"]
    assert told(period.agency, person="%") == []


def test_by_day_in_japan(period):
    for hour, detail in ((14, "28日23時"), (15, "29日0時")):  # of 28 January in UTC
        at = dt.datetime(2026, 1, 28, hour, tzinfo=dt.UTC)
        make_record(at=at, agency=period.agency, detail=detail)
    day = dt.date(2026, 1, 28)

    def details(**asked):
        return [row.reason for row in told(period.agency, kind="draft_read", **asked)]

    assert details(since=day, until=day) == ["28日23時"]
    assert details(since=day + dt.timedelta(days=1)) == ["29日0時"]
    assert details(until=day + dt.timedelta(days=1)) == ["29日0時", "28日23時"]


def test_by_object_and_kind_of_record(period):
    funds = [Fund(agency=period.agency, name=name) for name in "甲乙"]
    for fund in funds:
        history.save(fund, by=None, reason="登録")
    make_record("export", agency=period.agency)
    assert [row.name for row in told(period.agency, subject=("fund", funds[0].pk))] == ["甲"]
    assert [row.act for row in told(period.agency, kind="export")] == ["出力"]
    assert told(period.agency, subject=("fund", funds[0].pk), kind="role") == []
    assert told(period.agency, subject=("fund", funds[0].pk), kind="export") == []


def test_by_amendment(period):
    _, (_, one, *_) = make_baseline(period)
    drafts = [make_draft(period), make_draft(period)]
    for draft in drafts:
        amending.reword(draft, one, f"文言{draft.pk}", by=None)
        page = f"/{period.agency.code}/{period.number}/amendments/{draft.slug}/comparison/"
        make_record("refused", agency=period.agency, path=page, detail=f"拒否{draft.pk}")
        make_record(agency=period.agency, detail=f"{period}「{draft}」")
    rows = told(period.agency, amendment=drafts[0].pk)
    assert {row.amendment for row in rows if not row.path} == {drafts[0].title}
    assert [row.reason for row in rows if row.path] == [
        f"{period}「{drafts[0]}」",
        f"拒否{drafts[0].pk}",
    ]
    assert told(period.agency, amendment=drafts[0].pk, kind="fund") == []


def test_everything_at_once_is_newest_first(period):
    make_baseline(period)
    make_record(agency=period.agency)
    moments = [row.moment for row in told(period.agency)]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == found(Search((period.agency.pk,))).count()


# --- Cost -----------------------------------------------------------------------------------------
def test_the_number_of_queries_does_not_grow(period):
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            told(period.agency, kind="wording")
        return len(queries)

    for number in range(60):
        amending.reword(draft, one, f"文言{number}", by=None)
        if number == 1:
            few = cost()
    assert cost() == few < 20


def test_lines_name_every_changed_field(period):
    user = make_user(period.agency, "editor", username="hanako")
    fund = Fund(agency=period.agency, name="基金")
    history.save(fund, by=user, reason="登録")
    fund.name, fund.subsidy = "新基金", "補助金"
    history.save(fund, by=user, reason="訂正")
    rows = list(found(Search((period.agency.pk,), kind="fund")))
    at = f"{timezone.localtime(rows[0][2]):%Y-%m-%d %H:%M:%S}"
    head = (at, "試験 太郎（hanako）", "変更", "基金", "新基金")
    tail = ("訂正", "", "", period.agency.short_name, "", f"fund-{fund.pk}")
    assert list(lines(rows[:1])) == [
        (*head, "基金名", "基金", "新基金", *tail),
        (*head, "補助金名", "", "補助金", *tail),
    ]
    assert len(list(lines(rows, size=1))) == 4


def test_what_has_no_history_has_the_name_of_today(period):
    """Such as a row that came in past the portal."""
    kind = StepKind(agency=period.agency, position=1, name="意見聴取")
    StepKind.objects.bulk_create([kind])
    past = Past([(StepKind, kind.pk), (StepKind, 10**9), (Wording, 10**9)])
    now = timezone.now()
    assert past.name(past.at(StepKind, kind.pk, now), now) == "意見聴取"
    assert past.name(past.at(StepKind, 10**9, now), now) == "（不明）"
