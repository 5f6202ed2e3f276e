"""The pages of values by workbook: the template out, the filled file in, its preview, storing it."""

import copy
import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from evaluation import valuing
from evaluation.importing import working
from evaluation.models import (
    ImportedCell,
    IndicatorValue,
    ValueImport,
)
from evaluation.views import imports as views
from evaluation.workbook import reading
from programs.models import AccessRecord
from tests.evaluation.importing.filling import Scene, filled, year
from tests.evaluation.workbook.files import by_hand, opened
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
R7, R8 = year(2025), year(2026)


@pytest.fixture(scope="module")
def made(module_rows):
    return Scene.made()


@pytest.fixture
def scene(made, db):
    return copy.deepcopy(made)


@pytest.fixture
def client(scene):
    client = Client()
    client.force_login(scene.user)
    return client


def address(scene, name, *more):
    return reverse(name, args=[scene.period.agency.code, scene.period.number, *more])


def upload(client, scene, content, name="値.xlsx", token="t"):
    sent = {"file": SimpleUploadedFile(name, content), "form_token": token}
    return client.post(address(scene, "value_files"), sent)


def taken_in(client, scene, cells):
    response = upload(client, scene, filled(scene.template(), cells))
    kept = ValueImport.objects.get()
    assert response["Location"] == address(scene, "value_import", kept.pk)
    return kept


def page(client, url):
    return client.get(url).content.decode()


def test_the_template_is_downloaded_for_chosen_years_and_recorded(client, scene):
    response = client.get(address(scene, "value_template") + "?years=2025&years=2026")
    sheet = opened(response.content)
    assert [cell.value for cell in sheet[5] if cell.value in (R7, R8)] == [R7, R8]
    assert sheet.max_column == 13
    record = AccessRecord.objects.get(kind="export")
    short = scene.period.agency.short_name
    assert record.detail == f"実績値_{short}第5期_令和7年度・令和8年度.xlsx"
    every = client.get(address(scene, "value_template") + "?years=1999")
    assert opened(every.content).max_column == 22


def test_nothing_is_stored_before_it_is_confirmed_and_then_once(client, scene):
    kept = taken_in(client, scene, {("論文数", R8): 5, ("満足度", R7): 12.5})
    html = page(client, address(scene, "value_import", kept.pk))
    assert ("2件の値を保存する" in html, "まだ保存できません" in html) == (True, False)
    assert IndicatorValue.objects.count() == 0
    for _ in range(2):
        response = client.post(address(scene, "save_import", kept.pk), {"form_token": "s"})
        assert response["Location"] == address(scene, "value_import", kept.pk)
    assert IndicatorValue.history.count() == 2
    done = page(client, address(scene, "value_import", kept.pk))
    assert ("保存しました。" in done, "値を保存する" in done) == (True, False)


def test_the_page_says_what_the_template_holds_not(client, scene):
    html = page(client, address(scene, "value_files"))
    told, _, rest = html.partition(
        '<a href="' + address(scene, "indicators") + '">指標と実績</a>の各指標'
    )
    assert told.endswith("ひな形には、モニタリング指標の値だけがあります。評価指標の実績の文は、")
    assert rest.startswith("のページで入力します。</p>")


def test_the_same_upload_sent_twice_is_kept_once(client, scene):
    content = filled(scene.template(), {("論文数", R8): 5})
    first, second = upload(client, scene, content), upload(client, scene, content)
    assert first["Location"] == second["Location"]
    assert ValueImport.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "古い形式（.xls）か、パスワードの付いたExcelファイルです。",
        ),
        (by_hand("<row><c><f>1+1</f></c></row>"), "数式があります（A2）。数式は読みません。"),
        (b"", "選んだファイルは空です。"),
    ],
)
def test_what_is_not_safe_is_refused_at_the_field(client, scene, content, words):
    response = upload(client, scene, content)
    html = response.content.decode()
    assert (response.status_code, html.count(words) > 0) == (200, True)
    assert "<title>エラー：" in html
    assert ValueImport.objects.count() == 0


def test_cells_are_told_in_words_and_filtered_by_kind(client, scene):
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(1))
    stale = scene.template()
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(2))
    cells = {("論文数", R7): 3, ("論文数", R8): "約5", ("満足度", R8): 9}
    upload(client, scene, filled(stale, cells))
    kept = ValueImport.objects.get()
    html = page(client, address(scene, "value_import", kept.pk))
    found = re.findall(r'"outcome"><span aria-hidden="true">(.)</span> (\w+)', html)
    assert found == [("⚠", "衝突"), ("✕", "誤り"), ("＋", "新規")]
    for kind, places in (
        ("error", ["R6"]),
        ("conflict", ["O6"]),
        ("new", ["R7"]),
        ("unchanged", 12),
        ("nothing", ["O6", "R6", "R7"]),
    ):
        html = page(client, address(scene, "value_import", kept.pk) + f"?kind={kind}")
        rows = re.findall(r'<th scope="row">([A-Z]+\d+)</th>', html)
        assert (len(rows) if kind == "unchanged" else rows) == places
    assert "誤りが1件あるため、保存できません。" in html
    # To decide is offered once there is no error left.
    assert "すべて、ファイルの値にする" not in html


def test_notes_and_what_is_remarkable_are_seen_before_they_are_stored(client, scene):
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(20), note="暫定")
    changes = {("論文数", f"{R7}の注"): "年度末", ("論文数", R8): 2, ("満足度", R8): "－"}
    kept = taken_in(client, scene, changes)
    url = address(scene, "value_import", kept.pk)
    html = page(client, url)
    assert re.findall(r'<th scope="row">([A-Z]+\d+)</th>', html) == ["Q6", "R6", "R7"]
    assert re.findall(r"<p>(注：.*?|！ .*?)</p>", html) == [
        "注：「暫定」 → 「年度末」",
        "！ 前年度（20）から△90.0%と、大きく変わっています。",
        "！ 「－」は、該当なしとして読みました。",
    ]
    asked = page(client, f"{url}?kind=asked")
    assert re.findall(r'<th scope="row">([A-Z]+\d+)</th>', asked) == ["R6", "R7"]
    assert "注意（2）" in html
    client.post(address(scene, "save_import", kept.pk), {"form_token": "s"})
    assert IndicatorValue.objects.get(fiscal_year=2025).note == "年度末"
    done = page(client, url)
    assert ("注：「暫定」 → 「年度末」" in done, "！" in done) == (True, False)


def test_each_cell_names_its_item_by_its_number(client, scene):
    upload(client, scene, filled(scene.template(), {("論文数", R7): 5, ("取組", R7): "実施"}))
    html = page(client, address(scene, "value_import", ValueImport.objects.get().pk))
    found = re.findall(
        r'<td class="wrap"><span class="number">([^<]*)</span> <a[^>]*>([^<]*)<', html
    )
    assert found == [("1.", "論文数"), ("1.", "取組")]


def test_what_stands_is_seen_beside_what_is_wrong(client, scene):
    valuing.record(scene.papers, 2025, by=scene.other, number=Decimal(298))
    kept = taken_in(client, scene, {("論文数", R7): "12人", ("論文数", R8): "abc"})
    html = page(client, address(scene, "value_import", kept.pk))
    assert re.findall(r'<td class="side">(.*?)</td>', html) == [
        *("298件（速報）", "12人"),
        *("－", "abc"),
    ]


def test_what_is_taken_away_is_asked_about(client, scene):
    for fiscal_year in (2025, 2026):
        valuing.record(scene.papers, fiscal_year, by=scene.other, number=Decimal(20))
    kept = taken_in(client, scene, {("論文数", R8): None})
    html = page(client, address(scene, "value_import", kept.pk))
    assert re.findall(r"<p>(！ .*?)</p>", html) == [
        "！ 値がありませんが、令和7年度の値があります。値がないことを確かめてください。"
    ]


def test_of_many_cells_each_page_says_what_is_remarkable(client, scene, monkeypatch):
    monkeypatch.setattr("evaluation.views.imports.MOST_ASKED", 1)
    monkeypatch.setattr("evaluation.views.imports.PER_PAGE", 2)
    changes = {("論文数", R7): 20, ("論文数", R8): 2, ("満足度", R8): "-"}
    kept = scene.compared(filled(scene.template(), changes))
    url = address(scene, "value_import", kept.pk)
    pages = [page(client, f"{url}?page={n}") for n in (1, 2)]
    assert [re.findall(r"<p>(！ .*?)</p>", html) for html in pages] == [
        ["！ 前年度（20）から△90.0%と、大きく変わっています。"],
        ["！ 「-」は、該当なしとして読みました。"],
    ]
    assert "変わるセルが多いため、件数は数えていません。" in pages[0]


def test_a_conflict_is_decided_by_cell_and_for_all(client, scene):
    content = filled(scene.template(), {("論文数", R7): 3, ("論文数", R8): 4})
    for fiscal_year in (2025, 2026):
        valuing.record(scene.papers, fiscal_year, by=scene.other, number=Decimal(9))
    upload(client, scene, content)
    kept = ValueImport.objects.get()
    preview = address(scene, "value_import", kept.pk)
    assert "どちらの値にするかを選んでいない衝突が2件あります。" in page(client, preview)
    for _ in range(2):  # what was refused is not told as saved when it is sent again
        save = address(scene, "save_import", kept.pk)
        response = client.post(save, {"form_token": "a"}, follow=True)
        assert [str(message) for message in response.context["messages"]] == [
            "どちらの値にするかを選んでいない衝突が2件あります。"
        ]
    assert IndicatorValue.objects.filter(number=9).count() == 2
    decide = address(scene, "decide_import", kept.pk)
    for number in ("9" * 18, "9" * 30, "9" * 5000):
        client.post(decide, {f"cell-{number}": "mine", "form_token": f"k{len(number)}"})
    cell = kept.cells.filter(status="conflict")[0]
    response = client.post(decide, {f"cell-{cell.pk}": "mine", "form_token": "b"})
    assert response["Location"] == f"{preview}?kind=conflict"
    assert "衝突が1件あります" in page(client, preview)
    client.post(decide, {"all": "theirs", "form_token": "c"})
    client.post(decide, {f"cell-{cell.pk}": "mine", "form_token": "d"})
    client.post(address(scene, "save_import", kept.pk), {"form_token": "e"})
    assert [scene.value(scene.papers, y) for y in (2025, 2026)] == [3, 9]


def test_many_cells_come_by_pages(client, scene, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 4)
    kept = taken_in(client, scene, {("論文数", R8): 5})
    html = page(client, address(scene, "value_import", kept.pk) + "?kind=unchanged&page=2")
    assert re.findall(r'<th scope="row">([A-Z]+\d+)</th>', html) == ["F7", "I7", "L7", "O7"]
    assert "2 / 4ページ" in html


def test_the_next_upload_takes_old_files_away(client, scene):
    kept = taken_in(client, scene, {("論文数", R8): 5})
    client.post(address(scene, "save_import", kept.pk), {"form_token": "s"})
    left = scene.compared(filled(scene.template(), {("論文数", R8): 6}))
    ValueImport.objects.update(uploaded_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    upload(client, scene, filled(scene.template(), {("論文数", R8): 7}), token="n")
    told = [page(client, address(scene, "value_import", one.pk)) for one in (kept, left)]
    assert "ファイルとセルごとの結果は、30日を過ぎたため消しました。" in told[0]
    assert "30日の間に保存されなかったため、ファイルを消しました。" in told[1]
    assert [html.count("セルごとの結果</h2>") for html in told] == [0, 0]


def test_an_import_is_given_up(client, scene):
    kept = taken_in(client, scene, {("論文数", R8): 5})
    client.post(address(scene, "cancel_import", kept.pk))
    assert "この取込みは中止しました。" in page(client, address(scene, "value_import", kept.pk))
    client.post(address(scene, "save_import", kept.pk), {"form_token": "a"})
    assert (IndicatorValue.objects.count(), ImportedCell.objects.count()) == (0, 0)
    assert client.get(address(scene, "returned_workbook", kept.pk)).status_code == 404


def test_another_person_s_import_is_hidden(client, scene):
    kept = taken_in(client, scene, {("論文数", R8): 5})
    other = Client()
    other.force_login(scene.other)
    for name in ("value_import", "returned_workbook", "save_import", "cancel_import"):
        assert other.get(address(scene, name, kept.pk)).status_code == 404
    assert other.post(address(scene, "save_import", kept.pk)).status_code == 404


def test_who_only_reads_is_told_why_not(scene):
    auditor = Client()
    auditor.force_login(make_user(scene.period.agency, "auditor"))
    response = auditor.get(address(scene, "value_files"))
    assert response.status_code == 403
    short = scene.period.agency.short_name
    assert (
        f"値の入力と提出は、{short}を担当する法人担当者だけができます。"
        in response.content.decode()
    )


@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
def test_a_large_file_is_followed_and_stopped(client, scene, monkeypatch):
    monkeypatch.setattr(reading, "HEAVY", 0)
    kept = taken_in(client, scene, {("論文数", R8): 5})
    preview = address(scene, "value_import", kept.pk)
    html = page(client, preview)
    assert ("読み取って、いまの値と比べています。" in html, "data-active" in html) == (True, True)
    working._tell(kept, 40, 100)
    assert '<progress id="progress" max="100" value="40">' in page(client, preview)
    client.post(address(scene, "cancel_import", kept.pk))
    with pytest.raises(working.CancelledError):
        working._tell(kept, 60, 100)


@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
def test_a_page_whose_worker_is_lost_gives_the_import_back(client, scene, monkeypatch):
    kept = taken_in(client, scene, {("論文数", R8): 5})
    monkeypatch.setattr(working, "MANY", 0)
    client.post(address(scene, "save_import", kept.pk), {"form_token": "s"})
    working._tell(kept, 1, 2)
    monkeypatch.setattr(working, "SILENCE", dt.timedelta(0))
    html = page(client, address(scene, "value_import", kept.pk))
    assert (working.WORKER_DIED in html, "1件の値を保存する" in html) == (True, True)
    assert ValueImport.objects.get().state == "ready"
