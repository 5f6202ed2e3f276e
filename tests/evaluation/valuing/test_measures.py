"""What is measured, targets that stay, evidence, and reports that pin what they used."""

import copy
import datetime as dt
import hashlib
import io
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation import grading, valuing
from evaluation.models import (
    Evidence,
    IndicatorMeasure,
    IndicatorTarget,
    ValueReport,
    YearlyResult,
)
from tests.evaluation.grading.scenes import Graded
from tests.factories import make_indicators, make_measure, make_period, make_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure():
    _, (indicator,) = make_indicators(make_period())
    return make_measure(indicator)


def test_measures_follow_each_other_and_keep_their_history(measure):
    second = make_measure(measure.indicator, "うち国際共著")
    assert (measure.position, second.position) == (1, 2)
    seen = valuing.fingerprint(second)
    valuing.change_measure(second, by=None, label="国際共著論文数", direction="higher", seen=seen)
    labels = [row.label for row in second.history.order_by("history_id")]
    assert labels == ["うち国際共著", "国際共著論文数"]
    with pytest.raises(valuing.Stale):
        valuing.change_measure(second, by=None, label="x", seen=seen)
    with pytest.raises(ValidationError, match="同じ名前の測定項目"):
        make_measure(measure.indicator, "論文数")


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [("unit", "本", "単位"), ("decimals", 1, "小数の桁数"), ("nature", "qualitative", "性質")],
)
def test_the_unit_of_values_does_not_change(measure, field, value, name):
    valuing.change_measure(measure, by=None, **{field: value})
    valuing.change_measure(measure, by=None, **{field: getattr(measure, field)}, direction="higher")
    make_value(measure)
    with pytest.raises(ValidationError) as error:
        valuing.change_measure(measure, by=None, **{field: value})
    assert error.value.message_dict == {
        field: [
            (
                f"「論文数」には値が入力されているため、{name}を変えられません。"
                "前の単位と桁で入力されています。別の測定項目を加えてください。"
            )
        ]
    }
    with (
        pytest.raises(IntegrityError, match="値か達成目標が入力された測定項目"),
        transaction.atomic(),
    ):
        IndicatorMeasure.objects.filter(pk=measure.pk).update(**{field: value})


def test_the_unit_of_a_target_or_of_a_value_that_is_gone_does_not_change(measure):
    make_value(measure)
    valuing.clear(measure, 2024, by=None)
    for told in ("値", "値と達成目標"):
        with pytest.raises(ValidationError, match=f"「論文数」には{told}が入力されているため"):
            valuing.change_measure(measure, by=None, unit="百万円")
        years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
        valuing.set_target(measure, by=None, number=Decimal(100), reason="当初", **years)
    aimed = make_measure(measure.indicator, "x")
    valuing.set_target(aimed, by=None, number=Decimal(100), reason="当初", **years)
    for one in (measure, aimed):
        with pytest.raises(IntegrityError, match="値か達成目標が入力された"), transaction.atomic():
            IndicatorMeasure.objects.filter(pk=one.pk).update(unit="百万円")


def test_a_baseline_does_not_get_another_unit(measure):
    valuing.change_measure(measure, by=None, baseline=Decimal(80), baseline_year=2021)
    with pytest.raises(ValidationError) as error:
        valuing.change_measure(measure, by=None, unit="百万円")
    words = "基準値は前の単位のものです。空けて保存してから、入力し直してください。"
    assert error.value.message_dict == {"baseline": [words]}
    valuing.change_measure(measure, by=None, decimals=1)
    valuing.change_measure(measure, by=None, unit="百万円", baseline=Decimal(8))


def test_the_year_of_a_baseline_says_its_form(measure):
    fields = {"baseline": Decimal(1), "baseline_year": 1999}
    with pytest.raises(ValidationError) as error:
        valuing.change_measure(measure, by=None, **fields)
    words = "基準年度は、独立行政法人ができた2001年度からの西暦4桁で入力してください（例：2021）。"
    assert error.value.messages == [words]


def test_only_what_was_never_used_is_removed(measure):
    unused = make_measure(measure.indicator, "x")
    valuing.remove_measure(unused, by=None)
    make_value(measure)
    valuing.clear(measure, 2024, by=None)
    with pytest.raises(ValidationError, match="使われた測定項目は、削除できません。"):
        valuing.remove_measure(measure, by=None)


def test_a_ratio_is_of_two_measures_of_the_same_period_in_percent(measure):
    whole = make_measure(measure.indicator, "全論文数")
    fields = {"nature": "ratio", "unit": "%", "decimals": 1, "numerator": measure}
    make_measure(measure.indicator, "割合", denominator=whole, **fields)
    with pytest.raises(ValidationError) as error:
        make_measure(measure.indicator, "x", denominator=whole, **(fields | {"unit": "件"}))
    assert error.value.message_dict == {"unit": ["割合の単位は「%」です。"]}
    _, (foreign,) = make_indicators(make_period())
    with pytest.raises(ValidationError) as error:
        make_measure(measure.indicator, "x", denominator=make_measure(foreign), **fields)
    assert error.value.message_dict == {
        "denominator": ["同じ中長期目標の、定量の測定項目を選んでください。"]
    }
    told = make_measure(measure.indicator, "説明", nature="qualitative", unit="")
    with pytest.raises(ValidationError) as error:
        make_measure(measure.indicator, "x", denominator=told, **fields)
    assert error.value.message_dict == {
        "denominator": ["同じ中長期目標の、定量の測定項目を選んでください。"]
    }
    with pytest.raises(IntegrityError, match="同じ期間の定量の測定項目"), transaction.atomic():
        IndicatorMeasure.objects.filter(pk=whole.pk).update(nature="qualitative")


def test_a_ratio_does_not_accumulate(measure):
    whole = make_measure(measure.indicator, "全論文数")
    fields = {"nature": "ratio", "unit": "%", "numerator": measure, "denominator": whole}
    with pytest.raises(ValidationError) as error:
        make_measure(measure.indicator, "割合", accumulation="cumulative", **fields)
    assert error.value.messages == ["割合は累計できません。数え方は、毎年か時点を選んでください。"]


def test_a_new_target_leaves_the_old_one_with_its_reason(measure):
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    for number, reason in ((100, "当初"), (120, "補正予算による")):
        valuing.set_target(measure, by=None, number=Decimal(number), reason=reason, **years)
    assert [(t.number, t.reason) for t in measure.targets.all()] == [
        (100, "当初"),
        (120, "補正予算による"),
    ]
    target = measure.targets.first()
    target.number = Decimal(1)
    with pytest.raises(IntegrityError, match="目標と報告は、後から変更も削除もできません"):
        target.save()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": Decimal("1.5")}, "整数で入力してください（例：1,234件）。"),
        ({"number": Decimal(1), "reason": " "}, "目標を定めた理由を入力してください。"),
        (
            {"number": Decimal(1), "last_fiscal_year": 2027},
            "年度は2022から2026までにしてください（2027とあります）。",
        ),
        ({}, "目標は、数か文のどちらか一つで入力してください。"),
        ({"number": Decimal(1), "text": "x"}, "目標は、数か文のどちらか一つで入力してください。"),
        (
            {"number": Decimal(1), "set_on": dt.date(2999, 1, 1)},
            "定めた日に、今日より後の日付は登録できません。",
        ),
    ],
)
def test_a_target_that_cannot_be_is_refused(measure, fields, words):
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2022}
    with pytest.raises(ValidationError) as error:
        valuing.set_target(measure, by=None, **({"reason": "当初"} | years | fields))
    assert error.value.messages == [words]


def test_a_target_of_an_earlier_day_than_the_one_that_counts_is_refused(measure):
    def aim(number, first, last, day):
        years = {"first_fiscal_year": first, "last_fiscal_year": last, "set_on": day}
        valuing.set_target(measure, by=None, number=Decimal(number), reason="x", **years)

    aim(100, 2022, 2024, dt.date(2024, 4, 1))
    with pytest.raises(ValidationError) as error:
        aim(50, 2024, 2026, dt.date(2024, 3, 31))
    words = (
        "この年度には、令和6年4月1日に定めた目標があります。それより前の日付の目標は使われません。"
        "定めた日と年度を確かめてください。"
    )
    assert error.value.message_dict == {"set_on": [words]}
    aim(50, 2025, 2026, dt.date(2024, 3, 31))
    aim(60, 2022, 2026, dt.date(2024, 4, 1))


def settled_by_closing(scene):
    valuing.close(scene.period, 2024, by=None, reason="報告のため")


def settled_by_confirming(scene):
    valuing.submit(scene.other, 2024, by=scene.agency)
    valuing.confirm_year(scene.other, 2024, by=scene.assessor)


def settled_by_grading(scene):
    scene.write(scene.other, grade="D")
    scene.issue(scene.other)


@pytest.mark.parametrize(
    ("settle", "words"),
    [
        (settled_by_closing, "令和6年度は締め切られています。評価者に締切を解除するよう求めるか"),
        (
            settled_by_confirming,
            "令和6年度は値が確定しています。評価者に項目の年度を開き直すよう求めるか",
        ),
        (settled_by_grading, "令和6年度は評定が確定しています。先に評定の確定を取り消すか"),
    ],
)
def test_a_settled_year_stays_judged_as_it_was(settle, words):
    scene = Graded.made()
    scene.target(scene.counted, 100)
    scene.value(scene.counted, 70)
    settle(scene)
    with pytest.raises(ValidationError) as error:
        scene.target(scene.counted, 50)
    assert error.value.message_dict == {
        "first_fiscal_year": [f"{words}、その後の年度からの目標にしてください。"]
    }
    scene.target(scene.counted, 50, first_fiscal_year=2025)
    for change in ({"direction": "lower"}, {"accumulation": "cumulative"}):
        with pytest.raises(ValidationError) as error:
            valuing.change_measure(scene.counted, by=None, **change)
        assert error.value.messages == [
            f"方向・数え方・割合の分子と分母は変えられません。{words}、別の測定項目を加えてください。"
        ]
    valuing.change_measure(scene.counted, by=None, label="効率化の率")
    valuing.change_measure(make_measure(scene.counted.indicator, "x"), by=None, direction="lower")
    valuing.change_measure(scene.measure, by=None, direction="lower")
    assert scene.book().proposal(scene.node(scene.other), 2024) == "D"


def test_a_grade_above_settles_what_has_none_of_its_own():
    scene = Graded.made()
    report = make_measure(scene.period.clauses.get(wordings__text="報告書数"), "報告書数")
    scene.write(scene.item)
    scene.issue(scene.item)
    scene.target(report, 5)
    grading.save_profile(scene.below, 2025, by=None, graded=False)
    scene.write(scene.item, 2025)
    scene.issue(scene.item, 2025)
    scene.target(report, 6, last_fiscal_year=2024)
    with pytest.raises(ValidationError, match="令和7年度は評定が確定しています。"):
        scene.target(report, 7)


def test_the_database_sets_no_target_for_a_closed_year(measure):
    valuing.close(measure.indicator.period, 2024, by=None, reason="報告のため")
    row = IndicatorTarget(
        measure=measure,
        first_fiscal_year=2022,
        last_fiscal_year=2024,
        number=1,
        reason="x",
        set_on=dt.date(2024, 4, 1),
        recorded_at=timezone.now(),
    )
    with (
        pytest.raises(IntegrityError, match="締め切られた年度の達成目標は、定められません。"),
        transaction.atomic(),
    ):
        row.save()


# --- Evidence -------------------------------------------------------------------------------------
def archive(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return content.getvalue()


def test_evidence_is_a_link_or_a_file_kept_byte_by_byte(measure):
    value, day = make_value(measure), dt.date(2025, 5, 1)
    link = valuing.attach_link(
        value, by=None, title="年報", url="https://www.jst.go.jp/", dated_on=day
    )
    content = archive("xl/workbook.xml")
    file = valuing.attach_file(value, by=None, title="集計", name="集計.XLSX", content=content)
    assert (link.dated_on, link.suffix, file.suffix, file.size) == (day, "", "xlsx", len(content))
    stored = Evidence.objects.get(pk=file.pk)
    assert (bytes(stored.content), stored.sha256) == (
        content,
        hashlib.sha256(content).hexdigest(),
    )
    with pytest.raises(ValidationError, match="根拠資料が付いているため、消せません。"):
        valuing.clear(measure, 2024, by=None)
    valuing.detach(link, by=None, why="別の年の資料")
    valuing.confirm(value, by=None)
    with pytest.raises(ValidationError, match="確定した値の根拠資料は外せません。"):
        valuing.detach(Evidence.objects.get(pk=file.pk), by=None, why="x")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ", "「a.exe」の形式は登録できません。"),
        ("a.html", b"<p>", "「a.html」の形式は登録できません。"),
        ("a.pdf", b"", "「a.pdf」は、空でない、20MBまでのファイルにしてください。"),
        ("a.pdf", b"%PDF-" + bytes(20 * 1024 * 1024), "「a.pdf」は、空でない、20MBまで"),
        ("a.pdf", b"<html>", "「a.pdf」の中身は、pdfのファイルではないか、マクロを含んでいます。"),
        ("a.docx", archive("xl/workbook.xml"), "「a.docx」の中身は"),
        ("a.docx", b"PK", "「a.docx」の中身は"),
        ("a.xlsx", archive("xl/workbook.xml", "xl/vbaProject.bin"), "マクロを含んでいます。"),
        ("a.txt", b"a\0b", "「a.txt」の中身は"),
    ],
)
def test_other_files_are_refused(measure, name, content, words):
    with pytest.raises(ValidationError, match=words.replace("(", r"\(")):
        valuing.attach_file(make_value(measure), by=None, title="x", name=name, content=content)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "x", "file:///etc/passwd"])
def test_a_link_leads_to_the_web(measure, url):
    with pytest.raises(ValidationError):
        valuing.attach_link(make_value(measure), by=None, title="x", url=url)


def test_evidence_of_a_closed_year_stays_as_it_is(measure):
    value = make_value(measure)
    valuing.close(measure.indicator.period, 2024, by=None, reason="提出")
    with pytest.raises(ValidationError, match="締め切られています"):
        valuing.attach_link(value, by=None, title="x", url="https://www.jst.go.jp/")


# --- Reports --------------------------------------------------------------------------------------
def test_a_report_pins_what_it_used_and_tells_what_changed_since(measure):
    period = measure.indicator.period
    gone = make_measure(measure.indicator, "取消")
    make_value(measure, 2023, 1234)
    make_value(measure, 2024, 0, stage="final")
    make_value(gone, 2024, 5)
    make_value(measure, 2025, 7)
    report = valuing.make_report(period, 2024, by=None, title="令和6年度業務実績等報告書")
    assert hashlib.sha256(report.contents.encode()).hexdigest() == report.sha256
    assert valuing.changed_since(report) == []
    make_value(measure, 2023, 1235)
    make_value(measure, 2025, 8)  # not of the report
    valuing.correct(
        measure, 2024, by=None, state="withheld", why_code="source", why="非公表になった"
    )
    valuing.clear(gone, 2024, by=None)
    valuing.record(gone, 2022, by=None, state="not_applicable")
    found = [
        (d.measure.label, d.fiscal_year, d.before, d.now) for d in valuing.changed_since(report)
    ]
    assert found == [
        ("論文数", 2023, "1,234件（速報）", "1,235件（速報）"),
        ("論文数", 2024, "0件", "非公表（訂正）"),
        ("取消", 2022, "－", "該当なし（速報）"),
        ("取消", 2024, "5件（速報）", "－"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        ValueReport.objects.filter(pk=report.pk).update(contents="{}")


def test_a_report_pins_targets_baselines_and_notes_too(measure):
    period = measure.indicator.period
    years = {"first_fiscal_year": 2023, "last_fiscal_year": 2026}
    valuing.change_measure(measure, by=None, baseline=Decimal(80), baseline_year=2021)
    valuing.set_target(measure, by=None, number=Decimal(100), reason="当初", **years)
    make_value(measure, 2024, 5, note="3月末")
    report = valuing.make_report(period, 2024, by=None, title="報告")
    make_value(measure, 2024, 5, note="4月1日")
    years["first_fiscal_year"] = 2024
    valuing.set_target(measure, by=None, number=Decimal(120), reason="増員", **years)
    valuing.change_measure(measure, by=None, baseline=None, baseline_year=None)
    found = [(d.name, d.fiscal_year, d.before, d.now) for d in valuing.changed_since(report)]
    assert found == [
        ("論文数", 2024, "5件（速報）　注：3月末", "5件（速報）　注：4月1日"),
        ("論文数（達成目標）", 2024, "100件", "120件"),
        ("論文数（基準値）", 2024, "80件（2021年度）", "－"),
    ]


def test_what_was_only_confirmed_has_not_changed_since_a_report():
    period = make_period()
    _, (told,) = make_indicators(period, "成果", kind="evaluation_indicator")
    measure = make_measure(told, "論文数", unit="件")
    value = make_value(measure, 2024, 5)
    valuing.record_result(told, 2024, "実施した。", by=None)
    report = valuing.make_report(period, 2024, by=None, title="報告")
    valuing.confirm(value, by=None)
    YearlyResult.objects.update(stage="final")
    assert valuing.changed_since(report) == []
    why = {"why_code": "mistake", "why": "桁の誤り"}
    valuing.correct(measure, 2024, by=None, number=Decimal(6), **why)
    (changed,) = valuing.changed_since(report)
    assert (changed.named("成果"), changed.named("論文数"), changed.before, changed.now) == (
        "成果：論文数",
        "論文数",
        "5件（速報）",
        "6件（訂正）",
    )


def test_a_report_prints_in_the_unit_of_its_time(measure):
    """The database lets no unit of what was entered change; a report depends on no such rule."""
    make_value(measure, 2024, 5)
    report = valuing.make_report(measure.indicator.period, 2024, by=None, title="報告")
    assert '"unit": "件"' in report.contents
    assert '"decimals": 0' in report.contents


def test_a_report_tells_of_yearly_texts_too():
    period = make_period()
    _, (indicator,) = make_indicators(period, "成果", kind="evaluation_indicator")
    valuing.record_result(indicator, 2024, "実施した。", by=None)
    report = valuing.make_report(period, 2024, by=None, title="報告")
    valuing.record_result(indicator, 2024, "広く実施した。", by=None)
    (difference,) = valuing.changed_since(report)
    assert (difference.measure, difference.before, difference.now) == (
        None,
        "実施した。（速報）",
        "広く実施した。（速報）",
    )
    assert report.made_at <= timezone.now()


def test_what_was_confirmed_or_cleared_meanwhile_is_read_again(measure):
    value = make_value(measure)
    file = valuing.attach_link(value, by=None, title="資料", url="https://www.jst.go.jp/")
    mine = Evidence.objects.select_related("value__measure__indicator").get()
    valuing.confirm(value, by=None)
    with pytest.raises(ValidationError, match="確定した値の根拠資料は外せません。"):
        valuing.detach(mine, by=None, why="誤り")
    assert Evidence.objects.get() == file
    other = make_value(measure, 2023)
    fields = {"by": None, "title": "資料", "url": "https://www.jst.go.jp/"}
    twice = valuing.attach_link(other, **fields)
    valuing.detach(copy.copy(twice), by=None, why="誤り")
    with pytest.raises(valuing.Stale, match="ほかの人が先にこの根拠資料を変更しました。"):
        valuing.detach(twice, by=None, why="誤り")
    valuing.clear(measure, 2023, by=None)
    with pytest.raises(valuing.Stale, match="ほかの人が先にこの値を変更しました。"):
        valuing.attach_link(other, **fields)
