"""Numbers as people type them in Japan, and as every page, file and paper prints them.

Pure. `evaluation/static/evaluation/numbers.js` reads in the same way in the browser, to the letter of its
messages; `tests/evaluation/numbers.json` is the table that both are held to.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

DIGITS, PLACES = 24, 6  # as stored: 18 digits before the point
MOST = 1000  # a power of ten that no number reaches
LONGEST = 100  # characters of a cell that holds a number
NOTHING = "－"
STEPS = [Decimal(1).scaleb(-places) for places in range(PLACES + 1)]  # by the number of decimals
ROUNDING = Context(prec=60)

# Words for which there is no number → the state of the value (`IndicatorValue.State`).
STATES = {
    "-": "not_applicable",
    "該当なし": "not_applicable",
    "該当無し": "not_applicable",
    "未集計": "not_yet",
    "集計中": "not_yet",
    "非公表": "withheld",
    "非公開": "withheld",
}
STATE_WORDS = {"not_applicable": "該当なし", "not_yet": "未集計", "withheld": "非公表"}
STAGE_MARKS = {"preliminary": "（速報）", "corrected": "（訂正）"}
STAFF = "staff"  # of the kinds of `ItemInput`, the one that is no money
DASHES = (
    "―−–—‐‑─"  # what stands for a minus, or alone for 「該当なし」; so does 「ー」 at the beginning
)
NEGATIVE = "-△▲"
RANKS = {"": 0, "十": 1, "百": 2, "千": 3}
MYRIADS = {"万": 4, "億": 8, "兆": 12}
MONEY = re.compile(r"([十百千]?)([万億兆]?)円")
HEDGES = ("約", "およそ", "概ね", "程度", "ほど", "以上", "以下", "未満", "超", "余", "弱", "強")
SAME_UNITS = {
    "名": "人",
    "パーセント": "%",
    "ヵ所": "か所",
    "カ所": "か所",
    "箇所": "か所",
    "ヶ所": "か所",
}

_FOLDED: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    ord("　"): " ",
    ord("\u00a0"): " ",
    ord("￥"): "¥",
    ord("\\"): "¥",
    **{ord(dash): "-" for dash in DASHES},
}
_PART = re.compile(r"([0-9,]*(?:\.[0-9]+)?)\s*([十百千]?[万億兆]|[百千](?=円|$))?")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


@dataclass(frozen=True)
class Reading:
    """What was typed: a number in the measure's unit, or a state, or an error; none of them: nothing."""

    number: Decimal | None = None
    state: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return self.number is None and not self.state and not self.error


class _UnreadableError(Exception):
    """Carries the words for the person."""


# --- Reading --------------------------------------------------------------------------------------
def read(typed: str, unit: str = "", decimals: int = 0) -> Reading:
    """Read what was typed for a measure of this unit and number of decimals.

    Money in another unit (千円, 百万円, 億円 …) is converted into the measure's. Never raises: what
    cannot be read is an error naming the expected form.
    """
    text = fold(typed)
    if not text:
        return Reading()
    if text in STATES:
        return Reading(state=STATES[text])
    try:
        return Reading(number=_number(text, unit, decimals))
    except _UnreadableError as error:
        return Reading(error=str(error))


def remark_on(typed: str) -> str:
    """Return what is to be said of how something was read; "" where it says so itself."""
    is_dash = fold(typed) == "-"
    return f"「{typed.strip()}」は、{STATE_WORDS[STATES['-']]}として読みました。" if is_dash else ""


def fold(typed: str) -> str:
    """Return typed text in half width, dashes as "-", without white space around it."""
    text = typed if typed.isascii() and "\\" not in typed else typed.translate(_FOLDED)
    text = text.strip()
    text = re.sub(r"^ー+", "-", text)
    return "-" if text and set(text) == {"-"} else text


def example(unit: str = "", decimals: int = 0) -> str:
    """Return the expected form of a number, such as 「1,234.5件」."""
    return "1,234" + (f".{'567890'[:decimals]}" if decimals else "") + unit


def _number(text: str, unit: str, decimals: int) -> Decimal:
    for hedge in HEDGES:
        if hedge in text and hedge not in unit:
            form = f"「{example(unit, decimals)}」のように入力してください。"
            raise _UnreadableError(f"「{hedge}」は付けられません。{form}")
    if len(text) > LONGEST:
        raise _unreadable(unit, decimals)
    with localcontext(prec=300):
        negative, rest = _sign(text)
        amount, scaled, found = _amount(rest, unit, decimals)
        number = amount.scaleb(_shift(scaled, found, unit))
        return _checked(-number if negative else number, unit, decimals)


def _sign(text: str) -> tuple[bool, str]:
    negative = text[0] in NEGATIVE
    rest = text[1:] if negative or text[0] == "+" else text
    return negative, rest.strip().removeprefix("¥").strip()


def _amount(text: str, unit: str, decimals: int) -> tuple[Decimal, bool, str]:
    """Return the amount in ones (「1億2,000万」 adds up), whether it named 万 or the like, and the unit."""
    total, last, scaled, place = Decimal(0), MOST, False, 0
    while (match := _PART.match(text, place)) and match[1]:
        power = _power(match[2] or "")
        value = _digits(match[1], unit, decimals).scaleb(power)
        # 「1億2,000万」: each part is smaller than what the one before it counts in.
        if value >= Decimal(10) ** last:
            raise _unreadable(unit, decimals)
        total, last, place = total + value, power, match.end()
        scaled = scaled or power > 0
        if not power:
            break
    rest = text[place:].strip()
    if not place or re.search(r"[0-9]", rest) or (rest and not re.search(r"[^\W_]|%", rest)):
        raise _unreadable(unit, decimals)
    return total, scaled, rest


def _power(scale: str) -> int:
    """Return the power of ten of 「百万」 (6), 「億」 (8), 「千」 (3), or of nothing (0)."""
    return sum(RANKS.get(character, MYRIADS.get(character, 0)) for character in scale)


def _digits(text: str, unit: str, decimals: int) -> Decimal:
    if "," in text and not _GROUPED.fullmatch(text):
        raise _UnreadableError("桁区切りは3桁ごとに入れてください（例：1,234）。")
    plain = text.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise _unreadable(unit, decimals)
    return Decimal(plain)


def _shift(scaled: bool, found: str, unit: str) -> int:
    """Return the power of ten by which the amount in ones becomes the measure's unit."""
    money = MONEY.fullmatch(unit)
    if money and (found == "円" or (not found and scaled)):
        return -_power(money[1] + money[2])
    if found and _same_unit(found) != _same_unit(fold(unit)):
        expected = f"この欄の単位は「{unit}」です。" if unit else "この欄には単位がありません。"
        raise _UnreadableError(f"「{found}」は読めません。{expected}")
    return 0


def _same_unit(unit: str) -> str:
    return SAME_UNITS.get(unit, unit)


def _checked(number: Decimal, unit: str, decimals: int) -> Decimal:
    if words := refusal(number, unit, decimals):
        raise _UnreadableError(words)
    return Decimal(0) if number == 0 else number.quantize(Decimal(1).scaleb(-decimals))


def refusal(number: Decimal, unit: str, decimals: int) -> str:
    """Return why a number is no value of a measure: too large, or too fine; "" where it is one."""
    if not number.is_finite():
        return str(_unreadable(unit, decimals))
    if abs(number) >= Decimal(10) ** (DIGITS - PLACES):
        return f"数が大きすぎます。整数の部分は{DIGITS - PLACES}桁までです。"
    if _places(number) > decimals:
        form = f"小数は{decimals}桁までにしてください" if decimals else "整数で入力してください"
        return f"{form}（例：{example(unit, decimals)}）。"
    return ""


def _places(number: Decimal) -> int:
    """Return how many decimals a finite number has, zeros at its end left out."""
    exponent = int(number.as_tuple().exponent)
    if number == 0 or exponent >= 0:
        return 0
    with localcontext(prec=300):
        return -int(number.normalize().as_tuple().exponent)


def _unreadable(unit: str, decimals: int) -> _UnreadableError:
    return _UnreadableError(
        f"数として読めません。「{example(unit, decimals)}」のように入力してください。"
        "値がないときは、該当なし・未集計・非公表のどれかを入力します。"
    )


# --- Printing -------------------------------------------------------------------------------------
def written(
    number: Decimal | None,
    decimals: int = 0,
    unit: str = "",
    *,
    state: str = "",
    text: str = "",
    stage: str = "",
) -> str:
    """Return a figure as every screen, file and paper prints it.

    Digits are grouped, decimals are the measure's (halves away from zero), a minus is 「△」; a state is
    in words; what is empty is 「－」, which zero is not; 「（速報）」 and 「（訂正）」 mark the stages that are
    not plainly final.
    """
    words = STATE_WORDS.get(state, "") or text
    if number is not None:
        words = _grouped(number, decimals) + unit
    if not words:
        return NOTHING
    return words + STAGE_MARKS.get(stage, "")


def amount_words(kind: str, amount: Decimal | None) -> str:
    """Return an input of an item (`ItemInput`) as it is printed: money in thousands of yen, people as
    they are."""
    if amount is None:
        return written(None)
    if kind == STAFF:
        return written(amount, 0 if amount == amount.to_integral_value() else 2)
    return written(amount / 1000, 0)


def _grouped(number: Decimal, decimals: int) -> str:
    rounded = rounded_to(number, decimals)
    return f"{'△' if rounded < 0 else ''}{abs(rounded):,f}"


def rounded_to(number: Decimal, decimals: int) -> Decimal:
    """Return a number with so many decimals, halves away from zero; never a negative zero."""
    rounded = number.quantize(STEPS[decimals], ROUND_HALF_UP, ROUNDING)
    return abs(rounded) if rounded == 0 else rounded
