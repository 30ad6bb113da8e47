"""The words of the pages: every catalogue whole, every sentence printable, safety words honest."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import shutil
from datetime import date
from pathlib import Path
from types import ModuleType

import polib
import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.html import escape

from byname.concerns import rules as concerns
from byname.interfaces import reviewed
from byname.interfaces.public import names
from byname.interfaces.public.posters import missing_glyphs
from byname.interfaces.public.templatetags import words
from byname.people import rules as people_rules

ROOT = Path(__file__).resolve().parents[3]


def _messages() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("messages", str(ROOT / "tools" / "messages"))
    spec = importlib.util.spec_from_loader("messages", loader)
    if spec is None:
        raise RuntimeError("tools/messages cannot be read")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their own module up.
    import sys  # noqa: PLC0415

    sys.modules["messages"] = module
    loader.exec_module(module)
    return module


MESSAGES = _messages()
OTHERS = sorted(MESSAGES.PLURALS)


@pytest.mark.parametrize("language", OTHERS)
def test_each_catalogue_says_every_sentence_and_nothing_else(language: str) -> None:
    assert MESSAGES.faults(language) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_can_be_printed_on_a_poster(language: str) -> None:
    code = language.replace("_", "-").lower()
    catalogue = polib.pofile(str(MESSAGES.catalogue(language)))
    said = "".join(text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values()))
    # Shown on screens only, where the reader's own fonts have it: the key with the looped square.
    assert missing_glyphs(said.replace("⌘", ""), code) == set()


def test_the_catalogues_are_those_of_the_offered_languages() -> None:
    offered = {code for code, _ in settings.LANGUAGES} - {"en"}
    assert {language.replace("_", "-").lower() for language in OTHERS} == offered


def test_missing_stale_and_broken_sentences_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = polib.pofile(str(MESSAGES.catalogue("fr")))
    removed = next(entry for entry in po if entry.msgid == "Find my officers")
    po.remove(removed)
    po.append(polib.POEntry(msgid="Said no more", msgstr="N'est plus dit"))
    broken = next(entry for entry in po if entry.msgid == "Badge %(number)s")
    broken.msgstr = "Insigne"
    po.save(str(folder / "django.po"))
    (folder / "django.mo").write_bytes(polib.pofile(str(folder / "django.po")).to_binary())
    monkeypatch.setattr(MESSAGES, "LOCALE", tmp_path)

    assert MESSAGES.faults("fr") == [
        "fr: not in the catalogue: 'Find my officers'",
        "fr: no longer said: 'Said no more'",
        "fr: 'Badge %(number)s' lost {'%(number)s'}",
    ]


def test_a_safety_sentence_nobody_approved_stands_beside_its_original() -> None:
    page = Template('{% safety "In danger? Call %(number)s now." number="911" %}')
    with translation.override("fr"):
        shown = page.render(Context())
        number = {"number": '<span class="tel">911</span>'}
        translated = escape(translation.gettext("In danger? Call %(number)s now.")) % number
    original = 'In danger? Call <span class="tel">911</span> now.'
    assert translated != original
    assert shown == f'{translated} <span class="original" lang="en" dir="ltr">{original}</span>'


def test_what_fills_a_safety_sentence_is_only_words() -> None:
    page = Template('{% safety "In danger? Call %(number)s now." number=number %}')
    with translation.override("en"):
        shown = page.render(Context({"number": "<script>911</script>"}))
    assert shown == 'In danger? Call <span class="tel">&lt;script&gt;911&lt;/script&gt;</span> now.'


def test_an_approved_safety_sentence_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    original = "In danger? Call %(number)s now."
    with translation.override("fr"):
        mark = reviewed.fingerprint(original, translation.gettext(original))
        monkeypatch.setattr(reviewed, "_approved", lambda: {"fr": frozenset({mark})})
        assert reviewed.safety(original)[1] == ""


def test_an_edited_translation_is_no_longer_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = reviewed.fingerprint("Call 911.", "Appelez le 911.")
    monkeypatch.setattr(reviewed, "_approved", lambda: {"fr": frozenset({mark})})
    assert reviewed.is_approved("Call 911.", "Appelez le 911.", "fr") is True
    assert reviewed.is_approved("Call 911.", "Téléphonez au 911.", "fr") is False
    assert reviewed.is_approved("Call 911 now.", "Appelez le 911.", "fr") is False


def test_english_pages_say_the_original_once() -> None:
    page = Template('{% safety "In danger? Call %(number)s now." number="911" %}')
    with translation.override("en"):
        assert page.render(Context()) == 'In danger? Call <span class="tel">911</span> now.'


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", "Call &lt;311&gt;."),
        ("fr", 'Appelez le 311. <span class="original" lang="en" dir="ltr">Call &lt;311&gt;.</span>'),
        ("es", "Llame al 311."),
        ("ur", '<span lang="en" dir="ltr">Call &lt;311&gt;.</span>'),
    ],
)
def test_what_a_service_says_of_safety_stands_beside_its_original(
    code: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    advice = {"en": "Call <311>.", "fr": "Appelez le 311.", "es": "Llame al 311."}
    mark = reviewed.fingerprint(advice["en"], advice["es"])
    monkeypatch.setattr(reviewed, "_approved", lambda: {"es": frozenset({mark})})
    with translation.override(code):
        assert Template("{% safety_in advice %}").render(Context({"advice": advice})) == shown


def test_who_approves_a_language_approves_the_advice_of_its_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MESSAGES.LOCALE / "fr", tmp_path / "fr")
    (tmp_path / "reviewed.json").write_text("{}")
    monkeypatch.setattr(MESSAGES, "LOCALE", tmp_path)
    MESSAGES.approve("fr", "A. Speaker")
    approved = json.loads((tmp_path / "reviewed.json").read_text())["fr"]
    advice = [each.advice for each in concerns.default_profile().categories if each.advice]
    assert {reviewed.fingerprint(words["en"], words["fr"]) for words in advice} <= set(approved)
    assert len(advice) == 11


def test_every_skill_an_officer_may_have_has_a_name() -> None:
    assert set(names.SKILLS) == set(people_rules.SKILLS)


def test_a_language_byname_cannot_translate_is_given_in_its_own_name() -> None:
    with translation.override("fr"):
        assert names.language_names(("pt", "cy", "crk")) == "portugais, Cymraeg, crk"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (30, "30 days"),
        (31, "1 month"),
        (365, "11 months"),
        (366, "1 year"),
        (820, "2 years 2 months"),
        (1461, "4 years"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(days: int, said: str) -> None:
    with translation.override("en"):
        assert words.duration(days) == said


@pytest.mark.parametrize(
    ("code", "month", "day"),
    [
        ("en", "March 2026", "Monday, 2 March 2026"),
        ("fr", "mars 2026", "lundi 2 mars 2026"),
        ("zh-hans", "2026年3月", "2026年3月2日 星期一"),
        ("es", "marzo de 2026", "lunes, 2 de marzo de 2026"),
        ("pt", "março de 2026", "segunda-feira, 2 de março de 2026"),
        ("tl", "Marso 2026", "Lunes, Marso 2, 2026"),
    ],
)
def test_dates_are_written_as_each_language_writes_them(code: str, month: str, day: str) -> None:
    with translation.override(code):
        assert words.month(date(2026, 3, 2)).casefold() == month.casefold()
        assert words.full_day(date(2026, 3, 2)).casefold() == day.casefold()
