"""Texts as ministries write them, and what drafters do to them."""

from hypothesis import strategies as st

WORDS = (
    "研究開発 研究成果 高度化 相続 国税 機構 基盤整備 政府 関係機関 評価等 技術流出対策 セキュリティ "
    "グリーントランスフォーメーション コアファシリティ データ AI GX R&D JST 令和７年度 平成30年４月１日 "
    "第27条の2第1項 第三条 前項 20億円程度 1,000件 三年 ① Ⅲ を に は の が と や から により する "
    "される した を推進する 取り組む 適切な 新しい 及び 並びに 又は 若しくは 、 、 。 。 ・ 等 以上の"
).split()
BRACKETS = [("（", "）"), ("「", "」"), ("『", "』"), ("〔", "〕")]

words = st.sampled_from(WORDS)
plain = st.lists(words, max_size=12).map("".join)
bracketed = st.tuples(st.sampled_from(BRACKETS), plain).map(
    lambda drawn: drawn[0][0] + drawn[1] + drawn[0][1]
)
phrases = st.lists(st.one_of(words, words, words, bracketed), max_size=60)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str]:
    """An old and a new text: phrases inserted, deleted, replaced and moved."""
    old = draw(phrases)
    new = list(old)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(new)))
        cut = new[place : place + draw(st.integers(0, 3))]
        new[place : place + len(cut)] = draw(st.lists(st.one_of(words, bracketed), max_size=3))
        if draw(st.booleans()):
            place = draw(st.integers(0, len(new)))
            new[place:place] = cut
    return "".join(old), "".join(new)
