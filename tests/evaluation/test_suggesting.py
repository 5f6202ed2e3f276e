"""Measures proposed from the words of the indicators of the real document."""

import pytest

from evaluation.suggesting import Suggestion, suggested

SHARE = Suggestion("国際共著論文の割合", "%", 1, "ratio", ("国際共著論文数", "論文数"))
PAPERS = (Suggestion("論文数", "本"), Suggestion("国際共著論文数", "本"), SHARE)
PATENTS = (Suggestion("特許出願件数", "件"), Suggestion("特許登録件数", "件"))


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("論文数", (Suggestion("論文数", "本"),)),
        ("特許出願・登録件数", PATENTS),
        ("論文数（国際共著論文の割合含む）", PAPERS),
        ("論文数（国際共著論文の割合含む）・特許出願・登録件数", (*PAPERS, *PATENTS)),
        (
            "国際会合の実施及び参加数",
            (Suggestion("国際会合の実施数", "件"), Suggestion("国際会合の参加数", "件")),
        ),
        (
            "研究者の派遣・招へい数",
            (Suggestion("研究者の派遣数", "件"), Suggestion("研究者の招へい数", "件")),
        ),
        (
            "女性研究者や若手研究者からの応募者・採択者数",
            (
                Suggestion("女性研究者や若手研究者からの応募者数", "人"),
                Suggestion("女性研究者や若手研究者からの採択者数", "人"),
            ),
        ),
        (
            "招へい者・参加者数、交流の実施件数及び国・地域数",
            (
                Suggestion("招へい者数", "人"),
                Suggestion("参加者数", "人"),
                Suggestion("交流の実施件数", "件"),
                Suggestion("国・地域数", "か国・地域"),
            ),
        ),
        (
            "成果物のダウンロード数、二次利用の状況",
            (
                Suggestion("成果物のダウンロード数", "件"),
                Suggestion("二次利用の状況", nature="qualitative"),
            ),
        ),
        (
            "応用研究や実用化、国際連携への発展につながった課題等の件数",
            (Suggestion("応用研究や実用化、国際連携への発展につながった課題等の件数", "件"),),
        ),
        ("サービスの満足度", (Suggestion("サービスの満足度", "%", 1),)),
        ("運用状況（計画に沿った管理等）", (Suggestion("運用状況", nature="qualitative"),)),
    ],
)
def test_each_count_becomes_a_measure_of_its_own(text, measures):
    assert suggested(text) == measures


def test_labels_fit_whatever_the_words():
    for text in ("", "・", "（）", "数" * 300, "論文" * 100 + "数", "、及び・"):
        assert all(0 < len(s.label) <= 100 for s in suggested(text))
