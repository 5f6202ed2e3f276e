"""The pages of indicators: completeness, measures, targets that stay, values with their histories."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation import valuing
from evaluation.models import IndicatorMeasure, IndicatorTarget, ObjectivePeriod
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = pytest.mark.django_db
TEXT = "論文数（国際共著論文の割合含む）"
FORM = {
    "label": "論文数",
    "nature": "quantitative",
    "unit": "本",
    "decimals": "0",
    "direction": "higher",
    "accumulation": "yearly",
    "baseline": "１，２３４本",
    "baseline_year": "２０２１年度",
}


@pytest.fixture
def place(client):
    period = make_period()
    client.force_login(make_user(period.agency, "agency"))
    _, (indicator, _) = make_indicators(period, TEXT, "特許出願・登録件数")
    return period, indicator


def address(place, name, *more):
    period, indicator = place
    return reverse(name, args=[period.agency.code, period.number, indicator.public_id, *more])


def page(client, url):
    return client.get(url).content.decode()


def test_the_list_counts_what_is_entered(client, place):
    period, indicator = place
    make_value(make_measure(indicator), 2023)
    html = page(client, reverse("indicators", args=[period.agency.code, period.number]))
    assert html.count("1/1") == 1
    assert html.count("0/1") == 4
    assert html.count("未設定") == 1
    assert "見本の値です" not in html


def test_words_suggest_measures_that_nothing_stores_by_itself(client, place):
    html = page(client, address(place, "indicator"))
    assert [
        label for label in ("論文数</a>", "国際共著論文数</a>", "割合</a>") if label in html
    ] == [
        "論文数</a>",
        "国際共著論文数</a>",
        "割合</a>",
    ]
    form = client.get(address(place, "new_measure") + "?suggest=2").context["form"]
    shown = {name: form[name].value() for name in ("label", "unit", "decimals", "nature")}
    assert shown == {
        "label": "国際共著論文数",
        "unit": "本",
        "decimals": 0,
        "nature": "quantitative",
    }
    assert not IndicatorMeasure.objects.exists()


def test_a_suggested_ratio_finds_its_parts(client, place):
    parts = [make_measure(place[1], label) for label in ("国際共著論文数", "論文数")]
    form = client.get(address(place, "new_measure") + "?suggest=3").context["form"]
    assert [form[name].value() for name in ("numerator", "denominator")] == [p.pk for p in parts]


def test_a_measure_is_added_with_a_baseline_as_people_type_it(client, place):
    response = client.post(address(place, "new_measure"), FORM)
    assert response.status_code == 302
    measure = IndicatorMeasure.objects.get()
    assert (measure.unit, measure.baseline, measure.baseline_year) == ("本", 1234, 2021)
    assert measure.history.get().history_change_reason == "測定項目の追加"
    assert "測定項目を加えました：論文数" in page(client, response["Location"])


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {"baseline": "約100"},
            {"baseline": ["「約」は付けられません。「1,234本」のように入力してください。"]},
        ),
        ({"baseline": "1.5"}, {"baseline": ["整数で入力してください（例：1,234本）。"]}),
        ({"baseline": "未集計"}, {"baseline": ["数を入力してください（例：1,234本）。"]}),
        (
            {"baseline_year": "令和3"},
            {"baseline_year": ["基準年度は西暦の4桁で入力してください（例：2021）。"]},
        ),
        ({"nature": "x"}, {"nature": ["性質は、一覧から選んでください。"]}),
        ({"label": ""}, {"label": ["測定項目の名前を入力してください（例：特許出願件数）。"]}),
        (
            {"baseline_year": ""},
            {"__all__": ["基準値と基準年度は、両方を入力するか、どちらも空けてください。"]},
        ),
        (
            {"nature": "ratio", "unit": "%", "baseline": "", "baseline_year": ""},
            {"__all__": ["割合には分子と分母が要り、割合でないものにはどちらもありません。"]},
        ),
    ],
)
def test_what_is_no_measure_comes_back_with_what_was_typed(client, place, fields, errors):
    response = client.post(address(place, "new_measure"), FORM | fields)
    assert (response.status_code, response.context["form"].errors) == (200, errors)
    assert not IndicatorMeasure.objects.exists()


def test_a_measure_added_by_mistake_is_removed_until_it_is_used(client, place):
    make_measure(place[1])
    url = address(place, "measure", 1)
    assert "この測定項目を削除する" in client.get(url).content.decode()
    assert client.post(url, {"remove": "1"})["Location"] == address(place, "indicator")
    assert not IndicatorMeasure.objects.exists()
    make_value(make_measure(place[1]))
    assert "この測定項目を削除する" not in client.get(url).content.decode()
    html = client.post(url, {"remove": "1"}, follow=True).content.decode()
    assert "値・目標・割合に使われた測定項目は、削除できません。" in html
    assert IndicatorMeasure.objects.count() == 1


def test_a_measure_with_values_keeps_its_unit(client, place):
    measure = make_measure(place[1], unit="本")
    make_value(measure)
    url = address(place, "measure", 1)
    seen = client.get(url).context["form"]["seen"].value()
    answer = client.post(url, FORM | {"unit": "件", "baseline": "1", "seen": seen})
    assert list(answer.context["form"].errors) == ["unit"]
    assert client.post(url, FORM | {"label": "全論文数", "seen": seen}).status_code == 302
    measure.refresh_from_db()
    assert (measure.label, measure.unit) == ("全論文数", "本")
    answer = client.post(url, FORM | {"label": "x", "seen": seen}, follow=True)
    assert "ほかの人が先にこの測定項目を変更しました" in answer.content.decode()


def test_an_old_target_stays_to_be_seen_with_the_reason_of_the_new_one(client, place):
    make_measure(place[1])
    url = address(place, "target", 1)
    years = {"first_fiscal_year": "2022", "last_fiscal_year": "2026"}
    for number, reason in (("１００件", "当初"), ("120", "補正予算のため引上げ")):
        client.post(url, years | {"number": number, "reason": reason})
    html = page(client, address(place, "indicator"))
    told = ("<strong>100件</strong>", "当初", "<strong>120件</strong>", "補正予算のため引上げ")
    assert [words for words in told if words in html] == list(told)
    assert html.count("改められた目標") == 1


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"number": "1.5"}, {"number": ["整数で入力してください（例：1,234件）。"]}),
        ({"number": "－"}, {"number": ["目標には、数か文を入力してください。"]}),
        ({}, {"number": ["目標は、数か文のどちらか一つで入力してください。"]}),
        ({"number": "1", "reason": ""}, {"reason": ["目標を定めた理由を入力してください。"]}),
        (
            {"number": "1", "first_fiscal_year": "2026", "last_fiscal_year": "2022"},
            {"last_fiscal_year": ["最後の年度は、最初の年度以後にしてください。"]},
        ),
    ],
)
def test_what_is_no_target_is_told(client, place, fields, errors):
    make_measure(place[1])
    data = {"first_fiscal_year": "2022", "last_fiscal_year": "2026", "reason": "当初"} | fields
    answer = client.post(address(place, "target", 1), data)
    assert (answer.status_code, answer.context["form"].errors) == (200, errors)
    assert not IndicatorTarget.objects.exists()


def test_every_value_that_ever_stood_is_on_the_page(client, place):
    measure = make_measure(place[1])
    make_value(measure, 2023, 0, stage="final")
    make_value(measure, 2024, 10)
    make_value(measure, 2024, 12)
    html = page(client, address(place, "indicator"))
    assert (html.count("履歴（1）"), html.count("履歴（2）")) == (0, 1)
    assert '<td class="amount">0</td>' in html
    assert html.count("12件（速報）") == html.count("10件（速報）") == 1


def test_only_who_may_set_measures_is_offered_to(client, place):
    make_measure(place[1])
    client.force_login(make_user(place[0].agency, "auditor"))
    html = page(client, address(place, "indicator"))
    assert ("測り方を直す" in html, "測定項目を加える" in html) == (False, False)


# --- Samples --------------------------------------------------------------------------------------
def test_samples_are_marked_on_every_page(client):
    call_command("load_source", verbosity=0)
    period = ObjectivePeriod.objects.get()
    for _ in range(2):
        call_command("load_sample_results", verbosity=0)
    period.refresh_from_db()
    assert period.sample_results
    client.force_login(make_user(period.agency, "agency"))
    measure = IndicatorMeasure.objects.filter(nature="ratio").first()
    indicator = reverse("indicator", args=["jst", 5, measure.indicator.public_id])
    pages = [reverse("indicators", args=["jst", 5]), indicator]
    pages += [f"{indicator}measures/{more}" for more in ("new/", "1/", "1/target/")]
    assert [page(client, url).count("見本の値です。") for url in pages] == [1] * 5


def test_samples_never_stand_among_real_values(place):
    make_value(make_measure(place[1]))
    arguments = {"agency": place[0].agency.code, "period": place[0].number}
    with pytest.raises(CommandError, match="実際の値か測定項目があるため"):
        call_command("load_sample_results", **arguments)
    assert valuing.name_of(IndicatorMeasure.objects.get()) == "論文数"
    assert not ObjectivePeriod.objects.get().sample_results


def test_there_are_no_samples_for_nothing():
    with pytest.raises(CommandError, match="先に load_source"):
        call_command("load_sample_results", agency="none")
