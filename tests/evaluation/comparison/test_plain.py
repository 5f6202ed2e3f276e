import random
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.alignment import Kind
from evaluation.comparison.one_text import Change, inline
from evaluation.comparison.plain import compare_plain
from evaluation.comparison.reading import paragraphs
from evaluation.comparison.rows import NATIONAL, Cell, Moves, Role, Row, Settings, Table
from evaluation.comparison.text import fold
from tests.evaluation.comparison import edits

FULL = replace(NATIONAL, unchanged_siblings="full", elide=False)
NUMBERS = st.sampled_from(["", "", "第1章　", "(1) ", "(2) ", "2. 4. ", "・"])
LINES = st.lists(st.tuples(NUMBERS, st.sampled_from(edits.sentences())).map("".join), max_size=6)


def shown(row: Row) -> tuple[str, str]:
    sides = (
        "".join(f"<u>{run.text}</u>" if run.marked else run.text for run in side)
        for side in (row.proposed, row.current)
    )
    proposed, current = sides
    return proposed, current


def rows(old: str, new: str, settings: Settings = NATIONAL) -> list[tuple[Kind, str, str]]:
    table = compare_plain(old, new, "規程", settings)
    return [(row.kind, *shown(row)) for row in table.rows[1:]]


OLD = """第1条　この規程は、研究開発の推進に関し必要な事項を定める。
第2条　理事長は、計画を毎年度４月１日までに定める。
第3条　研究者は、成果を公表するよう努めなければならない。研究者は、権利の保護に留意するものとする。
第4条　この規程の実施に必要な事項は、別に定める。
第5条　研究倫理に関する研修は、年１回実施する。"""
NEW = """第1条　この規程は、研究開発の推進に関し必要な事項を定める。
第2条　機構は、データの管理に関する方針を定め、公表する。
第3条　理事長は、計画を毎年度３月31日までに定める。
第4条　研究者は、成果を公表するよう努めなければならない。
２　研究者は、権利の保護に留意するものとする。
第5条　研究倫理に関する研修は、年１回実施する。
第6条　この規程の実施に必要な事項は、別に定める。"""


def test_every_kind_of_row() -> None:
    split = "研究者は、成果を公表するよう努めなければならない。"
    kept = "研究者は、権利の保護に留意するものとする。"
    assert rows(OLD, NEW) == [
        (Kind.NEW, "<u>第2条　機構は、データの管理に関する方針を定め、公表する。</u>", "（新設）"),
        (
            Kind.RENUMBERED_REVISED,
            "<u>第3条</u>　理事長は、計画を毎年度<u>３月31日</u>までに定める。",
            "<u>第2条</u>　理事長は、計画を毎年度<u>４月１日</u>までに定める。",
        ),
        (Kind.SPLIT, f"<u>第4条</u>　{split}\n<u>２</u>　{kept}", f"<u>第3条</u>　{split}{kept}"),
        (Kind.MOVED, "<u>第5条　研究倫理に関する研修は、年１回実施する。</u>", "（新設）"),
        (Kind.RENUMBERED, "<u>第6条</u>　（略）", "<u>第4条</u>　（略）"),
        (Kind.MOVED, "（削る）", "<u>第5条　研究倫理に関する研修は、年１回実施する。</u>"),
    ]


def test_runs_of_unchanged_paragraphs() -> None:
    old = "第1条　甲を定める。\n第2条　乙を定める。\n第3条　丙を定める。"
    assert rows(old, old.replace("丙", "丁"), replace(NATIONAL, unchanged_siblings="run")) == [
        (Kind.SAME, "第1条～第2条　（略）", "第1条～第2条　（略）"),
        (Kind.REVISED, "第3条　<u>丁</u>を定める。", "第3条　<u>丙</u>を定める。"),
    ]


def test_unchanged_headings_of_what_changes_are_shown() -> None:
    old = "第1章　総則\n1. 目的\n甲を定める。\n2. 業務\n(1) 乙を行う。\n(2) 丙を行う。\n第2章　雑則\n丁を定める。"
    new = old.replace("丙", "戊")
    shown = [
        (Kind.SAME, "第1章　総則", "第1章　（同左）"),
        (Kind.SAME, "2.　業務", "2.　（同左）"),
        (Kind.REVISED, "(2)　<u>戊</u>を行う。", "(2)　<u>丙</u>を行う。"),
    ]
    assert rows(old, new) == shown
    assert rows(old.replace("\n(2) 丙を行う。", ""), old)[:2] == shown[:2]
    assert rows(old, old.replace("\n(2) 丙を行う。", ""))[:2] == shown[:2]


def test_what_moved_is_followed_to_its_new_place() -> None:
    moved, one, other = (
        "国際共同研究を推進する。",
        "知的財産を管理し、活用する。",
        "若手を支援する。",
    )
    old = f"(1) {moved}\n(2) {one}\n(3) 甲\n(4) {other}"
    new = f"(1) {one}\n(2) 情報公開の手数料を定める。\n(3) {other}\n(4) {moved}"
    assert rows(old, new, replace(NATIONAL, moves="track")) == [
        (Kind.RENUMBERED, "<u>(1)</u>　（略）", "<u>(2)</u>　（略）"),
        (Kind.DELETED, "（削る）", "<u>(3)　甲</u>"),
        (Kind.NEW, "<u>(2)　情報公開の手数料を定める。</u>", "（新設）"),
        (Kind.RENUMBERED, "<u>(3)</u>　（略）", "<u>(4)</u>　（略）"),
        (Kind.MOVED, f"<u>(4)</u>　{moved}", "<u>(1)</u>　（同左）"),
    ]


def test_what_has_no_number_says_that_it_moved() -> None:
    moved, rest = "国際共同研究を推進する。", "知的財産を管理する。\n若手研究者を支援する。\n"
    followed = replace(NATIONAL, moves="track")
    assert rows(f"{moved}\n{rest}", f"{rest}{moved}", followed) == [
        (Kind.MOVED, moved, "（移動）（同左）")
    ]
    numbered = rows(f"第2条　{moved}\n{rest}", f"{rest}{moved}", followed)
    assert numbered == [(Kind.MOVED, moved, "<u>第2条</u>　（第2条 から移動）（同左）")]


def test_bullets_and_mergers() -> None:
    old = "・研究開発の成果を広く公表する。\n・公表に当たり権利の保護に留意する。"
    new = "・研究開発の成果を広く公表する。公表に当たり権利の保護に留意する。"
    first, second = old.replace("・", "").split("\n")
    assert rows(old, new) == [
        (Kind.MERGED, f"・{first}{second}", f"・{first}\n<u>・</u>{second}"),
    ]


def test_a_paragraph_that_keeps_its_place_by_chance_has_moved() -> None:
    """Ten new paragraphs above, and the eleventh moved up by ten: it alone has moved."""
    lines = list(edits.sentences()[:40])
    old, added = lines[:30], lines[30:]
    new = [*added, *old[:5], old[15], *old[5:15], *old[16:]]
    moved = [row for row in rows("\n".join(old), "\n".join(new)) if row[0] is Kind.MOVED]
    assert len(moved) == 2


def test_equal_texts_have_no_rows() -> None:
    assert compare_plain(OLD, OLD, "規程").rows == ()
    assert compare_plain("", "", "規程").rows == ()


@given(LINES, LINES)
def test_the_whole_table_holds_both_texts(old: list[str], new: list[str]) -> None:
    """Applied to the old text it gives the new one: 見え消し without what goes, or what comes."""
    table = compare_plain("\n".join(old), "\n".join(new), "", FULL)
    after = said(table, Change.DELETED)
    assert after == printed(new) or not table.rows
    assert sorted(said(table, Change.INSERTED)) == sorted(printed(old)) or not table.rows


@given(st.integers(0, 10**6), st.sampled_from(["apart", "track"]))
def test_the_cells_of_the_whole_table_are_the_paragraphs(seed: int, moves: Moves) -> None:
    """Each paragraph stands in one cell, those of the new text in order; what is unmarked is equal."""
    old, new = _versions(random.Random(seed))
    table = compare_plain("\n".join(old), "\n".join(new), "", replace(FULL, moves=moves))
    if not table.rows:
        assert printed(old) == printed(new)
        return
    rows = table.rows[1:]
    assert _lines(row.proposed for row in rows) == printed(new)
    assert sorted(_lines(row.current for row in rows)) == sorted(printed(old))
    for row in rows:
        rests = [
            fold(_unmarked(side)).text
            for side in (row.proposed, row.current)
            if not any(run.role is Role.NOTE for run in side)
        ]
        assert len(set(rests)) == 1 or len(rests) == 1


def _versions(chance: random.Random) -> tuple[list[str], list[str]]:
    """Numbered paragraphs, and the same with some new, deleted, edited, moved and merged."""
    numbers = ["", "(1) ", "第2条　", "・", "2. 5. "]
    old = [
        chance.choice(numbers) + "".join(chance.choices(edits.sentences(), k=chance.randint(1, 3)))
        for _ in range(chance.randint(0, 9))
    ]
    new = [line.replace("\n", "") for line in old]
    for _ in range(chance.randint(0, 5) if new else 0):
        k = chance.randrange(len(new))
        place = chance.randint(0, len(new))
        new[k : k + 1] = chance.choice(
            [
                [],
                [new[k], chance.choice(edits.sentences())],
                [chance.choice(edits.EDITS)(chance, new[k])],
                [new[k] + new.pop()] if k < len(new) - 1 else [new[k]],
                [new[k][:40], new[k][40:]],
            ]
        )
        if new and chance.random() < 0.3:
            new.insert(place, new.pop())
        if not new:
            break
    return "\n".join(old).split("\n"), "\n".join(new).split("\n")


def _unmarked(side: Cell) -> str:
    """Without line breaks: a paragraph that is split inside a number stays the same."""
    texts = (run.text for run in side if not run.marked and run.role is Role.TEXT)
    return "".join(texts).replace("\n", "")


def _lines(cells: Iterable[Cell]) -> list[str]:
    texts = ("".join(run.text for run in cell if run.role is Role.TEXT) for cell in cells)
    return [fold(line).text for text in texts for line in text.split("\n") if line]


def said(table: Table, without: Change) -> list[str]:
    texts = (
        "".join(piece.text for piece in inline(row) if piece.change is not without)
        for row in table.rows[1:]
    )
    return [fold(line).text for text in texts for line in text.split("\n") if line]


def printed(lines: list[str]) -> list[str]:
    return [fold(f"{p.number}{p.text}").text for p in paragraphs("\n".join(lines))]
