import random
from dataclasses import replace

from hypothesis import given

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.marking import Marks
from evaluation.comparison.rows import Level, Notice, Role, Row, Run, Settings, Table
from evaluation.comparison.table import compare
from tests.evaluation.comparison.builders import TITLE, body, document, read, rows, unit
from tests.evaluation.comparison.test_alignment import histories

RUN = Settings(unchanged_siblings="run")
FULL = Settings(unchanged_siblings="full", elide=False)
TRACK = Settings(moves="track")


def axis(id: str, parent: str, text: str = "", rank: str = "") -> Unit:
    return unit(id, text, parent=parent, rank=rank, kind=UnitKind.EVALUATION_AXIS)


def test_an_unchanged_text_gives_no_rows() -> None:
    text = document(unit("a", label="1"), body("a1", parent="a"), axis("a2", "a"))
    expected = Table(
        f"{TITLE} 新旧対照表（案）", "（赤字・下線部分は変更部分）", ("変更案", "現行"), ()
    )
    assert compare(text, text) == expected
    assert compare(text, text, RUN) == expected


def test_the_first_row_is_the_title() -> None:
    old, new = document(body("a", "甲")), document(body("a", "乙"))
    title = compare(old, new).rows[0]
    assert (title.level, read(title)) == (Level.TITLE, ("label", TITLE, TITLE))
    renamed = compare(old, replace(old, title="第6期中長期目標")).rows
    assert [read(row) for row in renamed] == [("revised", "[第6期]中長期目標", "[第5期]中長期目標")]


def chapter() -> tuple[Unit, ...]:
    """Ⅲ with items 2 (a paragraph, 2.1, 2.2 with a paragraph) and 4 (4.1, 4.2 with one each)."""
    return (
        unit("c", "成果の最大化", label="Ⅲ", kind=UnitKind.CHAPTER),
        unit("i2", "価値の創造", label="2", parent="c"),
        body("i20", "研究を推進する。", parent="i2"),
        unit("i21", "共創", label="1", parent="i2"),
        unit("i22", "挑戦", label="2", parent="i2"),
        body("i220", "挑戦する。", parent="i22"),
        unit("i4", "人材の育成", label="4", parent="c"),
        unit("i41", "支援", label="1", parent="i4"),
        body("i410", "支援する。", parent="i41"),
        unit("i42", "育成", label="2", parent="i4"),
        body("i420", "育成する。", parent="i42"),
    )


def amended(*changes: Unit, without: tuple[str, ...] = ()) -> Document:
    """The chapter with units replaced or added, and some taken out."""
    units = {unit.id: unit for unit in (*chapter(), *changes)}
    return document(*(unit for id, unit in units.items() if id not in without))


OLD = document(*chapter())
IN_FULL = [
    "Ⅲ. 成果の最大化",
    "2. 価値の創造",
    "研究を推進する。",
    "2. 1. 共創",
    "2. 2. 挑戦",
    "挑戦する。",
    "4. 人材の育成",
    "4. 1. 支援",
    "支援する。",
    "4. 2. 育成",
    "育成する。",
]
ABOVE = [("same", "Ⅲ. 成果の最大化", "Ⅲ. {（同左）}")]
ABOVE_2 = [*ABOVE, ("same", "2. 価値の創造", "2. {（同左）}")]


def test_t1_unchanged_siblings_are_dropped() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    assert rows(compare(OLD, new)) == [
        *ABOVE_2,
        ("revised", "[企画]を推進する。", "[研究]を推進する。"),
    ]


def test_t1_or_shown_once_per_run() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    assert rows(compare(OLD, new, RUN)) == [
        *ABOVE_2,
        ("revised", "[企画]を推進する。", "[研究]を推進する。"),
        ("same", "２．１～２．２　{（略）}", "２．１～２．２　{（略）}"),
        ("same", "４　{（略）}", "４　{（略）}"),
    ]


def test_t1_or_in_full_on_both_sides() -> None:
    new = amended(body("i420", "人を育成する。", parent="i42"))
    expected = [("same", text, text) for text in IN_FULL]
    expected[-1] = ("revised", "[人を]育成する。", "育成する。")
    assert rows(compare(OLD, new, FULL)) == expected


def test_in_full_the_items_of_the_indicators_stand_in_full_too() -> None:
    new = amended(*INDICATORS, axis("x2", "i22", "研究成果があるか。"))
    assert rows(compare(EVALUATED, new, FULL))[len(IN_FULL) :] == [
        ("label", "【指標】", "【指標】"),
        ("label", "○項目", "○項目"),
        ("same", "2.2. 挑戦", "2.2. 挑戦"),
        ("label", "○評価軸", "○評価軸"),
        ("same", "・挑戦しているか。", "・挑戦しているか。"),
        ("revised", "・[研究成果]があるか。", "・[成果]があるか。"),
        ("label", "○評価指標", "○評価指標"),
        ("same", "・挑戦の状況", "・挑戦の状況"),
        ("label", "○モニタリング指標", "○モニタリング指標"),
        ("same", "・論文数", "・論文数"),
    ]


def test_t2_an_unchanged_ancestor_stands_in_full_with_its_number_opposite() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    row = compare(OLD, new).rows[2]
    assert row == Row(
        row.kind,
        Level.ITEM,
        "i2",
        (Run("2. 価値の創造"),),
        (Run("2. "), Run("（同左）", role=Role.NOTE)),
    )


def test_t2_one_word_per_table() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    assert rows(compare(OLD, new, Settings(same="（略）")))[0] == (
        "same",
        "Ⅲ. 成果の最大化",
        "Ⅲ. {（略）}",
    )


def test_t2_same_as_left_stands_right_whichever_side_that_is() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    table = compare(OLD, new, Settings(first="current"))
    assert table.first == "current"
    assert rows(table)[0] == ("same", "Ⅲ. {（同左）}", "Ⅲ. 成果の最大化")


def test_t3_an_ancestor_whose_changed_children_carry_its_number_is_left_out() -> None:
    new = amended(
        body("i220", "挑戦しない。", parent="i22"), unit("i43", "雇用", label="3", parent="i4")
    )
    assert rows(compare(OLD, new)) == [
        *ABOVE,
        ("same", "2. 2. 挑戦", "2. 2. {（同左）}"),
        ("revised", "[挑戦しない。]", "[挑戦する。]"),
        ("new", "[4. 3. 雇用]", "{（新設）}"),
    ]


def test_t4_a_new_item_is_marked_whole_and_noted_once() -> None:
    new = amended(
        unit("i5", "基盤", label="5", parent="c"),
        body("i50", "基盤を強化する。", parent="i5"),
        unit("i51", "情報", label="1", parent="i5"),
        body("i510", "流通を促す。", parent="i51"),
    )
    assert rows(compare(OLD, new)) == [
        *ABOVE,
        ("new", "[5. 基盤]", "{（新設）}"),
        ("new", "[基盤を強化する。]", ""),
        ("new", "[5. 1. 情報]", ""),
        ("new", "[流通を促す。]", ""),
    ]


def test_t4_each_new_paragraph_of_an_old_item_is_noted() -> None:
    new = amended(body("i201", "甲", parent="i2"), body("i202", "乙", parent="i2"))
    assert rows(compare(OLD, new)) == [
        *ABOVE_2,
        ("new", "[甲]", "{（新設）}"),
        ("new", "[乙]", "{（新設）}"),
    ]


def test_t5_deleted_is_the_mirror_image() -> None:
    new = amended(without=("i22", "i220"))
    assert rows(compare(OLD, new)) == [
        *ABOVE,
        ("deleted", "{（削る）}", "[2. 2. 挑戦]"),
        ("deleted", "", "[挑戦する。]"),
    ]


def test_renumbered_only_the_numbers_are_marked() -> None:
    new = amended(unit("i42", "育成", label="3", parent="i4"))
    row = compare(OLD, new).rows[2]
    assert read(row) == ("renumbered", "[4. 3.] {（略）}", "[4. 2.] {（略）}")
    assert row.proposed == (
        Run("4. 3.", marked=True),
        Run(" "),
        Run("（略）", role=Role.NOTE),
    )


def test_renumbered_and_revised() -> None:
    new = amended(unit("i42", "人材育成", label="3", parent="i4"))
    assert rows(compare(OLD, new))[1:] == [
        ("renumbered_revised", "[4. 3.] [人材育成]", "[4. 2.] [育成]")
    ]


def test_renumbered_through_an_ancestor() -> None:
    new = amended(unit("i4", "人材の育成", label="5", parent="c"))
    assert rows(compare(OLD, new))[1:] == [
        ("renumbered", "[5.] {（略）}", "[4.] {（略）}"),
        ("renumbered", "[5. 1.] {（略）}", "[4. 1.] {（略）}"),
        ("renumbered", "[5. 2.] {（略）}", "[4. 2.] {（略）}"),
    ]


def test_renumbered_runs_are_one_row_with_the_numbers_marked() -> None:
    items = [unit(f"i{n}", f"項目{n}", label=str(n)) for n in range(1, 6)]
    added = unit("new", "追加", label="2", rank="i1x")
    later = [replace(item, label=str(int(item.label) + 1)) for item in items[1:]]
    new = document(items[0], added, *later)
    assert rows(compare(document(*items), new, RUN)) == [
        ("same", "１　{（略）}", "１　{（略）}"),
        ("new", "[2. 追加]", "{（新設）}"),
        ("renumbered", "[３～６]　{（略）}", "[２～５]　{（略）}"),
    ]


def test_a_renumbered_item_with_a_change_below_breaks_the_run() -> None:
    new = amended(
        unit("i2", "価値の創造", label="3", parent="c"),
        unit("i4", "人材の育成", label="5", parent="c"),
        body("i420", "人を育成する。", parent="i42"),
    )
    assert rows(compare(OLD, new, RUN))[1:] == [
        ("renumbered", "[３]　{（略）}", "[２]　{（略）}"),
        ("renumbered", "[5.] {（略）}", "[4.] {（略）}"),
        ("renumbered", "[５．１]　{（略）}", "[４．１]　{（略）}"),
        ("renumbered", "[5. 2.] {（略）}", "[4. 2.] {（略）}"),
        ("revised", "[人を]育成する。", "育成する。"),
    ]


def test_revised_headings() -> None:
    new = amended(
        unit("c", "研究成果の最大化", label="Ⅲ", kind=UnitKind.CHAPTER),
        unit("i21", "共創の場", label="1", parent="i2"),
    )
    assert rows(compare(OLD, new)) == [
        ("revised", "Ⅲ. [研究成果]の最大化", "Ⅲ. [成果]の最大化"),
        ("revised", "2. 1. 共創[の場]", "2. 1. 共創"),
    ]


def test_moved_is_new_at_its_place_and_deleted_at_the_old_one() -> None:
    new = amended(unit("i22", "挑戦", label="3", parent="i4"))
    assert rows(compare(OLD, new)) == [
        *ABOVE,
        ("moved", "{（削る）}", "[2. 2. 挑戦]"),
        ("moved", "", "[挑戦する。]"),
        ("moved", "[4. 3. 挑戦]", "{（新設）}"),
        ("moved", "[挑戦する。]", ""),
    ]


def test_moves_may_be_followed_to_the_new_place() -> None:
    new = amended(unit("i22", "挑戦の支援", label="3", parent="i4"))
    table = compare(OLD, new, TRACK)
    assert rows(table) == [*ABOVE, ("moved", "[4. 3.] 挑戦[の支援]", "[2. 2.] 挑戦")]
    assert [row.remark for row in table.rows] == ["", "", "2. 2. から移動"]


def test_a_followed_move_of_an_equal_text() -> None:
    new = amended(unit("i22", "挑戦", label="3", parent="i4", rank="i43"))
    moved = ("moved", "[4. 3.] 挑戦", "[2. 2.] {（同左）}")
    assert rows(compare(OLD, new, TRACK)) == [*ABOVE, moved]
    assert rows(compare(OLD, new, replace(FULL, moves="track")))[-2:] == [
        ("moved", "[4. 3.] 挑戦", "[2. 2.] 挑戦"),
        ("same", "挑戦する。", "挑戦する。"),
    ]


def test_a_followed_move_of_what_has_no_number_says_where_it_was() -> None:
    new = amended(body("i220", "挑戦する。", parent="i41", rank="i411"))
    assert rows(compare(OLD, new, TRACK))[1:] == [
        ("same", "4. 1. 支援", "4. 1. {（同左）}"),
        ("moved", "挑戦する。", "<（2. 2. から移動）>{（同左）}"),
    ]
    old = amended(body("i201", "企画する。", parent="i2"))
    new = amended(body("i201", "企画する。", parent="i2", rank="i1"))
    assert rows(compare(old, new, TRACK))[-1] == (
        "moved",
        "企画する。",
        "<（2. の中で移動）>{（同左）}",
    )


def test_remarks_stand_beside_what_changed_and_are_not_repeated() -> None:
    new = amended(
        unit("i5", "基盤", label="5", parent="c"),
        body("i50", "基盤を強化する。", parent="i5"),
        unit("i22", "挑戦", label="3", parent="i4"),
    )
    reasons = {"i5": "補正予算", "i50": "補正予算", "c": "何も変わらない"}
    settings = Settings(remarks="備考")
    table = compare(OLD, new, settings, remarks=reasons)
    assert table.remarks == "備考"
    assert [(row.clause_id, row.remark) for row in table.rows] == [
        (None, ""),
        ("c", ""),
        ("i22", "4. 3. へ移動"),
        ("i220", ""),
        ("i22", "2. 2. から移動"),
        ("i220", ""),
        ("i5", "補正予算"),
        ("i50", "同上"),
    ]


def test_what_differs_invisibly_is_named() -> None:
    new = amended(
        unit("c", "成果 の最大化", label="Ⅲ", kind=UnitKind.CHAPTER),
        body("i20", "企画を推進する。", parent="i2"),
        body("i410", "支援する｡", parent="i41"),
    )
    table = compare(OLD, new)
    assert table.rows[1].remark == "空白・改行のみの差"
    assert table.notices == (
        Notice("c", "Ⅲ.", "成果 の最大化", "空白・改行のみの差"),
        Notice("i410", "4. 1.", "支援する｡", "全角・半角のみの差"),
    )


def test_a_notice_of_what_stands_nowhere_has_no_place() -> None:
    table = compare(document(body("a", "甲 乙")), document(body("a", "甲乙")))
    assert (table.rows, table.notices[0].place) == ((), "")


def test_marks_drawn_by_hand_take_the_place_of_the_engines() -> None:
    new = amended(body("i20", "企画を推進する。", parent="i2"))
    drawn = {"i20": Marks(old=((0, 3),), new=((0, 8),))}
    assert rows(compare(OLD, new, corrected=drawn))[-1] == (
        "revised",
        "[企画を推進する。]",
        "[研究を]推進する。",
    )


def test_a_long_unchanged_stretch_is_left_out_of_a_paragraph_alone() -> None:
    long = (
        "社会課題の解決と新たな価値の創出に向けた先端的な研究開発及びその成果の展開を推進するため、"
    )
    old = document(
        unit("a", f"{long}{long}{long}大学の支援"), body("b", f"{long}{long}{long}大学を支援する。")
    )
    new = document(
        unit("a", f"{long}{long}{long}企業の支援"), body("b", f"{long}{long}{long}企業を支援する。")
    )
    assert rows(compare(old, new)) == [
        ("revised", f"{long}{long}{long}[企業]の支援", f"{long}{long}{long}[大学]の支援"),
        ("revised", f"{long}…、{long}[企業]を支援する。", f"{long}…、{long}[大学]を支援する。"),
    ]
    assert (
        rows(compare(old, new, Settings(elide=False)))[1][1]
        == f"{long}{long}{long}[企業]を支援する。"
    )


INDICATORS = (
    axis("x1", "i22", "挑戦しているか。"),
    axis("x2", "i22", "成果があるか。"),
    unit("y1", "挑戦の状況", parent="i22", kind=UnitKind.EVALUATION_INDICATOR),
    unit("z1", "論文数", parent="i22", kind=UnitKind.MONITORING_INDICATOR),
)
EVALUATED = amended(*INDICATORS)
HEADING = [
    ("label", "【指標】", "【指標】"),
    ("label", "○項目", "○項目"),
    ("same", "2.2. 挑戦", "2.2. {（同左）}"),
]


def test_indicators_of_an_old_item_only_what_changes() -> None:
    new = amended(
        *INDICATORS,
        axis("x2", "i22", "研究成果があるか。"),
        unit("z2", "特許出願件数", parent="i22", kind=UnitKind.MONITORING_INDICATOR),
        without=("z1",),
    )
    assert rows(compare(EVALUATED, new)) == [
        *HEADING,
        ("label", "○評価軸", "○評価軸"),
        ("revised", "・[研究成果]があるか。", "・[成果]があるか。"),
        ("label", "○モニタリング指標", "○モニタリング指標"),
        ("deleted", "{（削る）}", "[・論文数]"),
        ("new", "[・特許出願件数]", "{（新設）}"),
    ]
    assert rows(compare(EVALUATED, new, RUN))[4] == ("same", "{（略）}", "{（略）}")


def test_t6_of_a_new_item_bullets_are_inside_the_marks_and_only_item_labels_repeat() -> None:
    new = amended(
        unit("i43", "雇用", label="3", parent="i4"),
        body("i430", "雇用する。", parent="i43"),
        axis("x", "i43", "雇用が進んだか。"),
        unit("y", "雇用の状況", parent="i43", kind=UnitKind.EVALUATION_INDICATOR),
    )
    table = compare(OLD, new)
    assert rows(table) == [
        *ABOVE,
        ("new", "[4. 3. 雇用]", "{（新設）}"),
        ("new", "[雇用する。]", ""),
        ("label", "【指標】", "【指標】"),
        ("label", "○項目", "○項目"),
        ("new", "[4.3. 雇用]", "{（新設）}"),
        ("label", "○評価軸", ""),
        ("new", "[・雇用が進んだか。]", ""),
        ("label", "○評価指標", ""),
        ("new", "[・雇用の状況]", ""),
    ]
    levels = ["section", "label", "entry", "label", "bullet", "label", "bullet"]
    assert [row.level.value for row in table.rows[4:]] == levels
    assert [row.clause_id for row in table.rows[4:]] == [None, None, "i43", None, "x", None, "y"]


def test_indicators_of_a_deleted_item_are_the_mirror_image() -> None:
    new = amended(without=("i22", "i220"))
    assert rows(compare(EVALUATED, new))[-9:-3] == [
        ("label", "○項目", "○項目"),
        ("deleted", "{（削る）}", "[2.2. 挑戦]"),
        ("label", "", "○評価軸"),
        ("deleted", "", "[・挑戦しているか。]"),
        ("deleted", "", "[・成果があるか。]"),
        ("label", "", "○評価指標"),
    ]


def test_indicators_of_a_renumbered_item() -> None:
    new = amended(*INDICATORS, unit("i22", "挑戦", label="5", parent="i2"))
    assert rows(compare(EVALUATED, new))[2:] == [
        *HEADING[:2],
        ("renumbered", "[2.5.] {（略）}", "[2.2.] {（略）}"),
    ]


def test_an_axis_moved_to_another_item() -> None:
    new = amended(*INDICATORS[1:], axis("x1", "i42", "挑戦しているか。"))
    assert rows(compare(EVALUATED, new)) == [
        *HEADING,
        ("label", "○評価軸", "○評価軸"),
        ("moved", "{（削る）}", "[・挑戦しているか。]"),
        ("label", "○項目", "○項目"),
        ("same", "4.2. 育成", "4.2. {（同左）}"),
        ("label", "○評価軸", "○評価軸"),
        ("moved", "[・挑戦しているか。]", "{（新設）}"),
    ]


def test_an_item_without_indicators_is_not_named_among_them() -> None:
    new = amended(body("i410", "支援しない。", parent="i41"), *INDICATORS)
    table = compare(EVALUATED, new)
    assert [row.level for row in table.rows] == [
        Level.TITLE,
        Level.CHAPTER,
        Level.ITEM,
        Level.BODY,
    ]


@given(histories())
def test_every_changed_clause_has_a_row_and_no_other_is_marked(
    texts: tuple[Document, Document],
) -> None:
    old, new = texts
    table = compare(old, new)
    before = {unit.id: unit for unit in old.units}
    after = {unit.id: unit for unit in new.units}
    differing = {
        id
        for id in before.keys() | after.keys()
        if id not in before
        or id not in after
        or (before[id].label, before[id].text) != (after[id].label, after[id].text)
    }
    shown = {row.clause_id for row in table.rows if row.kind not in ("same", "label")}
    assert differing <= shown
    mirrored = compare(new, old)
    assert len(mirrored.rows) == len(table.rows)


def test_what_is_marked_by_sentences_is_said() -> None:
    """Texts too unlike for an exact search: nothing costs more, and the reader is told."""
    chance = random.Random(3)
    sentences = ["".join(chance.choices("研究開発推進社会課題", k=40)) + "。" for _ in range(400)]
    text = "".join(sentences)
    chance.shuffle(sentences)
    old, new = (
        Document("表題", (Unit("a", UnitKind.BODY, None, "5", "", words),))
        for words in (text, "".join(sentences))
    )
    table = compare(old, new)
    assert [(notice.clause_id, notice.words) for notice in table.by_sentence] == [
        ("a", "違いが大きいため、語ではなく文の単位で下線を引いています。")
    ]
    marks = compare(old, new, corrected={"a": Marks()})
    assert marks.by_sentence == ()
