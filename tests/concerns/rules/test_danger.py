"""Danger is met in every language, ordinary concerns are let be, and no text is slow to read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from byname.concerns.rules.danger import LANGUAGES, PHRASES, danger
from byname.concerns.rules.phrases import lines, spoken_words

SETS = Path(__file__).parent / "data" / "danger"
FLOORS = {"tuned": (95, 5), "held": (95, 5), "fresh": (20, 15)}
"""Of each set in each language: the least met of a hundred, the most false alarms. "held" and "tuned" were written by
the hand that wrote the lists, so they flatter; "fresh" was written by another, in roundabout words, and no list was
tuned on it: it says how much a list of phrases misses, and should only rise."""
OF_ALL = {"tuned": (98, 2), "held": (98, 2), "fresh": (45, 3)}
"""The same over all languages together."""

STREET = Path(__file__).parent / "data" / "danger_street"
"""How frightened people write, and what people write on an ordinary day: written before the lists were widened, cut in
two at random. The lists were widened by "tune" only. One hand wrote both halves and then the lists, so "held" flatters
too: about half of what is said in a roundabout way is met ("fresh")."""
STREET_FLOORS = {
    "tune": {"now": 95, "home": 95, "crisis": 95, "roundabout": 95},
    "held": {"now": 90, "home": 85, "crisis": 85, "roundabout": 80},
}
"""The least met of a hundred in each language."""
STREET_CEILINGS = {"tune": (0, 0), "held": (10, 4)}
"""The most false alarms of a hundred: in one language (two of its twenty-two), in all together."""


def told(language: str, part: str) -> tuple[int, int, int, int]:
    """How many dangers were met, of how many, and how many false alarms there were, of how many ordinary texts."""
    page = tomllib.loads((SETS / f"{language}.toml").read_text(encoding="utf-8"))[part]
    met = dangers = false = ordinary = 0
    for kind, texts in page.items():
        for text in texts.strip().splitlines():
            found = danger(text)
            if kind == "none":
                ordinary += 1
                false += found is not None
            else:
                dangers += 1
                met += found is not None and kind in found.kinds
    return met, dangers, false, ordinary


def test_every_language_has_its_set() -> None:
    assert tuple(sorted(path.stem for path in SETS.glob("*.toml"))) == LANGUAGES


@pytest.mark.parametrize("part", FLOORS)
def test_danger_is_met_and_ordinary_concerns_are_let_be(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    least, most = FLOORS[part]
    rows, faults, total = [f"{part:8} {'met':>14} {'false alarms':>16}"], [], [0, 0, 0, 0]
    for language in LANGUAGES:
        met, dangers, false, ordinary = told(language, part)
        total = [had + more for had, more in zip(total, (met, dangers, false, ordinary), strict=True)]
        rows.append(f"{language:8} {met:>4} of {dangers:>2} {100 * met / dangers:>3.0f} % {false:>5} of {ordinary:>2}")
        if 100 * met < least * dangers or 100 * false > most * ordinary:
            faults.append(rows[-1])
    rows.append(f"{'all':8} {total[0]:>4} of {total[1]} {100 * total[0] / total[1]:.0f} % {total[2]:>5} of {total[3]}")
    with capsys.disabled():
        print("\n" + "\n".join(rows))  # noqa: T201 (the table is what a reader of this test wants)
    least, most = OF_ALL[part]
    assert faults == []
    assert 100 * total[0] >= least * total[1]
    assert 100 * total[2] <= most * total[3]


def test_each_set_is_large_enough_and_a_third_of_it_is_held_out() -> None:
    for language in LANGUAGES:
        _, held, _, held_ordinary = told(language, "held")
        _, tuned, _, tuned_ordinary = told(language, "tuned")
        assert min(held + tuned - 30, held_ordinary + tuned_ordinary - 40, 3 * held - held - tuned) >= 0, language


def of_the_street(language: str, half: str) -> dict[str, tuple[int, int]]:
    """Of each kind how many were met (of "none": how many were false alarms), of how many."""
    page = tomllib.loads((STREET / f"{language}.toml").read_text(encoding="utf-8"))[half]
    counted: dict[str, tuple[int, int]] = {}
    for kind, texts in page.items():
        group, wanted = ("roundabout", kind.removeprefix("roundabout_")) if "_" in kind else (kind, kind)
        met, of = counted.get(group, (0, 0))
        for text in texts.strip().splitlines():
            found = danger(text)
            met += found is not None and (wanted == "none" or wanted in found.kinds)
            of += 1
        counted[group] = met, of
    return counted


@pytest.mark.parametrize("half", STREET_FLOORS)
def test_danger_is_met_as_frightened_people_write_it(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    each, most = STREET_CEILINGS[half]
    rows, faults, false, ordinary = [half], [], 0, 0
    for language in LANGUAGES:
        counted = of_the_street(language, half)
        rows.append(f"{language:8}" + "".join(f"  {kind} {met}/{of}" for kind, (met, of) in counted.items()))
        for kind, least in STREET_FLOORS[half].items():
            met, of = counted[kind]
            if 100 * met < least * of:
                faults.append((language, kind, met, of))
        met, of = counted["none"]
        if 100 * met > each * of:
            faults.append((language, "none", met, of))
        false, ordinary = false + met, ordinary + of
    with capsys.disabled():
        print("\n" + "\n".join(rows))  # noqa: T201 (the table is what a reader of this test wants)
    assert faults == []
    assert 100 * false <= most * ordinary


def test_danger_once_missed_is_met_and_ordinary_concerns_once_taken_for_it_are_let_be() -> None:
    data = Path(__file__).parent / "data"
    dangers, ordinary = (
        lines((data / f"danger_{name}.txt").read_text(encoding="utf-8")) for name in ("later", "ordinary")
    )
    assert (len(dangers), len(ordinary)) == (58, 128)
    assert [text for text in dangers if not danger(text)] == []
    assert [text for text in ordinary if danger(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_street_sets_are_large_enough_and_their_halves_share_no_text(language: str) -> None:
    page = tomllib.loads((STREET / f"{language}.toml").read_text(encoding="utf-8"))
    halves = [{line for texts in page[half].values() for line in texts.strip().splitlines()} for half in STREET_FLOORS]
    assert halves[0] & halves[1] == set()
    tune, held = (of_the_street(language, half) for half in STREET_FLOORS)
    assert min(sum(half[kind][1] for half in (tune, held) for kind in ("now", "home", "crisis")), 40) == 40
    assert min(tune["none"][1] + held["none"][1], 40) == 40


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("someone is k i l l i n g that man", ("now",)),
        ("c a l l 9 1 1", ("now",)),
        ("call 9.1.1 please", ("now",)),
        ("he has a kn1fe", ("now",)),
        ("i want to k1ll mys3lf", ("crisis",)),
        ("s.u.i.c.i.d.e", ("crisis",)),
    ],
)
def test_words_spelled_apart_or_with_digits_make_no_difference(written: str, kinds: tuple[str, ...]) -> None:
    found = danger(written)
    assert found is not None
    assert found.kinds == kinds


@pytest.mark.parametrize(
    "written",
    [
        "he has a gun",
        "HE HAS A GUN",
        "h\u200be has a g\u00adun",
        "he has a \uff47\uff55\uff4e",
        "h\u0435 h\u0430s a gun",
        "\u202ehe has a gun\u202c",
        "he   has\na gun",
        "heee has a guuun",
        "ele tem uma PISTÓLA",
        "اس كے هاتھ ميں پستول هے",
        "اس کے ہاتھ میں پِستول ہے",
        "他\u200b有\u200b枪",
        "他拿着槍",
    ],
)
def test_it_makes_no_difference_how_it_is_typed(written: str) -> None:
    found = danger(written)
    assert found is not None
    assert found.first == "now"


MOST_POINTS = 100
"""So many points of phrases are followed per word on the whole, however long the text."""
HOSTILE = [
    "a" * 10_000,
    "he has " * 1_400,
    "kill " * 2_000,
    "someone is trying to " * 480,
    "he she they man guy with has holding a " * 250,
    "他有人在" * 2_500,
    "وہ مجھے مار " * 830,
    "avan enna " * 1_000,
    "\u200b" * 10_000,
    "ﷺ" * 10_000,
    "." * 10_000,
    "x." * 5_000,
    "k i l l " * 1_250,
    "9 1 1 . " * 1_250,
    "k1ll " * 2_000,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_a_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    short, whole = spoken_words(hostile[: len(hostile) // 2]), spoken_words(hostile)
    assert PHRASES.steps(whole) <= 2.2 * PHRASES.steps(short) + 20_000
    assert PHRASES.steps(whole) <= MOST_POINTS * len(whole)


def test_a_text_of_nothing_signals_nothing() -> None:
    assert [danger(text) for text in ("", " \n", "...", "\u200b", "🙂")] == [None] * 5


@pytest.mark.parametrize(
    "text",
    [
        "they are shooting at us",
        "a man has a gun and is shooting outside the school",
        "my son was shot, he is bleeding, they keep shooting",
        "he has a gun, this is not a joke",
        "k he has a gun",
        "my daughter is missing since last night",
        "baby not breathing, drama teacher is with her",
        "my son is bleeding, we are outside the cinema",
        "he will kill me tonight",
        "my husband will kill me",
        "he is shooting",
    ],
)
def test_a_harmless_word_of_one_language_silences_no_danger_in_another(text: str) -> None:
    found = danger(text)
    assert found is not None
    assert found.first == "now"


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", "\u2028"])
@pytest.mark.parametrize(
    ("line", "other", "kind"),
    [
        ("There is a man with a gun in front of my door", "He comes by every night", "now"),
        ("He is beating her", "every evening", "now"),
        ("My husband hits me", "We were watching a movie", "home"),
        ("I am going to kill myself tonight", "after the movie", "crisis"),
        ("Hay un hombre con una pistola en mi puerta", "Viene todas las noches", "now"),
        ("Il y a un homme avec une arme devant ma porte", "Il vient toutes les nuits", "now"),
    ],
)
def test_a_harmless_line_silences_no_danger_in_another(line: str, other: str, kind: str, between: str) -> None:
    for text in (f"{line}{between}{other}", f"{other}{between}{line}"):
        found = danger(text)
        assert found is not None, text
        assert kind in found.kinds


def test_a_guard_on_the_same_line_is_heard() -> None:
    assert danger("The park is dark.\nLast summer there was a man with a gun in front of my door") is None
