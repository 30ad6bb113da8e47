"""Django's WSGI application, run by the server's thread pool."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
