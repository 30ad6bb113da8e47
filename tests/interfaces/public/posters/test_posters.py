"""Posters and door cards: one readable, tagged page in every language, whatever the words are."""

import hashlib
import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
import typst
from PIL import Image
from pypdf import PdfReader

from byname.interfaces.public.posters import (
    Language,
    Paper,
    Poster,
    PosterOfficer,
    PosterWords,
    missing_glyphs,
    poster_pdf,
)
from byname.interfaces.public.posters.typefaces import FOLDER
from byname.vocabulary import Refused

LANGUAGES: tuple[Language, ...] = get_args(Language)
PAPERS: tuple[Paper, ...] = get_args(Paper)

# headline, how to reach, danger, not urgent, scan, demonstration, unreviewed, division, printed on
SENTENCES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Your neighbourhood officers",
        "Leave them a message: 416-555-0114. They are not on duty day and night.",
        "In danger now? Call 911.",
        "Police, not urgent: 416-555-0100, day and night.",
        "Scan to meet them and to tell them what worries you",
        "Demonstration: invented officers",
        "Nobody has checked this translation yet. The English words stand beside it.",
        "14 Division",
        "Printed on Monday, November 23, 2026",
    ),
    "fr": (
        "Vos agents de quartier",
        "Laissez-leur un message : 416-555-0114. Ils ne sont pas de service jour et nuit.",
        "En danger maintenant ? Appelez le 911.",
        "Police, sans urgence : 416-555-0100, jour et nuit.",
        "Scannez ce code pour les connaître et leur dire ce qui vous inquiète",
        "Démonstration : agents inventés",
        "Personne n’a encore vérifié cette traduction. Le texte anglais figure à côté.",
        "Division 14",
        "Imprimé le lundi 23 novembre 2026",
    ),
    "zh-hans": (
        "您的社区警员",
        "给他们留言：416-555-0114。他们不是全天值班。",
        "现在有危险？请拨打 911。",
        "非紧急报警：416-555-0100，昼夜均可。",
        "扫描二维码，认识他们，说说让您担心的事",
        "演示：警员均为虚构",
        "此译文尚未经人审核，旁边附有英文原文。",
        "第14分局",
        "2026年11月23日星期一印制",
    ),
    "zh-hant": (
        "您的社區警員",
        "給他們留言：416-555-0114。他們不是全天值班。",
        "現在有危險？請撥打 911。",
        "非緊急報警：416-555-0100，晝夜均可。",
        "掃描二維碼，認識他們，說說讓您擔心的事",
        "示範：警員均為虛構",
        "此譯文尚未經人審核，旁邊附有英文原文。",
        "第14分局",
        "2026年11月23日星期一印製",
    ),
    "pt": (
        "Os agentes do seu bairro",
        "Deixe-lhes uma mensagem: 416-555-0114. Não estão de serviço dia e noite.",
        "Está em perigo agora? Ligue 911.",
        "Polícia, sem urgência: 416-555-0100, dia e noite.",
        "Leia o código para os conhecer e lhes dizer o que o preocupa",
        "Demonstração: agentes inventados",
        "Ninguém verificou ainda esta tradução. O texto em inglês está ao lado.",
        "Divisão 14",
        "Impresso na segunda-feira, 23 de novembro de 2026",
    ),
    "ta": (
        "உங்கள் பகுதியின் காவல் அதிகாரிகள்",
        "அவர்களுக்குச் செய்தி விடுங்கள்: 416-555-0114. அவர்கள் இரவும் பகலும் பணியில் இருப்பதில்லை.",
        "இப்போது ஆபத்தா? 911 ஐ அழையுங்கள்.",
        "அவசரமற்ற காவல் உதவி: 416-555-0100, இரவும் பகலும்.",
        "அவர்களை அறிந்துகொள்ளவும் உங்கள் கவலையைச் சொல்லவும் இதை ஸ்கேன் செய்யுங்கள்",
        "செயல்விளக்கம்: அதிகாரிகள் கற்பனையானவர்கள்",
        "இந்த மொழிபெயர்ப்பை இன்னும் யாரும் சரிபார்க்கவில்லை. ஆங்கில வாக்கியம் அருகில் உள்ளது.",
        "14 ஆம் பிரிவு",
        "அச்சிட்ட நாள்: திங்கள், 23 நவம்பர் 2026",
    ),
    "ur": (
        "آپ کے محلے کے پولیس افسران",
        "ان کے لیے پیغام چھوڑیں: 416-555-0114۔ وہ دن رات ڈیوٹی پر نہیں ہوتے۔",
        "ابھی خطرے میں ہیں؟ 911 پر فون کریں۔",
        "پولیس، غیر ہنگامی: 416-555-0100، دن رات۔",
        "ان سے ملنے اور اپنی پریشانی بتانے کے لیے کوڈ اسکین کریں",
        "یہ صرف نمونہ ہے: تمام افسران فرضی ہیں",
        "اس ترجمے کی ابھی کسی نے جانچ نہیں کی۔ انگریزی الفاظ ساتھ درج ہیں۔",
        "ڈویژن 14",
        "پیر، 23 نومبر 2026 کو چھاپا گیا",
    ),
    "es": (
        "Los agentes de su barrio",
        "Déjeles un mensaje: 416-555-0114. No están de servicio día y noche.",
        "¿Está en peligro ahora? Llame al 911.",
        "Policía, sin urgencia: 416-555-0100, día y noche.",
        "Escanee el código para conocerlos y contarles lo que le preocupa",
        "Demostración: agentes inventados",
        "Nadie ha revisado todavía esta traducción. El texto en inglés está al lado.",
        "División 14",
        "Impreso el lunes 23 de noviembre de 2026",
    ),
    "tl": (
        "Ang mga pulis ng inyong lugar",
        "Mag-iwan ng mensahe: 416-555-0114. Hindi sila naka-duty araw at gabi.",
        "Nasa panganib ngayon? Tumawag sa 911.",
        "Pulis, hindi agaran: 416-555-0100, araw at gabi.",
        "I-scan para makilala sila at sabihin ang inyong inaalala",
        "Pagpapakita lamang: imbento ang mga pulis",
        "Wala pang sumusuri sa saling ito. Nasa tabi ang Ingles.",
        "Dibisyon 14",
        "Inilimbag noong Lunes, Nobyembre 23, 2026",
    ),
}

# rank, leads the team, three lists of languages
OFFICER_WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("Constable", "Leads the team", "English, French", "English, Vietnamese", "English, Portuguese, Spanish"),
    "fr": ("Agente", "Dirige l’équipe", "anglais, français", "anglais, vietnamien", "anglais, portugais, espagnol"),
    "zh-hans": ("警员", "团队负责人", "英语、法语", "英语、越南语", "英语、葡萄牙语、西班牙语"),
    "zh-hant": ("警員", "團隊負責人", "英語、法語", "英語、越南語", "英語、葡萄牙語、西班牙語"),
    "pt": ("Agente", "Lidera a equipa", "inglês, francês", "inglês, vietnamita", "inglês, português, espanhol"),
    "ta": (
        "காவலர்",
        "குழுவை வழிநடத்துகிறார்",
        "ஆங்கிலம், பிரெஞ்சு",
        "ஆங்கிலம், வியட்நாமியம்",
        "ஆங்கிலம், போர்த்துகீசியம், ஸ்பானியம்",
    ),
    "ur": ("کانسٹیبل", "ٹیم کی سربراہ", "انگریزی، فرانسیسی", "انگریزی، ویتنامی", "انگریزی، پرتگالی، ہسپانوی"),
    "es": ("Agente", "Dirige el equipo", "inglés, francés", "inglés, vietnamita", "inglés, portugués, español"),
    "tl": ("Konstable", "Namumuno sa pangkat", "Ingles, Pranses", "Ingles, Vietnamese", "Ingles, Portuges, Espanyol"),
}

NAMES = (
    "Maren Oakfield",
    "Tobias Vale",
    "Ines Carreira",
    "Pavel Dunmore",
    "Lucía Fontané",
    "Abel Thistlewood-Marchetti",
    "Noor Halim",
    "Wren Castellan",
)


def drawn_face(skin: str, hair: str, ground: str) -> bytes:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 70">
<rect width="60" height="70" fill="{ground}"/>
<path d="M4 70c2-16 12-20 26-20s24 4 26 20z" fill="#2a4560"/>
<rect x="24" y="42" width="12" height="14" rx="6" fill="{skin}"/>
<ellipse cx="30" cy="31" rx="14" ry="17" fill="{skin}"/>
<path d="M15 30c-3-18 8-22 15-22s18 4 15 22c-3-7-7-11-15-11s-12 4-15 11z" fill="{hair}"/>
<circle cx="25" cy="31" r="1.5"/><circle cx="35" cy="31" r="1.5"/>
<path d="M25 40q5 4 10 0" stroke="#6b3b34" stroke-width="1.4" fill="none" stroke-linecap="round"/></svg>""".encode()


FACES = (
    drawn_face("#f0c9a8", "#5a3a22", "#dfe7ea"),
    drawn_face("#c98f63", "#1c1a1a", "#e9e2d3"),
    drawn_face("#8a5a3c", "#2b1a12", "#dfe7ea"),
)


def poster_in(language: Language, officers: int = 4, *, unreviewed: bool = False, demo: bool = True) -> Poster:
    headline, reach, danger, calm, scan, demonstration, note, division, printed = SENTENCES[language]
    english = SENTENCES["en"]
    rank, leads, *spoken = OFFICER_WORDS[language]
    team = tuple(
        PosterOfficer(
            name=name,
            rank=rank,
            languages=spoken[index % 3],
            role=leads if index == 0 else None,
            pronunciation="ee-NESS kar-RAY-ra" if name.startswith("Ines") else None,
            leads=index == 0,
            picture=FACES[index % 3] if index != 3 else None,
            picture_format="svg" if index != 3 else None,
        )
        for index, name in enumerate(NAMES[:officers])
    )
    words = PosterWords(
        headline=headline,
        reach=reach,
        danger=danger,
        not_urgent=calm,
        scan=scan,
        demonstration=demonstration,
        danger_original=english[2] if unreviewed else None,
        not_urgent_original=english[3] if unreviewed else None,
        unreviewed=note if unreviewed else None,
    )
    return Poster(
        language=language,
        direction="rtl" if language == "ur" else "ltr",
        title="Kensington-Chinatown",
        service="Toronto Police Service",
        division=division,
        officers=team,
        words=words,
        page_url=f"https://byname.example/{language}/at/kensington-chinatown",
        reference="P-7K3M",
        printed_on=printed,
        demo=demo,
    )


def read(pdf: bytes) -> Any:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """The words as a reader's program takes them out, spaces and line ends left aside."""
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read(pdf).pages))


def typefaces_in(pdf: bytes) -> set[str]:
    fonts = read(pdf).pages[0]["/Resources"]["/Font"].values()
    return {re.sub(r"^.*[+/]|-.*$", "", font["/BaseFont"]) for font in fonts}


def packed(text: str) -> str:
    return re.sub(r"\s", "", text)


def with_lead(poster: Poster, **changes: object) -> Poster:
    return replace(poster, officers=(replace(poster.officers[0], **changes), *poster.officers[1:]))  # type: ignore[arg-type]


def structure(pdf: bytes) -> list[tuple[str, str]]:
    """Every tag of the document in reading order, with its description where it has one."""
    found: list[tuple[str, str]] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            walk(node.get("/K"))

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize(("language", "paper"), list(product(LANGUAGES, PAPERS)))
def test_every_language_on_every_paper_is_one_tagged_page_with_title_language_and_names(
    language: Language, paper: Paper
) -> None:
    poster = poster_in(language, unreviewed=language != "en")
    pdf = poster_pdf(poster, paper=paper)
    root = read(pdf).trailer["/Root"]
    assert len(read(pdf).pages) == 1
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # a PDF boolean, not Python's
    assert root["/Lang"].split("-")[0] == language.split("-")[0]
    assert read(pdf).metadata["/Title"] == f"Kensington-Chinatown · {poster.words.headline}"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    text = text_of(pdf)
    for words in ("Kensington-Chinatown", *NAMES[:4], "P-7K3M", "416-555-0114", poster.page_url[8:]):
        assert packed(words) in text


@pytest.mark.parametrize(("paper", "millimetres"), [("a4", (210, 297)), ("letter", (216, 279)), ("door", (105, 148))])
def test_each_paper_has_its_size(paper: Paper, millimetres: tuple[int, int]) -> None:
    box = read(poster_pdf(poster_in("en"), paper=paper)).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == millimetres


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_reader_meets_the_area_then_each_officer_under_a_heading_with_a_described_picture(
    language: Language,
) -> None:
    poster = poster_in(language)
    rank = poster.officers[0].rank
    told = [(tag, alt) for tag, alt in structure(poster_pdf(poster, paper="a4")) if tag in ("/H1", "/H2", "/Figure")]
    assert told == [
        ("/H1", ""),
        ("/Figure", f"{rank} Maren Oakfield"),
        ("/H2", ""),
        ("/Figure", f"{rank} Tobias Vale"),
        ("/H2", ""),
        ("/Figure", f"{rank} Ines Carreira"),
        ("/H2", ""),
        ("/H2", ""),
        ("/Figure", f"{poster.words.scan} {poster.page_url}"),
    ]


@pytest.mark.parametrize(
    ("language", "paper", "officers"),
    [*product(["en"], PAPERS, (1, 2, 3, 5, 6, 7, 8)), *product(["ur", "ta"], ["letter", "door"], (1, 8))],
)
def test_a_team_of_any_size_is_on_one_page(language: Language, paper: Paper, officers: int) -> None:
    pdf = poster_pdf(poster_in(language, officers, unreviewed=True), paper=paper)
    assert len(read(pdf).pages) == 1
    assert [name for name in NAMES if packed(name) in text_of(pdf)] == list(NAMES[:officers])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_of_every_language_have_a_glyph_for_each_character(language: Language) -> None:
    assert missing_glyphs(" ".join((*SENTENCES[language], *OFFICER_WORDS[language], *NAMES)), language) == set()


def test_a_character_the_languages_own_typefaces_lack_is_named() -> None:
    assert missing_glyphs("Bună 们 ab", "zh-hant") == {"们"}
    assert missing_glyphs("门 見", "zh-hans") == set()
    assert missing_glyphs("ہے தமிழ்", "en") == set("ہےதமிழ்")
    assert missing_glyphs("می\u200cخواہم \u2067 a\u00ad", "ur") == set()
    assert missing_glyphs("Nguyễn Đặng Łukasz Şahin", "en") == set()


@pytest.mark.parametrize("text", ["王小明 門 们", "Łukasz Şahin ½"])
def test_a_name_in_another_script_than_the_posters_is_printed(text: str) -> None:
    assert packed(text) in text_of(poster_pdf(with_lead(poster_in("fr"), name=text), paper="a4"))


def test_a_name_patched_from_no_two_latin_typefaces() -> None:
    pdf = poster_pdf(with_lead(poster_in("en"), name="Nguyễn Thị"), paper="a4")
    assert typefaces_in(pdf) == {"NotoSans"}


@pytest.mark.parametrize(
    ("language", "name"), [("ta", "தமிழ்ச்செல்வன் முத்து"), ("zh-hans", "王小明"), ("es", "Íñigo"), ("en", "Nguyễn Thị Ẵ")]
)
def test_words_copied_out_of_a_poster_are_the_words_put_in(tmp_path: Path, language: Language, name: str) -> None:
    if not (reader := shutil.which("pdftotext")):
        pytest.skip("pdftotext is not installed (Debian package poppler-utils)")
    poster = with_lead(poster_in(language), name=name)
    (tmp_path / "poster.pdf").write_bytes(poster_pdf(poster, paper="a4"))
    told = subprocess.run([reader, "-raw", "poster.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = packed(told.stdout.decode())
    for words in (name, poster.words.headline, poster.words.danger, poster.words.demonstration):
        assert packed(words) in text


@pytest.mark.parametrize("text", ["ሰ", "🙂", "ਪ", "\U00010380"])
def test_a_character_no_typeface_can_show_is_refused_not_printed_as_a_box(text: str) -> None:
    with pytest.raises(Refused) as refused:
        poster_pdf(with_lead(poster_in("en"), name=f"Maren {text}"), paper="a4")
    assert refused.value.sentence == f"A poster cannot show these characters: {text}"


def test_simplified_and_traditional_chinese_use_their_own_typefaces() -> None:
    assert typefaces_in(poster_pdf(poster_in("zh-hans"), paper="a4")) == {"AtkinsonHyperlegibleNext", "NotoSansSC"}
    assert typefaces_in(poster_pdf(poster_in("zh-hant"), paper="a4")) == {"AtkinsonHyperlegibleNext", "NotoSansTC"}


def test_the_unreviewed_safety_words_stand_beside_the_english_ones() -> None:
    english = packed(SENTENCES["en"][2] + SENTENCES["en"][3])
    note = packed(SENTENCES["fr"][6])
    unreviewed = text_of(poster_pdf(poster_in("fr", unreviewed=True), paper="a4"))
    reviewed = text_of(poster_pdf(poster_in("fr"), paper="a4"))
    assert (english in unreviewed, note in unreviewed) == (True, True)
    assert (english in reviewed, note in reviewed) == (False, False)


def test_only_a_demonstration_says_so() -> None:
    band = packed(SENTENCES["en"][5])
    assert band in text_of(poster_pdf(poster_in("en"), paper="door"))
    assert band not in text_of(poster_pdf(poster_in("en", demo=False), paper="door"))


def test_the_lead_comes_first_whatever_the_order_given() -> None:
    poster = poster_in("en")
    turned = replace(poster, officers=poster.officers[::-1])
    text = text_of(poster_pdf(turned, paper="a4"))
    assert sorted(NAMES[:4], key=lambda name: text.index(packed(name))) == [NAMES[0], *NAMES[3:0:-1]]
    assert next(alt for _, alt in structure(poster_pdf(turned, paper="a4")) if alt) == "Constable Maren Oakfield"


HOSTILE = (
    '#import "x.typ": *',
    '#read("/etc/passwd")',
    '"), #panic("x"), ("',
    "\\ \\u{41} \\\\ \\\" '",
    "*bold* _it_ `raw` $x^2$ <label> @ref = h",
    "// comment /* more */",
    "{{ x }} {% y %} </script>",
    "$ sum_(i=0)^n $ #sys.inputs.poster",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_the_words_is_printed_as_it_was_written(text: str) -> None:
    poster = replace(with_lead(poster_in("en"), name=text, pronunciation=text), title=text, service=text)
    pdf = poster_pdf(poster, paper="a4")
    assert text_of(pdf).count(packed(text)) == 4
    assert read(pdf).metadata["/Title"] == f"{text} · {SENTENCES['en'][0]}"


@pytest.mark.parametrize("paper", ["letter", "door"])
@pytest.mark.parametrize(
    "text", ["W" * 10_000, "Maria " * 2_000, "ஸ்ரீ" * 3_000, "محمد" * 3_000, "王" * 10_000, "a\u0301" * 9_000]
)
def test_words_without_end_are_cut_and_stay_on_one_page(text: str, paper: Paper) -> None:
    endless = poster_in("en", 8, unreviewed=True)
    sentences = PosterWords(*(text,) * 9)
    team = tuple(
        replace(officer, name=text, rank=text, languages=text, pronunciation=text, role=text)
        for officer in endless.officers
    )
    poster = replace(endless, title=text, service=text, division=text, words=sentences, officers=team, printed_on=text)
    assert len(read(poster_pdf(poster, paper=paper)).pages) == 1


def test_direction_marks_and_control_characters_are_dropped() -> None:
    poster = with_lead(
        poster_in("en"), name="\ufeffMaren\u202e\u2067 Oak\x00field\ufffa\u0605\n\t\u2028Vale\ufdd0\ud800"
    )
    assert "MarenOakfieldVale" in text_of(poster_pdf(poster, paper="a4"))


@pytest.mark.parametrize("paper", PAPERS)
def test_the_largest_team_fits_and_a_larger_or_empty_one_is_refused(paper: Paper) -> None:
    poster = poster_in("en")
    twelve = replace(poster, officers=poster.officers * 3)
    assert len(read(poster_pdf(twelve, paper=paper)).pages) == 1
    for officers in ((), poster.officers * 4):
        with pytest.raises(Refused) as refused:
            poster_pdf(replace(poster, officers=officers), paper=paper)
        assert refused.value.sentence == (f"A poster shows from 1 to 12 officers; this team has {len(officers)}.")


@pytest.mark.parametrize("name", ["", " \n", "\u202e"])
def test_an_officer_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        poster_pdf(with_lead(poster_in("en"), name=name), paper="a4")
    assert refused.value.sentence == "A poster needs the area's name and a name for each officer."


@pytest.mark.parametrize("picture_format", ["jpeg", "png"])
def test_a_photo_is_placed_whole_in_width_and_described(picture_format: str) -> None:
    photo = BytesIO()
    Image.new("RGB", (300, 350), "#8899aa").save(photo, picture_format)
    poster = with_lead(poster_in("en", 1), picture=photo.getvalue(), picture_format=picture_format)
    pdf = poster_pdf(poster, paper="a4")
    sizes = [(image["/Width"], image["/Height"]) for image in images_in(pdf)]
    assert (300, 350) in sizes
    assert ("/Figure", "Constable Maren Oakfield") in structure(pdf)


def images_in(pdf: bytes) -> list[dict[str, Any]]:
    return [
        found
        for number in range(1, len(read(pdf).xref_objStm) + len(read(pdf).xref[0]) + 1)
        if isinstance(found := read(pdf).get_object(number), dict) and found.get("/Subtype") == "/Image"
    ]


@pytest.mark.parametrize("linked", ["/etc/poster.svg", "poster.svg", "../poster.svg", "file:poster.svg"])
def test_a_drawing_cannot_bring_in_a_file_from_the_machine(linked: str) -> None:
    drawing = f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 6 7">
<image xlink:href="{linked}" width="6" height="7"/></svg>"""
    with pytest.raises(typst.TypstError, match="failed to load linked image"):
        poster_pdf(with_lead(poster_in("en", 1), picture=drawing.encode()), paper="a4")


def test_the_same_poster_gives_the_same_bytes() -> None:
    assert poster_pdf(poster_in("ur"), paper="a4") == poster_pdf(poster_in("ur"), paper="a4")


def test_posters_asked_for_at_the_same_moment_do_not_mix() -> None:
    posters = [replace(poster_in("en"), title=f"Area {number}") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        titles = [
            read(pdf).metadata["/Title"] for pdf in pool.map(lambda poster: poster_pdf(poster, paper="door"), posters)
        ]
    assert titles == [f"Area {number} · Your neighbourhood officers" for number in range(12)]


def test_the_typefaces_are_the_locked_files_unchanged() -> None:
    lock = json.loads((Path(__file__).parents[4] / "tools/poster-fonts.lock.json").read_text())
    assert {entry["file"]: entry["sha256"] for entry in lock["files"]} == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()
    }
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 25_000_000
