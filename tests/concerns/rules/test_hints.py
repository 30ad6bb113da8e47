"""What a text tells of other people is hinted at, in every language, and streets, buses and times are let be."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns.rules.hints import KINDS, LANGUAGES, Hint, appearance_only, hints

SETS = Path(__file__).parent / "data" / "hints"


def shown(text: str, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(hint.kind, text[hint.start : hint.end]) for hint in hints(text, known)]


def test_every_language_has_its_set() -> None:
    assert tuple(sorted(path.stem for path in SETS.glob("*.toml"))) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_hints_are_met_and_ordinary_words_are_let_be(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    met: Counter[str] = Counter()
    of: Counter[str] = Counter()
    page = tomllib.loads((SETS / f"{language}.toml").read_text(encoding="utf-8"))
    for kind, texts in page.items():
        for text in texts.strip().splitlines():
            found = {hint.kind for hint in hints(text)}
            of[kind] += 1
            met[kind] += not found if kind == "none" else kind in found
    with capsys.disabled():
        print(f"\n{language:8}" + "".join(f"  {kind} {met[kind]}/{of[kind]}" for kind in page), end="")  # noqa: T201
    assert [kind for kind in page if 100 * met[kind] < 95 * of[kind]] == []
    least = 20 if language == "en" else 8
    assert [kind for kind in ("name", "phone", "accusation", "none") if of[kind] < least] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call Mr. Khan at 416-555-0199", [("name", "Khan"), ("phone", "416-555-0199")]),
        ("٤١٦ ٥٥٥ ٠١٩٩", [("phone", "٤١٦ ٥٥٥ ٠١٩٩")]),
        ("４１６－５５５－０１９９", [("phone", "４１６－５５５－０１９９")]),
        ("416\u200b555\u200b0199", [("phone", "416\u200b555\u200b0199")]),
        ("jo at example dot com", [("email", "jo at example dot com")]),
        ("the van, CABC 123, again", [("plate", "CABC 123")]),
        ("M5V 2T6", []),
        ("the 501 at Queen and Spadina, 10:30", []),
        ("2026-11-23 and 2026-11-24", []),
        ("Kevin Street", []),
        ("Jason and College", []),
    ],
)
def test_a_hint_stands_on_the_words_it_is_about(text: str, found: list[tuple[str, str]]) -> None:
    assert shown(text) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Call Peter Miller", "Peter Miller"),
        ("Ask Peter Miller about the gate", "Peter Miller"),
        ("please talk to Gwen van Dorp", ""),
        ("The light is out. Tell Peter Miller", "Peter Miller"),
        ("I spoke to Hazel Anne Brook", "Hazel Anne Brook"),
        ("Appelez Benoîte Morin", "Benoîte Morin"),
        ("Llame a Eusebio Prado por favor", "Eusebio Prado"),
        ("Fale com Eunice Prado", "Eunice Prado"),
        ("Tawagan si Crisanto Reyes", "Crisanto Reyes"),
    ],
)
def test_a_name_after_a_verb_is_hinted_at(text: str, name: str) -> None:
    assert shown(text) == ([("name", name)] if name else [])


BEGINS_A_SENTENCE = """
I spoke to the officer. We need a light at the gate.
I told the officer. Cars race here all the same.
We told our sergeant. They never came.
He said his name. We left.
I talked to my uncle. Monday it was worse.
Ask the constable. January was bad.
I am the father. Nobody slept.
Thank you officer. Please come again.
I wrote to the Dr. We heard nothing.
This is Monday again.
This is dangerous for children.
It was bad. This is worse.
The nights were named and counted.
Il y a un agent. Nous avons peur.
C'est une madame. Les autos roulent vite.
Hablé con el oficial. Nosotros esperamos.
Falei com o agente. Ninguém veio.
Kausap ko ang mister. Ang mga kotse ay mabilis.
""".strip().splitlines()


def test_the_first_word_of_a_sentence_is_no_name_for_what_stood_before_it() -> None:
    false = [text for text in BEGINS_A_SENTENCE if any(hint.kind == "name" for hint in hints(text))]
    assert false == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Peter shouts every night", "Peter"),
        ("Nothing helps. Peter shouts every night.", "Peter"),
        ("We called the officer. Peter shouts every night.", "Peter"),
        ("I told them. Mr. Khan shouts.", "Khan"),
        ("The officer came. Sgt. Okafor wrote it down.", "Okafor"),
        ("this is peter from the corner", "peter"),
        ("Regards,\nPeter", "Peter"),
    ],
)
def test_a_name_that_begins_a_sentence_is_hinted_at(text: str, name: str) -> None:
    assert shown(text) == [("name", name)]


CALLED_BUT_NOBODY = """
Call Toronto Hydro about the pole
Call Animal Services please
Ask City Hall for a crossing
Please contact Bell Canada
Call Crime Stoppers
Tell Tim Hortons to clean up
Call Kids Help Phone
Visit Trinity Bellwoods Park at night
Visit Queen Street
I met the officer at College and Spadina
Tell By-law Enforcement
Call Toronto Community Housing
Thank God for the new light
Ask Metrolinx
Call Toronto Public Health on Monday
CALL THE CITY PLEASE
Text Info Line
Speak with Property Management
We saw Christmas lights
Appelez Hydro Ottawa
Appelez la Ville de Toronto
Llame a Salud Pública
Fale com Câmara Municipal
Call me after Thanksgiving
saw Red Cross volunteers
""".strip().splitlines()


def test_offices_shops_and_streets_that_are_called_are_no_names() -> None:
    false = [text for text in CALLED_BUT_NOBODY if any(hint.kind == "name" for hint in hints(text))]
    assert false == []


def test_a_public_name_is_no_hint() -> None:
    assert shown("Constable Okafor and Mr. Marsh") == [("name", "Okafor"), ("name", "Marsh")]
    assert shown("Constable Okafor and Mr. Marsh", ("Ada Okafor",)) == [("name", "Marsh")]


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("two black males near the school", True),
        ("suspicious looking man who does not look like he belongs here", True),
        ("deux hommes noirs dans le parc", True),
        ("学校旁两个黑人", True),
        ("two black males throwing bottles at the school", False),
        ("three asian kids are smashing windows", False),
        ("cars speed past the school", False),
        ("a chinese restaurant leaves its bins out", False),
        ("", False),
    ],
)
def test_what_people_look_like_is_no_conduct(text: str, only: bool) -> None:
    assert appearance_only(text) is only


@given(st.text(max_size=300) | st.text("abcAZ 0123456789@.-+()\u200bat dot名叫王٤", max_size=300))
def test_hints_lie_inside_the_text_apart_and_in_order(text: str) -> None:
    found = hints(text)
    assert all(hint.kind in KINDS and 0 <= hint.start < hint.end <= len(text) for hint in found)
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))
    assert all(isinstance(hint, Hint) for hint in found)
