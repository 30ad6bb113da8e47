"""A door whose number is written as words is met as one in digits is, and numbers of other things are let be."""

from __future__ import annotations

import pytest

from byname.concerns import rules
from byname.concerns.rules.spelled import DOORS
from byname.vocabulary import Refused
from tests.concerns.wordings import SPEEDING

IS_A_DOOR = """
forty-two Elm Street
noise at forty two elm street
one hundred and five old mill lane is loud
Seven Elm Street
near one two Elm Street, at night
SEVENTEEN MILL COURT
people at house number nine
from apartment twelve
unit three again
quarante-deux rue du Moulin
au quarante-deux, rue du Moulin
au vingt et un, avenue Foch
soixante-dix chemin du Lac
cent trois bis boulevard Morin
calle Mayor cuarenta y dos
en calle Mayor, número siete
avenida del Sol ciento cinco
carrera Norte veintidós
rua do Moinho quarenta e dois
travessa da Fonte nove
""".strip().splitlines()
IS_NONE = """
seven quiet streets
Two new street lights on Mill Lane
Thirty broken street lights
Four way stop at Grace Street
At one, Queen Street was blocked
Two bikes stolen at Grace Street and College
Twelve cars an hour on Mill Lane
Thirty metres from Mill Lane
Six evenings at the streetcar stop on Queen Street
Ten nights in a row on College Street
no one on Elm Street
a home one can reach
Deux rues sont bloquées, trois avenues aussi
Dans une rue calme
Six fois dans la rue du Moulin
Una calle de dos sentidos
La calle Mayor cuarenta coches por hora
En la calle Mayor dos noches sin luz
Ruas com trinta carros
Na rua do Moinho duas vezes
""".strip().splitlines()


@pytest.mark.parametrize("words", IS_A_DOOR)
def test_a_door_in_words_is_refused(words: str) -> None:
    for draft in (rules.Draft(words, "", "noise", placed=False), rules.Draft(SPEEDING, words, "noise", placed=False)):
        with pytest.raises(Refused) as no:
            rules.worded(draft, theirs=rules.Theirs())
        assert no.value.code == "address"


@pytest.mark.parametrize("words", IS_NONE)
def test_numbers_of_other_things_are_no_door(words: str) -> None:
    assert [door.pattern for door in DOORS if door.search(words)] == []


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("Rosalind Quennell", "asked for by rosalind", "name"),
        ("Mrs. Thusara Quennell", "thusara saw it", "name"),
        ("Rosalind Speed", "speed at the mill", ""),
        ("Will May", "it will be better", ""),
        ("Grace Quennell", "a grace of ten minutes", ""),
        ("Rosa Quennell", "una luz rosa", ""),
        ("Al Quennell", "al final de la calle", ""),
    ],
)
def test_a_first_name_in_small_letters_is_met_unless_it_is_a_word_of_every_day(
    name: str, words: str, code: str
) -> None:
    found = ""
    try:
        rules.worded(rules.Draft(words, "", "noise", placed=False), theirs=rules.Theirs(names=(name,)))
    except Refused as no:
        found = no.code
    assert found == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("The Quennells asked", "name"),
        ("QUENNELLS", "name"),
        ("quennell's dog", "name"),
        ("Quennell’s dog", "name"),
        ("the quennell family", "name"),
        ("la familia quennell", "name"),
        ("la famille de quennell", "name"),
        ("rosalind's neighbours", "name"),
        ("rosalinds door", "name"),
        ("thi's bicycle", "name"),
        ("This is loud", ""),
        ("Parks and the park's gate, a young family", ""),
        ("It's the children's park", ""),
        ("Speeding near #12 on Millrace", "address"),
        ("Speeding near #14 on Elm", "address"),
        ("noise at 12 on millrace", "address"),
        ("millrace number 12", "address"),
        ("twelve Millrace Lane", "address"),
        ("12 cars on Millrace", ""),
        ("Cars race on Millrace. 12 an hour", ""),
        ("Bus #12 on Kingston Road", ""),
    ],
)
def test_their_own_name_and_door_are_met_in_each_of_their_forms(words: str, code: str) -> None:
    names = ("Rosalind Quennell", "Thi Hoa", "Young Park")
    found = ""
    try:
        theirs = rules.Theirs(names=names, place="12 Millrace Lane")
        rules.worded(rules.Draft(words, "", "noise", placed=False), theirs=theirs)
    except Refused as no:
        found = no.code
    assert found == code
