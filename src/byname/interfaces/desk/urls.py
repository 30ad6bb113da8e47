"""The addresses of the desk, all below /desk/: each module of views lists its own."""

from __future__ import annotations

from byname.interfaces.desk.views import desk, signing

urlpatterns = [*desk.urls, *signing.urls]
