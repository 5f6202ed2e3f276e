"""The registry of rules, and what a waiver holds on to."""

from pathlib import Path

from evaluation.checking.findings import Finding
from evaluation.checking.rules import RULES, findings
from tests.evaluation.checking.builders import chapter, item, matter, unit

DOCS = Path(__file__).parents[3] / "docs" / "consistency.md"


def test_the_docs_list_every_rule():
    text = DOCS.read_text(encoding="utf-8")
    listed = [
        line.split(" | ")[0].strip("| ") for line in text.splitlines() if line.startswith("| ")
    ]
    assert listed[2:] == [rule.title for rule in RULES]


def test_findings_stand_in_the_order_of_the_text():
    old = (chapter("Ⅵ"), item("i1", "1"), item("i2", "2"))
    new = (*old, unit("a", "技術(AI)"), unit("b", "中期計画", parent="i2"))
    found = findings(matter(old, new, unexplained=frozenset({"a"})))
    assert [(one.rule, one.unit) for one in found] == [
        ("variant", "a"),
        ("no_reason", "a"),
        ("medium_term", "b"),
    ]


def test_a_finding_is_another_when_what_it_judged_is():
    one = Finding("near_term", "箇所", "「共有」と「共用」", "u", ("共有する。",))
    same = Finding("near_term", "移った箇所", "「共有」と「共用」", "u", ("共有する。",))
    other = Finding("near_term", "箇所", "「共有」と「共用」", "u", ("共有した。",))
    assert one.fingerprint == same.fingerprint != other.fingerprint
