"""What a person should look at again in a year's value: asked back, in words; nothing is refused.

Pure.
"""

import statistics
from decimal import Decimal

from evaluation.eras import year_name
from evaluation.numbers import written
from evaluation.series import Point, Series, signed

JUMP = Decimal(50)  # percent against last year from which a value is asked about
FAR = 5  # median deviations from the median of the other years
ENOUGH = 3  # other years without which nothing is far from them
EXCESS = Decimal(200)  # percent of the target from which the target or the unit may be wrong
# Units of what is counted one by one, of which there are never fewer than none.
COUNTED = frozenset("件 人 名 者 社 回 課題 本 冊 校 機関 か所 チーム 組 日".split())


def warnings(line: Series, fiscal_year: int, *, is_due: bool = False) -> tuple[str, ...]:
    """Return what a person should look at again in a year's value, in words; nothing is refused.

    `is_due`: the year is being handed in, or its value taken away, so that none at all is asked about too.
    """
    point = line.at(fiscal_year)
    found = (
        _missing(line, point, is_due=is_due),
        _negative(point),
        _jump(line, point),
        _outlier(line, point),
        _off_target(point),
    )
    return tuple(words for words in found if words)


def _missing(line: Series, point: Point, *, is_due: bool) -> str:
    """Ask about 該当なし, or nothing, where there was a value before or a target stands."""
    is_none = point.state == "not_applicable" or (is_due and point.is_empty)
    if not is_none or not point.exists:
        return ""
    earlier = (p for p in reversed(line.points) if p.fiscal_year < point.fiscal_year)
    last = next((p for p in earlier if not p.is_empty and not p.state), None)
    against = [f"{year_name(last.fiscal_year)}の値"] if last else []
    if point.target:
        against.append(f"達成目標（{point.target_words}）")
    if not against:
        return ""
    told = "値がありません" if point.is_empty else "「該当なし」です"
    return f"{told}が、{'と'.join(against)}があります。値がないことを確かめてください。"


def _negative(point: Point) -> str:
    unit = point.measure.unit
    if point.number is None or point.number >= 0 or unit not in COUNTED:
        return ""
    words = written(point.number, point.measure.decimals, unit)
    return f"「{unit}」で数える値が、マイナス（{words}）です。符号を確かめてください。"


def _jump(line: Series, point: Point) -> str:
    if point.change_percent is None or abs(point.change_percent) < JUMP:
        return ""
    last = written(line.at(point.fiscal_year - 1).number, line.measure.decimals)
    return f"前年度（{last}）から{signed(point.change_percent, 1)}%と、大きく変わっています。"


def _outlier(line: Series, point: Point) -> str:
    others = [p.number for p in line.points if p.number is not None and p is not point]
    if point.number is None or len(others) < ENOUGH:
        return ""
    middle = statistics.median(others)
    spread = statistics.median(abs(number - middle) for number in others)
    if abs(point.number - middle) <= max(FAR * spread, abs(middle) / 2):
        return ""
    words = written(middle, line.measure.decimals)
    return f"ほかの年度の値（中央値{words}）から大きく離れています。桁と単位を確かめてください。"


def _off_target(point: Point) -> str:
    if point.reached is False:
        reached = "" if point.achievement is None else f"（達成率{point.achievement_words}）"
        return f"達成目標（{point.target_words}）に届いていません{reached}。"
    if point.achievement is not None and point.achievement > EXCESS:
        return f"達成目標（{point.target_words}）の{EXCESS / 100:f}倍を超えています。目標と単位を確かめてください。"
    return ""
