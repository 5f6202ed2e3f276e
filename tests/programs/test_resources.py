"""Import and export: round trips, refusals with places and reasons, all or nothing, with history."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import PolicyText, StepKind
from jst_objectives import history
from programs.accounts import OWN_ROLE
from programs.cells import Choice, Number, Text, YesNo
from programs.formats import csv_file, read_table
from programs.models import (
    AccessRecord,
    Agency,
    Appropriation,
    Fund,
    Program,
    ProgramSection,
    Role,
    SchemeFlow,
    SupportTrack,
    TrackCost,
    User,
)
from programs.transfers import EXPIRED, OUTDATED
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db

MODELS = [
    "programs_agency",
    "programs_role",
    "programs_user",
    "programs_fund",
    "programs_program",
    "programs_programsection",
    "programs_appropriation",
    "programs_supporttrack",
    "programs_trackcost",
    "programs_schemeflow",
    "evaluation_objectiveperiod",
    "evaluation_policytext",
    "evaluation_stepkind",
]


@pytest.fixture
def period():
    return make_period("mine")


@pytest.fixture
def maintainer(period, client):
    user = make_user(period.agency, "maintainer", username="keeper")
    client.force_login(user)
    return user


@pytest.fixture
def programme(period):
    """A programme with one of each of its parts, and with texts that look like formulas."""
    agency = period.agency
    fund = Fund(agency=agency, name="=基金")
    program = Program(agency=agency, slug="p", name="+事業", fund=fund, end_fiscal_year=2028)
    track = SupportTrack(program=program, position=1, name="@型", fund=fund, yen=10**12)
    parts = [
        fund,
        program,
        track,
        ProgramSection(program=program, position=1, heading="'=見出し", body="一行目\n二行目"),
        Appropriation(program=program, fiscal_year=2025, kind="supplementary", label="-名目"),
        TrackCost(track=track, position=1, label="費目", yen=0),
        SchemeFlow(program=program, position=1, source="国", destination="機構", label="subsidy"),
        PolicyText(period=period, position=1, heading="法律", body="＝本文"),
        StepKind(agency=agency, position=1, name="意見聴取"),
    ]
    for part in parts:
        history.save(part, by=None, reason="試験")
    return program


def export(client, model, suffix="csv", query=""):
    return client.get(reverse(f"admin:{model}_export", args=[suffix]) + query)


def upload(client, model, content, name="表.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse(f"admin:{model}_import"), {"file": file})


def confirm(client, model, answer):
    token = answer.context["token"]
    return client.post(reverse(f"admin:{model}_import"), {"upload": token}, follow=True)


def changed(client, model, **cells):
    """The exported table with cells of its first row changed, as CSV."""
    table = read_table(export(client, model).content)
    for column, value in cells.items():
        table.rows[0][table.header.index(column)] = value
    return csv_file(table.header, table.rows)


def errors(answer):
    return [error for row in answer.context["preview"].wrong for error in row.errors]


# --- Export ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_exported_can_be_imported_unchanged(client, maintainer, programme, model, suffix):
    answer = upload(client, model, export(client, model, suffix).content, f"x.{suffix}")
    preview = answer.context["preview"]
    assert (errors(answer), preview.counts["同じ"] > 0) == ([], True)
    assert (preview.counts["新規"], preview.counts["変更"], preview.saves) == (0, 0, False)


def test_no_export_holds_a_formula(client, maintainer, programme, tmp_path):
    for model in MODELS:
        for row in export(client, model).content.decode("utf-8-sig").splitlines():
            assert [cell for cell in row.split(",") if cell.strip('"')[:1] in tuple("=+@＝")] == []
        file = tmp_path / "x.xlsx"
        file.write_bytes(export(client, model, "xlsx").content)
        cells = [cell for row in load_workbook(file).active for cell in row]
        assert [cell for cell in cells if cell.data_type == "f"] == []


def test_an_export_is_utf8_with_a_mark_and_is_recorded(client, maintainer, programme, period):
    answer = export(client, "programs_fund")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    record = AccessRecord.objects.get(kind="export")
    assert (record.user, record.agency) == (maintainer, period.agency)
    assert record.detail == "保守：基金（1件、CSV）"
    assert export(client, "programs_fund", "exe").status_code == 404


def test_an_export_holds_what_the_list_shows(client, maintainer, period):
    for name in ("あか", "あお"):
        history.save(Fund(agency=period.agency, name=name), by=None, reason="試験")
    history.save(Fund(agency=make_period().agency, name="他"), by=None, reason="試験")
    rows = read_table(export(client, "programs_fund", query="?q=あか").content).rows
    assert [row[1] for row in rows] == ["あか"]
    assert len(read_table(export(client, "programs_fund").content).rows) == 2


def test_no_export_holds_a_password(client, maintainer):
    assert maintainer.password not in export(client, "programs_user").content.decode()


# --- Import ---------------------------------------------------------------------------------------
def test_a_preview_saves_nothing_and_its_confirmation_all(client, maintainer, programme):
    rows = [["mine", "基金B", "補助", ""], ["mine", "基金C", "", "根拠"]]
    header = ["法人", "基金名", "補助金名", "根拠規定"]
    answer = upload(client, "programs_fund", csv_file(header, rows), "基金.csv")
    page = answer.content.decode()
    assert "CSV（UTF-8）" in page
    assert answer.context["preview"].counts == {"新規": 2, "変更": 0, "同じ": 0, "誤り": 0}
    assert not Fund.objects.filter(name="基金B").exists()
    assert not Fund.history.filter(name="基金B").exists()
    told = confirm(client, "programs_fund", answer).content.decode()
    assert "取り込みました：新規2件、変更0件、同じ0件。" in told
    row = Fund.history.get(name="基金C")
    assert (row.history_user, row.history_change_reason) == (maintainer, "取込み：基金.csv")


def test_a_change_is_shown_and_saved_with_its_history(client, maintainer, programme):
    content = changed(
        client, "programs_appropriation", **{"金額（円）": "１２，３４５", "備考": "<i>"}
    )
    answer = upload(client, "programs_appropriation", content)
    page = answer.content.decode()
    assert "<ins>" in page
    assert "&lt;i&gt;" in page
    assert 'style="' not in page
    confirm(client, "programs_appropriation", answer)
    appropriation = Appropriation.objects.get()
    assert (appropriation.yen, appropriation.note) == (12345, "<i>")
    assert appropriation.history.count() == 2


def test_every_error_of_every_row_is_told_and_nothing_is_saved(client, maintainer, programme):
    header = ["法人", "事業", "年度", "区分", "名目", "金額（円）", "事業の外に別途計上", "備考"]
    rows = [
        ["mine", "p", "2026", "当初予算", "", "1", "いいえ", ""],
        ["mine", "x", "2022.7", "補正", "", "-1", "たぶん", ""],
        ["mine", "p", "1999", "当初予算", "", "1", "いいえ", ""],
    ]
    answer = upload(client, "programs_appropriation", csv_file(header, rows))
    preview = answer.context["preview"]
    assert [row.number for row in preview.wrong] == [3, 4]
    assert preview.wrong[0].errors == [
        "事業：法人「mine」、事業「x」は、登録されていないか、保守の対象ではありません。",
        "年度：「2022.7」は、0以上の整数ではありません（例：2025、1,234）。",
        "区分：「補正」は選べません。当初予算・補正予算のどれかにしてください。",
        "金額（円）：「-1」は、0以上の整数ではありません（例：2025、1,234）。",
        "事業の外に別途計上：「たぶん」は、「はい」か「いいえ」にしてください。",
    ]
    assert preview.wrong[1].errors == ["年度は西暦4桁（例：2025）で入力してください。"]
    assert 'value="取り込む"' not in answer.content.decode()
    confirm(client, "programs_appropriation", answer)
    assert Appropriation.objects.count() == 1


def test_the_columns_must_be_those_of_the_export(client, maintainer):
    answer = upload(client, "programs_fund", "法人,基金,法人\r\nmine,x,y\r\n".encode("cp932"))
    assert answer.context["form"].errors["file"] == [
        "列が足りません：基金名、補助金名、根拠規定",
        "知らない列があります：「基金」",
        "同じ見出しの列が2つ以上あります。",
        "要る列：法人、基金名、補助金名、根拠規定",
    ]


def test_a_row_twice_is_refused(client, maintainer, programme):
    table = read_table(export(client, "programs_fund").content)
    twice = csv_file(table.header, [*table.rows, *table.rows])
    answer = upload(client, "programs_fund", twice)
    assert errors(answer) == ["同じものの行が、この表の上のほうにあります。"]


def test_other_agencies_cannot_be_written(client, maintainer, programme):
    history.save(Fund(agency=make_period("other").agency, name="他"), by=None, reason="試験")
    header = ["法人", "基金名", "補助金名", "根拠規定"]
    answer = upload(client, "programs_fund", csv_file(header, [["other", "他", "奪う", ""]]))
    assert errors(answer) == [
        "法人：法人「other」は、登録されていないか、保守の対象ではありません。"
    ]
    header = ["ユーザー名", "法人", "役割"]
    answer = upload(client, "programs_role", csv_file(header, [["keeper", "other", "編集者"]]))
    assert len(errors(answer)) == 2


def test_what_changed_since_the_preview_is_not_overwritten(client, maintainer, programme):
    answer = upload(client, "programs_fund", changed(client, "programs_fund", 補助金名="私の"))
    fund = Fund.objects.get()
    fund.subsidy = "ほかの人の"
    history.save(fund, by=None, reason="試験")
    again = confirm(client, "programs_fund", answer)
    assert OUTDATED in again.content.decode()
    fund.refresh_from_db()
    assert fund.subsidy == "ほかの人の"
    confirm(client, "programs_fund", again)
    fund.refresh_from_db()
    assert fund.subsidy == "私の"


def test_an_upload_is_confirmed_once_and_by_its_maintainer_only(client, maintainer, period):
    header = ["法人", "基金名", "補助金名", "根拠規定"]
    answer = upload(client, "programs_fund", csv_file(header, [["mine", "基金B", "", ""]]))
    client.force_login(make_user(period.agency, "maintainer"))
    assert EXPIRED in confirm(client, "programs_fund", answer).content.decode()
    client.force_login(maintainer)
    assert EXPIRED in confirm(client, "programs_program", answer).content.decode()
    confirm(client, "programs_fund", answer)
    assert EXPIRED in confirm(client, "programs_fund", answer).content.decode()
    address = reverse("admin:programs_fund_import")
    forged = client.post(address, {"upload": "../../etc/passwd"}, follow=True)
    assert EXPIRED in forged.content.decode()


def test_a_file_is_asked_for(client, maintainer):
    address = reverse("admin:programs_fund_import")
    assert client.get(address).status_code == 200
    assert client.post(address).context["form"].errors["file"] == ["このフィールドは必須です。"]


# --- People and agencies --------------------------------------------------------------------------
def test_people_come_without_a_password(client, maintainer):
    header = ["ユーザー名", "姓", "名", "メールアドレス", "有効"]
    rows = [["taro", "試験", "太郎", "taro@example.go.jp", "はい"]]
    confirm(client, "programs_user", upload(client, "programs_user", csv_file(header, rows)))
    assert not User.objects.get(username="taro").has_usable_password()


def test_an_import_stops_neither_oneself_nor_people_of_others(client, maintainer, period):
    user = make_user(period.agency, "editor", username="both")
    other = make_period().agency
    history.save(Role(user=user, agency=other, role="editor"), by=None, reason="試験")
    header = ["ユーザー名", "姓", "名", "メールアドレス", "有効"]
    rows = [["keeper", "", "", "", "いいえ"], ["both", "", "", "", "いいえ"]]
    answer = upload(client, "programs_user", csv_file(header, rows))
    assert errors(answer) == [
        "有効：自分自身を停止することはできません。ほかの保守者に頼んでください。",
        "ユーザー名：同じユーザー名が既に登録済みです。",
    ]


def test_who_imports_an_agency_maintains_it(client, maintainer):
    content = changed(client, "programs_agency", 略号="new", 法人名="新法人")
    confirm(client, "programs_agency", upload(client, "programs_agency", content))
    agency = Agency.objects.get(code="new")
    assert [role.role for role in maintainer.roles.filter(agency=agency)] == ["maintainer"]


def test_nobody_imports_a_role_for_oneself(client, maintainer, period):
    make_user(period.agency, username="taro")
    header = ["ユーザー名", "法人", "役割"]
    rows = [["keeper", "mine", "保守者"], ["taro", "mine", "起案者"]]  # one's own is there already
    confirm(client, "programs_role", upload(client, "programs_role", csv_file(header, rows)))
    assert Role.objects.filter(user__username="taro", role="editor").exists()
    answer = upload(client, "programs_role", csv_file(header, [["keeper", "mine", "承認者"]]))
    assert errors(answer) == [OWN_ROLE]
    assert [role.role for role in maintainer.roles.all()] == ["maintainer"]


def test_no_agency_is_imported_under_an_address_of_the_portal(client, maintainer):
    content = changed(client, "programs_agency", 略号="verification", 法人名="新法人")
    assert errors(upload(client, "programs_agency", content)) == [
        "略号：「verification」は、ポータルのページのアドレスに使われています。別の略号にしてください。"
    ]


# --- Cells ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "value"),
    [("2025", 2025), (" ２０２５ ", 2025), ("1,234,567", 1234567), (2025.0, 2025), (0, 0)],
)
def test_numbers(cell, value):
    assert Number().clean(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "2022.7",
        2022.7,
        "1_000",
        "NaN",
        "1,23",
        "令和5",
        "-1",
        -1,
        True,
        "①",
        "²",
        "１e３",
        "1 234",
        "",
    ],
)
def test_what_is_no_number(cell):
    with pytest.raises(ValueError, match=r"整数ではありません|値がありません"):
        Number().clean(cell)


def test_empty_is_nothing_where_nothing_is_allowed():
    assert (Number(blank=True).clean(" "), Number(blank=True).clean(None)) == (None, None)
    assert Text().clean(None) == ""


def test_texts_are_trimmed_and_checked():
    assert Text().clean(" a\r\nb ") == "a\nb"
    assert (Text().clean(12), Text().clean(12.0)) == ("12", "12")
    with pytest.raises(ValueError, match=r"2文字目の文字（U\+200F）"):
        Text().clean("a\u200fb")
    with pytest.raises(ValueError, match="印刷に使う書体にありません"):
        Text().clean("事業😀")


def test_words_are_those_of_the_screens():
    assert [YesNo().clean(cell) for cell in ("はい", 1, True, "false", "いいえ")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    choice = Choice({"subsidy": "補助"})
    assert (choice.clean("補助"), choice.clean("subsidy"), choice.render("subsidy")) == (
        "subsidy",
        "subsidy",
        "補助",
    )
