"use strict";
// Numbers as people type them in Japan: the same reading as evaluation/numbers.py, to the letter of its
// messages. tests/evaluation/numbers.json holds both to one table. A plain function, no module.

const Numbers = (() => {
  const STATES = {
    "-": "not_applicable", "該当なし": "not_applicable", "該当無し": "not_applicable",
    "未集計": "not_yet", "集計中": "not_yet", "非公表": "withheld", "非公開": "withheld",
  };
  const POWERS = { "十": 1, "百": 2, "千": 3, "万": 4, "億": 8, "兆": 12 };
  const HEDGES = ["約", "およそ", "概ね", "程度", "ほど", "以上", "以下", "未満", "超", "余", "弱", "強"];
  const SAME_UNITS = {
    "名": "人", "パーセント": "%", "ヵ所": "か所", "カ所": "か所", "箇所": "か所", "ヶ所": "か所",
  };
  const LONGEST = 100;
  const FINE = 130; // decimals of the integers that amounts are reckoned in: more than can be typed
  const WHOLE = 18; // digits before the point

  class Unreadable extends Error {}

  const ten = (power) => 10n ** BigInt(power);

  function fold(typed) {
    const half = typed
      .replace(/[\uFF01-\uFF5E]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
      .replace(/[\u3000\u00a0]/g, " ")
      .replace(/[￥\\]/g, "¥")
      .replace(/[―−–—‐‑─]/g, "-")
      .trim()
      .replace(/^ー+/, "-");
    return /^-+$/.test(half) ? "-" : half;
  }

  function example(unit, decimals) {
    return "1,234" + (decimals ? "." + "567890".slice(0, decimals) : "") + unit;
  }

  function unreadable(unit, decimals) {
    return new Unreadable(
      `数として読めません。「${example(unit, decimals)}」のように入力してください。`
      + "値がないときは、該当なし・未集計・非公表のどれかを入力します。",
    );
  }

  function powerOf(scale) {
    return [...scale].reduce((sum, character) => sum + POWERS[character], 0);
  }

  function digits(text, unit, decimals) {
    if (text.includes(",") && !/^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/.test(text)) {
      throw new Unreadable("桁区切りは3桁ごとに入れてください（例：1,234）。");
    }
    const plain = text.replaceAll(",", "");
    if (!/^([0-9]+(\.[0-9]+)?|\.[0-9]+)$/.test(plain)) throw unreadable(unit, decimals);
    const [whole, fraction = ""] = plain.split(".");
    return BigInt(whole + fraction) * ten(FINE - fraction.length);
  }

  function amount(text, unit, decimals) {
    const part = /([0-9,]*(?:\.[0-9]+)?)\s*([十百千]?[万億兆]|[百千](?=円|$))?/y;
    let [total, last, scaled, place] = [0n, Infinity, false, 0];
    for (;;) {
      part.lastIndex = place;
      const match = part.exec(text);
      if (!match || !match[1]) break;
      const power = powerOf(match[2] || "");
      const value = digits(match[1], unit, decimals) * ten(power);
      if (last !== Infinity && value >= ten(last + FINE)) throw unreadable(unit, decimals);
      [total, last, place] = [total + value, power, part.lastIndex];
      scaled = scaled || power > 0;
      if (!power) break;
    }
    const rest = text.slice(place).trim();
    if (!place || /[0-9]/.test(rest) || (rest && !/[\p{L}\p{N}%]/u.test(rest))) {
      throw unreadable(unit, decimals);
    }
    return [total, scaled, rest];
  }

  function shift(scaled, found, unit) {
    const money = /^([十百千]?)([万億兆]?)円$/.exec(unit);
    if (money && (found === "円" || (!found && scaled))) return powerOf(money[1] + money[2]);
    const same = (name) => SAME_UNITS[name] || name;
    if (found && same(found) !== same(fold(unit))) {
      const expected = unit ? `この欄の単位は「${unit}」です。` : "この欄には単位がありません。";
      throw new Unreadable(`「${found}」は読めません。${expected}`);
    }
    return 0;
  }

  function checked(value, negative, places, unit, decimals) {
    if (value >= ten(WHOLE + places)) {
      throw new Unreadable(`数が大きすぎます。整数の部分は${WHOLE}桁までです。`);
    }
    if (value % ten(places - decimals)) {
      const form = decimals ? `小数は${decimals}桁までにしてください` : "整数で入力してください";
      throw new Unreadable(`${form}（例：${example(unit, decimals)}）。`);
    }
    if (!value) return "0";
    const text = (value / ten(places - decimals)).toString().padStart(decimals + 1, "0");
    const cut = text.length - decimals;
    return (negative ? "-" : "") + text.slice(0, cut) + (decimals ? "." + text.slice(cut) : "");
  }

  function number(text, unit, decimals) {
    const hedge = HEDGES.find((word) => text.includes(word) && !unit.includes(word));
    if (hedge) {
      const form = `「${example(unit, decimals)}」のように入力してください。`;
      throw new Unreadable(`「${hedge}」は付けられません。${form}`);
    }
    if ([...text].length > LONGEST) throw unreadable(unit, decimals);
    const negative = "-△▲".includes(text[0]);
    const unsigned = negative || text[0] === "+" ? text.slice(1) : text;
    const [total, scaled, found] = amount(unsigned.trim().replace(/^¥/, "").trim(), unit, decimals);
    return checked(total, negative, FINE + shift(scaled, found, unit), unit, decimals);
  }

  // Returns {number, state, error}: a number as plain digits ("-1234.5") or "", and so on.
  function read(typed, unit = "", decimals = 0) {
    const text = fold(typed);
    if (!text) return { number: "", state: "", error: "" };
    if (Object.hasOwn(STATES, text)) return { number: "", state: STATES[text], error: "" };
    try {
      return { number: number(text, unit, decimals), state: "", error: "" };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { number: "", state: "", error: error.message };
    }
  }

  // Returns a number of plain digits as it is printed: 1,234.5 or △1,234.5.
  function written(plain) {
    const [whole, fraction] = plain.replace("-", "").split(".");
    const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, ",");
    return (plain.startsWith("-") ? "△" : "") + grouped + (fraction ? "." + fraction : "");
  }

  return { read, written, example };
})();
