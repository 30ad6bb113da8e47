"""What is said where there is no page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from byname.interfaces.http import (
    failure,
)


def not_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, and what is not yours: the same answer."""
    return failure(request, 404, _("There is no page at this address."))


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read."""
    return failure(request, 400, _("That request could not be read."))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What may not be done."""
    return failure(request, 403, _("That may not be done from here."))


def our_fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours, said so."""
    return failure(request, 500, _("Something went wrong on our side. It has been noted."))
