"""A bare Django over the portal's own tables: what the portal's pages are measured against."""

from sesric_portal.settings import *  # noqa: F403  the same database and libraries

ROOT_URLCONF = "benchmarks.reference.urls"
WSGI_APPLICATION = "benchmarks.reference.wsgi.application"
INSTALLED_APPS = ["benchmarks.reference"]
AUTH_USER_MODEL = "auth.User"  # nobody signs in
MIDDLEWARE = []
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "benchmarks" / "reference"],  # noqa: F405
        "APP_DIRS": False,
        "OPTIONS": {},
    }
]
