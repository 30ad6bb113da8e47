"""Every setting of byname, read from the environment once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from byname.config import environment
from byname.config.pooled import Connection

ROOT = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("BYNAME_HOME") or ROOT / "var")


def _needed(name: str, how: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {how}")
    return value


def database(url: str) -> dict[str, Any]:
    """Django's settings for one PostgreSQL address: postgresql://user:password@host:port/name?options."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "A database address looks like postgresql://user:password@host:5432/byname (PostgreSQL 15 or newer)."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    # After three seconds an attempt starts afresh: left to itself the pool waits longer and longer, up to minutes.
    pool: dict[str, Any] = {"min_size": 1, "max_size": 6, "max_lifetime": 1800, "max_idle": 300}
    pool |= {"timeout": 3, "reconnect_timeout": 3, "connection_class": Connection}
    options |= {"connect_timeout": 3, "application_name": "byname", "pool": pool}
    # A server that vanished without a word (its machine gone, its cable cut) is given up after some ten seconds.
    options |= {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10000}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        # Looked at as each is taken from the pool: one that broke while nobody used it would cost someone an answer.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


SECRET_KEY = _needed("BYNAME_SECRET_KEY", "./byname makes one at first start; in production put 50 random characters.")
BYNAME_DATA_KEYS = environment.data_keys()
TIME_ZONE = environment.time_zone()

DEBUG = False
BYNAME_DEVELOPER = os.environ.get("BYNAME_DEVELOPER") == "1"
BYNAME_PUBLIC_URL = environment.public_url()
BYNAME_NAME_SHOWN = environment.name_shown()
BYNAME_LISTEN = environment.listen()
BYNAME_HOME = HOME
BYNAME_LEDGER_KEY = environment.ledger_key()
BYNAME_MAIL_SERVER = environment.mail_server()
BYNAME_MAIL_FROM = environment.mail_from()
BYNAME_REPLIES_AT = environment.replies_at()
BYNAME_REPLIES_LISTEN = environment.replies_listen()
BYNAME_TEXTS = environment.texts()
BYNAME_TEXTS_COUNTRY = environment.texts_country()
BYNAME_TRANSLATOR = environment.translator()
BYNAME_GEOCODER = os.environ.get("BYNAME_GEOCODER", "")
BYNAME_TRUSTED_PROXIES = [str(network) for network in environment.trusted_proxies()]
ALLOWED_HOSTS = environment.listed(os.environ, "BYNAME_HOSTS", "localhost,127.0.0.1,[::1]")

# Migrating and loading run as the owner of the tables; everything else as a role that may not touch the ledger's past.
_AS_OWNER = len(sys.argv) > 1 and sys.argv[1] in {"migrate", "sqlmigrate", "showmigrations", "makemigrations"}
_URL = os.environ.get("DATABASE_URL", "")
_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
_CHOSEN = (_OWNER_URL if _AS_OWNER else "") or _URL or _OWNER_URL
DATABASES = {"default": database(_CHOSEN or _needed("DATABASE_URL", "./byname sets it for the embedded PostgreSQL."))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "byname.Account"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "ninja",
    "byname",
    "byname.interfaces.public",
    "byname.interfaces.desk",
    "byname.interfaces.api",
    "byname.interfaces.jobs",
]
MIDDLEWARE = [
    "byname.interfaces.http.Doorkeeper",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "byname.interfaces.http.Languages",
    # The sign-in library insists on standing here; elsewhere than below /desk/ it does nothing.
    "allauth.account.middleware.AccountMiddleware",
    "byname.interfaces.desk.door.Desk",
]
ROOT_URLCONF = "byname.config.urls"
WSGI_APPLICATION = "byname.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["byname.interfaces.public.context.page", "byname.interfaces.desk.context.desk"],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "byname.interfaces.desk.templatetags.desk_days",
                "byname.interfaces.public.templatetags.words",
            ],
        },
    }
]

USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
# The name of each language in itself; the order is the order of the language page.
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("pt", "Português"),
    ("ta", "தமிழ்"),
    ("ur", "اردو"),
    ("es", "Español"),
    ("tl", "Tagalog"),
]
# Django does not know Tagalog by itself.
LANG_INFO["tl"] = {"bidi": False, "code": "tl", "name": "Tagalog", "name_local": "Tagalog"}
LOCALE_PATHS = [ROOT / "src" / "byname" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".woff2": "font/woff2"}

SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
# What is uploaded is held in memory (the server has bounded it) and never written to a disk: a photo says where it was
# taken until it is made anew. As much as the server lets through (larger.py).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 26 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Staff sign in below /desk/ and nowhere else: residents' pages never see a session (interfaces/desk/door.py).
BYNAME_BEHIND_TLS = BYNAME_PUBLIC_URL.startswith("https://")
SESSION_ENGINE = "byname.safekeeping.sessions"
SESSION_COOKIE_NAME = environment.DESK_COOKIES[BYNAME_BEHIND_TLS]
SESSION_COOKIE_PATH = "/desk/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BYNAME_BEHIND_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
BYNAME_SESSION_IDLE_SECONDS = 60 * 30
# In a cookie of its own: a page that is only looked at before anybody signed in leaves no row in the database.
CSRF_COOKIE_NAME = f"{SESSION_COOKIE_NAME}-form"
CSRF_COOKIE_PATH = SESSION_COOKIE_PATH
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "byname.interfaces.desk.views.signing.stale_form"
CACHES = {"default": {"BACKEND": "byname.safekeeping.cache.TableCache", "TIMEOUT": 300}}

AUTHENTICATION_BACKENDS = ["byname.interfaces.desk.door.Staff"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "byname.interfaces.desk.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up; the library asks for a password at the sign-in only where a sign-up would.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 10
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BYNAME_BEHIND_TLS else "http"
# Failures are counted by byname, for all workers at once (interfaces/desk/attempts.py).
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "byname.interfaces.desk.proofs.PasswordSignIn",
    "reauthenticate": "byname.interfaces.desk.proofs.PasswordAgain",
    "reset_password": "byname.interfaces.desk.proofs.PasswordForgotten",
    "reset_password_from_key": "byname.interfaces.desk.proofs.PasswordNew",
    "change_password": "byname.interfaces.desk.proofs.PasswordChange",
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "byname.interfaces.desk.passwords.NotEverybodys"},
]
MFA_ADAPTER = "byname.interfaces.desk.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Half a minute late or early still opens; each code opens once all the same (interfaces/desk/proofs.py).
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "byname.interfaces.desk.proofs.CodeStep",
    "authenticate_webauthn": "byname.interfaces.desk.proofs.PasskeyStep",
    "reauthenticate": "byname.interfaces.desk.proofs.CodeAgain",
    "reauthenticate_webauthn": "byname.interfaces.desk.proofs.PasskeyAgain",
    "login_webauthn": "byname.interfaces.desk.proofs.PasskeySignIn",
    "add_webauthn": "byname.interfaces.desk.proofs.PasskeyNew",
    "edit_webauthn": "byname.interfaces.desk.proofs.PasskeyName",
    "activate_totp": "byname.interfaces.desk.proofs.AppSetUp",
}
SOCIALACCOUNT_ADAPTER = "byname.interfaces.desk.adapters.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = environment.single_sign_on()
# A form that leads to the provider would need its address in the policy every page is sent with; a link does not.
SOCIALACCOUNT_LOGIN_ON_GET = True
LOGGING_CONFIG = None
