import time
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.text import Token, TokenClass, fold, tokens


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("第１項", "第1項"),
        ("第 27 条の2 第1項", "第27条の2第1項"),
        ("AI 駆動型", "AI駆動型"),
        ("研究\n開発", "研究開発"),
        ("研究　開発", "研究開発"),
        ("2. 5.", "2.5."),
        ("A B", "A  B"),
        ("AI for\nScience", "AI for Science"),
        ("(新設)", "（新設）"),
        ("ＡＩ", "AI"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("カ\u3099イト\u3099", "ガイド"),
        ("か\u3099", "が"),
        ("〜", "～"),
        ("−５", "－５"),
        ("—", "―"),
        ("･", "・"),
        ("¥", "￥"),
        ("⼈材", "人材"),
        ("神\ufa19", "神神"),
        ("葛\U000e0100", "葛"),
        ("葛\U000e0100", "葛\U000e0101"),
        ("研\u200b究", "研究"),
        ("\ufeff研究", "研究"),
        ("研\u00ad究\r\n", "研究"),
    ],
)
def test_equal_after_folding(a: str, b: str) -> None:
    assert fold(a).text == fold(b).text


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("、", "，"),
        ("。", "．"),
        ("及び", "および"),
        ("子供", "子ども"),
        ("附した", "付した"),
        ("国", "國"),
        ("斉", "齊"),
        ("高", "髙"),
        ("崎", "﨑"),
        ("吉", "𠮷"),
        ("①", "1"),
        ("㎡", "m2"),
        ("㈱", "(株)"),
        ("Ⅲ", "III"),
        ("AI for Science", "AIfor Science"),
        ("1 2", "12"),
        ("は", "ば"),
    ],
)
def test_different_after_folding(a: str, b: str) -> None:
    assert fold(a).text != fold(b).text


def test_the_way_back_leads_to_the_original() -> None:
    text = " 第 ２７ 条　ｶﾞ葛\U000e0100 "
    folded = fold(text)
    assert folded.text == "第27条ガ葛"
    assert [text[slice(*folded.span(k, k + 1))] for k in range(len(folded.text))] == [
        "第",
        "２",
        "７",
        "条",
        "ｶﾞ",
        "葛\U000e0100",
    ]
    assert text[slice(*folded.span(0, 4))] == "第 ２７ 条"


@given(st.text(max_size=60))
def test_the_way_back_follows_grapheme_clusters(text: str) -> None:
    folded = fold(text)
    boundaries = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    assert {*folded.starts, *folded.ends} <= boundaries
    assert list(folded.starts) == sorted(folded.starts)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)


@given(st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text).text).text == fold(text).text


@given(st.text(alphabet="\U0001f1ef\U0001f1f5\u0301\u200d\U0001f3fbか\u3099a", max_size=20))
def test_flags_are_read_as_grapheme_clusters(text: str) -> None:
    boundaries = {match.start() for match in regex.finditer(r"\X", text)}
    assert set(fold(text).starts) <= boundaries


@given(st.characters(codec="utf-8"))
def test_both_ways_of_folding_agree(char: str) -> None:
    """A text that needs grapheme clusters folds like one that does not."""
    accented = fold(char + "か\u3099").text
    assert accented in (fold(char).text + "が", unicodedata.normalize("NFC", char + "が"))


def read(text: str) -> list[tuple[str, str]]:
    return [(token.text, token.cls.name) for token in tokens(fold(text).text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和７年３月31日までに", ["令和7年3月31日", "まで", "に"]),
        ("第 27 条の2 第1項に基づき", ["第27条の2第1項", "に", "基", "づき"]),
        ("第三十五条第一項から第四項までの規定", ["第三十五条第一項から第四項まで", "の", "規定"]),
        ("第二号イ及びロ", ["第二号イ", "及び", "ロ"]),
        ("第二号ロボット", ["第二号", "ロボット"]),
        ("別表第一の二に", ["別表第一の二", "に"]),
        ("様式第３号により", ["様式第3号", "により"]),
        ("翌年三月三十一日までの", ["翌年三月三十一日", "まで", "の"]),
        ("毎年４月１日に", ["毎年", "4月1日", "に"]),
        ("2026年4月1日から", ["2026年4月1日", "から"]),
        ("一年六月以内の", ["一年六月", "以内", "の"]),
        ("20億円程度/件とする", ["20億円程度", "/", "件", "とする"]),
        ("1,000件", ["1,000件"]),
        ("その他同項の四分の三以上の者", ["その他", "同項", "の", "四分の三", "以上", "の", "者"]),
        ("目標第一条", ["目標", "第一条"]),
        ("研究開発等の推進", ["研究開発", "等", "の", "推進"]),
        ("大学及び民間企業等との連携", ["大学", "及び", "民間企業", "等", "と", "の", "連携"]),
        ("セキュリティや", ["セキュリティ", "や"]),
        ("推進しなければならない。", ["推進", "しなければ", "ならない", "。"]),
        ("努めるものとする", ["努", "めるものとする"]),
        ("AI for Scienceの", ["AI for Science", "の"]),
        ("R&D（GX）", ["R&D", "(", "GX", ")"]),
        ("・・・、適切な", ["・・・", "、", "適切", "な"]),
        ("・研究の推進", ["・", "研究", "の", "推進"]),
        ("令和７年５月30日（金）から", ["令和7年5月30日(金)", "から"]),
        ("半径二十キロメートル圏内", ["半径", "二十キロメートル", "圏内"]),
        ("500ベクレルを超え", ["500ベクレル", "を", "超", "え"]),
        ("３年目に220台", ["3年目", "に", "220台"]),
        ("10kWの5Gの", ["10kW", "の", "5", "G", "の"]),
        ("百分の二・三を", ["百分の二・三", "を"]),
        ("第１非常配備", ["第1", "非常配備"]),
        ("五人以内（以下", ["五人", "以内", "(", "以下"]),
        ("給与等支給額等の", ["給与等支給額", "等", "の"]),
        ("定期的かつ組織的に", ["定期的", "かつ", "組織的", "に"]),
        ("加えることその他民法", ["加", "える", "こと", "その他", "民法"]),
        ("（以下同じ。）", ["(", "以下同", "じ", "。", ")"]),
        ("", []),
    ],
)
def test_words_of_official_japanese(text: str, expected: list[str]) -> None:
    assert [word for word, _ in read(text)] == expected


def test_classes_of_words() -> None:
    assert read("第3条の意見交換等を、強化する。") == [
        ("第3条", "NUMBER"),
        ("の", "PARTICLE"),
        ("意見交換", "KANJI"),
        ("等", "SUFFIX"),
        ("を", "PARTICLE"),
        ("、", "COMMA"),
        ("強化", "KANJI"),
        ("する", "PREDICATE"),
        ("。", "STOP"),
    ]
    assert tokens("又は(付した)GX・データ…") == [
        Token("又は", TokenClass.CONNECTIVE),
        Token("(", TokenClass.OPENING),
        Token("付", TokenClass.KANJI),
        Token("した", TokenClass.PREDICATE),
        Token(")", TokenClass.CLOSING),
        Token("GX", TokenClass.LATIN),
        Token("・", TokenClass.DOT),
        Token("データ", TokenClass.KATAKANA),
        Token("…", TokenClass.ELLIPSIS),
    ]


def test_a_stop_within_brackets_ends_no_statement() -> None:
    assert [cls for word, cls in read("除く。）。") if word == "。"] == ["COMMA", "STOP"]


def test_words_end_where_wide_white_space_was() -> None:
    folded = fold("第三　研究\u3000推 進\n\n結果")
    assert (folded.text, folded.gaps) == ("第三研究推進結果", [2, 4, 6])
    assert [word for word, _ in tokens(folded.text, folded.gaps)] == [
        "第三",
        "研究",
        "推進",
        "結果",
    ]
    assert folded.gaps_within(2, 6) == [2]


@given(st.text(max_size=80))
def test_words_join_to_the_text(text: str) -> None:
    folded = fold(text)
    assert "".join(token.text for token in tokens(folded.text, folded.gaps)) == folded.text


CARELESS = (
    "1 一 万 一二三 の 第 第1条から する 令和 前一 、前一 1万億 以上 1, （ 究するこ か\u3099 葛\U000e0100 "
    "\U0001f1e6 👩\u200d"
).split()


@pytest.mark.parametrize("piece", [*CARELESS, "a ", "1 ", " "])
def test_reading_is_linear(piece: str) -> None:
    """100 KB that would make a careless pattern look back again and again.

    It takes a tenth of a second; the bound is for busy machines, looking back takes far more than ten.
    """
    text = piece * (100_000 // len(piece.encode()))
    start = time.process_time()
    tokens(fold(text).text)
    assert time.process_time() - start < 5
