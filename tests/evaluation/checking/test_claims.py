"""Statements inside a sentence."""

import pytest

from evaluation.checking.claims import claims
from evaluation.checking.reading import Passage
from evaluation.checking.sayings import Part, Saying

PARTS = (
    Part("事業／先端研究基盤刷新事業", (Saying("", "530億円"), Saying("", "約20億円"))),
    Part("事業／人材事業", (Saying("", "人材"),)),
    Part("本文（変更案）", (Saying("", "2. 5. AI駆動型研究の高度化の推進"),), whole=False),
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "「最先端AI型研究の高度化の推進」を新設する。",
            ("最先端AI型研究の高度化の推進", "題名・名称が違います。"),
        ),
        ("「AI駆動型研究の高度化の推進」を新設する。", None),
        ("「まったく別の文書の題名」による。", None),
        (
            "2. 6. AI駆動型研究の高度化の推進を",
            ("2. 6 AI駆動型研究の高度化の推進", "番号が違います。"),
        ),
        ("2.5 「AI駆動型研究の高度化の推進」を", None),
        (
            "先端研究基盤刷新事業に503億円を計上した。",
            ("503億円", "金額が、事業の資料にありません。"),
        ),
        ("先端研究基盤刷新事業に５３０億円を計上した。", None),
        ("人材事業に503億円を計上した。", None),
        ("全体で503億円を計上した。", None),
    ],
)
def test_what_a_sentence_says_otherwise(text, told):
    found = [(one.printed, one.message) for one in claims(Passage(text), PARTS)]
    assert found == ([told] if told else [])
