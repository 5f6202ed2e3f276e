"""What a search finds, for whom, where it stands, and at which times."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evaluation import amending, procedure
from evaluation.comparison.rows import Run
from evaluation.forms.search import chapters
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    PolicyText,
    ReasonGroup,
    Wording,
)
from evaluation.searching import Result, Search, found, results
from jst_objectives import history
from jst_objectives.folding import fold, words_of
from programs.models import Program, ProgramSection
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    baseline, clauses = make_baseline(period)
    return period, baseline, clauses


def looked_for(reader, typed: str, **filters) -> list[Result]:
    search = Search(reader, tuple(words_of(typed)), **filters)
    return results(search, found(search))


def names(rows: list[Result]) -> list[tuple[str, str]]:
    return [(row.kind, "".join(run.text for run in row.name)) for row in rows]


def times(rows: list[Result]) -> list[list[str]]:
    return [[span.words for version in row.versions for span, _ in version.times] for row in rows]


def editor_of(period):
    return make_user(period.agency, "editor")


# --- Words ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["量子", "子", "量子ビーム", "ﾋﾞｰﾑ", "びーむ　量子", "Ｑ", "q"])
def test_words_of_one_character_and_more_however_they_are_typed(scene, typed):
    period, _, (_, one, *_) = scene
    draft = make_draft(period)
    amending.reword(draft, one, "量子ビームQ", by=None)
    assert names(looked_for(editor_of(period), typed)) == [("項目", "1. 項目1の推進")]


@pytest.mark.parametrize("typed", ["量予", "子量", "量子%", "_", "量子　電子", "'", "\\"])
def test_what_does_not_stand_there_is_not_found(scene, typed):
    period, _, (_, one, *_) = scene
    draft = make_draft(period)
    amending.reword(draft, one, "量子ビームQ", by=None)
    assert looked_for(editor_of(period), typed) == []


def test_old_forms_of_kanji_and_spaces(scene):
    period, _, (_, one, *_) = scene
    draft = make_draft(period)
    amending.reword(draft, one, "國際 研究", by=None)
    (row,) = looked_for(editor_of(period), "国際研究")
    assert row.versions[0].runs == (Run("國際 研究", marked=True),)


class SameAsPython(TestCase):
    """On both databases a search finds what Python's `in` finds in the folded texts."""

    @classmethod
    def setUpTestData(cls):
        period = make_period()
        make_baseline(period)
        cls.draft = make_draft(period)
        cls.chapter = period.clauses.get(kind="chapter")
        cls.reader = editor_of(period)

    @given(
        st.lists(st.text("研究國国ガがa%_'\\ ", min_size=1, max_size=6), max_size=3),
        st.text("研究国がa%_'\\", max_size=3),
    )
    def test_it_finds_what_stands_there(self, texts, typed):
        words = words_of(typed)
        if not words:
            return
        texts = [text for text in texts if text.strip()]
        for text in texts:
            amending.insert(self.draft, "body", parent=self.chapter, text=text, by=None)
        search = Search(self.reader, tuple(words), kind="body")
        rows = Wording.objects.filter(clause__in=[key for _, key in found(search)])
        assert sorted(row.text for row in rows) == sorted(
            text for text in texts if all(word in fold(text) for word in words)
        )


# --- Versions -------------------------------------------------------------------------------------
def test_current_past_coming_and_drafted_texts_are_told_apart(scene):
    period, _, (_, one, *_) = scene
    for text, day in (("量子の推進", (2024, 4, 1)), ("量子の支援", (2027, 3, 1))):
        draft = make_draft(period)
        amending.reword(draft, one, text, by=None)
        decide(draft, dt.date(*day))
    draft = make_draft(period)
    amending.reword(draft, one, "量子の研究", by=None)
    page = f"/{period.agency.code}/5/items/{one.public_id}/"
    (row,) = looked_for(editor_of(period), "量子")
    assert [(v.runs[1].text, [(s.words, a) for s, a in v.times]) for v in row.versions] == [
        ("の推進", [("現行（令和6年4月1日から令和9年2月28日まで）", page)]),
        ("の支援", [("適用前（令和9年3月1日から）", f"{page}?on=2027-03-01")]),
        ("の研究", [(f"変更案（{draft.slug}）", f"{page}?amendment={draft.slug}")]),
    ]
    assert (row.address, row.drafts, row.owner) == (page, (draft,), str(period))
    assert times(looked_for(editor_of(period), "項目1の")) == [
        ["過去（令和4年4月1日から令和6年3月31日まで）"]
    ]


def test_a_deleted_text_is_past(scene):
    period, _, (_, one, *_) = scene
    draft = make_draft(period)
    amending.repeal(draft, one, by=None)
    decide(draft, dt.date(2024, 4, 1))
    assert (
        times(looked_for(editor_of(period), "項目1"))
        == [["過去（令和4年4月1日から令和6年3月31日まで）"]] * 2
    )


def test_the_same_words_at_several_times_stand_once(scene):
    period, _, (_, one, *_) = scene
    draft = make_draft(period)
    amending.relabel(draft, one, "9", by=None)
    decide(draft, dt.date(2024, 4, 1))
    (row,) = looked_for(editor_of(period), "項目1", kind="item")
    assert names([row]) == [("項目", "9. 項目1の推進")]
    assert [len(version.times) for version in row.versions] == [2]


def test_paragraphs_lead_to_their_place_in_the_page_of_their_item(scene):
    period, _, (_, one, *_) = scene
    (row,) = looked_for(editor_of(period), "項目1を")
    body = Clause.objects.get(kind="body", wordings__text="項目1を推進する。")
    assert names([row]) == [("本文", "1. 項目1の推進")]
    assert row.address == f"/{period.agency.code}/5/items/{one.public_id}/#clause-{body.public_id}"


def test_clauses_stand_in_the_order_of_the_document(scene):
    period, _, (chapter, *_) = scene
    draft = make_draft(period)
    amending.insert(draft, "item", parent=chapter, label="0", text="項目0の推進", by=None)
    rows = looked_for(editor_of(period), "の推進")
    assert [name for _, name in names(rows)] == [f"{n}. 項目{n}の推進" for n in range(4)]


# --- All else -------------------------------------------------------------------------------------
@pytest.fixture
def others(scene):
    period, _, _ = scene
    draft = make_draft(period)
    program = Program(agency=period.agency, slug="p", name="量子事業")
    group = ReasonGroup(amendment=draft, position=1, title="量子の区分")
    reason = AmendmentReason(group=group, position=1, title="事項", text="量子の説明", kind="law")
    for row in (
        program,
        ProgramSection(program=program, position=1, heading="概要", body="量子の概要"),
        PolicyText(period=period, position=1, heading="計画", body="量子の計画"),
        group,
        reason,
    ):
        history.save(row, by=None, reason="試験")
    return draft


def test_reasons_policy_texts_and_programmes(scene, others):
    period = scene[0]
    rows = looked_for(editor_of(period), "量子")
    assert names(rows) == [
        ("変更理由の区分", "1. 量子の区分"),
        ("変更理由", "事項"),
        ("政策体系", "計画"),
        ("事業", "量子事業"),
    ]
    place = f"/{period.agency.code}/5/"
    assert [row.address for row in rows] == [
        f"{place}amendments/{others.slug}/#reasons",
        f"{place}amendments/{others.slug}/#reasons",
        f"{place}policy/",
        f"/{period.agency.code}/programmes/p/",
    ]
    assert rows[1].runs == (Run("量子", marked=True), Run("の説明"))
    assert rows[1].drafts == (others,)


@pytest.mark.parametrize(
    ("kind", "found_kinds"),
    [
        ("reason", ["変更理由の区分", "変更理由"]),
        ("policy", ["政策体系"]),
        ("programme", ["事業"]),
        ("body", []),
    ],
)
def test_kinds(scene, others, kind, found_kinds):
    rows = looked_for(editor_of(scene[0]), "量子", kind=kind)
    assert [row.kind for row in rows] == found_kinds


def test_chapters(scene):
    period, _, (chapter, *_) = scene
    draft = make_draft(period)
    other = amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    amending.insert(draft, "item", parent=other, label="1", text="その他の推進", by=None)
    reader = editor_of(period)
    assert names(looked_for(reader, "の推進", chapter=other.pk)) == [("項目", "1. その他の推進")]
    assert len(looked_for(reader, "の推進", chapter=chapter.pk)) == 3
    assert names(looked_for(reader, "その他", chapter=other.pk))[0] == ("章", "Ⅵ. その他")


def test_a_chapter_is_offered_by_its_latest_name(scene):
    period, _, (chapter, *_) = scene
    first = make_draft(period)
    other = amending.insert(
        first, "chapter", parent=None, after=chapter, label="Ⅵ", text="その他", by=None
    )
    decide(first)
    second = make_draft(period)
    amending.move(second, other, parent=None, by=None)
    amending.reword(second, other, "総則", by=None)
    decide(second)
    amending.reword(make_draft(period), other, "決まっていない名", by=None)
    agency = period.agency.short_name
    assert chapters(editor_of(period)) == [
        (str(other.pk), f"Ⅵ. 総則（{agency}）"),
        (str(chapter.pk), f"Ⅲ. 研究開発の成果の最大化（{agency}）"),
    ]


def test_one_amendment(scene, others):
    period, baseline, (_, one, *_) = scene
    amending.reword(others, one, "量子の推進", by=None)
    rows = looked_for(editor_of(period), "量子", amendment=others.pk)
    assert [row.kind for row in rows] == ["項目", "変更理由の区分", "変更理由"]
    assert looked_for(editor_of(period), "量子", amendment=baseline.pk) == []
    assert len(looked_for(editor_of(period), "項目1の", amendment=baseline.pk)) == 1


# --- Who ------------------------------------------------------------------------------------------
def readers(period):
    yield "nobody", AnonymousUser()
    yield "stranger", make_user(make_period().agency, "editor", "auditor")
    for role in ("assessor", "agency", "auditor", "editor"):
        yield role, make_user(period.agency, role)


def test_drafts_are_found_by_who_may_read_them(scene, others):
    period, _, (_, one, *_) = scene
    amending.reword(others, one, "秘密の推進", by=None)
    assert {who: len(looked_for(reader, "秘密")) for who, reader in readers(period)} == {
        "nobody": 0,
        "stranger": 0,
        "assessor": 0,
        "agency": 0,
        "auditor": 1,
        "editor": 1,
    }
    asked = {
        who: looked_for(reader, "秘密", amendment=others.pk) for who, reader in readers(period)
    }
    assert {who for who, rows in asked.items() if rows} == {"auditor", "editor"}


def test_only_what_is_published_is_found_by_everybody(scene):
    period, baseline, (_, one, *_) = scene
    assert {who: len(looked_for(reader, "項目1の")) for who, reader in readers(period)} == {
        "nobody": 0,
        "stranger": 0,
        "assessor": 1,
        "agency": 1,
        "auditor": 1,
        "editor": 1,
    }
    approver = make_user(period.agency, "approver")
    procedure.publish(baseline, by=approver, published_on=timezone.localdate())
    later = make_draft(period)
    amending.reword(later, one, "次の推進", by=None)
    decide(later, dt.date(2024, 4, 1))
    (row,) = looked_for(AnonymousUser(), "項目1の")
    assert times([row]) == [["現行（令和4年4月1日から）"]]
    assert looked_for(AnonymousUser(), "次の推進") == []
    assert times(looked_for(editor_of(period), "項目1の")) == [
        ["過去（令和4年4月1日から令和6年3月31日まで）"]
    ]


def test_the_words_of_a_correction_and_those_corrected(scene):
    period, baseline, (_, one, *_) = scene
    correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, baseline.wordings.get(clause=one), text="項目1の正", by=None)
    decide(correction, dt.date(2024, 4, 1))
    (row,) = looked_for(editor_of(period), "項目1の")
    assert [[run.text for run in version.runs] for version in row.versions] == [
        ["項目1の", "正"],
        ["項目1の", "推進"],
    ]
    assert times([row])[0][0] == "現行（令和4年4月1日から）"
    assert times([row])[0][1].startswith("正誤の前（")
