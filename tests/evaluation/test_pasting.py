"""A text as Word gives it: read as clauses, paired with those that stand, and what it would change."""

import pytest

from evaluation.comparison.alignment import Document, Kind, Unit, UnitKind
from evaluation.comparison.table import compare
from evaluation.pasting import ONE_CHARACTER, Fate, Line, Pasted, applied, plan, read, slip, taken

K = UnitKind
AXIS, EVALUATED, MONITORED = K.EVALUATION_AXIS, K.EVALUATION_INDICATOR, K.MONITORING_INDICATOR


# --- Reading --------------------------------------------------------------------------------------
def test_a_whole_item_with_its_lists_is_read():
    text = (
        "\ufeff４．３．　先端技術分野の推進\r\n"
        "　産学の人材層を充実する。\x0b特に、次を進める。\n\n"
        "(1)\t拠点の整備\n"
        "○評価軸\n・成果が創出されているか。\n"
        "【評価指標】\n● 成果の創出の状況\n"
        "〇 モニタリング指標\n・\t論文数\n特許出願\u00a0件数\n"
        "4. 4. 先端研究設備の整備\n設備を整える。"
    )
    assert read(text, ("4",)) == (
        Pasted(K.ITEM, "3", "先端技術分野の推進"),
        Pasted(K.BODY, "", "産学の人材層を充実する。", 0),
        Pasted(K.BODY, "", "特に、次を進める。", 0),
        Pasted(K.BODY, "", "(1)\u3000拠点の整備", 0),
        Pasted(AXIS, "", "成果が創出されているか。", 0),
        Pasted(EVALUATED, "", "成果の創出の状況", 0),
        Pasted(MONITORED, "", "論文数", 0),
        Pasted(MONITORED, "", "特許出願 件数", 0),
        Pasted(K.ITEM, "4", "先端研究設備の整備"),
        Pasted(K.BODY, "", "設備を整える。", 8),
    )


def test_the_chosen_items_own_heading_and_deeper_items():
    found = read("4. 3. 推進\n4. 3. 1. 拠点\n本文を進める。\n1. 人材を育成する。", ("4", "3"))
    assert found == (
        Pasted(K.ITEM, "3", "推進", of_chosen=True),
        Pasted(K.ITEM, "1", "拠点"),
        Pasted(K.BODY, "", "本文を進める。", 1),
        Pasted(K.BODY, "", "1. 人材を育成する。", 1),  # a sentence is no heading
    )


def test_the_appendix_goes_on_with_the_items_of_the_body():
    text = "2. 推進\n進める。\n【指標】\n○項目\n2.推進\n○評価軸\n・よいか。\n3. 強化\n・悪いか。"
    assert read(text, ()) == (
        Pasted(K.ITEM, "2", "推進"),
        Pasted(K.BODY, "", "進める。", 0),
        Pasted(AXIS, "", "よいか。", 0),
        Pasted(AXIS, "", "3. 強化", 0),  # in a list only what heads an item already does
        Pasted(AXIS, "", "悪いか。", 0),
    )


def test_an_item_from_elsewhere_is_named():
    with pytest.raises(ValueError, match=r"^5\. 1\.$"):
        read("5. 1. 情報基盤の強化", ("4",))


# --- Pairing --------------------------------------------------------------------------------------
def unit(id, kind, parent, rank, text, label=""):
    return Unit(id, kind, parent, rank, label, text)


FIRST = "先端技術分野を対象に、産学における優れた人材層の充実に資する研究開発を推進する。"
SECOND = "国の方針に基づき、拠点を整備する。関係機関と連携し、成果を普及する。"
STANDS = Document(
    "",
    (
        unit("c", K.CHAPTER, None, "a", "成果の最大化", "Ⅲ"),
        unit("i", K.ITEM, "c", "a", "人材の育成", "4"),
        unit("p", K.BODY, "i", "a", FIRST),
        unit("q", K.BODY, "i", "b", SECOND),
        unit("i1", K.ITEM, "i", "c", "創発的研究の支援", "1"),
        unit("i2", K.ITEM, "i", "d", "先端技術分野の人材の育成", "2"),
        unit("m", MONITORED, "i", "e", "論文数、特許出願・登録件数"),
        unit("n", MONITORED, "i", "f", "支援した研究者の数"),
        unit("deep", K.BODY, "i2", "a", "育成する。"),
    ),
)


def planned(text, chosen="i", **standing):
    return plan(read(text, ("4",)), STANDS, chosen, standing)


def fates(text, **standing):
    return [(line.fate, line.id, line.remark) for line in planned(text, **standing)]


def test_what_is_the_same_changes_nothing():
    lines = planned(f"4. 人材の育成\n{FIRST}\n{SECOND}\n4. 1. 創発的研究の支援")
    assert [(line.fate, line.id) for line in lines] == [
        (Fate.SAME, "i"),
        (Fate.SAME, "p"),
        (Fate.SAME, "q"),
        (Fate.SAME, "i1"),
        (Fate.MISSING, "i2"),
    ]
    assert taken(lines, []) == ()


def test_a_paragraph_between_is_new_and_moves_nothing():
    lines = planned(f"{FIRST}\n若手を支援する。\n{SECOND}")
    assert [line.fate for line in lines] == [Fate.SAME, Fate.NEW, Fate.SAME]
    assert taken(lines, []) == (
        Line(Fate.NEW, K.BODY, "new-1", "i", "", "若手を支援する。", after="p"),
    )
    table = compare(STANDS, applied(STANDS, taken(lines, [])))
    assert [(row.kind, row.clause_id) for row in table.rows[1:]] == [
        (Kind.SAME, "c"),
        (Kind.SAME, "i"),
        (Kind.NEW, "new-1"),
    ]


@pytest.mark.parametrize(
    ("pasted", "remark"),
    [
        (FIRST.replace("優れた", "優れだ"), ONE_CHARACTER),
        (FIRST.replace("、", ""), ONE_CHARACTER),
        (FIRST + "の", ONE_CHARACTER),
        (FIRST.replace("産学", "産 学"), "現行との間に空白・改行のみの差があります"),
        (FIRST.replace("、", "､"), "現行との間に全角・半角のみの差があります"),
    ],
)
def test_one_character_is_reported_and_not_taken(pasted, remark):
    lines = planned(pasted + "\n" + SECOND)
    assert [(line.fate, line.remark) for line in lines] == [(Fate.NEAR, remark), (Fate.SAME, "")]
    assert taken(lines, []) == ()
    assert [line.text for line in taken(lines, ["p"])] == [pasted]


def test_a_slip_beside_a_real_change_is_reported_too():
    pasted = SECOND.replace("方針", "方計").replace(
        "成果を普及する", "成果を広く社会に普及し展開する"
    )
    ((fate, id, remark),) = [line for line in fates(f"{FIRST}\n{pasted}") if line[1] == "q"]
    assert (fate, id) == (Fate.REVISED, "q")
    assert remark == f"「国の方計に基づき、拠点を整備する。」は、{ONE_CHARACTER}。"


def test_a_change_of_the_draft_is_measured_by_the_text_in_force():
    """The draft has reworded p; what is pasted is the text in force but for one character."""
    in_force = "先端技術分野を対象に、人材層の充実に資する研究開発を推進する。"
    lines = planned(in_force.replace("対象", "対像"), p=in_force)
    assert [(line.fate, line.id, line.remark) for line in lines] == [
        (Fate.NEAR, "p", ONE_CHARACTER),
        (Fate.MISSING, "q", ""),
    ]


def test_items_are_paired_by_heading_and_get_the_pasted_numbers():
    text = "4. 1. 若手の支援と海外派遣\n若手を支援する。\n4. 2. 創発的研究の支援\n4. 3. 先端技術分野の人材の育成\n育成する。"
    lines = taken(planned(text), [])
    assert [(line.fate, line.id, line.label, line.after) for line in lines] == [
        (Fate.NEW, "new-0", "1", "q"),
        (Fate.NEW, "new-1", "", None),
        (Fate.REVISED, "i1", "2", "new-0"),
        (Fate.REVISED, "i2", "3", "i1"),
    ]
    rows = compare(STANDS, applied(STANDS, lines)).rows
    assert [(row.kind, row.clause_id) for row in rows if row.kind is not Kind.LABEL] == [
        (Kind.SAME, "c"),
        (Kind.NEW, "new-0"),
        (Kind.NEW, "new-1"),
        (Kind.RENUMBERED, "i1"),
        (Kind.RENUMBERED, "i2"),
    ]


def test_what_is_missing_goes_only_when_chosen_with_all_below_it():
    lines = planned("○モニタリング指標\n・論文数、特許出願・登録件数\n4. 1. 創発的研究の支援")
    assert [line.id for line in lines if line.fate is Fate.MISSING] == ["n", "i2"]
    lines = planned("4. 3. 量子技術の推進")
    assert [line.id for line in lines if line.fate is Fate.MISSING] == []
    lines = planned("4. 1. 創発的研究の支援")
    assert [line.id for line in lines if line.fate is Fate.MISSING] == ["i2"]
    left = applied(STANDS, taken(lines, ["i2"]))
    assert [unit.id for unit in STANDS.units if unit not in left.units] == ["i2", "deep"]


def test_one_that_is_near_keeps_its_text_and_takes_its_number():
    lines = taken(planned("4. 2. 創発的研究の支授\n4. 3. 先端技術分野の人材の育成"), [])
    assert [(line.id, line.label, line.text) for line in lines] == [
        ("i1", "2", "創発的研究の支援"),
        ("i2", "3", "先端技術分野の人材の育成"),
    ]


def test_a_slip_is_one_character_or_what_cannot_be_seen():
    assert slip("共用", "共有") == ONE_CHARACTER
    assert slip("共用", "共用") == ""
    assert slip("共用する", "共有した") == ""
