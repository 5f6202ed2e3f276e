from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.elision import cells
from evaluation.comparison.marking import Marks, mark
from evaluation.comparison.rows import Cell, Role, Run
from tests.evaluation.comparison.strategies import versions

SHORT = "研究の基盤を整え、"
LONG = "社会課題の解決と新たな価値の創出に向けた先端的な研究開発及びその成果の展開を推進するため、"


def shown(cell: Cell) -> str:
    """Marks as [ ], the engine's own ellipsis as …."""
    return "".join(
        "…" if run.role is Role.ELLIPSIS else f"[{run.text}]" if run.marked else run.text
        for run in cell
    )


def elided(old: str, new: str) -> tuple[str, str]:
    before, after = cells(old, new, mark(old, new))
    return shown(before), shown(after)


def test_e1_whole_clauses_are_kept_until_ten_characters_stand_before_a_change() -> None:
    old = f"{LONG}{LONG}より大胆な発想に基づく研究を行う。"
    new = f"{LONG}{LONG}より大胆な発想に基づく企画を行う。"
    assert elided(old, new) == (
        f"{LONG}…、より大胆な発想に基づく[研究]を行う。",
        f"{LONG}…、より大胆な発想に基づく[企画]を行う。",
    )


def test_e1_a_short_clause_before_a_change_takes_the_clause_before_it_along() -> None:
    old = f"{LONG}{LONG}オープンサイエンスを進める上で、適切な研究を行う。"
    new = f"{LONG}{LONG}オープンサイエンスを進める上で、適切な企画を行う。"
    assert elided(old, new)[1] == f"{LONG}…、オープンサイエンスを進める上で、適切な[企画]を行う。"


def test_e2_a_sentence_is_kept_to_its_end_if_that_is_near() -> None:
    tail = "を行い、大学及び企業と連携しその強化に取り組む。"
    old, new = f"研究{tail}{LONG}{LONG}努める。", f"企画{tail}{LONG}{LONG}努める。"
    assert elided(old, new) == (f"[研究]{tail}…。", f"[企画]{tail}…。")


def test_e2_of_a_long_sentence_ten_characters_are_kept() -> None:
    tail = f"を行い、大学及び企業と連携し、{LONG}{LONG}努める。"
    old, new = f"研究{tail}", f"企画{tail}"
    assert elided(old, new) == (
        "[研究]を行い、大学及び企業と連携し、…。",
        "[企画]を行い、大学及び企業と連携し、…。",
    )


def test_e3_a_long_first_clause_goes_and_a_short_one_stays() -> None:
    long = LONG.removesuffix("、") + "並びに必要な人材の確保及び育成に資するため、"
    old, new = "より大胆な発想に基づく研究を行う。", "より大胆な発想に基づく企画を行う。"
    assert elided(long + old, long + new)[1] == "…、より大胆な発想に基づく[企画]を行う。"
    assert elided(SHORT + LONG + old, SHORT + LONG + new)[1] == (
        f"{SHORT}…、より大胆な発想に基づく[企画]を行う。"
    )


def test_e3_the_first_clause_goes_if_the_change_is_in_another_sentence() -> None:
    first = f"{SHORT}{LONG}努める。"
    old, new = (
        f"{first}より大胆な発想に基づく研究を行う。",
        f"{first}より大胆な発想に基づく企画を行う。",
    )
    assert elided(old, new)[1] == "…。より大胆な発想に基づく[企画]を行う。"


def test_less_than_twenty_characters_are_not_left_out() -> None:
    old = "大学及び企業と連携し、必要な研究を推進する。より大胆な発想に基づく研究を行う。"
    new = "大学及び企業と連携し、必要な研究を推進する。より大胆な発想に基づく企画を行う。"
    assert elided(old, new)[1] == ("…。より大胆な発想に基づく[企画]を行う。")
    assert elided(old[11:], new[11:])[1] == (
        "必要な研究を推進する。より大胆な発想に基づく[企画]を行う。"
    )


def test_nothing_is_cut_inside_brackets() -> None:
    quoted = f"「{LONG}{LONG}努める。」（以下「方針」という。）"
    old, new = f"{quoted}に基づく研究を行う。", f"{quoted}に基づく企画を行う。"
    assert elided(old, new) == (
        f"{quoted}に基づく[研究]を行う。",
        f"{quoted}に基づく[企画]を行う。",
    )


def test_between_two_changes_the_same_is_left_out_on_both_sides() -> None:
    old = f"大学の支援を行う。{LONG}{LONG}より大胆な発想に基づく研究を行う。"
    new = f"企業の支援を行う。{LONG}{LONG}より大胆な発想に基づく研究及び評価を行う。"
    assert elided(old, new) == (
        "[大学]の支援を行う。…、より大胆な発想に基づく研究を行う。",
        "[企業]の支援を行う。…、より大胆な発想に基づく研究[及び評価]を行う。",
    )


def test_the_engines_ellipsis_is_a_role_and_the_sources_is_text() -> None:
    old = f"・・・、{LONG}{LONG}研究を行う。"
    new = f"・・・、{LONG}{LONG}企画を行う。"
    after = cells(old, new, mark(old, new))[1]
    assert after[:2] == (Run("・・・、"), Run("・・・", role=Role.ELLIPSIS))
    assert cells("・・・、研究", "・・・、企画", mark("・・・、研究", "・・・、企画")) == (
        (Run("・・・、"), Run("研究", marked=True)),
        (Run("・・・、"), Run("企画", marked=True)),
    )


def test_a_text_without_marks_stays_whole() -> None:
    assert cells("研究", "研究", Marks(), elide=False) == ((Run("研究"),), (Run("研究"),))


@given(versions())
def test_runs_join_to_the_text_where_nothing_is_left_out(pair: tuple[str, str]) -> None:
    old, new = pair
    sides = cells(old, new, mark(old, new), elide=False)
    assert ["".join(run.text for run in side) for side in sides] == [old, new]


@given(versions())
def test_both_sides_leave_out_the_same(pair: tuple[str, str]) -> None:
    old, new = pair
    before, after = cells(old, new, mark(old, new))
    assert [run.text for run in before if run.marked] == [
        old[start:end] for start, end in mark(old, new).old
    ]
    kept = [
        "".join("…" if run.role is Role.ELLIPSIS else run.text for run in side if not run.marked)
        for side in (before, after)
    ]
    assert kept[0] == kept[1]


def test_nothing_is_left_out_that_a_drafter_marked() -> None:
    old = f"{LONG}{LONG}より大胆な発想に基づく研究を行う。"
    new = f"{LONG}{LONG}より大胆な発想に基づく企画を行う。"
    own = mark(old, new)
    drawn = Marks(own.old, ((50, 52), *own.new))
    before, after = cells(old, new, drawn, own=own)
    assert shown(before) == f"{LONG}{LONG}より大胆な発想に基づく[研究]を行う。"
    assert (
        shown(after)
        == f"{LONG}{LONG[:5]}[{LONG[5:7]}]{LONG[7:]}より大胆な発想に基づく[企画]を行う。"
    )


@st.composite
def drawn(draw: st.DrawFn, length: int) -> tuple[tuple[int, int], ...]:
    """Marks as a drafter may draw them anywhere in a text of a length."""
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    return tuple(zip(cuts[::2], cuts[1::2], strict=False))


@given(versions(), st.data())
def test_marks_drawn_anywhere_are_shown_whole_and_both_sides_leave_out_the_same(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    old, new = pair
    marks = Marks(data.draw(drawn(len(old))), data.draw(drawn(len(new))))
    before, after = cells(old, new, marks, own=mark(old, new))
    for text, side, spans in ((old, before, marks.old), (new, after, marks.new)):
        assert [run.text for run in side if run.marked] == [text[a:b] for a, b in spans]
    gaps = [gaps_of(text, side) for text, side in ((old, before), (new, after))]
    assert gaps[0] == gaps[1]
    whole = cells(old, new, marks, elide=False, own=mark(old, new))
    assert ["".join(run.text for run in side) for side in whole] == [old, new]


def gaps_of(text: str, cell: Cell) -> int:
    """How many stretches of a text a cell leaves out; its runs stand in the text in this order."""
    position = 0
    for run in cell:
        if run.role is not Role.ELLIPSIS:
            position = text.index(run.text, position) + len(run.text)
    return sum(run.role is Role.ELLIPSIS for run in cell)
