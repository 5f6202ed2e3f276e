"""Which measures the words of an indicator ask for: proposals for a form, never stored by themselves.

Pure. Official indicators are compound (特許出願・登録件数; 論文数（国際共著論文の割合含む）): each count in them
becomes a measure of its own, what is no count one in words.
"""

import re
from dataclasses import dataclass

WHOLE_OF = re.compile(r"(?P<head>[^・、（）]+)（(?P<part>[^（）]+)の割合(?:を|も)?含む）")
NOTE = re.compile(r"（[^（）]*）")
SEPARATOR = re.compile(r"、|及び|および|・(?!地域)")
COUNTED = re.compile(r"の?(?:件数|人数|回数|割合|満足度|[^の]{0,3}者数|数|率)$")
# Words of a clause: what stands before them is no measure of its own.
ONE_CLAUSE = re.compile(
    r"つながった|に向けた|において|のうち|参画した|ための|認められる|により|通じた|につながる|当該"
)
SHARED = ("特許",)  # 特許出願・登録件数: of the registrations too
UNITS = (
    ("割合", "%"),
    ("率", "%"),
    ("満足度", "%"),
    ("被引用数", "回"),
    ("論文数", "本"),
    ("回数", "回"),
    ("者数", "人"),
    ("人数", "人"),
    ("学生の数", "人"),
    ("人材輩出数", "人"),
    ("地域数", "か国・地域"),
    ("数", "件"),
)


@dataclass(frozen=True)
class Suggestion:
    """A measure as a form is filled with it. `parts`: labels of numerator and denominator of a ratio."""

    label: str
    unit: str = ""
    decimals: int = 0
    nature: str = "quantitative"
    parts: tuple[str, str] | None = None


def suggested(text: str) -> tuple[Suggestion, ...]:
    """Return the measures that an indicator's words ask for, in their order, each once."""
    found: list[Suggestion] = []
    for match in WHOLE_OF.finditer(text):
        found += _with_share(match["head"], match["part"])
    rest = NOTE.sub("", WHOLE_OF.sub("", text)).strip("・、")
    if rest:
        found += map(_measure, _labels(rest))
    return tuple(dict.fromkeys(found))


def _with_share(whole: str, part: str) -> list[Suggestion]:
    of_part = f"{part}数"
    share = Suggestion(f"{part}の割合", "%", 1, "ratio", (of_part, whole))
    return [_measure(whole), _measure(of_part), share]


def _labels(text: str) -> list[str]:
    parts = [part for part in SEPARATOR.split(text) if part]
    if not parts:
        return []
    tail = COUNTED.search(parts[-1])
    if ONE_CLAUSE.search(text) or len(parts) == 1 or not any(map(COUNTED.search, parts)):
        return [text]
    ending = tail[0] if tail else ""
    labels: list[str] = []
    for index, part in enumerate(parts):
        later = next((COUNTED.search(p) for p in parts[index:] if COUNTED.search(p)), None)
        shared = ending if later is None else _ending(later[0])
        labels.append(_prefix(parts[0], part) + part + ("" if _complete(part) else shared))
    return labels


def _ending(tail: str) -> str:
    """Return what an earlier part shares of a later one's end: of 参加者数 the 数."""
    return "数" if tail.endswith("者数") else tail


def _complete(part: str) -> bool:
    return bool(COUNTED.search(part)) or part.endswith(("状況", "結果", "取組", "実績", "向上"))


def _prefix(first: str, part: str) -> str:
    """Return what stands before the first part and is meant of all: 研究者の派遣・招へい数."""
    if part == first or "の" in part.removesuffix("の件数") or part.startswith("その"):
        return ""
    if "の" in first.removesuffix("の件数"):
        return first[: first.rindex("の") + 1]
    return next((word for word in SHARED if first.startswith(word)), "")


def _measure(label: str) -> Suggestion:
    unit = next((unit for ending, unit in UNITS if label.endswith(ending)), "")
    if not unit:
        return Suggestion(label[:100], nature="qualitative")
    return Suggestion(label[:100], unit, decimals=int(unit == "%"))
