"""Languages at the desk: the interpreters' queue and page, what an officer asks for, sentences and templates."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from byname.concerns import actions, rules
from byname.concerns.models import Concern, Message, Translation
from byname.interfaces.jobs.translation_server import Translator
from byname.people.models import Officer
from byname.vocabulary import PUBLIC, SYSTEM
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words

pytestmark = pytest.mark.django_db
URDU = "ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔"
ENGLISH = "Every morning cars drive very fast past the school."
SECRETS = ("Rosalind Quennell", "rosalind@home.example", "416 555 0199", "12 Millrace Lane", "Old Mill", "D1")


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def interpreter(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("interpreter"))


def raised(what: str = URDU, language: str = "ur") -> actions.Receipt:
    contact = rules.Contact("Rosalind Quennell", "rosalind@home.example", "416 555 0199")
    told = rules.Told(what, place="12 Millrace Lane")
    return actions.raise_concern(
        rules.Raised("traffic", told, "area", "web", language, contact=contact),
        actions.Where("D1", "old-mill", 1),
        on=timezone.localdate(),
        promise=rules.Promise(ZoneInfo("America/Toronto")),
        by=PUBLIC,
        at=timezone.now(),
    )


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)


def test_the_queue_leads_to_the_words_alone_and_a_text_that_is_done_leaves_it(interpreter: Client) -> None:
    receipt = raised()
    page = interpreter.get(url("interpreting")).content
    assert "Urdu 1 text due" in words(page)
    assert url("interpret", receipt.reference) in page.decode()
    opened = interpreter.get(url("interpret", receipt.reference)).content.decode()
    assert URDU in opened
    assert f'<p class="said" lang="ur" dir="auto">{URDU}</p>' in opened
    for secret in SECRETS:
        assert secret not in opened + page.decode()
    answer = interpreter.post(url("interpret", receipt.reference), {"text": "0", "words": ENGLISH})
    assert (answer.status_code, answer["Location"]) == (303, "/desk/interpreting/?done=done")
    page = interpreter.get(answer["Location"]).content
    assert "It stands with the concern now. Thank you." in words(page)
    assert "Nothing waits." in words(page)
    assert interpreter.get(url("interpret", receipt.reference)).status_code == 404


def test_words_that_are_refused_are_not_lost(interpreter: Client) -> None:
    receipt = raised()
    answer = interpreter.post(url("interpret", receipt.reference), {"text": "0", "words": " "})
    assert answer.status_code == 422
    assert "Write it in the other language." in words(answer.content)
    assert 'href="#id_words_0"' in answer.content.decode()
    for nonsense in ({"words": ENGLISH}, {"text": "-1", "words": ENGLISH}, {"text": "x", "words": ENGLISH}):
        assert interpreter.post(url("interpret", receipt.reference), nonsense).status_code == 422
    assert interpreter.post(url("interpret", receipt.reference), {"text": "99", "words": ENGLISH}).status_code == 404
    assert Translation.objects.count() == 0


def test_today_tells_an_interpreter_how_many_wait_and_in_which_languages(interpreter: Client) -> None:
    assert "put into another language" not in words(interpreter.get(url("today")).content)
    raised()
    raised("ஒவ்வொரு காலையும் பள்ளிக்கு முன்னால் வண்டிகள் மிக வேகமாகப் போகின்றன.", "ta")
    today = words(interpreter.get(url("today")).content)
    assert "2 concerns wait to be put into another language" in today
    assert "In Tamil, Urdu." in today


def test_an_interpreter_s_tabs_are_today_languages_and_more(interpreter: Client, ana: Client) -> None:
    bar = re.compile(r'<nav[^>]*class="tabs".*?</nav>', re.DOTALL)
    for client, expected in (
        (interpreter, ["Today", "Languages", "More"]),
        (ana, ["Today", "Concerns", "Areas", "Hours", "More"]),
    ):
        page = client.get(url("today")).content.decode()
        found = bar.search(page)
        assert found is not None
        assert re.findall(r">\s*([A-Z][a-z]+)\s*<", found.group(0)) == expected


def test_the_team_s_page_shows_the_original_first_and_then_the_english(ana: Client, interpreter: Client) -> None:
    receipt = raised()
    page = words(ana.get(url("desk-concern", receipt.reference)).content)
    assert "Waits for an interpreter: Urdu." in page
    interpreter.post(url("interpret", receipt.reference), {"text": "0", "words": ENGLISH})
    page = words(ana.get(url("desk-concern", receipt.reference)).content)
    assert page.index(URDU) < page.index("In English, by an interpreter") < page.index(ENGLISH)
    assert "Waits for an interpreter" not in page


def test_an_officer_with_the_language_is_led_to_do_it_and_does(cast: Cast, ana: Client) -> None:
    receipt = raised()
    assert "You read it" not in words(ana.get(url("desk-concern", receipt.reference)).content)
    page = ana.get(url("interpret", receipt.reference))
    assert "Urdu does not stand in your own entry" in words(page.content)
    assert 'name="words"' not in page.content.decode()
    refused = ana.post(url("interpret", receipt.reference), {"text": "0", "words": ENGLISH})
    assert refused.status_code == 422
    Officer.objects.filter(reference=cast.ana.reference).update(languages=["en", "ur"])
    assert "You read it" in words(ana.get(url("desk-concern", receipt.reference)).content)
    answer = ana.post(url("interpret", receipt.reference), {"text": "0", "words": ENGLISH})
    assert answer.status_code == 303
    assert Translation.objects.get().words == ENGLISH


def test_an_officer_asks_for_the_english_of_what_nobody_recognised_and_for_their_answer_in_urdu(ana: Client) -> None:
    receipt = raised("Har subah school ke saamne gaariyan bohot tez chalti hain.")
    where = url("ask-interpreter", receipt.reference)
    answer = ana.post(where, {"text": "0", "language": "ur"})
    assert answer["Location"] == f"{url('desk-concern', receipt.reference)}?done=interpreter"
    assert Concern.objects.get().needs_interpreter
    ana.post(url("answer-concern", receipt.reference), {"words": "We come on Monday."})
    number = Message.objects.get(kind="answer").pk
    page = words(ana.get(url("desk-concern", receipt.reference)).content)
    assert "Have this put into Urdu" in page
    ana.post(where, {"text": str(number), "language": "ur"})
    assert Message.objects.get(pk=number).wanted_in == "ur"
    assert ana.post(where, {"text": "0", "language": ""}).status_code == 422
    assert ana.post(where, {"text": "none", "language": "ur"}).status_code == 404


def test_no_machine_is_offered_where_the_service_has_none(ana: Client) -> None:
    receipt = raised()
    assert "Machine translation" not in words(ana.get(url("desk-concern", receipt.reference)).content)


def test_a_machine_s_words_say_so_and_that_it_failed_is_said(ana: Client, settings: Any) -> None:
    settings.BYNAME_TRANSLATOR = Translator("http://localhost:1")
    receipt = raised()
    page = url("desk-concern", receipt.reference)
    assert "Machine translation, for reading only" in words(ana.get(page).content)
    ana.post(url("ask-interpreter", receipt.reference), {"text": "0", "do": "machine"})
    asked = Translation.objects.get()
    Concern.objects.update(needs_interpreter=False)
    assert "A machine was asked. Look again in a moment." in words(ana.get(page).content)
    Translation.objects.update(tries=rules.MOST_TRIES)
    assert "The machine did not answer." in words(ana.get(page).content)
    ana.post(url("ask-interpreter", receipt.reference), {"text": "0", "do": "machine"})
    actions.take_machine_words(asked.pk, "Every morning fast cars.", by=SYSTEM, at=timezone.now())
    shown = words(ana.get(page).content)
    assert "In English, by a machine, for reading only: it may be wrong, and is never sent" in shown
    assert "Every morning fast cars." in shown


def test_sentences_of_the_phrase_book_are_offered_in_the_person_s_language_and_sent(ana: Client) -> None:
    receipt = raised()
    page = ana.get(url("desk-concern", receipt.reference)).content.decode()
    assert "Add sentences in Urdu" in page
    assert page.count('name="phrase"') == 25
    assert '<span class="theirs" lang="ur" dir="auto">ہمیں بتانے کا شکریہ۔</span>' in page
    sent = {"words": "I come on Monday.", "phrase": ["thank-you", "is-it-better"]}
    assert ana.post(url("answer-concern", receipt.reference), sent).status_code == 303
    assert Translation.objects.get().made_by == "phrases"
    theirs = Client().get(reverse("follow", args=[receipt.link])).content.decode()
    assert theirs.index("ہمیں بتانے کا شکریہ۔") < theirs.index("In English, as the officer wrote it:")
    assert theirs.index("In English, as the officer wrote it:") < theirs.index("I come on Monday.")
    assert '<p lang="ur" dir="auto" class="told">ہمیں' in theirs
    assert "This translation has not been checked yet." in theirs


def test_what_was_chosen_of_the_phrase_book_stays_chosen_when_the_answer_is_refused(ana: Client) -> None:
    receipt = raised()
    refused = ana.post(url("answer-concern", receipt.reference), {"words": "At «…».", "phrase": ["thank-you"]})
    assert refused.status_code == 422
    assert 'value="thank-you" checked' in refused.content.decode()
    assert ana.post(url("answer-concern", receipt.reference), {"words": "Yes.", "phrase": ["x"]}).status_code == 422
    assert Message.objects.count() == 0


def test_no_sentences_are_offered_to_whoever_is_written_to_in_english(ana: Client) -> None:
    receipt = raised("Cars race past the school every morning.", "en")
    page = ana.get(url("desk-concern", receipt.reference)).content.decode()
    assert 'name="phrase"' not in page
    assert "put into" not in words(page.encode())


def test_a_template_comes_back_below_what_was_written_and_is_not_sent_unedited(ana: Client) -> None:
    receipt = raised("Cars race past the school every morning.", "es")
    where = url("answer-concern", receipt.reference)
    template = next(each for each in rules.own_templates() if each.code == "we-looked")
    page = ana.post(where, {"words": "Good morning.", "do": "fill", "template": "we-looked es"})
    assert page.status_code == 200
    assert f"Good morning.\n\n{template.words['es']}" in page.content.decode()
    assert Message.objects.count() == 0
    refused = ana.post(where, {"words": template.words["es"]})
    assert refused.status_code == 422
    assert "Fill in every «…», or take it out." in words(refused.content)
    bare = ana.post(where, {"words": template.words["es"].replace(rules.BLANK, "")})
    assert "This is the template as it stands." in words(bare.content)
    for nonsense in ("", "none en", "we-looked xx", "we-looked", "\0"):
        kept = ana.post(where, {"words": "Good morning.", "do": "fill", "template": nonsense})
        assert (kept.status_code, ">Good morning.</textarea>" in kept.content.decode()) == (200, True)
    filled = template.words["en"].replace(rules.BLANK, "the mill")
    assert ana.post(where, {"words": filled}).status_code == 303
