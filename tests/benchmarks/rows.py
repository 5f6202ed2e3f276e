"""Comparison tables of any length with the mix of a real amendment, the same at every run.

About 129 characters a row over both columns; 45 % of the rows unchanged, 15 % （同左）, 20 % edited
inside the sentence, 12 % 新設, 8 % 削る.
"""

import random

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import NATIONAL, Level, Role, Row, Run, Table

# Clauses of the ministry's document; a sentence of a row is made of two or three of them.
CLAUSES = (
    "国から交付される補助金により基金を設け、",
    "同項に規定する特定公募型研究開発業務として、",
    "科学技術の活用による社会課題の解決と新たな価値の創出に向けて、",
    "地域性や組織の強み・特色等も踏まえ、",
    "若手を含めた全国の研究者が挑戦できる魅力的な研究環境を実現するため、",
    "政府・関係機関と連携し、",
    "理事長のリーダーシップの下、",
    "助成資金運用の基本指針及び助成資金運用の基本方針（令和4年）に基づき、",
    "研究セキュリティや研究インテグリティの確保に留意しつつ、",
    "AI for Scienceの基本的な戦略方針の下、",
)
ENDINGS = (
    "科学基盤モデル等のAI駆動型研究の高度化に向けた研究開発を推進する。",
    "先端的な研究設備・機器の整備・共用・高度化を通じた研究開発を推進する。",
    "産学における優れた人材層の充実・強化に資する研究開発・人材育成を推進する。",
    "その強化に取り組む。",
    "研究開発成果の創出・実用化・社会実装に向けた展開を図る。",
)
EDITS = (
    ("カーボンニュートラルの実現及び", "カーボンニュートラルの実現や"),
    ("GXに資する基盤研究開発等、", "GXに資する"),
    ("経済安全保障の観点も踏まえ、", ""),
    ("令和7年度までに", "令和4年度までに"),
)


def table(count: int) -> Table:
    """Return a table of `count` rows."""
    choose = random.Random(20260128)
    rows = tuple(_row(choose) for _ in range(count))
    return Table("新旧対照表（案）", NATIONAL.note, NATIONAL.columns, rows)


def _row(choose: random.Random) -> Row:
    sentence = "".join(choose.sample(CLAUSES, 2)) + choose.choice(ENDINGS)
    kind = choose.choices(("same", "left", "revised", "new", "deleted"), (45, 15, 20, 12, 8))[0]
    plain = (Run(sentence),)
    if kind == "same":
        return Row(Kind.SAME, Level.BODY, None, plain, plain)
    if kind == "left":
        return Row(Kind.SAME, Level.BODY, None, plain, (Run(NATIONAL.same, role=Role.NOTE),))
    if kind == "new":
        note = (Run(NATIONAL.new, role=Role.NOTE),)
        return Row(Kind.NEW, Level.BODY, None, (Run(sentence, marked=True),), note)
    if kind == "deleted":
        note = (Run(NATIONAL.deleted, role=Role.NOTE),)
        return Row(Kind.DELETED, Level.BODY, None, note, (Run(sentence, marked=True),))
    head, comma, rest = sentence.partition("、")
    new, old = choose.choice(EDITS)
    sides = [(Run(head + comma), Run(edit, marked=True), Run(rest)) for edit in (new, old)]
    proposed, current = (tuple(run for run in side if run.text) for side in sides)
    return Row(Kind.REVISED, Level.BODY, None, proposed, current)
