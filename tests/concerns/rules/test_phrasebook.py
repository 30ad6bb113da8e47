"""The phrase book and the templates: whole in every language, without blanks or without being sent as they stand."""

from __future__ import annotations

import pytest
from django.conf import settings

from byname.concerns import rules
from byname.vocabulary import Refused


def test_every_sentence_stands_in_every_language_byname_speaks() -> None:
    languages = {code for code, _name in settings.LANGUAGES}
    assert set(rules.PHRASED) == languages - {"en"}
    assert [code for code, words in rules.phrases().items() if set(words) != languages] == []
    assert len(rules.phrases()) == 25


def test_no_sentence_has_a_blank_a_second_line_or_the_words_of_another() -> None:
    for code, words in rules.phrases().items():
        for language, sentence in words.items():
            assert rules.BLANK not in sentence, code
            assert sentence == " ".join(sentence.split(" ")).strip(), code
            assert sentence.splitlines() == [sentence], code
            others = [each[language] for other, each in rules.phrases().items() if other != code]
            assert sentence not in others, (code, language)


@pytest.mark.parametrize("language", rules.PHRASED)
def test_the_sentences_of_a_language_are_in_that_language(language: str) -> None:
    together = " ".join(words[language] for words in rules.phrases().values())
    assert rules.language_of(together) == language


def test_chosen_sentences_come_in_the_order_of_the_book_in_both_languages() -> None:
    theirs, english = rules.phrased(["i-read-it", "thank-you"], "fr")
    assert theirs == "Merci de nous l’avoir dit.\nJ’ai lu tout ce que vous avez écrit."
    assert english == "Thank you for telling us.\nI have read everything you wrote."
    assert rules.phrased([], "nowhere") == ("", "")


@pytest.mark.parametrize(
    ("codes", "language"), [(["thank-you"], "en"), (["thank-you"], "de"), (["nothing-like-it"], "fr")]
)
def test_what_is_not_in_the_book_is_refused(codes: list[str], language: str) -> None:
    with pytest.raises(Refused):
        rules.phrased(codes, language)


def test_no_more_sentences_than_a_person_reads() -> None:
    with pytest.raises(Refused):
        rules.phrased(list(rules.phrases()), "fr")


def test_no_template_is_sent_as_it_stands_nor_with_a_blank_left() -> None:
    templates = rules.every_wording(rules.own_templates())
    for template in templates:
        assert rules.BLANK in template
        with pytest.raises(Refused) as unfilled:
            rules.refuse_answer(template, templates)
        assert unfilled.value.code == "blanks"
        with pytest.raises(Refused) as unedited:
            rules.refuse_answer(template.replace(rules.BLANK, ""), templates)
        assert unedited.value.code == "unedited"
        rules.refuse_answer(template.replace(rules.BLANK, "Millrace Lane"), templates)


def test_a_service_s_template_comes_first_and_stands_for_byname_s_of_its_code() -> None:
    mine = rules.Template("we-looked", {"en": "Ours"}, {"en": "We looked at «…»."})
    traffic = rules.Template("radar", {"en": "Radar"}, {"en": "The radar stood at «…»."}, "traffic")
    offered = rules.offered_templates((mine, traffic), "noise")
    assert offered[0] == mine
    assert [each.code for each in offered].count("we-looked") == 1
    assert traffic not in offered
    assert traffic in rules.offered_templates((mine, traffic), "traffic")


@pytest.mark.parametrize("left", ["«…»", "« … »", "«...»", "«»", "«\u00a0…\u202f»"])
def test_a_blank_is_one_however_it_is_typed(left: str) -> None:
    template = rules.own_templates()[0].words["en"]
    words = template.replace(rules.BLANK, "Millrace Lane", 1).replace(rules.BLANK, left) + f" Until {left}."
    with pytest.raises(Refused) as unfilled:
        rules.refuse_answer(words, [template])
    assert unfilled.value.code == "blanks"
    # What stands in them is somebody's words.
    rules.refuse_answer(words.replace(left, "« mardi »"), [template])
