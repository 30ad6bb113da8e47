"""Danger told without a word of danger, situation by situation: what is met, what is let be, what no guard silences.

Written before the lists were widened for these situations: 143 of 378 dangers were met then (37.8 %), and 20 of 72
ordinary concerns taken for danger (27.8 %). Afterwards 370 (97.9 %) and none. The hand that wrote the sentences then
wrote the lists, so the figures flatter: another hand's sentences ("fresh" in test_danger) rose from 37 of 81 to 42.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from byname.concerns import rules

SAID: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "danger_situations.toml").read_text(encoding="utf-8")
)
SITUATIONS = tuple(SAID["danger"]["en"])
LEAST_MET = 97.8
"""The dangers that are met, in a hundred: 370 of 378 were. It may rise; the sentences do not change for it."""
LEAST_MET_OF_ONE = 83
"""Of one situation in all languages, in a hundred: the fewest were 15 of 18, somebody watching from outside."""


def met(situation: str) -> list[bool]:
    """Of each sentence of a situation, in every language, whether it is taken for danger."""
    return [
        rules.danger(line) is not None
        for told in SAID["danger"].values()
        for line in told[situation].strip().splitlines()
    ]


def test_every_situation_is_told_twice_in_every_language() -> None:
    codes = {code for code, _name in settings.LANGUAGES}
    assert set(SAID["danger"]) == set(SAID["ordinary"]) == codes
    assert {len(set(told[name].strip().splitlines())) for told in SAID["danger"].values() for name in SITUATIONS} == {2}
    assert {len(set(told.strip().splitlines())) for told in SAID["ordinary"].values()} == {8}


def test_of_these_situations_nearly_all_that_is_written_is_met() -> None:
    found = [each for name in SITUATIONS for each in met(name)]
    assert 100 * sum(found) >= LEAST_MET * len(found)
    assert [name for name in SITUATIONS if 100 * sum(met(name)) < LEAST_MET_OF_ONE * len(met(name))] == []


def test_ordinary_concerns_in_the_words_of_these_situations_are_let_be() -> None:
    lines = [line for told in SAID["ordinary"].values() for line in told.strip().splitlines()]
    assert [line for line in lines if rules.danger(line)] == []


@pytest.mark.parametrize(
    "text",
    [
        "somebody fell in the pothole and is not breathing",
        "he nearly had a heart attack this morning, now his chest is crushing and his left arm is numb",
        "my mother fainted, she was fine now she is not breathing",
        "there are knives in the shop window and a man is stabbing people with one",
        "a tree fell on him, he is not moving",
        "smoke is pouring from the roof beside the chimney, people are trapped inside the fire",
        "je pense qu'il fait une crise cardiaque",
        "l'alarme sonne et une fumée noire sort de la fenêtre",
        "l'auto brûle depuis dix minutes il y a du monde dedans",
        "un hombre con cuchillo rompió la vitrina y amenaza a la gente",
        "se desmayó y no respira, no está bien",
        "ele bateu com a cabeça e estão a matar o meu irmão",
        "parang inaatake sya sa puso",
        "may lalaking may kutsilyo sa tindahan tinutukan kami",
        "கடையில ஒருத்தன் கத்தி வச்சிருக்கான் எல்லாரையும் மிரட்டுறான்",
        "ரெண்டு மணி நேரமா அப்பா அம்மாவ அடிக்கிறார்",
        "دکان کی کھڑکی توڑ کر چاقو لے کر اندر گھس گیا",
        "有人掉进坑里快死了",
        "他砸了橱窗拿着刀砍人",
        "佢喺樹後面斬緊個阿伯",
    ],
)
def test_what_guards_an_ordinary_word_silences_no_danger(text: str) -> None:
    assert rules.danger(text) is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my sister is cutting her wrists in the bathroom right now", "now"),
        ("he says the only way i get out is dead", "now"),
        ("my stepfather comes into my room at night", "home"),
        ("tell my kids i love them, i am done tonight", "crisis"),
    ],
)
def test_a_situation_is_met_as_the_kind_it_is(text: str, kind: str) -> None:
    found = rules.danger(text)
    assert found is not None
    assert kind in found.kinds
