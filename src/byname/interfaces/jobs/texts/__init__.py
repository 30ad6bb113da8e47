"""Texts as they are sent: what each kind says, and the providers that carry them.

Knows: one short sentence and a link for each kind of letter to residents, a code, and how each provider is asked.
Promises: no word of what somebody wrote or was answered; a sender and a sentence that tell nobody what it is about.
Never: follows a redirection, trusts a certificate nobody vouches for, says a number in a sentence or a log.
"""

from byname.interfaces.jobs.texts.local import Local
from byname.interfaces.jobs.texts.provider import Away, Failed, TextProvider
from byname.interfaces.jobs.texts.twilio import Twilio
from byname.interfaces.jobs.texts.wording import CODE, parts_of, words_of_text
from byname.interfaces.texting import TextCarrier

__all__ = ["CODE", "Away", "Failed", "Local", "TextProvider", "Twilio", "parts_of", "provider_of", "words_of_text"]


def provider_of(service: TextCarrier) -> TextProvider:
    """The provider a setting names."""
    return Twilio(service) if service.name == "twilio" else Local()
