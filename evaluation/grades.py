"""Grades S to D: what each means, which one the figures propose, and what is wrong with one.

Pure. Rules: 独立行政法人の評価に関する指針 (総務大臣決定, 平成26年9月2日): B is the standard; every grade has
grounds; 困難度 raises it by one step at most, with grounds; 重要度 caps the overall grade; of what is no
research the achievement of the targets proposes the grade.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

GRADES = "SABCD"  # best first
STANDARD = "B"
NOTHING_DUE = "-"
CAP = "B"  # of the overall grade, where an important item fails for the whole agency's management
# Percent of the targets from which on a grade is proposed; S asks for outstanding quality besides.
THRESHOLDS = ((Decimal(120), "A"), (Decimal(100), "B"), (Decimal(80), "C"))
RESEARCH = {
    "S": "特に顕著な成果の創出や、将来的な特別な成果の創出の期待等が認められる",
    "A": "顕著な成果の創出や、将来的な成果の創出の期待等が認められる",
    "B": "成果の創出や、将来的な成果の創出の期待等が認められ、着実な業務運営がなされている（標準）",
    "C": "より一層の工夫、改善等が期待される",
    "D": "抜本的な見直しを含め、特段の工夫、改善等が求められる",
}
OTHERS = {
    "S": "目標を量的及び質的に上回る顕著な成果（120%以上で、質的に顕著）",
    "A": "目標を上回る成果（120%以上）",
    "B": "所期の目標を達成（100%以上120%未満）（標準）",
    "C": "目標を下回り、改善を要する（80%以上100%未満）",
    "D": "目標を下回り、抜本的な改善を要する（80%未満）",
}


@dataclass(frozen=True)
class Judgement:
    """A grade with all that the rules ask of it.

    `proposal`: what the figures propose, "" for nothing, as where some targets have no percentage
    (`unreckoned`); `prospective`: the grade of 見込評価 where this
    is that of the whole period, "" for none. `raised`: by one step, for its difficulty. `issued`: it is
    no draft any more. `whole_period`: it is no grade of a year, whose figures say nothing of it.
    `unheard`: the steps that the law wants before it is issued, and nobody has recorded. `before_own`: it
    is the minister's, and the agency has not issued its own evaluation of the same.
    """

    place: str
    grade: str = ""
    issued: bool = False
    grounds: str = ""
    raised: bool = False
    raised_grounds: str = ""
    research: bool = True
    important: bool = False
    difficult: bool = False
    whole_period: bool = False
    agency_wide: bool = False
    proposal: str = ""
    unreckoned: tuple[str, ...] = ()
    prospective: str = ""
    unheard: tuple[str, ...] = ()
    before_own: bool = False


@dataclass(frozen=True)
class Finding:
    """What is wrong with a grade: an error stands in the way of issuing it, the rest is asked about."""

    rule: str
    place: str
    message: str
    error: bool = False


def meanings(*, research: bool) -> dict[str, str]:
    return RESEARCH if research else OTHERS


def proposed(achievements: Iterable[Decimal]) -> str:
    """Return the grade that achievements (percent) propose: that of the lowest; "" for none."""
    lowest = min(achievements, default=None)
    if lowest is None:
        return ""
    return next((grade for bound, grade in THRESHOLDS if lowest >= bound), "D")


def steps_above(grade: str, other: str) -> int:
    """Return by how many steps a grade is better than another; below zero for a worse one."""
    return GRADES.index(other) - GRADES.index(grade)


# --- One item -------------------------------------------------------------------------------------
def findings(judged: Judgement) -> tuple[Finding, ...]:
    """Return what is wrong with the grade of an item, errors first."""
    if not judged.grade:
        return (Finding("grade", judged.place, "評定がありません。", error=True),)
    if judged.grade == NOTHING_DUE:
        return tuple(_raised(judged))
    found = [*_grounds(judged), *_raised(judged), *_proposal(judged), *_prospective(judged)]
    found += [*_unheard(judged), *_before_own(judged)]
    return tuple(sorted(found, key=lambda finding: not finding.error))


def _grounds(judged: Judgement) -> Iterable[Finding]:
    if judged.grounds.strip():
        return
    words = "評定の根拠がありません。"
    if judged.grade != STANDARD:
        words = f"標準は{STANDARD}です。{judged.grade}とする根拠がありません。"
    yield Finding("grounds", judged.place, words, error=True)


def _raised(judged: Judgement) -> Iterable[Finding]:
    if not judged.raised:
        return
    if not judged.raised_grounds.strip():
        words = "困難度による引上げに、具体的な根拠がありません。"
        yield Finding("raised", judged.place, words, error=True)
    if judged.grade in (GRADES[-1], NOTHING_DUE):
        words = f"引き上げた後の評定が「{judged.grade}」になることはありません。"
        yield Finding("raised", judged.place, words, error=True)
    if not judged.difficult:
        words = (
            "困難度「高」と定めた項目ではありません。引き上げるには、評価のときに困難と認めた根拠が"
            "具体的に要ります。"
        )
        yield Finding("difficulty", judged.place, words)


def _proposal(judged: Judgement) -> Iterable[Finding]:
    if judged.research:
        return
    if judged.whole_period:
        words = (
            "期間の評価のため、一年度の達成率からの案はありません。各年度の達成率に照らした理由が、"
            "根拠にあるか確かめてください。"
        )
        yield Finding("figures", judged.place, words)
        return
    if judged.unreckoned:
        words = (
            "達成率を計算できない達成目標があるため、達成率からの案はありません："
            f"{'、'.join(judged.unreckoned)}"
        )
        yield Finding("figures", judged.place, words)
        return
    if not judged.proposal:
        words = "達成率を計算できる指標がないため、達成率からの案はありません。"
        yield Finding("figures", judged.place, words)
        return
    above = steps_above(judged.grade, judged.proposal)
    told = f"達成率からの案は{judged.proposal}です。"
    if above > 1:
        words = f"{told}引き上げられるのは一段階までです。"
        yield Finding("one_step", judged.place, words, error=True)
    elif above == 1 and judged.grade == "S":
        words = f"{told}Sには、質的にも顕著な成果があることの根拠が要ります。"
        yield Finding("quality", judged.place, words)
    elif above == 1 and not judged.raised:
        words = f"{told}{judged.grade}とするのは、困難度による引上げか、その理由が根拠にあるときだけです。"
        yield Finding("figures", judged.place, words)
    elif above < 0:
        words = f"{told}{judged.grade}とする理由が、根拠にあるか確かめてください。"
        yield Finding("figures", judged.place, words)
    if judged.raised and above <= 0:
        words = f"{told}引き上げたとありますが、案より上の評定になっていません。"
        yield Finding("one_step", judged.place, words)


def _prospective(judged: Judgement) -> Iterable[Finding]:
    if judged.prospective not in GRADES or not judged.prospective:
        return
    if judged.grade != judged.prospective:
        words = f"見込評価（{judged.prospective}）との差の理由が、根拠にあるか確かめてください。"
        yield Finding("prospective", judged.place, words)


def _unheard(judged: Judgement) -> Iterable[Finding]:
    if judged.unheard:
        words = f"「{'」「'.join(judged.unheard)}」の記録が"
        words += (
            "ないまま確定しています。"
            if judged.issued
            else "ありません。先に済ませて記録してください（記録がないままでも確定できます）。"
        )
        yield Finding("unheard", judged.place, words)


def _before_own(judged: Judgement) -> Iterable[Finding]:
    if judged.before_own:
        words = (
            "法人の自己評価がまだ確定していません。自己評価の確定を待ってから確定してください"
            "（通則法第35条の6第3項）。"
        )
        yield Finding("before_own", judged.place, words, error=True)


# --- The agency as a whole ------------------------------------------------------------------------
def overall_findings(overall: Judgement, items: Sequence[Judgement]) -> tuple[Finding, ...]:
    """Return what is wrong with an overall grade, given the grades of all items."""
    found = [*findings(overall), *_missing(overall, items), *_caps(overall, items)]
    graded = [item.grade for item in items if item.grade != NOTHING_DUE]
    if graded and all(grade and steps_above(grade, STANDARD) > 0 for grade in graded):
        words = f"すべての項目が{STANDARD}より上です。標準は{STANDARD}です。"
        found.append(Finding("standard", overall.place, words))
    return tuple(sorted(found, key=lambda finding: not finding.error))


def _missing(overall: Judgement, items: Sequence[Judgement]) -> Iterable[Finding]:
    if missing := [item.place for item in items if not item.grade]:
        words = f"項目別の評定がそろっていません：{'、'.join(missing)}"
        yield Finding("items", overall.place, words, error=True)
    if drafts := [item.place for item in items if item.grade and not item.issued]:
        words = f"項目別の評定が確定していません。先に確定してください：{'、'.join(drafts)}"
        yield Finding("items", overall.place, words, error=True)


def _caps(overall: Judgement, items: Sequence[Judgement]) -> Iterable[Finding]:
    if not overall.grade or overall.grade not in GRADES or steps_above(overall.grade, CAP) <= 0:
        return
    for item in items:
        fails = item.grade in ("C", "D") and item.important and item.research
        if not fails:
            continue
        told = f"重要度「高」の「{item.place}」が{item.grade}です。"
        if item.agency_wide:
            words = f"{told}法人全体のマネジメントに起因するため、総合評定は{CAP}以下にします。"
        else:
            words = (
                f"{told}法人全体のマネジメントに起因するときは{CAP}以下です。"
                "そうでないことが、根拠にあるか確かめてください。"
            )
        yield Finding("cap", overall.place, words, error=item.agency_wide)
