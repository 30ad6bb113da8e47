"""The provider's addresses: OpenID Connect, and a door that asks only for a name."""

from __future__ import annotations

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def who(request: HttpRequest) -> HttpResponse:
    """Somebody signs in at the provider."""
    login(request, get_user_model().objects.get(username=request.GET["name"]))
    return HttpResponse("in")


urlpatterns = [path("who/", who), path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
