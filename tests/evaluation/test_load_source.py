"""`manage.py load_source`: what it creates, what it links, and what it never touches."""

import datetime as dt
import json
import shutil
import time
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from evaluation import loading
from evaluation.checks import check_text
from evaluation.loading import BY_LAW, FIXTURES, REASON, load_source
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    ItemProgram,
    OverviewSheet,
    PolicyText,
    ReasonGroup,
    Wording,
)
from evaluation.models.texts import Text
from programs.models import Agency, Appropriation, Program, ProgramSection

FILES = ("objectives.json", "programmes.json", "amendment_2026-01-28.json")
CREATED = {
    "法人": 1,
    "手続の種類": 13,
    "手続の順序": 8,
    "基金": 2,
    "事業": 3,
    "予算額": 4,
    "支援の型": 4,
    "1件当たりの費用": 5,
    "資金の流れ": 2,
    "事業の説明": 18,
    "中長期目標期間": 1,
    "政策体系": 4,
    "変更": 2,
    "条項": 178,
    "文言": 180,
    "変更理由の区分": 2,
    "変更理由": 4,
    "全体像": 3,
    "全体像の部分": 18,
    "項目の事業": 3,
}

pytestmark = pytest.mark.django_db


def draft() -> Amendment:
    return Amendment.objects.get(slug="2026-01-28")


def data_models() -> list[type[models.Model]]:
    """Every model with a history, histories left out."""
    return [
        model
        for app in ("programs", "evaluation")
        for model in apps.get_app_config(app).get_models()
        if hasattr(model, "history") and not model._meta.proxy
    ]


def rows_and_histories() -> dict[str, tuple[list[dict[str, object]], int]]:
    return {
        model.__name__: (
            list(model._default_manager.order_by("pk").values()),
            model.history.count(),  # type: ignore[attr-defined]
        )
        for model in data_models()
    }


def test_command_says_what_it_created() -> None:
    first, second = StringIO(), StringIO()
    call_command("load_source", stdout=first)
    call_command("load_source", stdout=second)
    listed = "".join(f"　{name} {count}件\n" for name, count in CREATED.items())
    assert first.getvalue() == f"資料のデータを登録しました。\n{listed}"
    assert second.getvalue() == "資料のデータは、すでにすべて登録されています。\n"


def test_is_fast() -> None:
    start = time.perf_counter()
    load_source()
    assert time.perf_counter() - start < 3


def test_second_run_changes_nothing() -> None:
    load_source()
    before = rows_and_histories()
    assert load_source().total() == 0
    assert rows_and_histories() == before


def test_every_row_has_its_history() -> None:
    load_source()
    for model in data_models():
        written = model.history.filter(history_type="+")  # type: ignore[attr-defined]
        reasons = set(written.values_list("history_user", "history_change_reason", "actor_name"))
        assert written.count() == model._default_manager.count()
        assert reasons <= {(None, REASON, ""), (None, BY_LAW, "")}
    decided = Amendment.history.filter(history_type="~")
    assert [(row.slug, row.state, row.history_change_reason) for row in decided] == [
        ("baseline", "decided", REASON)
    ]


def test_edited_and_deleted_rows_stay_so() -> None:
    load_source()
    PolicyText.objects.filter(position=1).update(heading="書き直した見出し")
    Program.objects.filter(slug="epoch").update(slug="epoch-2", subtitle="書き直した副題")
    Wording.objects.filter(amendment=draft(), base__isnull=False).delete()
    ProgramSection.objects.filter(program__slug="epoch-2", position=1).delete()
    before = rows_and_histories()
    assert load_source().total() == 0
    assert rows_and_histories() == before


def test_missing_amendment_is_created_again() -> None:
    load_source()
    loaded = Text.of(Wording.objects.as_amended_by(draft())).document("")
    amendment = draft()
    for rows in (
        ItemProgram.objects.filter(amendment=amendment),
        Wording.objects.filter(amendment=amendment),
        AmendmentReason.objects.filter(group__amendment=amendment),
        ReasonGroup.objects.filter(amendment=amendment),
        *(sheet.sections.all() for sheet in amendment.overview_sheets.all()),
        OverviewSheet.objects.filter(amendment=amendment),
        Clause.objects.filter(introduced_by=amendment),
        Amendment.objects.filter(pk=amendment.pk),
    ):
        rows.delete()
    assert load_source()["文言"] == 20
    assert Text.of(Wording.objects.as_amended_by(draft())).document("") == loaded


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*FILES, "procedure.json"):
        shutil.copy(FIXTURES / name, tmp_path / name)
    broken = json.loads((tmp_path / FILES[2]).read_text(encoding="utf-8"))
    broken["reason_groups"][0]["reasons"][0]["fund"] = "ない基金"
    (tmp_path / FILES[2]).write_text(json.dumps(broken), encoding="utf-8")
    monkeypatch.setattr(loading, "FIXTURES", tmp_path)
    with pytest.raises(KeyError, match="ない基金"):
        load_source()
    assert not any(model._default_manager.exists() for model in data_models())


def test_every_row_is_valid() -> None:
    load_source()
    for model in data_models():
        for row in model._default_manager.all():
            row.full_clean()
    for wording in Wording.objects.all():
        check_text(wording.text, "文言")


def test_baseline_and_draft() -> None:
    load_source()
    shown = ("slug", "kind", "state", "sequence", "published_on", "based_on__slug")
    assert list(Amendment.objects.order_by("pk").values_list(*shown)) == [
        ("baseline", "baseline", "decided", 1, dt.date(2026, 1, 28), None),
        ("2026-01-28", "amendment", "draft", None, None, "baseline"),
    ]
    baseline = Amendment.objects.get(slug="baseline")
    assert baseline.title == "現行（令和8年1月28日資料による）"
    assert baseline.recorded_at is not None
    assert [
        baseline.recorded_at.isoformat(),
        str(baseline.decided_on),
        str(baseline.effective_on),
    ] == [
        "2026-01-27T15:00:00+00:00",
        "2026-01-28",
        "2026-01-28",
    ]
    assert str(draft().paper_date) == "2026-01-28"


def test_wordings_of_the_draft() -> None:
    """Two paragraphs reworded on their base, all else introduced; each with its reason."""
    load_source()
    wordings = Wording.objects.filter(amendment=draft()).select_related("reason", "base")
    assert Counter((str(wording.reason), wording.base is None) for wording in wordings) == {
        ("AI for Scienceによる科学研究革新プログラムに係る記載の追加", False): 1,
        ("AI for Scienceによる科学研究革新プログラムに係る記載の追加", True): 5,
        ("産業・科学革新人材事業に係る記載の追加", True): 7,
        ("先端研究基盤刷新事業に係る記載の追加", True): 6,
        ("研究セキュリティに係る記載の追加", False): 1,
    }
    excerpts = Wording.objects.filter(excerpt=True)
    assert all("・・・" in wording.text for wording in excerpts)
    assert excerpts.count() == Wording.objects.filter(text__contains="・・・").count() == 4


def test_reasons_and_links_name_programme_and_fund() -> None:
    load_source()
    reasons = AmendmentReason.objects.order_by("group__position", "position")
    assert list(reasons.values_list("kind", "program__slug", "fund__name")) == [
        ("supplementary_budget", "ai-for-science", "革新的研究開発推進基金"),
        ("supplementary_budget", "industry-science-talent", "創発的研究推進基金"),
        ("supplementary_budget", "epoch", "創発的研究推進基金"),
        ("agreement", None, None),
    ]
    for reason in reasons.filter(fund__isnull=False):
        assert reason.fund is not None
        assert reason.text.endswith(f"（{reason.fund.subsidy}への予算計上）")
    text = Text.of(Wording.objects.as_amended_by(draft()))
    links = ItemProgram.objects.as_amended_by(draft())
    assert {text.number(text.nodes[link.clause_id]): link.program.slug for link in links} == {
        "2.5.": "ai-for-science",
        "4.3.": "industry-science-talent",
        "4.4.": "epoch",
    }


def test_names_and_legal_basis_agree_with_the_texts() -> None:
    load_source()
    agency = Agency.objects.get(code="jst")
    assert agency.law == f"{agency.name}法"
    assert f"{agency.name}（{agency.short_name}）" in draft().memo_title
    bodies = Wording.objects.filter(clause__kind="body", base__isnull=True, amendment=draft())
    for fund in agency.funds.all():
        opening = f"{fund.legal_basis}に基づき、国から交付される補助金により基金を設け"
        assert [body.text.startswith(opening) for body in bodies] == [True, True, True]
        assert fund.subsidy == f"{fund.name}補助金"
    for sheet in draft().overview_sheets.all():
        assert sheet.program is not None
        assert sheet.program.fund is not None
        quoted = f"JSTの既存の基金事業「{sheet.program.fund.name}」への積み増しを行う予定。"
        assert [quoted in section.body for section in sheet.sections.all()].count(True) == 1


def test_amounts() -> None:
    """The sheet of 産業・科学革新人材事業 prints no amount: unknown, not zero."""
    load_source()
    shown = ("program__slug", "fiscal_year", "kind", "outside_programme", "yen")
    assert list(Appropriation.objects.order_by("pk").values_list(*shown)) == [
        ("ai-for-science", 2025, "supplementary", False, 37_000_000_000),
        ("ai-for-science", 2025, "supplementary", True, 7_600_000_000),
        ("epoch", 2025, "supplementary", False, 53_000_000_000),
        ("industry-science-talent", 2025, "supplementary", False, None),
    ]
    ai, epoch = Program.objects.get(slug="ai-for-science"), Program.objects.get(slug="epoch")
    assert list(ai.tracks.values_list("name", "fund__name", "yen", "costs__yen")) == [
        ("プロジェクト型", "革新的研究開発推進基金", 32_000_000_000, 2_000_000_000),
        ("チャレンジ型", None, 5_000_000_000, 5_000_000),
    ]
    one, two = epoch.tracks.values_list("number_text", flat=True)
    assert epoch.adoption_text == f"15件程度（①{one}②{two}）"
    outside = ai.appropriations.get(outside_programme=True)
    assert outside.note == f"上記の他、{outside.label}として、76億円を別途計上。"


def test_files_are_readable_and_their_identities_sound() -> None:
    clauses = []
    for name in FILES:
        printed = (FIXTURES / name).read_text(encoding="utf-8")
        assert "\\u" not in printed
        assert printed.endswith("}\n")
        clauses += list(nodes(json.loads(printed)))
    ids = [clause["public_id"] for clause in clauses]
    assert len(set(ids)) == len(ids) == 178
    assert all(len(public_id) == 12 and set(public_id) <= set(DIGITS) for public_id in ids)
    assert all(set(c["rank"]) <= set(DIGITS) and not c["rank"].endswith("0") for c in clauses)


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def nodes(data: object) -> list[dict[str, str]]:
    """Return every clause of a file, at any depth."""
    if isinstance(data, list):
        return [node for entry in data for node in nodes(entry)]
    if not isinstance(data, dict):
        return []
    found = [data] if "public_id" in data else []
    return found + [node for entry in data.values() for node in nodes(entry)]
