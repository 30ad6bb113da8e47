"""Which language a text is written in, told offline; and which languages somebody reads who speaks others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

TONGUES: Final = (
    *("en", "fr", "zh-hans", "zh-hant", "tl", "es", "ta", "pt", "fa", "ur", "ko", "ru", "it", "bn", "vi", "ar", "gu"),
    *("pa", "el", "hi", "pl", "uk", "sr", "so", "tr"),
)
"""Every language that is recognised: the 24 most spoken in Toronto's homes, Chinese in both ways of writing it."""

_SURE: Final = 0.85
"""A guess that is less likely than this is none."""
_FEW: Final = 10
"""Letters below which a text in a script that many languages share is not guessed at."""
_ENOUGH: Final = 100
"""Characters that tell the language; whatever follows is not looked at."""
_DETECTED: Final = (
    *(Language.ENGLISH, Language.FRENCH, Language.CHINESE, Language.TAGALOG, Language.SPANISH, Language.TAMIL),
    *(Language.PORTUGUESE, Language.PERSIAN, Language.URDU, Language.KOREAN, Language.RUSSIAN, Language.ITALIAN),
    *(Language.BENGALI, Language.VIETNAMESE, Language.ARABIC, Language.GUJARATI, Language.PUNJABI, Language.GREEK),
    *(Language.HINDI, Language.POLISH, Language.UKRAINIAN, Language.SERBIAN, Language.SOMALI, Language.TURKISH),
)
_ADDRESSES: Final = re.compile(r"\S*(?:://|@|www\.)\S*")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LATIN_WORDS: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'’]+")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_OF_NONE: Final = re.compile(r"[\u3040-\u30ff\u0590-\u05ff\u0530-\u058f\u0700-\u074f\u0e00-\u0fff\u1200-\u137fښځڅږڼۍ]")
"""Letters of none of these languages: Japanese, Hebrew, Armenian, Syriac, Thai, Lao, Tibetan, Ethiopic, Pashto."""
_URDU: Final = re.compile(r"[ٹڈڑںےہھ]")
"""Letters that Urdu writes in almost every sentence, and Persian and Arabic never."""
_SHARED: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0400-\u04ff\u0600-\u06ff\u0900-\u097f]")
"""Letters of a script that several languages share: there a few words are no sign."""

# Two languages of one script, told apart by what only one of them writes.
_HANS: Final = frozenset(
    "们这个车门时说话来为么没对过还开关边学样点问间见长东业经员动国让给请谢听觉区场号楼应该发现电灯声响乱儿岁妈邻钟辆骑闹吗难认识实头"
    "买卖钱银铁飞马鸟鱼红绿黄蓝气热风云总别处务办张医药师帮书写读语谁里几万亿两双条层户园图圆广厂单变险队阳阴陆随离题预领顾类达运进远"
    "连选适迟释证评译试诉词调谈谓财责败账货质购贵费资赛赶转软较载轻输农视规观计订议讯记许论设访报据担择损换扰执扫护抢战戏归当录忆忧态"
    "恶惊惯愿栏标树桥机权极构枪楼欢残毁汇汉沟泽洁济浊测浓涨渐灭灾炉烂烟烦爱犹狗独猫环状疯监盖盘确础离种积称稳穷窃竞笔签简粮紧纠红纪约"
    "级纯纲纳纵纸线练组细织终绍经结绕绝统继续维绩绪绿缓编缘缩网罗罢罚职联聪肃肠肤胜脏脑脚脸舆舰艰艺节芦苏荣获营虑虽虾蚁补装裤"
)
_HANT: Final = frozenset(
    "們這個車門時說話來為麼沒對過還開關邊學樣點問間見長東業經員動國讓給請謝聽覺區場號樓應該發現電燈聲響亂兒歲媽鄰鐘輛騎鬧嗎難認識實頭"
    "買賣錢銀鐵飛馬鳥魚紅綠黃藍氣熱風雲總別處務辦張醫藥師幫書寫讀語誰裡裏幾萬億兩雙條層戶園圖圓廣廠單變險隊陽陰陸隨離題預領顧類達運進遠"
    "連選適遲釋證評譯試訴詞調談謂財責敗賬貨質購貴費資賽趕轉軟較載輕輸農視規觀計訂議訊記許論設訪報據擔擇損換擾執掃護搶戰戲歸當錄憶憂態"
    "惡驚慣願欄標樹橋機權極構槍歡殘毀匯漢溝澤潔濟濁測濃漲漸滅災爐爛煙煩愛猶獨貓環狀瘋監蓋盤確礎種積稱穩窮竊競筆簽簡糧緊糾紀約級純綱納"
    "縱紙線練組細織終紹結繞絕統繼續維績緒緩編緣縮網羅罷罰職聯聰肅腸膚勝臟腦腳臉輿艦艱藝節蘆蘇榮獲營慮雖蝦蟻補裝褲嘅咗喺唔係啲佢冇嗰嚟"
)
_ROMANISED: Final = frozenset(
    "hai hain hei tha thi aur nahi nahin nahien mein mera meri mere humein hamein hamare hamari aap apne yeh woh kya "
    "kyun kyon bahut bohot raat din log gaari gaariyan gaadi gaadiyan gari bachay bachon bachche ghar gali sarak shor "
    "karte karta karti raha rahi rahe subah shaam wala wale waali koi kuch kuchh sath saath paas liye lekin magar jab "
    "tak se ko ki ka ke par ne bhi hota hoti hote chalti chalte chalata baad pehle roz har "
    "nu vich vichon di da de dian diyan ne te saanu sanu sade saade asi tusi oh eh nahi gaddi gaddian bahar munde "
    "raati roj kol nal naal hunda hundi hunde karde kardi "
    "naan nanga engal enga namma vandi vandigal romba irukku irukkum irukkiratu illai illa veedu pillaigal kuzhanthai "
    "rathiri iravu kaalai kalai dinamum inge ange athu ithu oru neraya satham sattham ottugirargal varuthu varum "
    "poguthu pannunga seiyungal udhavi udavi theru pakkathil pakkam".split()
)
"""Words of Urdu, Hindi, Punjabi and Tamil in Latin letters, which would else pass for Tagalog or Somali."""
_ROMANISED_ALONE: Final = _ROMANISED - frozenset("se ko ki ka ke par ne di da de te oh eh din log bin har tha".split())
"""Those that are no words of a language that is recognised."""

_READ: Final = {
    **dict.fromkeys(("zh", "cmn", "yue", "hak", "nan", "wuu"), ("zh-hans", "zh-hant")),
    "fil": ("tl",),
    "hr": ("sr",),
    "bs": ("sr",),
}
"""What is read by whoever speaks a language of another code."""


def language_of(text: str) -> str:
    """The code of the language a text is written in, of TONGUES; empty where that is not sure.

    A text of two languages counts as the one that is not English where a good part is in other letters. Words of
    Urdu, Hindi, Punjabi or Tamil in Latin letters are not recognised. 0.05 to 0.4 ms for a text, once `warm` has
    run.
    """
    text = _ADDRESSES.sub(" ", text[:_ENOUGH])
    letters = len(_LETTERS.findall(text))
    latin = len(_LATIN.findall(text))
    if 3 * (letters - latin) >= letters and letters > latin:
        text = _LATIN.sub(" ", text)
    elif _is_romanised(text):
        return ""
    if _OF_NONE.search(text):
        return ""
    here, shared = len(_LETTERS.findall(text)), len(_SHARED.findall(text))
    if not here or (2 * shared > here and here < _FEW):
        return ""
    likely = _detector().compute_language_confidence_values(text)
    if not likely or likely[0].value < _SURE:
        return ""
    code = likely[0].language.iso_code_639_1.name.lower()
    if code == "zh":
        return _chinese(text)
    return "" if code == "ur" and not _URDU.search(text) else code


def reads(languages: Iterable[str]) -> frozenset[str]:
    """The languages of TONGUES that are read by those who speak these; English always."""
    return frozenset({"en"}).union(*(_READ.get(code, (code,)) for code in languages))


def warm() -> None:
    """Reads the tables of every language, so that nobody's first words wait for them."""
    for text in (
        "Every morning the cars race past.",
        "هر صبح ماشین‌ها تند می‌روند",
        "Каждое утро машины",
        "हर सुबह गाड़ियाँ",
    ):
        language_of(text)


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_DETECTED).with_low_accuracy_mode().build()


def _chinese(text: str) -> str:
    signs = _HAN.findall(text)
    simple, full = sum(sign in _HANS for sign in signs), sum(sign in _HANT for sign in signs)
    return "zh-hant" if full > simple else "zh-hans"


def _is_romanised(text: str) -> bool:
    words = [word.casefold() for word in _LATIN_WORDS.findall(text)]
    known = sum(word in _ROMANISED for word in words)
    return 4 * known >= len(words) and len(set(words) & _ROMANISED_ALONE) >= 2
