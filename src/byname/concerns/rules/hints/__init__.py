"""What a text tells of other people, to be shown to its writer before it is sent: a hint warns, it never refuses.

Found on the face of the text, with no list of residents behind it: names, plates, phones, e-mail addresses, a person's
door, accusations, and what people look like.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from byname.concerns.rules.phrases import STOP, Found, Phrases, Word, lines, placed_words, words_of

LANGUAGES: Final = ("en", "es", "fr", "pt", "ta", "tl", "ur", "zh_Hans", "zh_Hant")
KINDS: Final = ("email", "phone", "plate", "name", "accusation", "address", "appearance")
"""Of two hints on the same words the earlier kind is told."""

_INSIDE: Final = "not_inside"
_AFTER_NAME: Final = "name after"
_BEFORE_NAME: Final = "name before"
_CALLS_A_NAME: Final = "name called"
_CONDUCT: Final = "conduct said"


class Hint(NamedTuple):
    """A kind of KINDS and the characters it stands on, from start up to but not including end."""

    kind: str
    start: int
    end: int


def hints(text: str, known: Sequence[str] = ()) -> tuple[Hint, ...]:
    """What in a text tells of a person, in the order of the text; no two hints share a character.

    Names that are public, such as the area's officers and streets, are given as `known` and are no hints.
    """
    plain, places = _plain(text)
    found = [
        Hint(kind, places[start], places[end - 1] + 1)
        for kind, start, end in (*_emails(plain), *_phones(plain), *_plates(plain))
    ]
    words = placed_words(text)
    met = _LISTS.found([word.said for word in words])
    found += _phrase_hints(words, met)
    public = {word for name in known for word in words_of(name)}
    found += [hint for hint in _names(text, words, met) if not set(words_of(text[hint.start : hint.end])) <= public]
    return _apart(found)


def appearance_only(text: str) -> bool:
    """Whether a text tells what people look like and nothing they do, in any of the languages' lists."""
    met = _LISTS.found(words_of(text))
    looks = any(_left("appearance", met))
    return looks and not any(found.list == _CONDUCT for found in met)


def _apart(found: Sequence[Hint]) -> tuple[Hint, ...]:
    """The hints that stand when of overlapping ones the first kind, then the longest, is kept."""
    kept: list[Hint] = []
    taken = bytearray(max((hint.end for hint in found), default=0))
    for hint in sorted(found, key=lambda hint: (KINDS.index(hint.kind), hint.start - hint.end, hint.start)):
        if not any(taken[hint.start : hint.end]):
            taken[hint.start : hint.end] = b"\1" * (hint.end - hint.start)
            kept.append(hint)
    return tuple(sorted(kept, key=lambda hint: hint.start))


# Numbers and addresses, read in plain characters


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in plain characters, invisible ones left out and every digit a European one, and where each stood."""
    said, places = [], []
    for place, char in enumerate(text):
        if unicodedata.category(char) == "Cf":
            continue
        plain = unicodedata.normalize("NFKC", char)
        digit = unicodedata.decimal(plain, None) if len(plain) == 1 else None
        said.append(str(digit) if digit is not None else plain if len(plain) == 1 else char)
        places.append(place)
    return "".join(said), places


_WORD_AT = r"(?:\s{0,2}[(\[{]\s?(?:at|arroba|arobase|a)\s?[)\]}]\s{0,2}|\s(?:arroba|arobase|at)\s)"
_WORD_DOT = r"(?:\s{0,2}[(\[{]\s?(?:dot|punto|ponto|point)\s?[)\]}]\s{0,2}|\s(?:dot|punto|ponto|point)\s)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:\s?@\s?[\w-]{{1,63}}(?:(?:\.|{_WORD_DOT})[\w-]{{2,63}}){{1,4}}"
    rf"|{_WORD_AT}[\w-]{{1,63}}(?:(?:{_WORD_DOT}[\w-]{{2,63}}){{1,4}}"
    r"|(?:\.[\w-]{2,63}){0,3}\.(?:com|ca|org|net|edu|info|co|io|fr|pt|br|mx|cn|hk|tw|pk|in|lk|ph)\b))",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![A-Za-z0-9_.:/])(?:\+|\()?\d(?:[ \t.()/·–—-]{0,3}\d){6,14}(?![A-Za-z0-9])")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


def _emails(plain: str) -> Iterator[tuple[str, int, int]]:
    for found in _EMAIL.finditer(plain):
        yield ("email", *found.span())


def _phones(plain: str) -> Iterator[tuple[str, int, int]]:
    for found in _DIGITS.finditer(plain):
        written = found.group()
        groups = re.findall(r"\d+", written)
        count = sum(map(len, groups))
        if _DATE.match(written) or all(_YEAR.match(group) for group in groups):
            continue
        local = [len(group) for group in groups] == [3, 4] and written[3] in "-. "
        abroad = written.startswith("+") and count >= 8
        pairs = count == 8 and [len(group) for group in groups] in ([4, 4], [2, 2, 2, 2])
        if 10 <= count <= 15 or abroad or local or (pairs and "-" in written):
            yield ("phone", *found.span())


_CUE = re.compile(
    r"(?:licen[cs]e\s+plate|licen[cs]e|plates?|plaque|immatricul\w+|placas?|matr[ií]cula|chapa|plaka|نمبر\s?پلیٹ|"
    r"پلیٹ|நம்பர்\s?பிளேட்|பிளேட்|வண்டி\s?எண்|车牌号?|車牌號?|车号|車號)",
    re.IGNORECASE,
)
_AFTER_CUE = re.compile(
    r"[^\w\n]{0,3}(?:\w{1,8}[^\w\n]{1,3}){0,3}?([A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{2,4}){1,2})(?![A-Z0-9])", re.IGNORECASE
)
_PLATE = re.compile(r"(?<![\w-])(?:([A-Z]{3,4})[ -]?\d{3,4}|\d{3}[ -]?([A-Z]{3})|[A-Z]\d{2}[ -]?([A-Z]{3}))(?![\w-])")
_JOINED = re.compile(r"(?<![\w-])([a-z]{4})-?\d{3}(?![\w-])", re.IGNORECASE)
_NO_PLATE = frozenset(
    "unit apts room line exit bus buses hwy route rte year city zone flat gate page part step week days form suite "
    "call dial over only from with ttc cad usd kph mph kmh nco tps tel bill law apt box ext inc law les des las los "
    "app ems iso wifi area tier news cost and the for per item lote casa numero since until about near code foot feet "
    "hrs min sec mins days dba nov dec jan feb mar apr may jun jul aug sep oct".split()
)


def _plates(plain: str) -> Iterator[tuple[str, int, int]]:
    for cue in _CUE.finditer(plain):
        found = _AFTER_CUE.match(plain, cue.end())
        if found and re.search(r"\d", found[1]) and not _postcode(found[1]):
            yield ("plate", *found.span(1))
    shouted = sum(map(str.isupper, plain)) > sum(map(str.islower, plain))
    for found in _PLATE.finditer(plain):
        letters = next(part for part in found.groups() if part)
        if letters.lower() not in _NO_PLATE and not (shouted and " " in found.group()):
            yield ("plate", *found.span())
    for found in _JOINED.finditer(plain):
        if found[1].lower() not in _NO_PLATE:
            yield ("plate", *found.span())


def _postcode(written: str) -> bool:
    return re.fullmatch(r"[A-Z]\d[A-Z][ -]?\d[A-Z]\d", written, re.IGNORECASE) is not None


# Words of the lists


def _left(kind: str, met: Sequence[Found]) -> Iterator[Found]:
    """The phrases of a kind that are not part of a harmless one."""
    guarded = {place for guard in met if guard.list == f"{kind} {_INSIDE}" for place in range(guard.first, guard.end)}
    for found in met:
        if found.list == f"{kind} said" and guarded.isdisjoint(range(found.first, found.end)):
            yield found


def _phrase_hints(words: Sequence[Word], met: Sequence[Found]) -> Iterator[Hint]:
    """One hint for each stretch of words that phrases of one kind lie over."""
    for kind in ("accusation", "address", "appearance"):
        spans = sorted((found.first, found.end) for found in _left(kind, met))
        while spans:
            first, end = spans.pop(0)
            while spans and spans[0][0] < end:
                end = max(end, spans.pop(0)[1])
            yield Hint(kind, words[first].start, words[end - 1].end)


# Names

_STREETS: Final = frozenset(
    "street st avenue ave road rd boulevard blvd drive lane crescent court place way gardens square park school "
    "library station market plaza church centre center hospital secondary collegiate university college "
    "rue chemin place parc calle avenida rua praca restaurant cafe pub hotel mall arena pool bridge community".split()
)
_NO_NAMES: Final = frozenset(
    "mama papa nanay tatay kuya ate lolo lola mom dad no not the a an my her his their is was it on in at from to el "
    "la los las un una mi su le les une mon ma de da do das dos o os as um uma meu minha ہے ہیں تھا மிகவும் sir maam "
    "unknown concerned worried afraid scared tired writing very so sorry not just also resident "
    "i we you he she it they this that these those there here and but or for if when then please thanks our your "
    "monday tuesday wednesday thursday friday saturday sunday january february march july september october november "
    "december nous vous je tu il elle ils elles on et ou mais ce cette nosotros ella ellos esto y pero nos ele ela "
    "eles isso e mas kami tayo kayo siya sila ang mga at pero".split()
)
_OFFICES: Final = frozenset(
    "toronto ontario canada york scarborough etobicoke hydro city hall council services service housing animal bylaw "
    "bylaws law enforcement police fire department crime stoppers stopper transit metrolinx ttc presto bell rogers "
    "telus enbridge gas works public health transportation parks forestry recreation environment kids help phone line "
    "centre center legal aid clinic salvation army red cross food bank tim hortons canadian tire no frills loblaws "
    "shoppers costco walmart home depot metro bank royal td scotiabank bmo cibc god happy meals wheels children aid "
    "society office management property security company corporation inc ltd condo super building board district "
    "division ministry government service social revenue agency post connex monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october november december "
    "english french spanish portuguese tamil urdu tagalog mandarin cantonese ville ayuntamiento prefeitura camara "
    "protection jeunesse sante servicio servicios salud policia urgences info".split()
)
_HAN_NAME = re.compile("[\u3400-\u9fff]{2,3}")
_HAN_NO_NAME = re.compile("什么|什麼|不|我|你|他|她|佢|个|個|是|有|住|这|這|那|哪|谁|誰|乜|咩|在|的|嘅")
_SURNAMES: Final = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔡余杜"
    "叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤區区冼麦麥关關霍"
)


def _names(text: str, words: Sequence[Word], met: Sequence[Found]) -> Iterator[Hint]:
    """Names that follow or come before a cue of the lists, and given names followed by another capital letter."""
    for found in met:
        if found.list == _BEFORE_NAME:
            yield from _name_from(text, words, found)
        elif found.list == _AFTER_NAME:
            yield from _name_before(text, words, found)
        elif found.list == _CALLS_A_NAME:
            yield from _name_called(text, words, found)
    for place, word in enumerate(words):
        if word.said in _GIVEN and text[word.start].isupper():
            last = place + 1
            while last < min(place + 3, len(words)) and _capital(text, words[last]):
                last += 1
            if not _of_a_street(text, words, place, last):
                yield Hint("name", word.start, words[last - 1].end)


def _name_from(text: str, words: Sequence[Word], cue: Found) -> Iterator[Hint]:
    """The name that begins where a cue ends."""
    first = cue.end
    title = words[cue.end - 1].said
    if title in _SHORTENED and first < len(words) and words[first].said == STOP and text[words[first].start] == ".":
        first += 1  # "Mr. Khan": a shortened title's dot ends no sentence; "the officer. Cars race" is two
    if first >= len(words) or words[first].said in _NO_NAMES or words[first].said == STOP:
        return
    start = words[first].start
    if _is_han(words[first].said):
        if words[cue.end - 1].said == "姓" and text[start] in _SURNAMES:
            yield Hint("name", start, start + 1)
            return
        named = _HAN_NAME.match(text, start)
        if named and text[start] in _SURNAMES and not _HAN_NO_NAME.search(named.group()):
            yield Hint("name", start, named.end())
        elif named and not _HAN_NO_NAME.search(named.group()[:2]) and text[start] in "小老阿":
            yield Hint("name", start, start + 2)
        return
    last = first
    if _has_case(text[start]):
        # "her name is amina" and "this is peter", but "this is dangerous".
        lower_may = title in _SAYS_A_NAME and (words[cue.first].said != "this" or words[first].said in _GIVEN)
        while last < min(first + 3, len(words)) and (_capital(text, words[last]) or (lower_may and last == first)):
            last += 1
        if last > first and words[last - 1].said in _STREETS:
            return
    elif text[start].isalpha():
        last = first + 1
    if last > first:
        yield Hint("name", start, words[last - 1].end)


def _name_called(text: str, words: Sequence[Word], cue: Found) -> Iterator[Hint]:
    """The two or three capitals after "call", "ask": a person's, unless one belongs to an office, a shop or a street.

    Nothing is told of a text written all in capitals, where capitals mean nothing.
    """
    last = cue.end
    while last < min(cue.end + 4, len(words)) and _capital(text, words[last]):
        last += 1
    called = words[cue.end : last]
    if len(called) not in (2, 3) or any(text[word.start : word.end].isupper() for word in called):
        return
    if not {word.said for word in called} & (_STREETS | _OFFICES | _NO_NAMES):
        yield Hint("name", called[0].start, called[-1].end)


def _name_before(text: str, words: Sequence[Word], cue: Found) -> Iterator[Hint]:
    """The name that ends where a cue begins: 王先生, احمد صاحب."""
    if cue.first == 0:
        return
    word = words[cue.first - 1]
    if _is_han(word.said):
        for length in (1, 3, 2):
            first = cue.first - length
            if first >= 0 and text[words[first].start] in _SURNAMES:
                yield Hint("name", words[first].start, words[cue.end - 1].end)
                return
    elif word.said != STOP and word.said not in _NO_NAMES and not word.said.isdecimal():
        yield Hint("name", word.start, words[cue.end - 1].end)


def _of_a_street(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a capitalised stretch names a street, a corner or a house: Grace Street, Grace and College."""
    around = words[max(0, first - 2) : first], words[last : last + 2]
    if {word.said for word in (*around[1][:1], words[last - 1])} & _STREETS:
        return True
    joins = {"and", "et", "y", "e", "&", "at"}
    after = len(around[1]) == 2 and around[1][0].said in joins and _capital(text, around[1][1])
    before = len(around[0]) == 2 and around[0][1].said in joins and _capital(text, around[0][0])
    placed = bool(around[0]) and around[0][-1].said in {"on", "st", "saint", "near", "sur", "en", "sa", "off", "rue"}
    return (after or before or placed) and last - first == 1


def _capital(text: str, word: Word) -> bool:
    return text[word.start].isupper() and word.said != STOP and word.end - word.start > 1


def _has_case(char: str) -> bool:
    return char.lower() != char.upper()


def _is_han(said: str) -> bool:
    return "\u3400" <= said[0] <= "\u9fff"


# The lists

_SHORTENED: Final = frozenset("mr mrs ms dr prof sgt pc const m mme mlle sr sra srta dra gng g st rev".split())
"""Titles that are written with a dot."""
_SAYS_A_NAME: Final = frozenset(
    "is named est es e ay naam nam nomme sappelle llama chama llamado chamado mr mrs ms "
    "mister mme sr sra mang aling".split()
)


def _phrases() -> Phrases:
    """The lists of all languages as one."""
    told: list[tuple[str, str]] = []
    words: dict[str, str] = {}
    for language in LANGUAGES:
        page: Mapping[str, Mapping[str, str]] = tomllib.loads(
            (Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8")
        )
        for subject, roles in page.items():
            if subject == "words":
                words |= {f"{language}_{name}": listed for name, listed in roles.items()}
                continue
            for role, listed in roles.items():
                told += [(f"{subject} {role}", line.replace("<", f"<{language}_")) for line in lines(listed)]
    return Phrases(told, words)


def _given() -> frozenset[str]:
    """Given names, as words are compared."""
    listed = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8")
    return frozenset(words_of(" ".join(lines(listed))))


_LISTS: Final = _phrases()
_GIVEN: Final = _given()
