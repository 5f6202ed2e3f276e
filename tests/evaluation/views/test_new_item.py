"""New clauses: an item with all that hangs on it on one page, and one clause at a time."""

import pytest

from evaluation import amending, reasoning
from evaluation.forms.clauses import SHIFT
from evaluation.models import Clause, ItemProgram
from jst_objectives import history
from programs.models import Program
from tests.evaluation.views.drafts import address, clause_address, errors, make_scene, words
from tests.factories import make_period, make_user

OR_SHIFT = f"「{SHIFT.format('項目')}」に印を付けると、この場所に入れられます。"
pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    draft, clauses = make_scene(client)
    return draft, *clauses


def make_program(agency, slug="p1"):
    program = Program(agency=agency, slug=slug, name=f"試験事業{slug}")
    history.save(program, by=None, reason="試験")
    return program


def item(chapter, after, **data):
    return {
        "place": f"{chapter.public_id}:{after.public_id}",
        "label": "4",
        "text": "新しい項目の推進",
        **data,
    }


def new(draft, **query):
    return address(draft, "clauses", "new") + "?" + "&".join(f"{k}={v}" for k, v in query.items())


def test_an_item_comes_with_all_that_hangs_on_it(client, scene):
    draft, chapter, _, _, three = scene
    program = make_program(draft.period.agency)
    fields = {"title": "予算", "text": "補正予算。", "kind": "supplementary_budget"}
    reason = reasoning.add(draft, group="予算", by=None, **fields)
    data = item(
        chapter,
        three,
        body="　一段落。\r\n\r\n二段落。\r\n三段落。",
        axes="・軸一\r\n・軸二\r\n",
        evaluation_indicators="指標",
        monitoring_indicators="数一\r\n\r\n数二",
        programs=[program.pk],
        reason=reason.pk,
    )
    response = client.post(address(draft, "items", "new"), data)
    clause = Clause.objects.get(introduced_by=draft, kind="item")
    assert response["Location"] == clause_address(draft, clause)
    text = amending.text_of(draft)
    assert text.number(text.nodes[clause.pk]) == "4."
    assert [(node.kind, node.text) for node in text.children[clause.pk]] == [
        ("body", "　一段落。"),
        ("body", "二段落。"),
        ("body", "三段落。"),
        ("evaluation_axis", "軸一"),
        ("evaluation_axis", "軸二"),
        ("evaluation_indicator", "指標"),
        ("monitoring_indicator", "数一"),
        ("monitoring_indicator", "数二"),
    ]
    assert {row.reason for row in draft.wordings.all()} == {reason}
    assert ItemProgram.objects.get(clause=clause).program == program


def test_the_page_suggests_the_place_and_the_next_free_number(client, scene):
    draft, chapter, one, *_ = scene
    query = f"?parent={chapter.public_id}&after={one.public_id}"
    form = client.get(address(draft, "items", "new") + query).context["form"]
    assert form["place"].value() == f"{chapter.public_id}:{one.public_id}"
    assert form["label"].value() == "4"
    form = client.get(address(draft, "items", "new")).context["form"]
    assert (form["place"].value(), form["label"].value()) == (None, "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"label": ""}, "番号を入力してください（例：5）。"),
        (
            {"label": "2"},
            f"番号「2」は、「項目2の推進」と重なっています。空いている番号は「4」です。{OR_SHIFT}",
        ),
        ({"text": ""}, "見出しを入力してください。"),
        ({"place": ""}, "置き場所を選んでください。"),
        (
            {"axes": "一\r\n\r\n三\x07"},
            (
                "評価軸の3行目の2文字目の文字（U+0007）は制御文字や未定義の文字のため、"
                "使えません。削除してください。"
            ),
        ),
        (
            {"monitoring_indicators": "数🎌"},
            (
                "モニタリング指標の1行目の「🎌」（U+1F38C）は、"
                "印刷に使う書体にありません。別の字にしてください。"
            ),
        ),
        ({"programs": ["99999"]}, "この法人の事業から選んでください。"),
    ],
)
def test_an_item_with_an_error_is_not_begun(client, scene, data, message):
    draft, chapter, _, _, three = scene
    before = Clause.objects.count()
    response = client.post(address(draft, "items", "new"), item(chapter, three, body="本文") | data)
    assert (response.status_code, errors(response)) == (200, [message])
    assert (Clause.objects.count(), draft.wordings.count()) == (before, 0)
    assert response.context["form"]["body"].value() == "本文"


def test_a_programme_of_another_agency_is_refused(client, scene):
    draft, chapter, _, _, three = scene
    foreign = make_program(make_period().agency)
    data = item(chapter, three, programs=[foreign.pk])
    response = client.post(address(draft, "items", "new"), data)
    assert errors(response) == ["この法人の事業から選んでください。"]


@pytest.mark.parametrize(
    "kind", ["body", "evaluation_axis", "evaluation_indicator", "monitoring_indicator"]
)
def test_one_clause_is_added_below_an_item(client, scene, kind):
    draft, _, one, *_ = scene
    where = new(draft, kind=kind, parent=one.public_id)
    place = client.get(where).context["form"]["place"].value()
    response = client.post(where, {"place": place, "text": "加える文言。"})
    clause = Clause.objects.get(introduced_by=draft)
    assert (response["Location"], clause.kind) == (clause_address(draft, clause), kind)
    below = amending.text_of(draft).children[one.pk]
    assert {node.text for node in below} == {"項目1を推進する。", "加える文言。"}
    if kind == "body":
        assert [node.text for node in below] == ["項目1を推進する。", "加える文言。"]


def test_a_chapter_is_added_with_the_next_numeral(client, scene):
    draft, chapter, *_ = scene
    form = client.get(new(draft, kind="chapter", parent="")).context["form"]
    assert (form["place"].value(), form["label"].value()) == (f":{chapter.public_id}", "Ⅳ")
    data = {"place": form["place"].value(), "label": "Ⅳ", "text": "その他"}
    assert client.post(new(draft, kind="chapter"), data).status_code == 302


def test_the_address_names_a_known_kind(client, scene):
    draft, *_ = scene
    assert client.get(new(draft, kind="poem")).status_code == 404
    assert client.get(new(draft, kind="item"))["Location"] == address(draft, "items", "new")


def test_who_may_and_how(client, scene):
    draft, *_ = scene
    where = [address(draft, "items", "new"), address(draft, "clauses", "new")]
    for page in where:
        assert client.put(page).status_code == 405
    client.force_login(make_user(draft.period.agency, "approver"))
    for page in where:
        response = client.post(page, {"text": "丹念に書いた文言"})
        assert response.status_code == 403
        assert "を担当する起案者だけができます。" in words(response)
        assert "丹念に書いた文言" in words(response)
    client.force_login(make_user(make_period().agency, "editor"))
    for page in where:
        assert client.get(page).status_code == 404
    assert draft.wordings.count() == 0
