"""The rules of consistency, in the order in which they are shown. docs/consistency.md says the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evaluation.checking import lists, numbers, sheets, spellings, terms
from evaluation.checking.findings import Finding, Matter


@dataclass(frozen=True)
class Rule:
    """One rule: `name` is what its findings and waivers call it, `title` is for a person."""

    name: str
    title: str
    find: Callable[[Matter], Iterator[Finding]]


RULES = (
    Rule("repeated_number", "番号の重なり", numbers.repeated_numbers),
    Rule("number_gap", "番号の飛び", numbers.number_gaps),
    Rule("odd_number", "番号の形", numbers.odd_numbers),
    Rule("moved_reference", "動いた番号への参照", numbers.moved_references),
    Rule("title", "題名の食い違い", sheets.titles),
    Rule("quotation", "資料との文言の違い", sheets.misquotations),
    Rule("repeated_indicator", "評価軸・評価指標の重なり", lists.repeated_indicators),
    Rule("missing_list", "評価軸・指標のない項目", lists.missing_lists),
    Rule("fund_basis", "基金の根拠規定", lists.fund_bases),
    Rule("near_term", "よく似た用語", terms.near_terms),
    Rule("medium_term", "中期と中長期", terms.medium_terms),
    Rule("short_name", "説明のない略称", terms.short_names),
    Rule("citation", "法令・文書の引き方", spellings.citations),
    Rule("variant", "字の書き方", spellings.variants),
    Rule("mark", "下線のない変更", sheets.unseen_changes),
    Rule("no_reason", "理由のない変更", sheets.unexplained),
)
TITLES = {rule.name: rule.title for rule in RULES}


def findings(matter: Matter) -> list[Finding]:
    """Return all that the rules find, each once, by the place in the text and then by rule."""
    order = {unit.id: n for n, unit in enumerate(matter.after.order)}
    found = dict.fromkeys(finding for rule in RULES for finding in rule.find(matter))
    return sorted(found, key=lambda finding: order.get(finding.unit, len(order)))
