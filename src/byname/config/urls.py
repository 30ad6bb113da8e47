"""Every address byname answers."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from byname.interfaces.api import urls as api
from byname.interfaces.desk import urls as desk
from byname.interfaces.desk.views import letters
from byname.interfaces.public import urls as public

urlpatterns = [
    *public.neutral,
    path("", include(api.urlpatterns)),
    path("desk/", include(desk.urlpatterns)),
    *letters.demo,
    *i18n_patterns(*public.spoken, prefix_default_language=False),
]

handler400 = "byname.interfaces.public.views.failing.unreadable"
handler403 = "byname.interfaces.public.views.failing.not_allowed"
handler404 = "byname.interfaces.public.views.failing.not_here"
handler500 = "byname.interfaces.public.views.failing.our_fault"
