"""What a search takes for the same: kana, width, case, variants of kanji, spaces.

Stronger than the folding of the comparison, for which 國 and 国 differ: whoever looks for a word does
not know how it is written. Pure Python; the column that holds folded texts is `jst_objectives.folded`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Old and variant forms of kanji, each with the form in use (常用漢字表, and what names need).
VARIANTS = """
亞亜 惡悪 壓圧 圍囲 醫医 爲為 壹壱 隱隠 營営 榮栄 衞衛 驛駅 圓円 艷艶 鹽塩 應応 歐欧 毆殴 櫻桜 奧奥 橫横 溫温 穩穏 假仮 價価 畫画 會会 壞壊 懷懐 繪絵 槪概 擴拡 殼殻
覺覚 學学 嶽岳 樂楽 勸勧 卷巻 寬寛 歡歓 罐缶 觀観 陷陥 關関 顏顔 歸帰 氣気 龜亀 僞偽 戲戯 犧犠 舊旧 據拠 擧挙 峽峡 挾挟 狹狭 鄕郷 曉暁 區区 驅駆 勳勲 薰薫 徑径 惠恵
溪渓 經経 繼継 莖茎 螢蛍 輕軽 鷄鶏 藝芸 缺欠 儉倹 劍剣 圈圏 檢検 權権 獻献 縣県 險険 顯顕 驗験 嚴厳 效効 廣広 恆恒 鑛鉱 號号 國国 黑黒 歲歳 濟済 碎砕 齋斎 劑剤 册冊
雜雑 參参 慘惨 棧桟 蠶蚕 贊賛 殘残 絲糸 齒歯 兒児 辭辞 濕湿 實実 舍舎 寫写 釋釈 壽寿 收収 從従 澁渋 獸獣 縱縦 肅粛 處処 敍叙 獎奨 將将 燒焼 稱称 證証 乘乗 剩剰 壤壌
孃嬢 條条 淨浄 狀状 疊畳 穰穣 讓譲 釀醸 囑嘱 觸触 寢寝 愼慎 晉晋 眞真 盡尽 圖図 粹粋 醉酔 隨随 髓髄 數数 樞枢 聲声 靜静 齊斉 攝摂 竊窃 專専 戰戦 淺浅 潛潜 纖繊 踐践
錢銭 禪禅 雙双 壯壮 搜捜 插挿 爭争 總総 聰聡 莊荘 裝装 騷騒 增増 臟臓 藏蔵 屬属 續続 墮堕 體体 對対 帶帯 滯滞 臺台 瀧滝 擇択 澤沢 單単 擔担 膽胆 團団 彈弾 斷断 癡痴
遲遅 晝昼 蟲虫 鑄鋳 廳庁 聽聴 鎭鎮 遞逓 鐵鉄 轉転 點点 傳伝 黨党 盜盗 燈灯 當当 鬪闘 德徳 獨独 讀読 屆届 繩縄 貳弐 惱悩 腦脳 霸覇 廢廃 拜拝 賣売 麥麦 發発 髮髪 拔抜
蠻蛮 祕秘 濱浜 甁瓶 拂払 佛仏 竝並 變変 邊辺 邉辺 辨弁 瓣弁 辯弁 寶宝 豐豊 襃褒 沒没 飜翻 每毎 萬万 滿満 默黙 彌弥 譯訳 藥薬 與与 餘余 豫予 譽誉 搖揺 樣様 謠謡 來来
賴頼 亂乱 覽覧 龍竜 兩両 獵猟 綠緑 淚涙 壘塁 禮礼 靈霊 齡齢 曆暦 歷歴 戀恋 鍊錬 爐炉 勞労 樓楼 郞郎 祿禄 灣湾 步歩 敎教 內内 產産 硏研 卽即 旣既 槇槙 遙遥 瑤瑶 巖巌
髙高 﨑崎 嵜崎 嶋島 嶌島 桒桑 栁柳 𠮷吉 冨富 凜凛 曻昇 淸清 靑青 說説 脫脱 稅税 銳鋭 閱閲 悅悦 鄰隣 剝剥 塡填 頰頬 姸妍 倂併 屛屏 幷并 餠餅 甛甜 噓嘘 蟬蝉 瀆涜 鷗鴎
摑掴 潑溌 蔣蒋 藪薮 賤賎 醬醤 頸頚 麴麹 麵麺 蠟蝋 侠俠 繫繋 籠篭 礪砺 灌潅 諫諌 迩邇
"""
# ヵ and ヶ are written as カ and ケ too; dashes and waves of many makes are one.
SIGNS = dict(zip("ゕゖゐゑ", "かけいえ", strict=True)) | {
    **dict.fromkeys("‐‑‒–—―−─━﹣", "-"),
    **dict.fromkeys("〜～∼", "~"),
    **dict.fromkeys("·•‧∙", "・"),
    **dict.fromkeys("“”〝〟″", '"'),
    **dict.fromkeys("‘’′", "'"),
}
KATAKANA = {code: chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_SAME = KATAKANA | {ord(pair[0]): pair[1] for pair in VARIANTS.split()}
_SIGNS = {ord(sign): twin for sign, twin in SIGNS.items()}
# What joins the character before it: voicing marks of half-width kana, accents, variation selectors.
JOINING = "\u3099\u309a\uff9e\uff9f\u0300-\u036f\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINING = re.compile(f"[{JOINING}]")
_CLUSTER = re.compile(f".[{JOINING}]*", re.DOTALL)
# White space of every kind, and what cannot be seen at all.
_UNSEEN = re.compile(
    "[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)


class _Characters(dict[int, str]):
    """Each character with its folded form, made when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


def _folded(cluster: str) -> str:
    """Return one character, with all that joins it, folded."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    if plain[:1] == " ":  # an accent of its own, which would join what stands before it
        plain = "" if plain.isspace() else cluster
    return _UNSEEN.sub("", plain.translate(_SAME).translate(_SIGNS))


_CHARACTERS = _Characters()
_cluster = lru_cache(maxsize=10_000)(_folded)


def fold(text: str) -> str:
    """Return a text in which all that a search takes for the same is the same; without white space."""
    if not _JOINING.search(text):
        return text.translate(_CHARACTERS)
    return "".join(_cluster(found.group()) for found in _CLUSTER.finditer(text))


def words_of(typed: str) -> list[str]:
    """Return the folded words of what is looked for, each once; the text must hold all of them."""
    return list(dict.fromkeys(filter(None, map(fold, typed.split()))))


def places(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return where folded words stand in a text that is not folded: spans in order, none touching."""
    pieces = [(piece, start, end) for piece, start, end in _pieces(text)]
    folded = "".join(piece for piece, _, _ in pieces)
    owners = [n for n, (piece, _, _) in enumerate(pieces) for _ in piece]
    found = sorted(span for word in words for span in _occurrences(folded, word))
    joined: list[tuple[int, int]] = []
    for first, last in found:
        start, end = pieces[owners[first]][1], pieces[owners[last - 1]][2]
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _CLUSTER.finditer(text):
        yield _cluster(found.group()), found.start(), found.end()


def _occurrences(folded: str, word: str) -> Iterator[tuple[int, int]]:
    start = folded.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = folded.find(word, start + 1)
