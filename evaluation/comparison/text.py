"""Folding (what counts as equal) and the tokens of official Japanese."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import regex


@dataclass(frozen=True, slots=True)
class Folded:
    """A copy of a text in which only what counts as a change differs, with the way back.

    The k-th character stands for the original's code points `starts[k]:ends[k]`; white space that
    means nothing stands for no character. Characters of one grapheme cluster share their offsets.
    `gaps` are the places, ascending, where wide white space was left out: it sets a number apart
    from its heading, or one column from the next, so that words end there.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    gaps: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets of a non-empty stretch of the folded text."""
        return self.starts[start], self.ends[end - 1]

    def gaps_within(self, start: int, end: int) -> list[int]:
        """The gaps inside a stretch of the folded text, counted from its start."""
        inside = slice(bisect_right(self.gaps, start), bisect_left(self.gaps, end))
        return [gap - start for gap in self.gaps[inside]]

    def splits_cluster(self, position: int) -> bool:
        """Whether the boundary before this character lies inside a grapheme cluster."""
        inner = 0 < position < len(self.text)
        return inner and self.starts[position - 1] == self.starts[position]


def _widths() -> dict[int, int]:
    # ，and ．for 、and 。break the ministry's drafting rule: they stay visible.
    twins = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，．"}
    kana = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFF9E)}
    twins |= {code: ord(twin) for code, twin in kana.items()}
    return twins | {0xFF9E: 0x3099, 0xFF9F: 0x309A, 0xFFE5: 0x5C}


def _ideographs() -> dict[int, int]:
    radicals = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2E80, 0x2FD6)}
    twins = {code: ord(twin) for code, twin in radicals.items() if len(twin) == 1}
    for code in (*range(0x2126, 0x232B), *range(0xF900, 0xFADA), *range(0x2F800, 0x2FA1E)):
        twins[code] = ord(unicodedata.normalize("NFC", chr(code)))
    return twins


def _signs() -> dict[int, int]:
    # Two mappings of CP932 and JIS X 0208 disagree on these.
    twins = {"~": "〜", "-": "−‐‑", "―": "–—─", "\\": "¥", "￣": "‾", "∥": "‖", "・": "·•‧"}
    return {ord(variant): ord(char) for char, variants in twins.items() for variant in variants}


def _spaces() -> dict[int, int]:
    spaces = "\t\n\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    return {ord(space): 0x20 for space in (*spaces, *map(chr, range(0x2000, 0x200B)))}


# Code points that are printed, typed or extracted in place of another.
WIDTHS, IDEOGRAPHS, SIGNS, SPACES = _widths(), _ideographs(), _signs(), _spaces()
_EQUAL = WIDTHS | IDEOGRAPHS | SIGNS | SPACES
# Scripts in which every code point is a grapheme cluster of its own; anything else is segmented.
_SIMPLE = re.compile(
    r"[\t\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2100-\u2bff"
    r"\u2e80-\u3029\u3030-\u3096\u309b-\u9fff\uf900-\ufaff\uff01-\uff9d\uffe0-\uffe6"
    r"\U00020000-\U000323af]*"
)
# A run of flags is read two by two: \X looks back over all of it at every step.
_CLUSTER = regex.compile(
    r"[\U0001f1e6-\U0001f1ff]{2}[\p{Grapheme_Extend}\p{Mc}\u200d\U0001f3fb-\U0001f3ff]*|\X"
)
VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff\u00ad\r]")
_DROPPED = re.compile(f"{VARIATIONS.pattern}|{INVISIBLE.pattern}")
_SPACES = re.compile(" +")
_WIDE = frozenset("\t\n\u2003\u3000")
_WORD_GAP = re.compile(r"[A-Za-zÀ-ɏ]\ +[A-Za-zÀ-ɏ]|[0-9]\ +[0-9]")


def fold(text: str) -> Folded:
    """Fold width, code-point twins, composition, variation selectors and idle white space.

    The stored text is never changed. Old and variant kanji (國, 髙), ①, ㎡ and ㈱ stay different,
    so this is not NFKC. White space counts only between two Latin words or two numbers.
    """
    if _SIMPLE.fullmatch(text):
        folded = text.translate(_EQUAL)
        starts: Sequence[int] = range(len(text))
        ends: Sequence[int] = range(1, len(text) + 1)
    else:
        folded, starts, ends = _fold_clusters(text)
    if " " not in folded:
        return Folded(folded, starts, ends)
    kept = _without_idle_spaces(folded)
    return Folded(
        "".join([folded[part] for part in kept]),
        list(chain.from_iterable([starts[part] for part in kept])),
        list(chain.from_iterable([ends[part] for part in kept])),
        _gaps(text, starts, kept),
    )


def _fold_clusters(text: str) -> tuple[str, list[int], list[int]]:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        piece = _DROPPED.sub("", cluster.group()).translate(_EQUAL)
        piece = unicodedata.normalize("NFC", piece)
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return "".join(pieces), starts, ends


def _without_idle_spaces(folded: str) -> list[slice]:
    """The stretches between idle spaces; of a run of spaces that counts the first one stays."""
    kept: list[slice] = []
    position = 0
    for spaces in _SPACES.finditer(folded):
        start, end = spaces.span()
        counts = _WORD_GAP.match(folded, max(start - 1, 0), end + 1) is not None
        kept.append(slice(position, start + counts))
        position = end
    kept.append(slice(position, len(folded)))
    return kept


def _gaps(text: str, starts: Sequence[int], kept: Sequence[slice]) -> list[int]:
    """Where, between the stretches kept, something wider than a space was left out."""
    places = accumulate(part.stop - part.start for part in kept)
    return [
        place
        for place, (left, right) in zip(places, pairwise(kept), strict=False)
        if any(text[starts[k]] in _WIDE for k in range(left.stop, right.start))
    ]


class TokenClass(IntEnum):
    """Classes of words between which a drafter does or does not begin and end a mark."""

    KANJI = 0
    SUFFIX = 1  # 等
    KATAKANA = 2
    LATIN = 3
    NUMBER = 4  # with its unit: a whole date, amount, citation
    LIMIT = 5  # 以上, 以下, 以内, 未満
    OTHER = 6
    PARTICLE = 7
    PREDICATE = 8  # する, される … after a verbal noun
    OKURIGANA = 9
    KANA = 10
    CONNECTIVE = 11  # 及び, 又は, や …
    STOP = 12  # 。 and what else ends a statement, a heading or a field
    ELLIPSIS = 13
    COMMA = 14  # 、
    DOT = 15  # ・ and 〜 (which is folded to ~)
    OPENING = 16
    CLOSING = 17
    SPACE = 18


class Token(NamedTuple):
    text: str
    cls: TokenClass


# All patterns below read folded text: ASCII digits and brackets, no idle spaces. Runs are tried
# only from their first character, so that reading is linear in the length of the text.
_LATIN = "A-Za-zÀ-ɏ"
_KANJI = "一-鿿㐀-䶿々〆ヶヵ豈-﫿\U00020000-\U0003ffff"
_KAN = "〇一二三四五六七八九十百千"
_STARTERS = (
    f"{_KAN}万億明大昭平令第前次同翌本及並又若以未等別様付"  # kanji that may open another class
)
_NUM = f"(?:[0-9]+|[{_KAN}]+)"
_DAY = f"(?:{_NUM}日|末日|末|上旬|中旬|下旬)"
_ERA_DATE = f"(?:明治|大正|昭和|平成|令和)(?:元|{_NUM})年(?:度(?:末|内)?)?(?:{_NUM}月{_DAY}?)?"
_WEEKDAY = r"(?:\([月火水木金土日](?:曜日?)?(?:・祝)?\))?"
_DATE = f"(?:{_ERA_DATE}|(?<![{_KAN}])(?:(?:{_NUM}|同|翌|前)年)?{_NUM}月{_DAY}){_WEEKDAY}"
_PROVISION = f"第{_NUM}(?:条|項|号|章|節|款|編)(?:の{_NUM})*"
_NEAR_PROVISION = f"(?<![一-鿿])(?:前{_NUM}?|次|同|本)(?:条|項|号|章|節)"
_POINT = "[イロハニホヘトチリヌルヲ](?![ァ-ヺー])"  # 第二号イ; not the first letter of a word
_CITATION = (
    f"(?:{_PROVISION}|{_NEAR_PROVISION})"
    f"(?:{_PROVISION}|各号|各項|ただし書|本文|前段|後段|{_POINT})*(?:から(?:{_PROVISION})+まで)?"
)
_TIME = f"[0-9]{{1,2}}:[0-9]{{2}}(?![0-9:])|(?:午前|午後){_NUM}時(?:{_NUM}分|半)?"
_ANNEX = f"(?:別表|別図|別記|別紙|様式|付録)第?{_NUM}(?:号)?(?:の{_NUM})*"
_ORDINAL = f"第{_NUM}(?:回|期|次|版|類|種|号|部)(?:の{_NUM})*|第[0-9]+"
_FRACTION = f"(?<![{_KAN}])[{_KAN}]+分の[{_KAN}]+(?:・[{_KAN}]+)?|[0-9]+分の[0-9]+"
_MEASURE = (
    "(?:平方|立方)?(?:キロ|センチ|ミリ|マイクロ)?(?:メートル|グラム|リットル|ワット時|ワット)|トン"
    "|ヘクタール|アール|(?:メガ|キロ)?ヘルツ|(?:ミリ|マイクロ)?シーベルト|(?:キロ)?ベクレル|デシベル"
    "|パーセント|ポイント|ページ|(?:キロ|メガ|ギガ|テラ)?バイト"
)
_COUNTER = (
    "年度|年間|年分|年目|(?:か|カ|ヶ|箇|ケ)(?:年|月|所|国)|月間|週間|日間|日目|時間|分間|億円|万円|円"
    "|件|人|名|回目|回|割|倍|台|枚|棟|戸|隻|頭|床|世帯|項目|種類|団体|年|月|日"
)
_UNIT = (
    f"(?:{_MEASURE}|{_COUNTER}|千円|部|個|四半期|時|分|秒|機関|領域|チーム|課題|社|校|者|本|冊|通|基|機|両"
    "|施設|拠点|分野|事業|地区|地域|市町村|都道府県|企業|大学|法人|プロジェクト|%|点|頁|歳|位|字"
    f"|(?:[kcm]?m|[km]?g|[kMG]?W|ha|dB|[kMG]?Hz|[GTP]B)(?![{_LATIN}]))"
)
_AMOUNT = f"[0-9][0-9,，.．]*(?:[兆億万千百][0-9,，]*)*{_UNIT}?(?:程度)?"
_KAN_AMOUNT = (
    f"(?<![{_KAN}万億第])[{_KAN}万億]+(?:{_MEASURE}|{_COUNTER})"
    f"(?:[{_KAN}]+(?:箇月|か月|月))?"  # 一年六月
    "(?:程度)?(?!称|間|生|本)"
)
_HEADING_NUMBER = r"^(?:\([0-9]+\)|[①-⑳]|[Ⅰ-Ⅻ]\.?)"
# The first verb of a compound one, 取り消す: no word ends behind it.
_STEM = f"(?:取り|引き|繰り|申し|受け|差し|組み|読み|立ち|振り|割り|打ち|切り|払い|積み|見積り)(?=[{_KANJI}])"
_GOES_ON = f"(?![及並又若以未])[{_KANJI}]"  # 意見交換等回数 is one word
_PATTERNS = {
    TokenClass.NUMBER: "|".join(
        (
            _HEADING_NUMBER,
            _TIME,
            _DATE,
            _CITATION,
            _ANNEX,
            _ORDINAL,
            _FRACTION,
            _AMOUNT,
            _KAN_AMOUNT,
        )
    ),
    TokenClass.CONNECTIVE: "及び|並びに|又は|若しくは|および|ならびに|または|もしくは|その他"
    f"|かつ(?=[、{_KANJI}ァ-ヺ])",
    TokenClass.LATIN: rf"[{_LATIN}][{_LATIN}0-9\-.&’']*(?: [{_LATIN}][{_LATIN}0-9\-.&]*)*",
    TokenClass.KATAKANA: r"[ァ-ヺヽヾー\u3099\u309a]+",
    TokenClass.LIMIT: "(?:以上|以下|以内|未満)(?=[のにでをはがとも、。()]|$)",
    TokenClass.SUFFIX: f"等(?!{_GOES_ON})",
    TokenClass.KANJI: f"(?:{_STEM}|[{_KANJI}])(?:(?![{_STARTERS}])[{_KANJI}]|等(?={_GOES_ON}))*",
    # A longer run of hiragana is no phrase of official Japanese: reading stays linear.
    TokenClass.KANA: r"(?:(?!その他)[ぁ-ゖゝゞー\u3099\u309a]){1,40}",
    TokenClass.STOP: "^[・○●◎◆■□◇※](?!・)|[。．!?:;]+(?![)」』])",
    TokenClass.ELLIPSIS: "・・・+|…+",
    TokenClass.COMMA: "[、，]|[。．!?:;]",
    TokenClass.DOT: "[・~]",
    TokenClass.OPENING: r"[(「『【〔\[〈《“‘]",
    TokenClass.CLOSING: r"[)」』】〕\]〉》”’]",
    TokenClass.SPACE: " +",
    TokenClass.OTHER: ".",
}
_TOKEN = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()), re.DOTALL)
_CLASSES = (TokenClass.OTHER, *_PATTERNS)  # by number of the group that matched


def tokens(folded: str, gaps: Sequence[int] = ()) -> list[Token]:
    """Words of a folded text, in order; they join to the text, and none runs over a gap."""
    bounds = pairwise((0, *gaps, len(folded)))
    return [word for start, end in bounds for word in _words(folded[start:end])]


def _words(folded: str) -> list[Token]:
    words: list[Token] = []
    start, end, cls = 0, 0, TokenClass.STOP
    for match in _TOKEN.finditer(folded):
        found = _CLASSES[match.lastindex or 0]
        if found is TokenClass.KANJI and cls is TokenClass.KANJI and match.start() == end:
            end = match.end()
            continue
        if start < end:
            words.append(Token(folded[start:end], cls))
        if found is TokenClass.KANA:
            words += _split_kana(match.group(), words[-1].cls if words else TokenClass.STOP)
            start, end, cls = match.end(), match.end(), words[-1].cls
        else:
            (start, end), cls = match.span(), found
    if start < end:
        words.append(Token(folded[start:end], cls))
    return words


def _longest_first(words: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words.split(), key=len, reverse=True)))


_PARTICLE = _longest_first(
    "とともに について において における によって により による として とする であって である "
    "では には とは へは にも でも よりも から まで より など のみ ごと のうち "
    "が を に は の で と へ も や(?!か) か(?![つかけら])"
)
_PREDICATE = _longest_first(
    "しなければならない することができる するものとする されている "
    "している される された させる した する され "
    "させる させ して し すべき せず せよ できる できない であり なる なり なって なった な たる "
    "ない です"
)
_KANA_WORD = _longest_first("この その これらの それぞれの さらに ただし ため もの こと いずれか")
_AFTER_NOUN = frozenset(
    {
        TokenClass.KANJI,
        TokenClass.SUFFIX,
        TokenClass.KATAKANA,
        TokenClass.LATIN,
        TokenClass.NUMBER,
        TokenClass.LIMIT,
        TokenClass.OTHER,
        TokenClass.CLOSING,
        TokenClass.DOT,
    }
)
_TAIL = re.compile(
    "(.+?)(とともに|ために|ための|から|まで|には|では|とは|への|との|を|に|は|が|の|で|と|も|へ|や|か)"
)
_OBLIGED = re.compile("(.*なければ(?=なら)|.*?(?=てはならない))(.+)")
# 確保する｜ため｜に, 認める｜とき｜は, 強化する｜とともに: a formal noun is a word of its own.
_NOMINALISED = re.compile(
    "(.*?[うくぐすつぬぶむるたい])(とともに|ため|とき|こと|もの(?!とす)|よう|ところ)"
    "([にのはをがもなでと]?)(.*)"
)


def _split_kana(run: str, before: TokenClass) -> list[Token]:
    """Read a run of hiragana by what stands before it: particles, する-predicates, okurigana."""
    words: list[Token] = []
    if before in _AFTER_NOUN:
        particle = _PARTICLE.match(run)
        if not particle:
            return _split_inflection(run)
        cls = TokenClass.CONNECTIVE if particle.group() == "や" else TokenClass.PARTICLE
        words.append(Token(particle.group(), cls))
        run, before = run[particle.end() :], TokenClass.PARTICLE
    while before is TokenClass.PARTICLE and re.match("の.", run) and not _PARTICLE.fullmatch(run):
        words.append(Token("の", TokenClass.PARTICLE))
        run = run[1:]
    return words + _split_words(run) if run else words


def _split_inflection(run: str) -> list[Token]:
    predicate = _PREDICATE.match(run)
    cls = TokenClass.PREDICATE if predicate else TokenClass.OKURIGANA
    if nominalised := _NOMINALISED.fullmatch(run):
        return _nominalised(nominalised, cls)
    # 届け出なければ｜ならない, 漏らし｜てはならない: what is obliged or forbidden changes alone.
    if (obliged := _OBLIGED.fullmatch(run)) and obliged[1]:
        return [Token(obliged[1], cls), Token(obliged[2], TokenClass.KANA)]
    head = predicate.end() if predicate else 0
    if predicate and _PARTICLE.fullmatch(run, head):
        return [Token(run[:head], cls), Token(run[head:], TokenClass.PARTICLE)]
    tail = _TAIL.fullmatch(run, head)
    if tail and (predicate or not tail[1].endswith(("ならな", "でき"))):
        return [Token(run[: tail.start(2)], cls), Token(tail[2], TokenClass.PARTICLE)]
    return [Token(run, cls)]


def _nominalised(match: re.Match[str], cls: TokenClass) -> list[Token]:
    """The verb, of a class; its formal noun; the particle behind it, and what else follows."""
    formal = TokenClass.PARTICLE if match[2] == "とともに" else TokenClass.KANA
    classes = (cls, formal, TokenClass.PARTICLE, TokenClass.KANA)
    return [Token(word, c) for word, c in zip(match.groups(), classes, strict=True) if word]


def _split_words(run: str) -> list[Token]:
    if _PARTICLE.fullmatch(run):
        return [Token(run, TokenClass.PARTICLE)]
    if nominalised := _NOMINALISED.fullmatch(run):
        return _nominalised(nominalised, TokenClass.KANA)
    tail = None if _KANA_WORD.fullmatch(run) else _TAIL.fullmatch(run)
    if tail and len(tail[1]) >= 2:
        return [Token(tail[1], TokenClass.KANA), Token(tail[2], TokenClass.PARTICLE)]
    return [Token(run, TokenClass.KANA)]
