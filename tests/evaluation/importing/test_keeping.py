"""A filled template: what it would change, what stands against it, and storing it, all or nothing."""

import copy
import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation import amending, valuing
from evaluation.importing import keeping
from evaluation.importing.returning import returned
from evaluation.models import ImportedCell, IndicatorValue, ValueImport
from evaluation.workbook.sheets import KEY
from jst_objectives import history
from tests.evaluation.importing.filling import HEADING, Scene, as_csv, filled, told, year
from tests.evaluation.workbook.files import opened, saved
from tests.factories import decide, make_draft, make_measure, make_period, make_user, make_value

pytestmark = pytest.mark.django_db
R6, R7, R8 = year(2024), year(2025), year(2026)


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    scene = Scene.made()
    make_value(scene.papers, 2024, 10, stage="final")
    make_value(scene.papers, 2025, 20, note="注")
    make_value(scene.share, 2025, 0)
    valuing.record(scene.share, 2024, by=None, state="not_yet")
    valuing.record(scene.words, 2025, by=None, text="実施した。\n2行目")
    return scene


@pytest.fixture
def scene(made: Scene, db: None) -> Scene:
    return copy.deepcopy(made)


def cells_of(content: bytes) -> dict[str, list[object]]:
    """Return the rows of a template by the labels of their measures, from the first year on."""
    sheet = opened(content)
    rows = sheet.iter_rows(min_row=HEADING + 1, values_only=True)
    return {row[3]: list(row[5:]) for row in rows}


# --- The template ---------------------------------------------------------------------------------
def test_a_template_holds_what_stands_with_eras_as_headings(scene):
    sheet = opened(scene.template(2024, 2025))
    headings = [cell.value for cell in sheet[HEADING]]
    assert headings == [
        KEY,
        *("項目", "指標", "測定項目", "単位"),
        *(R6, f"{R6}の段階", f"{R6}の注", R7, f"{R7}の段階", f"{R7}の注"),
        *("直した理由の種類", "直した理由"),
    ]
    assert cells_of(scene.template(2024, 2025)) == {
        "論文数": [10, "確定", None, 20, "速報", "注", None, None],
        "満足度": ["未集計", "速報", None, 0, "速報", None, None, None],
        "取組": [None, None, None, "実施した。\n2行目", "速報", None, None, None],
    }
    assert [cell.value for cell in sheet[6]][1:5] == ["1. 項目1の推進", "論文数", "論文数", "件"]


def test_keys_are_locked_and_states_are_offered(scene):
    sheet = opened(scene.template(2024, 2025))
    assert sheet.protection.sheet
    locked = {cell.coordinate: cell.protection.locked for cell in sheet[6]}
    assert [at for at, is_locked in locked.items() if is_locked] == ["A6", "B6", "C6", "D6", "E6"]
    rules = {
        str(v.sqref): (v.formula1, v.showErrorMessage)
        for v in sheet.data_validations.dataValidation
    }
    assert rules == {
        "F6:F8": ('"該当なし,未集計,非公表"', False),
        "G6:G8": ('"速報,確定"', True),
        "I6:I8": ('"該当なし,未集計,非公表"', False),
        "J6:J8": ('"速報,確定"', True),
        "L6:L8": ('"入力の誤り,元の資料の訂正,数え方・定義の変更,集計の遅れ,その他"', True),
    }


def test_closed_years_and_years_before_the_first_are_locked(scene):
    valuing.close(scene.period, 2025, by=None, reason="提出済み")
    sheet = opened(scene.template(2025))
    cell = sheet["F6"]
    assert (cell.value, cell.protection.locked) == (20, True)
    assert cell.comment.text == (
        "令和7年度は締め切られています（理由：提出済み）。直すには、評価者に許可を求めてください。"
    )


def test_demo_values_are_marked_in_every_file(scene):
    assert opened(scene.template())["B2"].value is None
    scene.period.sample_results = True
    history.save(scene.period, by=None, reason="見本")
    content = scene.template()
    back = returned(scene.compared(filled(content, {("論文数", R8): "約5"})))
    for file in (content, back):
        sheet = opened(file)
        words = "【見本】この表の値は、画面を確かめるために作られた見本で、実際の値ではありません。"
        assert (sheet["B2"].value, sheet.oddHeader.center.text) == (words, "見本の値")
        assert sheet.parent["入力のしかた"]["A1"].value == words


def test_a_text_that_looks_like_a_formula_is_none(scene):
    valuing.record(scene.words, 2024, by=None, text="=1+1")
    sheet = opened(scene.template(2024))
    cell = sheet["F8"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    assert told(scene.compared(scene.template(2024))) == {}


# --- What it would change -------------------------------------------------------------------------
def test_a_template_as_it_was_changes_nothing(scene):
    valuing.record(scene.words, 2022, by=None, text="長" * 40_000)
    make_value(scene.share, 2022, "123456789012345678.9"[:18])
    kept = scene.compared(scene.template())
    assert (kept.counts, told(kept)) == ({"unchanged": 15}, {})
    with pytest.raises(ValidationError, match="変わる値がないため、保存するものがありません。"):
        keeping.store(kept)


def test_each_cell_is_told_apart(scene):
    kept = scene.compared(
        filled(
            scene.template(2024, 2025, 2026),
            {
                ("論文数", R8): "１，２３４件",
                ("満足度", R8): 0,
                ("論文数", R7): 21,
                ("満足度", R7): None,
                ("取組", R8): "該当なし",
                ("論文数", R6): 11,
                ("満足度", R6): 12.34,
                ("取組", f"{R7}の段階"): "最終",
                ("取組", f"{R6}の注"): "注だけ",
            },
        )
    )
    assert told(kept) == {
        ("F6", 2024): (
            "error",
            (
                "確定または締切の後に直すときは、理由の種類"
                "（入力の誤り・元の資料の訂正・数え方・定義の変更・集計の遅れ・その他）を選び、"
                "説明を入力してください。"
            ),
        ),
        ("I6", 2025): ("changed", ""),
        ("L6", 2026): ("new", ""),
        ("F7", 2024): ("error", "小数は1桁までにしてください（例：1,234.5%）。"),
        ("I7", 2025): ("cleared", ""),
        ("L7", 2026): ("new", ""),
        ("F8", 2024): (
            "error",
            "値が空のため、注だけを保存できません。値か、値のない理由を入力してください。",
        ),
        ("J8", 2025): ("error", "段階「最終」は読めません。速報・確定のどれかにしてください。"),
        ("L8", 2026): ("new", ""),
    }
    row = kept.cells.get(row=6, column=9)
    assert (row.typed, row.stood, row.contents["number"]) == ("21", "20件（速報）", "21")


def test_a_note_is_told_old_and_new_at_its_own_place(scene):
    content = filled(
        scene.template(2024, 2025),
        {
            ("論文数", f"{R7}の注"): "年度末",
            ("満足度", R7): 1,
            ("満足度", f"{R7}の注"): "速報値",
            ("取組", R6): "始めた",
            ("取組", R7): None,
            ("満足度", f"{R6}の注"): "向き\u202e",
        },
    )
    kept = scene.compared(content)
    rows = {row.place: row for row in kept.cells.exclude(status="unchanged")}
    notes = {
        place: (row.status, row.typed, row.stood_note, row.note) for place, row in rows.items()
    }
    assert notes == {
        "H7": ("error", "向き\u202e", "", None),
        "K6": ("changed", "20", "注", "年度末"),
        "I7": ("changed", "1", "", "速報値"),
        "F8": ("new", "始めた", "", None),
        "I8": ("cleared", "", "", None),
    }
    assert rows["H7"].message == (
        "注の3文字目の文字（U+202E）は文字の並ぶ向きを変える文字のため、使えません。削除してください。"
    )


def test_what_is_remarkable_is_asked_back_and_blocks_nothing(scene):
    changes = {("論文数", R7): -5, ("論文数", R8): 90, ("満足度", R8): "－", ("取組", R8): "-"}
    kept = scene.compared(filled(scene.template(), changes))
    asked = {kept.cells.get(pk=pk).place: words for pk, words in keeping.asked_back(kept).items()}
    gone = "「該当なし」ですが、令和7年度の値があります。値がないことを確かめてください。"
    assert asked == {
        "O6": (
            "「件」で数える値が、マイナス（△5件）です。符号を確かめてください。",
            "前年度（10）から△150.0%と、大きく変わっています。",
        ),
        "R6": ("前年度（△5）から+1,900.0%と、大きく変わっています。",),
        "R7": ("「－」は、該当なしとして読みました。", gone),
        "R8": ("「-」は、該当なしとして読みました。", gone),
    }
    assert keeping.asked_back(kept, set()) == {}
    assert keeping.store(kept)


def test_nothing_is_stored_while_there_are_errors(scene):
    kept = scene.compared(filled(scene.template(), {("論文数", R8): 5, ("満足度", R8): "多い"}))
    words = "誤りが1件あるため、保存できません。直したファイルをアップロードしてください。"
    with pytest.raises(ValidationError, match=words):
        keeping.store(kept)
    assert scene.value(scene.papers, 2026) is None


def test_what_is_stored_has_its_history_and_the_same_again_changes_nothing(scene):
    content = filled(
        scene.template(), {("論文数", R8): 0, ("論文数", R7): 21, ("満足度", R7): None}
    )
    kept = scene.compared(content)
    assert [keeping.store(kept), keeping.store(kept)] == [True, True]
    assert [scene.value(scene.papers, y) for y in (2025, 2026)] == [21, 0]
    assert scene.value(scene.share, 2025) is None
    kept.refresh_from_db()
    assert (kept.state, bytes(kept.content)) == ("done", content)
    written = IndicatorValue.history.filter(history_user=scene.user)
    assert sorted((row.history_type, row.history_change_reason) for row in written) == [
        ("+", "値の取込み：値.xlsx"),
        ("-", "値の消去"),
        ("~", "値の取込み：値.xlsx"),
    ]
    assert scene.compared(content).counts == {"unchanged": 15}
    assert IndicatorValue.history.filter(history_user=scene.user).count() == 3


def test_a_reason_stands_for_what_was_final_alone(scene):
    why = {("論文数", "直した理由の種類"): "入力の誤り", ("論文数", "直した理由"): "転記の誤り"}
    changes = {("論文数", R6): 11, ("論文数", R8): 5}
    keeping.store(scene.compared(filled(scene.template(), changes | why)))
    rows = IndicatorValue.objects.filter(measure=scene.papers, fiscal_year__in=(2024, 2026))
    assert [(row.number, row.stage, row.why_code, row.why) for row in rows] == [
        (11, "corrected", "mistake", "転記の誤り"),
        (5, "preliminary", "", ""),
    ]
    wrong = {("論文数", "直した理由の種類"): "なんとなく"}
    assert told(scene.compared(filled(scene.template(), wrong))) == {
        ("U6", None): (
            "error",
            (
                "直した理由の種類「なんとなく」は読めません。"
                "入力の誤り・元の資料の訂正・数え方・定義の変更・集計の遅れ・その他のどれかにしてください。"
            ),
        )
    }


def test_closed_years_are_refused_by_cell_with_the_reason(scene):
    content = filled(scene.template(2025, 2026), {("論文数", R7): 21, ("論文数", R8): 5})
    valuing.close(scene.period, 2025, by=None, reason="提出済み")
    assert told(scene.compared(content)) == {
        ("F6", 2025): (
            "error",
            (
                "令和7年度は締め切られています（理由：提出済み）。"
                "直すには、評価者に許可を求めてください。"
            ),
        ),
        ("I6", 2026): ("new", ""),
    }
    valuing.admit(
        scene.papers,
        2025,
        user=scene.user,
        until=timezone.now() + dt.timedelta(days=1),
        reason="差替え",
        by=None,
    )
    why = {("論文数", "直した理由の種類"): "その他", ("論文数", "直した理由"): "差替え"}
    assert told(scene.compared(filled(content, why)))["F6", 2025] == ("changed", "")


def test_an_indicator_has_no_values_before_its_first_year(scene):
    draft = make_draft(scene.period)
    item = scene.papers.indicator.wordings.get().parent
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="新指標", by=None)
    decide(draft, dt.date(2026, 4, 1))
    make_measure(new, "新しい数")
    content = scene.template(2025, 2026)
    assert cells_of(content)["新しい数"][:4] == ["－", None, None, None]
    kept = scene.compared(filled(content, {("新しい数", R7): 3, ("新しい数", R8): 4}))
    assert sorted(told(kept).values()) == [
        ("error", "この指標は令和8年度からのため、入力できません。"),
        ("new", ""),
    ]


def test_an_abolished_indicator_takes_the_values_of_the_years_that_it_had(scene):
    draft = make_draft(scene.period)
    amending.repeal(draft, scene.papers.indicator, by=None)
    decide(draft, dt.date(2026, 4, 1))
    content = scene.template(2025, 2026)
    assert cells_of(content)["論文数"][3] == "－"
    assert "論文数" not in cells_of(scene.template(2026))
    kept = scene.compared(filled(content, {("論文数", R7): 3, ("論文数", R8): 4}))
    assert sorted(told(kept).values()) == [
        ("changed", ""),
        ("error", "この指標は、この年度にはないため、入力できません。"),
    ]


def test_keys_are_known_whatever_is_typed_over_them(scene):
    sheet = opened(scene.template(2026))
    key = sheet["A6"].value
    other = opened(Scene.made().template(2026))["A6"].value
    keys = [key, key, key.replace(".0-", ".9-"), other, None, "k1"]
    kept = scene.compared(saved([[KEY, R8], *([k, 1] for k in keys)]))
    assert [(row.place, row.status, row.message[:10]) for row in kept.cells.all()] == [
        ("B2", "new", ""),
        ("A3", "error", "同じ測定項目の行が2"),
        ("A4", "error", "鍵が書き換えられている"[:10]),
        ("A5", "error", "鍵が書き換えられている"[:10]),
        ("A6", "error", "鍵が空です。ひな形の"[:10]),
        ("A7", "error", "鍵が書き換えられている"[:10]),
    ]


def test_a_file_without_a_year_is_none_and_unknown_columns_are_named(scene):
    key = opened(scene.template(2026))["A6"].value
    with pytest.raises(ValidationError, match="年度の列がありません。"):
        scene.compared(saved([[KEY, "2026"], [key, 1]]))
    kept = scene.compared(saved([[KEY, "メモ", R8], [key, "x", 1]]))
    assert (kept.words, kept.counts) == ("ひな形にない列（「メモ」）は読んでいません。", {"new": 1})


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_csv_of_excel_is_read_as_the_workbook_is(scene, encoding):
    content = as_csv(
        filled(scene.template(), {("論文数", R8): "1,234", ("満足度", R8): "髙い"}), encoding
    )
    kept = scene.compared(content, "値.csv")
    assert told(kept) == {
        ("R6", 2026): ("new", ""),
        ("R7", 2026): (
            "error",
            (
                "数として読めません。「1,234.5%」のように入力してください。"
                "値がないときは、該当なし・未集計・非公表のどれかを入力します。"
            ),
        ),
    }
    assert (
        kept.source == {"cp932": "CSV（CP932（Shift_JIS））", "utf-8-sig": "CSV（UTF-8）"}[encoding]
    )
    sheet = opened(returned(kept))
    assert (sheet["R7"].value, sheet["R7"].fill.start_color.rgb) == ("髙い", "00F8C7C7")


# --- Somebody else's changes ----------------------------------------------------------------------
def test_two_people_with_one_stale_file_overwrite_nothing_unasked(scene):
    content = scene.template()
    mine = filled(content, {("論文数", R7): 21, ("論文数", R8): 5, ("満足度", R8): 50})
    theirs = filled(content, {("論文数", R7): 22, ("満足度", R7): 1, ("論文数", R8): 5})
    keeping.store(scene.compared(theirs, by=scene.other))
    kept = scene.compared(mine)
    assert told(kept) == {
        ("O6", 2025): (
            "conflict",
            "ダウンロードした後に、試験 太郎さんが「20件（速報）」から変えました。",
        ),
        ("R7", 2026): ("new", ""),
    }
    # What this person left alone stays as the other one made it.
    left = kept.cells.get(row=7, fiscal_year=2025)
    assert (left.status, left.stood, left.message) == (
        "unchanged",
        "1.0%（速報）",
        "ほかの人が後から値を変えましたが、このファイルでは変えていません。いまの値のままにします。",
    )
    with pytest.raises(
        ValidationError, match="どちらの値にするかを選んでいない衝突が1件あります。"
    ):
        keeping.store(kept)
    assert scene.value(scene.papers, 2025) == 22


@pytest.mark.parametrize(("decision", "stands"), [("mine", 21), ("theirs", 22)])
@pytest.mark.parametrize("all_at_once", [True, False])
def test_a_conflict_is_decided_by_a_person(scene, decision, stands, all_at_once):
    content = filled(scene.template(), {("論文数", R7): 21, ("満足度", R8): 50})
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(22))
    kept = scene.compared(content)
    cell = kept.cells.get(status="conflict")
    if all_at_once:
        assert keeping.decide_all(kept, decision) == 1
    else:
        other = kept.cells.get(status="new")
        assert keeping.decide(kept, {cell.pk: decision, other.pk: "theirs"}) == 1
    assert keeping.store(kept)
    assert [scene.value(scene.papers, 2025), scene.value(scene.share, 2026)] == [stands, 50]


def test_what_changes_after_the_preview_stops_everything(scene):
    kept = scene.compared(filled(scene.template(), {("論文数", R7): 21, ("満足度", R8): 50}))
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(22))
    assert keeping.store(kept) is False
    kept.refresh_from_db()
    assert (kept.state, kept.words) == ("ready", keeping.CHANGED_MEANWHILE)
    assert (kept.counts["conflict"], scene.value(scene.share, 2026)) == (1, None)
    keeping.decide_all(kept, "mine")
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(23))
    assert keeping.store(kept) is False
    # Another value than the one that was decided of: to be decided again.
    assert kept.cells.get(status="conflict").decision == ""


def test_a_conflict_may_be_with_a_value_that_is_gone(scene):
    content = filled(scene.template(), {("論文数", R7): 21})
    valuing.clear(scene.papers, 2025, by=scene.other)
    assert told(scene.compared(content)) == {
        ("O6", 2025): (
            "conflict",
            "ダウンロードした後に、ほかの人が「20件（速報）」から変えました。",
        )
    }
    assert told(scene.compared(filled(scene.template(), {("論文数", R7): 21}))) == {
        ("O6", 2025): ("new", "")
    }


# --- The workbook back ----------------------------------------------------------------------------
def test_the_workbook_comes_back_with_red_cells_and_comments_and_is_read_again(scene):
    content = filled(
        scene.template(2025, 2026),
        {("論文数", R7): 21, ("論文数", R8): "約5件", ("満足度", R8): 9.5},
    )
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(22))
    back = returned(scene.compared(content))
    before, sheet = opened(content), opened(back)
    assert [[c.value for c in row] for row in sheet] == [[c.value for c in row] for row in before]
    marked = {
        cell.coordinate: (cell.fill.start_color.rgb, cell.comment.text)
        for row in sheet
        for cell in row
        if cell.comment
    }
    assert marked == {
        "F6": (
            "00FFE08A",
            "ダウンロードした後に、試験 太郎さんが「20件（速報）」から変えました。いまの値：22件（速報）",
        ),
        "I6": ("00F8C7C7", "「約」は付けられません。「1,234件」のように入力してください。"),
    }
    again = scene.compared(filled(back, {("論文数", R8): 5}))
    assert again.counts == {"conflict": 1, "new": 2, "unchanged": 3}


def test_a_file_of_another_agency_is_not_taken(scene):
    stranger = make_period()
    kept, _ = keeping.keep(stranger, "値.xlsx", scene.template(2026), by=make_user())
    keeping.compare(kept)
    assert {row.message[:10] for row in kept.cells.all()} == {"鍵が書き換えられている"[:10]}


def test_what_is_refused_is_not_kept(scene):
    with pytest.raises(ValidationError, match="古い形式"):
        keeping.keep(scene.period, "値.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", by=scene.user)
    assert (ValueImport.objects.count(), ImportedCell.objects.count()) == (0, 0)


def test_old_files_go_and_that_they_were_there_stays(scene):
    stored, left, new, active = (
        scene.compared(filled(scene.template(), {("論文数", R8): number}), name=f"{number}.xlsx")
        for number in (5, 6, 7, 8)
    )
    keeping.store(stored)
    ValueImport.objects.filter(pk=active.pk).update(state="saving")
    days = {stored: 31, left: 31, new: 29, active: 31}
    for kept, age in days.items():
        then = timezone.now() - dt.timedelta(days=age)
        ValueImport.objects.filter(pk=kept.pk).update(uploaded_at=then)
    for _ in range(2):
        keeping.forget_old()
    found = {
        row.name: (row.state, bool(row.content), bool(row.counts), row.cells.exists())
        for row in ValueImport.objects.all()
    }
    assert found == {
        "5.xlsx": ("done", False, False, False),
        "6.xlsx": ("cancelled", False, False, False),
        "7.xlsx": ("ready", True, True, True),
        "8.xlsx": ("saving", True, True, True),
    }
    assert scene.value(scene.papers, 2026) == 5
