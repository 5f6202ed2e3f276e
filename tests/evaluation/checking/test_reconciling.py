"""照合: small documents for each way to disagree, then the ministry's whole paper."""

import csv
from collections import Counter

import pytest
from django.conf import settings
from django.db import transaction

from evaluation.checking.disagreements import How
from evaluation.checking.matching import key
from evaluation.checking.outside import read_file
from evaluation.checking.reading import read_text
from evaluation.checking.reconciling import reconcile
from evaluation.checking.sayings import Part, Saying
from evaluation.documents.sayings import parts_of
from evaluation.loading import load_source
from evaluation.models import Amendment
from tests.source.parsing import SOURCE


def listed(name, group, *texts, marked=False):
    """A part whose statements are new, each with its whole mark where the part is marked."""
    whole = [((0, len(text)),) if marked else () for text in texts]
    return Part(
        name,
        tuple(
            Saying(f"{name} {k}", t, group, m)
            for k, (t, m) in enumerate(zip(texts, whole, strict=True))
        ),
        marked=marked,
    )


TEXTS = (
    "2.5. AI駆動型研究の高度化に向けた研究開発の推進",
    "国が定める基本方針に基づく研究開発課題の採択・推進",
    "事業趣旨に沿って採択されたプロジェクト数（国際）",
    "プロジェクトに参画した研究者・技術者数",
)
PARTS = (
    listed("別紙", "2.5", *TEXTS, marked=True),
    listed("全体像", "", "背景", "必要な予算は370億円である。"),
)


def found(*lines, parts=PARTS):
    result = reconcile(read_text("\n".join(lines)), parts)
    return [(one.how, one.where, one.place, one.printed) for one in result.found]


def test_what_agrees_is_not_told():
    assert found(*TEXTS) == []
    assert found("2. 5. AI 駆動型研究の高度化に向けた", "研究開発の推進", *TEXTS[1:]) == []


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("国が定める基本方針に基づき研究開発課題の採択・推進", How.WORDS),
        ("まったく別の指標", How.WORDS),
        (TEXTS[3], How.MISPLACED),
        ("国が定める基本方針に基づく研究開発課題の採択･推進", How.SPELLING),
    ],
)
def test_a_statement_in_other_words(line, how):
    lines = [TEXTS[0], line, *TEXTS[2:]]
    assert found(*lines) == [(how, "2行目", "別紙 1", line)]


def test_the_marks_of_the_engine_are_on_both_texts():
    lines = [TEXTS[0], "国が定める基本方針に基づき研究開発課題の採択・推進"]
    (one,) = [x for x in reconcile(read_text("\n".join(lines)), PARTS).found if x.how is How.WORDS]
    assert (one.expected[slice(*one.marks.old[0])], one.printed[slice(*one.marks.new[0])]) == (
        "基づく",
        "基づき",
    )


def test_what_is_missing_repeated_or_strange():
    assert found(TEXTS[0], TEXTS[1], TEXTS[3]) == [(How.MISSING, "2行目の後", "別紙 2", "")]
    assert found(TEXTS[0], TEXTS[1], TEXTS[1], *TEXTS[2:]) == [
        (How.REPEATED, "3行目", "別紙 1", TEXTS[1])
    ]
    assert found(TEXTS[0], TEXTS[1], "・新しい軸", *TEXTS[2:]) == [
        (How.UNKNOWN, "3行目", "", "新しい軸")
    ]
    again = found(*TEXTS[:3], TEXTS[0], TEXTS[3])
    assert again == [(How.MISPLACED, "4行目", "別紙 0", TEXTS[0])]


def test_a_statement_of_another_paper_inside_a_table_is_misplaced():
    sheet = listed("全体像", "", "背景と必要性を説明する文言", "必要な予算は370億円である。")
    lines = ["必要な予算は370億円である。", *TEXTS[:2], "必要な予算は370億円である。", *TEXTS[2:]]
    assert [x for x in found(*lines, parts=(PARTS[0], sheet)) if x[0] is not How.MISSING] == [
        (How.MISPLACED, "4行目", "全体像 1", "必要な予算は370億円である。")
    ]


def test_a_note_of_the_form_inside_a_table_is_no_statement():
    assert found(*TEXTS[:2], "（略）", *TEXTS[2:]) == []


def test_a_sheet_that_says_something_twice_repeats_it():
    parts = (listed("全体像", "", *TEXTS),)
    assert found(*TEXTS, TEXTS[0], parts=parts) == [(How.REPEATED, "5行目", "全体像 0", TEXTS[0])]


def test_a_second_mention_in_other_words_is_told_wherever_it_stands():
    parts = (listed("全体像", "", *TEXTS), listed("別の資料", "", "背景", "目的"))
    mention = TEXTS[1].replace("基づく", "基づき")
    assert found(*TEXTS, "背景", mention, "目的", parts=parts) == [
        (How.WORDS, "6行目", "全体像 1", mention)
    ]


def test_marks_are_compared_where_the_document_has_any():
    lines = [f"<u>{TEXTS[0]}</u>", *TEXTS[1:]]
    assert found(*lines) == [
        (How.MARKS, f"{n + 1}行目", f"別紙 {n}", TEXTS[n]) for n in range(1, 4)
    ]
    unchanged = (Part("別紙", (*PARTS[0].sayings[:3], Saying("別紙 3", TEXTS[3])), marked=True),)
    whole = [f"<u>{text}</u>" for text in TEXTS]
    assert found(*whole, parts=unchanged) == [(How.MARKS, "4行目", "別紙 3", TEXTS[3])]


def test_a_mark_must_touch_each_change():
    part = Part("表", (Saying("表", "共用、整備及び高度化", marks=((0, 2), (6, 10))),), marked=True)
    assert found("<u>共</u>用、整備及び高度化", parts=(part,)) == [
        (How.MARKS, "1行目", "表", "共用、整備及び高度化")
    ]
    assert found("<u>共</u>用、整備及び<u>高</u>度化", parts=(part,)) == []


def test_a_sheet_may_have_another_order():
    parts = (listed("全体像", "", *TEXTS),)
    assert found(TEXTS[2], TEXTS[0], TEXTS[1], TEXTS[3], parts=parts) == []


def test_a_cell_alone_is_compared_wherever_its_saying_stands():
    deep = (
        listed(
            "別紙", "", *(f"指標の{n}番目の文言" for n in "一二三四五六七"), TEXTS[1], marked=True
        ),
    )
    assert found(TEXTS[1], parts=deep) == []
    assert found(TEXTS[1].replace("基づく", "基づき"), parts=deep) == [
        (How.WORDS, "1行目", "別紙 7", TEXTS[1].replace("基づく", "基づき"))
    ]


def test_what_is_of_another_matter_is_listed_and_not_judged():
    result = reconcile(read_text("会議の日程\n場所は霞が関"), PARTS)
    assert (result.found, result.compared, [p.text for p in result.not_compared]) == (
        (),
        0,
        ["会議の日程", "場所は霞が関"],
    )


def test_a_quoting_paper_need_not_be_whole():
    whole = Part("本文", tuple(Saying("本文", text) for text in TEXTS), whole=False)
    assert found(TEXTS[0], TEXTS[3], parts=(whole,)) == []


@pytest.mark.parametrize(("one", "other"), [("VI. 章", "Ⅵ. 章"), ("○評価軸", "評価軸")])
def test_what_counts_as_the_same_statement(one, other):
    assert key(one) == key(other)


# --- The ministry's paper -------------------------------------------------------------------------
@pytest.fixture(scope="module")
def paper(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load_source()
        draft = Amendment.objects.select_related("period__agency").get(slug="2026-01-28")
        parts = parts_of(draft)
        transaction.set_rollback(True)
    return reconcile(read_file(SOURCE.read_bytes()), parts)


# Design section 9: how it disagrees, its place (by its beginning), what is printed, what is said here.
SHARED = (
    "先端的な研究設備・機器の整備・共有・高度化を通じた研究開発に資するプロジェクトの採択・推進"
)
CONTROL = (
    "技術流出対策等の研究セキュリティや研究インテグリティに係る組織的課題に対し、"
    "理事長のリーダーシップの下、政府・関係機関と連携しその強化に取り組む。"
)
QUOTED = (
    "「研究活動の国際化、オープン化に伴う新たなリスクに対する研究インテグリティの確保に係る対応方針について」"
    f"・・・等を踏まえ、・・・適切な{CONTROL}"
)
SECTION_9 = {
    "4.3's evaluation indicator is 4.4's sentence": (
        How.MISPLACED,
        "新旧対照表（変更案）4.3. 先端技術分野における研究開発・人材育成の推進の評価指標",
        SHARED,
        "産学における優れた人材層の充実・強化に資するプロジェクトの採択・推進",
    ),
    "4.3's second monitoring indicator is missing": (
        How.MISSING,
        "新旧対照表（変更案）4.3. 先端技術分野における研究開発・人材育成の推進のモニタリング指標",
        "",
        "・プロジェクトに参画した研究者・技術者数",
    ),
    "the title of 2.5": (
        How.WORDS,
        "全体像1　2.5.",
        "2. 5. 最先端AI技術に係る研究開発の推進",
        "2. 5. AI駆動型研究の高度化に向けた研究開発の推進",
    ),
    "the title of 4.4": (
        How.WORDS,
        "全体像3　4.4.",
        "4. 4. 先端研究設備・機器の整備・共用・高度化に向けた研究開発・共用の推進",
        "4. 4. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進",
    ),
    "共用 and 共有 in 4.4": (
        How.WORDS,
        "全体像3　4.4. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進の評価指標",
        SHARED.replace("共有", "共用"),
        SHARED,
    ),
    "基づき and 基づく in 2.5": (
        How.WORDS,
        "全体像1　2.5. AI駆動型研究の高度化に向けた研究開発の推進の評価指標",
        "国が定める基本方針に基づき、科学基盤モデル等のAI駆動型研究の高度化に資する研究開発課題の採択・推進",
        "国が定める基本方針に基づく、科学基盤モデル等のAI駆動型研究の高度化に資する研究開発課題の採択・推進",
    ),
    "第5中期目標, left": (
        How.WORDS,
        "新旧対照表（変更案）国立研究開発法人",
        "国立研究開発法人 科学技術振興機構 第5中期目標",
        "国立研究開発法人 科学技術振興機構 第5期中長期目標",
    ),
    "第5中期目標, right": (
        How.WORDS,
        "新旧対照表（現行）国立研究開発法人",
        "国立研究開発法人 科学技術振興機構 第5中期目標",
        "国立研究開発法人 科学技術振興機構 第5期中長期目標",
    ),
    "(新設)": (How.SPELLING, "新旧対照表（現行）", "(新設)", "（新設）"),
    "VI, left": (
        How.SPELLING,
        "新旧対照表（変更案）Ⅵ.",
        "VI. その他業務運営に関する重要事項",
        "Ⅵ. その他業務運営に関する重要事項",
    ),
    "VI, right": (How.SPELLING, "新旧対照表（現行）Ⅵ.", "VI. (同左)", "Ⅵ. （同左）"),
    "the opening of VI.2": (
        How.WORDS,
        "全体像3　2. 内部統制の充実・強化の本文",
        QUOTED,
        "・・・、オープンサイエンスを推進する上で、適切な" + CONTROL,
    ),
}


@pytest.mark.parametrize("name", SECTION_9)
def test_every_contradiction_of_the_paper_is_found(paper, name):
    how, place, printed, expected = SECTION_9[name]
    told = [(x.how, x.printed, x.expected) for x in paper.found if x.place.startswith(place)]
    times = 4 if name == "(新設)" else 1
    assert told.count((how, printed, expected)) == times


def test_the_cells_of_4_4_are_unmarked_in_the_appendix(paper):
    told = [x for x in paper.found if x.how is How.MARKS]
    place = "別紙 4.4. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進の"
    assert [(x.where, x.place) for x in told[1:]] == [
        ("110行目・3列", f"{place}評価軸"),
        ("110行目・3列", f"{place}評価軸"),
        ("110行目・4列", f"{place}評価指標"),
        ("110行目・5列", f"{place}モニタリング指標"),
    ]
    # The lead of item 2: its current side is unmarked, though や became 、 (design section 6).
    assert (told[0].where, told[0].message) == (
        "39行目・2列",
        "資料の変更部分に、下線がありません。",
    )


def test_nothing_else_is_found_but_what_the_readings_list(paper):
    """No false alarm: all else that is told is a line of fixtures/readings.csv."""
    with open(settings.BASE_DIR / "fixtures" / "readings.csv", encoding="utf-8") as file:
        readings = [(row["printed"], row["reading"]) for row in csv.DictReader(file)]
    false = [
        x
        for x in paper.found
        if x.how is not How.MARKS
        and (x.how, x.printed, x.expected) not in {(h, p, e) for h, _, p, e in SECTION_9.values()}
        and not any(_tells(x, printed, reading) for printed, reading in readings)
    ]
    assert false == []
    assert Counter(x.how for x in paper.found) == {
        How.SPELLING: 26,
        How.WORDS: 13,
        How.MARKS: 5,
        How.MISSING: 2,
        How.MISPLACED: 1,
    }


def _tells(one, printed, reading):
    """Whether a finding is a reading: other than printed, in what both strings hold."""
    if printed == reading:
        return False
    return (printed in one.printed or not one.printed) and reading in one.expected


def test_nearly_all_of_the_paper_is_compared(paper):
    assert (paper.compared, [passage.text[:12] for passage in paper.not_compared]) == (
        514,
        ["変更案", "現行", "※「評価指標」とは、評価", "15 1", "文部科学省"],
    )
