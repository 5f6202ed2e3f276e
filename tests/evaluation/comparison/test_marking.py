import json
import random
import re
import time
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaluation.comparison.elision import cells
from evaluation.comparison.marking import Marks, Span, mark, mark_many, underlined
from evaluation.comparison.rows import Run
from evaluation.comparison.text import TokenClass, fold, tokens
from evaluation.comparison.windows import ANCHOR
from tests.evaluation.comparison import edits
from tests.evaluation.comparison.strategies import versions

# Pairs with the marks that a drafter draws: from amending acts, and by the drafting rules.
DRAFTED = [
    json.loads(line)
    for line in Path(__file__).with_name("marks.jsonl").read_text(encoding="utf-8").splitlines()
]


def read(marked: str) -> tuple[str, tuple[Span, ...]]:
    """A text with `<u>…</u>` → the text and its spans."""
    pieces = re.split("</?u>", marked)
    spans, position = [], 0
    for k, piece in enumerate(pieces):
        if k % 2:
            spans.append((position, position + len(piece)))
        position += len(piece)
    return "".join(pieces), tuple(spans)


def drawn(old: str, new: str) -> tuple[str, str]:
    marks = mark(old, new)
    return underlined(old, marks.old), underlined(new, marks.new)


def check(old: str, new: str) -> None:
    """`old` and `new` are the texts with the marks expected."""
    assert drawn(read(old)[0], read(new)[0]) == (old, new)


def test_golden_marks_of_research_security() -> None:
    check(
        "・・・、オープンサイエンスを推進する上で、適切な<u>技術流出対策や研究インテグリティなどの</u>"
        "組織的課題に対し、理事長のリーダーシップの下、政府・関係機関と連携しその強化に取り組む。",
        "・・・、オープンサイエンスを推進する上で、適切な<u>技術流出対策等の研究セキュリティや"
        "研究インテグリティに係る</u>組織的課題に対し、理事長のリーダーシップの下、政府・関係機関と"
        "連携しその強化に取り組む。",
    )


def test_golden_marks_of_value_creation() -> None:
    """The print leaves や unmarked although it became 、: what is unmarked must be equal."""
    head = (
        "科学技術の活用による社会課題の解決と新たな価値の創出に向けた研究開発の推進により、"
        "・・・、より大胆な発想に基づく挑戦的な研究開発"
    )
    check(
        f"{head}<u>やグリーントランスフォーメーション（GX）に資する基盤研究開発</u>を推進する。",
        f"{head}<u>、グリーントランスフォーメーション（GX）に資する基盤研究開発及びAI駆動型研究の"
        "高度化に向けた研究開発</u>を推進する。",
    )


@pytest.mark.parametrize("pair", DRAFTED, ids=[pair["new"][:30] for pair in DRAFTED])
def test_marks_as_a_drafter_draws_them(pair: dict[str, str]) -> None:
    check(pair["old"], pair["new"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # 等 appended marks the whole word on both sides
        ("<u>相続</u>により取得した財産", "<u>相続等</u>により取得した財産"),
        ("<u>国税</u>の納付に関する事項", "<u>国税等</u>の納付に関する事項"),
        # an insertion is only what is inserted, with the connective before or the 、 behind
        ("大学を支援する。", "大学<u>及び企業</u>を支援する。"),
        ("適切な管理を行う。", "<u>長期的な観点から</u>適切な管理を行う。"),
        # a prefix makes another compound
        ("<u>改善資金</u>の貸付け", "<u>漁業経営改善資金</u>の貸付け"),
        # a date, an amount, a citation, a word in katakana or Latin letters are never cut
        ("<u>令和７年３月31日</u>までに行う。", "<u>令和８年３月31日</u>までに行う。"),
        ("<u>第12条第1項</u>の規定により", "<u>第12条第2項</u>の規定により"),
        ("<u>ワークショップ</u>を開催する。", "<u>ワークショップス</u>を開催する。"),
        # both ends of a range
        (
            "<u>平成30年４月１日</u>から<u>平成35年３月31日</u>までの間、行う。",
            "<u>令和５年４月１日</u>から<u>令和10年３月31日</u>までの間、行う。",
        ),
        # brackets and quotes as a whole
        ("基金（以下<u>「基金」</u>という。）", "基金（以下<u>「創発基金」</u>という。）"),
        # … of different words for it: one edit
        ("<u>平成30年から</u>行う。", "<u>令和５年〜令和10年に</u>行う。"),
        ("<u>１月から３月</u>まで", "<u>２月〜５月</u>まで"),
        # of two clauses that changed places the shorter one, with the 、 that ends it
        (
            "機構は、<u>国と連携し、</u>理事長の主導の下、対応する。",
            "機構は、理事長の主導の下、<u>国と連携し、</u>対応する。",
        ),
        (
            "機構は、関係機関及び大学と連携し、<u>理事長の下、</u>対応する。",
            "機構は、<u>理事長の下、</u>関係機関及び大学と連携し、対応する。",
        ),
        (
            "機構は、一般の大学及び企業を支援し、<u>国と連携し、</u>対応する。",
            "機構は、<u>国と連携し、</u>一般の大学及び企業を支援し、対応する。",
        ),
        (
            "大学<u>及び企業</u>を支援し、公表する。",
            "大学を支援し、<u>速やかに</u>公表する。",
        ),
        # a connective of another rank is an edit of its own; what is added begins with its own
        (
            "診療<u>又は</u>調剤に関する団体の意見を聴く。",
            "診療<u>若しくは</u>調剤に関する団体<u>又は協議会</u>の意見を聴く。",
        ),
        ("遅延が生じた場合である。", "遅延が生じた場合<u>や不測の事態が生じた場合</u>である。"),
        (
            "時間数が七十二時間以下であること。",
            "時間数が七十二時間以下であること<u>その他体制が整備されていること</u>。",
        ),
        (
            "<u>令和７年度末</u>までに<u>40％以上</u>とする。",
            "<u>令和12年度末</u>までに<u>50％程度</u>とする。",
        ),
        # wide white space sets a number apart from its text, and a text from what follows
        (
            "一　法人　二　<u>成年被後見人</u>　三　この法律に違反した者",
            "一　法人　二　<u>削除</u>　三　この法律に違反した者",
        ),
        (
            "３　体制　<u>研究推進部に技術移転課を置く。</u>",
            "３　体制　<u>理事長の下に産学連携本部を設ける。</u>",
        ),
        # a bracket whose partner is far is no reason to mark all between them
        (
            "関する<u>監事の意見</u>（<u>次条</u>の規定により監査を受けなければならない法人を除く。）を添付する。",
            "関する<u>監査報告</u>（<u>次条第一項</u>の規定により監査を受けなければならない法人を除く。）を添付する。",
        ),
        # … unless it was taken away: then its partner goes with it, and what stands between
        (
            "基金<u>（甲に係る大学に限る。）</u>は廃止する。",
            "基金<u>（乙に係る大学に限る。</u>は廃止する。",
        ),
        # what is written as one character is marked as one
        (
            "<u>\U0001f469\U0001f3fd</u>図書館資料を用いる。",
            "<u>\U0001f468\U0001f3fd</u>図書館資料を用いる。",
        ),
        # a predicate with its okurigana
        ("期間を<u>伸縮する</u>。", "期間を<u>伸長する</u>。"),
        # a sentence added with its 。
        ("評価を行う。", "評価を行う。<u>結果は、公表する。</u>"),
        # deleted: the mirror image of inserted
        ("大学<u>及び企業</u>を支援する。", "大学を支援する。"),
        # edits apart stay apart
        (
            "<u>大学</u>を支援し、<u>成果</u>を公表する。",
            "<u>企業</u>を支援し、<u>結果</u>を公表する。",
        ),
    ],
)
def test_drafting_rules(old: str, new: str) -> None:
    check(old, new)


def test_a_rewritten_text_is_marked_whole() -> None:
    check(
        "<u>大学の研究力を向上させるため、競争的研究費の配分の見直しを進める。</u>",
        "<u>技術流出の防止を徹底するため、共同研究契約の締結前に相手先の確認を行う。</u>",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("研究開発", "研究開発"),
        ("第 27 条（ＧＸ）", "第27条(GX)"),
        ("葛\U000e0100飾区の研究", "葛飾区の研究"),
        (" ", ""),
    ],
)
def test_equal_texts_carry_no_mark(old: str, new: str) -> None:
    assert mark(old, new) == Marks()


def test_marks_are_offsets_of_the_text_as_stored() -> None:
    old, new = "平成 20 年 の　ｶﾞｲﾄﾞ に基づく", "平成 21 年 の　ｶﾞｲﾄﾞ に基づく"
    assert drawn(old, new) == (
        "<u>平成 20 年</u> の　ｶﾞｲﾄﾞ に基づく",
        "<u>平成 21 年</u> の　ｶﾞｲﾄﾞ に基づく",
    )
    assert mark("", "・ 新しい").new == ((0, 5),)


def rest(text: str, spans: tuple[Span, ...]) -> str:
    folded = fold(text)
    return "".join(
        char
        for char, place in zip(folded.text, folded.starts, strict=True)
        if not any(start <= place < end for start, end in spans)
    )


@given(versions())
def test_what_is_unmarked_is_equal(pair: tuple[str, str]) -> None:
    marks = mark(*pair)
    assert rest(pair[0], marks.old) == rest(pair[1], marks.new)


@given(st.text(max_size=50), st.text(max_size=50))
@example("か\u3099X", "か\u309aX")
@example("か\u309aX", "き\u309aX")
@example("e\u0301\u0302x", "e\u0301x")
@example("👩\u200d🔬の研究", "👩の研究")
@example("葛\U000e0100城", "葛城市")
@example("\r\n", "\n\r\n a")
@example("\ud800研究", "\ud801研究")
def test_marks_of_any_text(old: str, new: str) -> None:
    marks = mark(old, new)
    assert rest(old, marks.old) == rest(new, marks.new)
    for text, spans in ((old, marks.old), (new, marks.new)):
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(set(edges))  # apart, in order, not empty
        clusters = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
        assert set(edges) <= clusters


@given(versions())
def test_swapping_the_sides_mirrors_the_marks(pair: tuple[str, str]) -> None:
    old, new = pair
    marks = mark(old, new)
    assert mark(new, old) == Marks(marks.new, marks.old)


@given(st.lists(versions(), max_size=6))
def test_many_pairs_are_marked_as_one_by_one(pairs: list[tuple[str, str]]) -> None:
    assert mark_many(pairs) == [mark(old, new) for old, new in pairs]


def inside(text: str, spans: tuple[Span, ...]) -> list[str]:
    """Words that no mark may cut and that one cuts."""
    folded = fold(text)
    edges = {edge for span in spans for edge in span}
    cut, position = [], 0
    for word, cls in tokens(folded.text, folded.gaps):
        start, end = folded.span(position, position + len(word))
        position += len(word)
        if cls in (TokenClass.NUMBER, TokenClass.KATAKANA, TokenClass.LATIN):
            cut += [word for edge in edges if start < edge < end]
    return cut


@given(versions())
def test_no_mark_cuts_a_number_date_citation_katakana_or_latin_word(pair: tuple[str, str]) -> None:
    marks = mark(*pair)
    assert inside(pair[0], marks.old) == []
    assert inside(pair[1], marks.new) == []


def unbalanced(text: str) -> bool:
    previous = None
    text = re.sub("[^（）「」『』〔〕]", "", text)
    while text != previous:
        previous, text = text, re.sub("（）|「」|『』|〔〕", "", text)
    return bool(text)


@given(versions())
def test_brackets_are_whole_inside_a_mark(pair: tuple[str, str]) -> None:
    marks = mark(*pair)
    for text, spans in zip(pair, (marks.old, marks.new), strict=True):
        assert not unbalanced(text)
        assert [text[a:b] for a, b in spans if unbalanced(text[a:b])] == []


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_edits_of_real_sentences(seed: int) -> None:
    """All of the above for 10,000 pairs, a hundred at a time: lists, citations, dates, brackets …"""
    pairs = [edits.pair(seed + k) for k in range(100)]
    mirrored = mark_many((new, old) for old, new in pairs)
    for (old, new), marks, mirror in zip(pairs, mark_many(pairs), mirrored, strict=True):
        assert Marks(mirror.new, mirror.old) == marks
        assert rest(old, marks.old) == rest(new, marks.new)
        for text, spans in ((old, marks.old), (new, marks.new)):
            assert inside(text, spans) == []
            assert unbalanced(text) or not any(unbalanced(text[a:b]) for a, b in spans)
            assert "".join(run.text for run in _side(old, new, marks, text is new)) == text


def _side(old: str, new: str, marks: Marks, proposed: bool) -> tuple[Run, ...]:
    return cells(old, new, marks, elide=False)[proposed]


def test_two_long_unrelated_texts() -> None:
    """Alphabets of 2 to 3,000 characters: from much alike by chance to nothing in common."""
    chance = random.Random(2)
    for size in (2, 20, 3000):
        alphabet = [chr(0x4E00 + k) for k in range(size)]
        old, new = ("".join(chance.choices(alphabet, k=20_000)) for _ in range(2))
        start = time.process_time()
        marks = mark(old, new)
        assert time.process_time() - start < 2
        assert rest(old, marks.old) == rest(new, marks.new)


def test_sentences_that_touch_are_one_mark() -> None:
    check(
        "冒頭の文である。<u>大学の研究力を向上させる。配分を見直す。</u>末尾の文である。",
        "冒頭の文である。<u>企業が技術流出を防ぐ。契約を点検する。</u>末尾の文である。",
    )


def test_unlike_sentences_that_touch_are_one_mark_even_where_a_search_costs_too_much() -> None:
    chance = random.Random(6)
    old, new = (
        "".join(f"{''.join(chance.choices(letters, k=60))}。" for _ in range(40))
        for letters in ("研究開発推進", "社会課題解決")
    )
    same = "研究開発を推進し、社会課題の解決に取り組む。" * 900
    marks = mark(old + same, new + same.replace("社会課題", "社会的課題"))
    assert marks.by_sentence
    assert (marks.old[0], marks.new[0]) == ((0, len(old)), (0, len(new)))


def test_where_a_search_costs_too_much_sentences_are_marked() -> None:
    old = "研究開発を推進し、社会課題の解決に取り組む。" * 900
    marks = mark(old, old.replace("社会課題", "社会的課題"))
    assert marks.by_sentence
    assert len(marks.new) > 100
    assert rest(old, marks.old) == rest(old.replace("社会課題", "社会的課題"), marks.new)


def test_two_long_repetitive_texts() -> None:
    old = "研究開発を推進し、社会課題の解決に取り組む。" * 300
    start = time.process_time()
    marks = mark(old, old.replace("社会課題", "社会的課題"))
    assert time.process_time() - start < 2
    assert len(marks.new) == 300


LONG_WORDS = (
    "Supporting Pioneering Research Initiated by the Next Generation of Scientists",
    "カタカナ" * 20,
    "第百二十三条の二第三項第四号" * 5,
)


@pytest.mark.parametrize("word", LONG_WORDS)
@pytest.mark.parametrize("place", [3, 20, 50])
def test_a_word_longer_than_any_context_is_marked_whole(word: str, place: int) -> None:
    other = f"{word[:place]}{word[place]}{word[place:]}"
    check(
        f"若手研究者を<u>{word}</u>により支援する。", f"若手研究者を<u>{other}</u>により支援する。"
    )


def test_a_long_run_that_stands_twice_is_no_anchor() -> None:
    run = "は、国の政策の下、産学官の連携による研究開発の成果の最大化に向け、大学等の優れた基礎研究の成果を企業等へ橋渡しし、"
    assert len(run) >= ANCHOR
    check(
        f"<u>甲省</u>{run}<u>乙省</u>{run}<u>丙省</u>に報告する。",
        f"<u>丁庁</u>{run}<u>戊庁</u>{run}<u>己庁</u>に報告する。",
    )
