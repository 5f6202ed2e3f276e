"""How a field of the grid says in a sign and a word what stands in it; `grid.js` adds what is being saved."""

EMPTY = "○ 未入力"
MARKS = {"": EMPTY, "preliminary": "◐ 速報", "final": "● 確定", "corrected": "◆ 訂正"}
NOTED = {stage: f"{mark}・注" for stage, mark in MARKS.items()}
RECKONED = "＝ 計算"
CLOSED, WAITING = "■ 締切", "■ 確認待ち"
UNSAVED = "✎ 未保存"


def mark_of(stage: str, note: str = "") -> str:
    """Return 「◐ 速報」, 「● 確定・注」 … of a value; of none 「○ 未入力」."""
    return (NOTED if note else MARKS)[stage]
