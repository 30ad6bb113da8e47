"""Phrases are found as they are written in a list, whatever the script, and never over the end of a sentence."""

from __future__ import annotations

import pytest

from byname.concerns.rules.phrases import MOST_STATES, STOP, Phrases, lines, placed_words, spoken_words, words_of


def found(phrase: str, text: str) -> bool:
    return bool(Phrases([("list", phrase)], {"who": "he|my neighbour"}).found(words_of(text)))


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("red door", "The RED  door!", True),
        ("red door", "red. Door", False),
        ("red door", "red old door", False),
        ("red .. door", "red one two three door", True),
        ("red .. door", "red one two three four door", False),
        ("red .... door", "red 1 2 3 4 5 6 door", True),
        ("(red|dark blue) door", "dark blue door", True),
        ("(red|dark blue) door", "blue door", False),
        ("[very] red", "red", True),
        ("paint*", "repainted", False),
        ("paint*", "painting", True),
        ("<who> paints", "my neighbour paints", True),
        ("room ##", "room 12b", True),
        ("room ##", "room twelve", False),
        ("门 .. 红", "门是很新红", True),
        ("红门", "大红门口", True),
        ("chaku", "chaaku", True),
        ("porta", "PÓRTA", True),
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrase: str, text: str, there: bool) -> None:
    assert found(phrase, text) is there


@pytest.mark.parametrize("phrase", [".. door", "[very]", "a*", "<what> door", "(red)? door", "(red|e.g.) door"])
def test_a_phrase_that_says_nothing_is_a_fault_of_the_list(phrase: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        Phrases([("list", phrase)])


def test_words_keep_their_places() -> None:
    text = "L\u2019\u200bÉté, 王 ok."
    assert [(word.said, text[word.start : word.end]) for word in placed_words(text)] == [
        ("lete", "L\u2019\u200bÉté"),
        ("王", "王"),
        ("ok", "ok"),
        (STOP, "."),
    ]


def test_words_and_placed_words_are_the_same() -> None:
    text = "He said: «Ｈｅｌｐ» … ﷺ ௧௨ 他们\n\tçà"
    assert [word.said for word in placed_words(text)] == words_of(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("k i l l", ["kill"]),
        ("s.u.i.c.i.d.e", ["suicide"]),
        ("K-I-L-L him", ["kill", "him"]),
        ("call 9 1 1", ["call", "911"]),
        ("9.1.1", ["911"]),
        ("k1ll mys3lf", ["kill", "myself"]),
        ("ki11", ["kill"]),
        ("unit 12b at 5pm", ["unit", "12b", "at", "5pm"]),
        ("a b", ["a", "b"]),
        ("at 10 30 15", ["at", "10", "30", "15"]),
        ("one. I am", ["one", STOP, "i", "am"]),
        ("王 1 他2", ["王", "1", "他", "2"]),
    ],
)
def test_words_spelled_apart_or_with_digits_are_read_as_spoken(text: str, said: list[str]) -> None:
    assert spoken_words(text) == said


def test_remarks_and_blank_lines_are_no_phrases() -> None:
    assert lines("# remark\n\n red door \n## street") == ["red door", "## street"]


def test_what_is_remembered_starts_afresh_when_it_grows_too_large() -> None:
    lists = Phrases([("list", "red .. door")])
    lists._states |= {frozenset([place]): lists._start for place in range(MOST_STATES)}  # type: ignore[misc]
    assert [name for name, *_ in lists.found(words_of("a red old door"))] == ["list"]
    assert len(lists._states) < 10
