from django.template.loader import render_to_string

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Role, Row, Run, Table
from evaluation.documents.appendix import Appendix, AppendixRow, Entry
from evaluation.templatetags.comparison import (
    UNBREAKABLE,
    appendix_row_class,
    clause_name,
    row_class,
)


def row(proposed: str, current: str = "") -> Row:
    return Row(Kind.REVISED, Level.BODY, None, (Run(proposed),), (Run(current),))


def appendix_row(
    entry: str, count: int, *, first: bool = True, item: str = "1. 項目"
) -> AppendixRow:
    entries = (Entry(Kind.SAME, "a1", (Run(entry),)),) * count
    return AppendixRow("i1", (Run(item),), "i2", (Run("1.1. 小"),), first, entries, (), entries)


def test_a_row_is_kept_whole_below_250_characters_on_either_side() -> None:
    assert row_class(row("字" * 249, "字" * 249)) == "body revised short"
    assert row_class(row("字" * 250)) == "body revised"
    assert row_class(row("字", "字" * 250)) == "body revised"


def test_a_row_is_named_by_its_number_and_first_words() -> None:
    cell = (Run("・・・", role=Role.ELLIPSIS), Run("研究", marked=True), Run("開発" * 20))
    named = Row(Kind.REVISED, Level.BODY, "c1", cell, ())
    assert clause_name(named) == "研究" + "開発" * 13 + "開…"
    assert clause_name(row("1.　目標")) == "1.　目標"


def test_a_row_with_a_string_as_long_as_a_line_is_broken_by_force() -> None:
    assert (
        row_class(row("字。", "参照：https://www.jst.go.jp/")) == "body revised short unbreakable"
    )


def test_what_counts_as_a_string_without_a_break() -> None:
    broken = [
        "A" * 17,
        "あ" * 30,
        "漢" * 30,
        "𠮷" * 30,
        "A " * 30,
        "カタカナー" * 6,
        "研究Science" * 3,
    ]
    unbroken = ["A" * 18, "ー" * 18, "ァ" * 18, "、" * 18, "1,234,567,890,123,456"]
    assert [bool(UNBREAKABLE.search(text)) for text in broken] == [False] * len(broken)
    assert [bool(UNBREAKABLE.search(text)) for text in unbroken] == [True] * len(unbroken)


def test_a_row_of_the_appendix_is_kept_whole_up_to_24_lines() -> None:
    assert appendix_row_class(appendix_row("字" * 15, 24)) == "first short"
    assert appendix_row_class(appendix_row("字" * 15, 25)) == "first"
    assert appendix_row_class(appendix_row("字" * 16, 24, first=False)) == ""
    assert appendix_row_class(appendix_row("A" * 18, 1, first=False)) == "short unbreakable"


def test_the_partial_of_the_comparison() -> None:
    table = Table(
        "題",
        "注",
        ("変更案", "現行"),
        (
            Row(
                Kind.REVISED,
                Level.BODY,
                "c1",
                (Run("国が"), Run("、<b>AI", marked=True), Run("を進める。")),
                (Run("国が"), Run("や", marked=True), Run("進める。")),
            ),
            Row(
                Kind.NEW,
                Level.BULLET,
                "c2",
                (Run("・新", True),),
                (Run("（新設）", role=Role.NOTE),),
            ),
            Row(Kind.LABEL, Level.LABEL, None, (Run("○評価軸"),), ()),
        ),
    )
    assert render_to_string("evaluation/_comparison_table.html", {"table": table}) == (
        '<table class="comparison">\n'
        '<thead><tr><th scope="col">変更案</th><th scope="col">現行</th></tr></thead>\n'
        "<tbody>\n"
        '<tr id="row-1" class="body revised short">\n'
        '<td data-side="変更案">国が<ins><span class="visually-hidden">追加</span>、&lt;b&gt;AI</ins>を進める。</td>\n'
        '<td data-side="現行">国が<del><span class="visually-hidden">削除</span>や</del>進める。</td>\n'
        "</tr>\n"
        '<tr id="row-2" class="bullet new short">\n'
        '<td data-side="変更案"><ins><span class="visually-hidden">追加</span>・新</ins></td>\n'
        '<td data-side="現行">（新設）</td>\n'
        "</tr>\n"
        '<tr id="row-3" class="label label short">\n'
        '<td data-side="変更案">○評価軸</td>\n'
        '<td data-side="現行"></td>\n'
        "</tr>\n"
        "</tbody>\n"
        "</table>\n"
    )


def test_the_partial_of_the_appendix() -> None:
    entry = Entry(Kind.NEW, "a1", (Run("軸<i>", marked=True),))
    alone = AppendixRow("i3", (Run("3. "), Run("単独", True)), "", (), True, (entry,), (), ())
    appendix = Appendix(
        "題", "注", (appendix_row("指標", 1, first=False, item="隠れる項目"), alone)
    )
    html = render_to_string("evaluation/_appendix_table.html", {"appendix": appendix})
    body = html.partition("<tbody>\n")[2]
    new = '<span class="visually-hidden">追加</span>'
    assert body == (
        '<tr class="short">\n'
        '<td class="item"></td>\n'
        '<th scope="row">1.1. 小</th>\n'
        '<td><ul><li class="same">指標</li></ul></td>\n'
        "<td></td>\n"
        '<td><ul><li class="same">指標</li></ul></td>\n'
        "</tr>\n"
        '<tr class="first short">\n'
        f'<th scope="row" class="item" colspan="2">3. <ins>{new}単独</ins></th>\n'
        f'<td><ul><li class="new"><ins>{new}軸&lt;i&gt;</ins></li></ul></td>\n'
        "<td></td>\n"
        "<td></td>\n"
        "</tr>\n"
        "</tbody>\n"
        "</table>\n"
    )
