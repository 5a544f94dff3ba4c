"""Settings of the portal: one file, every value that differs between places read from the environment.

`docs/operation.md` has the table of them. Outside DEBUG and DEMO a missing secret key,
list of hosts or database stops the start with `ImproperlyConfigured`, naming the variable.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# A variable that is set to nothing, as a compose file does where nobody filled it in, is as good as missing.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}

# --- Where this is -------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # sample sign-ins, and a page that shows the letters instead of sending them

SECRET_KEY = env("SECRET_KEY", default="not-secret" if DEBUG else environ.Env.NOTSET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else environ.Env.NOTSET)
# The one canonical address, for links in letters, feeds and <link rel="canonical">.
PORTAL_URL = env("PORTAL_URL", default="http://localhost:8000" if DEBUG else environ.Env.NOTSET).rstrip("/")
HTTPS = urlsplit(PORTAL_URL).scheme == "https"
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

# --- What it is made of --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "sesric_portal.apps.PortalConfig",
    "sesric_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_filters",
    "django_htmx",
    "import_export",
    "pghistory",
    "pgtrigger",
    "classifications",
    "accounts",
    "programmes",
    "notifications",
    "partners",
    "experts",
    "events",
    "trop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "sesric_portal.methods.NotAllowedHere",
    "classifications.addresses.lead_on",
]

ROOT_URLCONF = "sesric_portal.urls"
WSGI_APPLICATION = "sesric_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sesric_portal.frame.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "sesric_portal.templatetags.portal",
                "events.templatetags.event_parts",
                "experts.templatetags.expert_parts",
                "partners.templatetags.partner_parts",
                "trop.templatetags.trop_parts",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal"
CRISPY_TEMPLATE_PACK = "portal"
CRISPY_FAIL_SILENTLY = False

# --- What it stands on ---------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=True,  # without it every worker answers once with an error after the database restarts
    OPTIONS={"connect_timeout": 5, **DATABASES["default"].get("OPTIONS", {})},
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and sessions live in the database, so that signing in works while Redis does not.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = env("REDIS_URL")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1,
    "max_retries": 0,  # of whoever sends a task: kombu would try again after two seconds, while a reader waits
    "visibility_timeout": 3600,  # longer than the longest task
}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_DEFAULT_ROUTING_KEY = "housekeeping"
# A worker serves all of them unless told which.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("fan-out", "delivery", "housekeeping")]
CELERY_TASK_ROUTES = {
    "notifications.tasks.fan_out": {"queue": "fan-out"},
    "notifications.tasks.write_letters": {"queue": "fan-out"},
    "notifications.tasks.deliver_letters": {"queue": "delivery"},
}
SWEEP = env.int("SWEEP_SECONDS", default=60)  # how often what is owed is looked for, whether or not a worker was woken
CELERY_BEAT_SCHEDULE = {
    "news to tell": {"task": "notifications.tasks.fan_out", "schedule": SWEEP},
    "letters to write": {"task": "notifications.tasks.write_letters", "schedule": SWEEP},
    "letters that wait": {"task": "notifications.tasks.deliver_letters", "schedule": SWEEP},
    "designations to tell of": {"task": "notifications.tasks.tell_of_designations", "schedule": 60},
    "focal points to confirm": {"task": "notifications.tasks.ask_countries_to_confirm", "schedule": 24 * 3600},
    "applications that wait": {"task": "partners.tasks.route_applications", "schedule": 60},
    "weekly letters to focal points": {"task": "partners.tasks.write_weekly_letters", "schedule": 3600},
    "addresses nobody confirmed": {"task": "notifications.tasks.forget_unconfirmed", "schedule": 24 * 3600},
    "mail that fails or swells": {"task": "notifications.tasks.watch_mail", "schedule": 600},
    "texts of old letters": {"task": "notifications.tasks.forget_old_letters", "schedule": 24 * 3600},
    "events that are over": {"task": "events.tasks.mark_past_events_held", "schedule": 3600},
    "requests and offers that close": {"task": "partners.tasks.remind_of_closing_notices", "schedule": 3600},
    "traces of changes": {"task": "events.tasks.forget_changes", "schedule": 24 * 3600},
    "drafts nobody goes on with": {"task": "accounts.tasks.forget_old_drafts", "schedule": 24 * 3600},
    "drafts of opportunities left alone": {"task": "trop.tasks.remind_of_stale_drafts", "schedule": 6 * 3600},
    "experts whose year ends": {"task": "experts.tasks.ask_whether_still_right", "schedule": 6 * 3600},
    "bitmaps of experts": {"task": "experts.tasks.fold_tally", "schedule": 300},
    "words of experts": {"task": "experts.tasks.keep_words", "schedule": 24 * 3600},
    "CVs that nobody has": {"task": "experts.tasks.forget_lost_files", "schedule": 24 * 3600},
    "sessions that ended": {"task": "accounts.tasks.clear_ended_sessions", "schedule": 24 * 3600},
}

# --- Letters -------------------------------------------------------------------------------------------------------
# Every letter is first a row; a worker posts the rows through LETTER_BACKEND.
EMAIL_BACKEND = "notifications.letters.LetterBackend"
LETTER_BACKEND = env("LETTER_BACKEND", default="notifications.smtp.Backend")
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25") | {"EMAIL_BACKEND": EMAIL_BACKEND})
EMAIL_FILE_PATH = env("EMAIL_FILE_PATH", default=str(VAR_DIR / "letters"))  # after EMAIL_URL, which empties it
LETTER_GRACE = env.int("LETTER_GRACE", default=20)  # seconds after which a letter begun by a worker that died is free
# Seconds for all that a letter takes, from connecting on: with noting it, a mute mail server frees the worker within 15.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=14)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="SESRIC <noreply@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CENTRE_EMAIL = env("CENTRE_EMAIL", default="centre@example.org")  # where the contact form leads

# --- Who comes in --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # seconds; letters may wait a few minutes for a worker
ACCOUNT_EMAIL_NOTIFICATIONS = True  # tell people of changes to their password, address and second factor
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"contact": "5/h/ip", "follow": "10/h/ip", "cv": "20/d/user"}
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": "accounts.forms.ConfirmPasswordResetCodeForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.MFAReauthenticateForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # period before and after (RFC 6238, 5.2): a code may end while it is typed and sent
MFA_TOTP_ISSUER = "SESRIC Training and Technical Cooperation"
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_USER_CODE_FORMAT = {"numeric": True}
# How many proxies stand before the portal; rate limits go by the client's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- What is sent with each answer ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "sesric_portal.errors.csrf_failure"
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# --- Languages -----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("ar", "العربية")]
LANGUAGE_COOKIE_NAME = "language"
# `third_party` fills the French and Arabic gaps of the libraries whose pages a reader sees.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "third_party"]
FORMAT_MODULE_PATH = "sesric_portal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"  # the Centre's own

# --- Files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- The libraries of the admin ------------------------------------------------------------------------------------
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
PGHISTORY_ADMIN_CLASS = None
PGHISTORY_MIDDLEWARE_METHODS = (
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
)  # others change nothing: who asks need not be looked up
FILTERS_EMPTY_CHOICE_LABEL = _("Any")

# --- What is written down ------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
