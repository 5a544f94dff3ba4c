"""The portal as a whole: settings, addresses, and the pages that show several apps at once."""

from sesric_portal.celery import app as celery_app

__all__ = ["celery_app"]
