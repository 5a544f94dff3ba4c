"""Housekeeping of sign-ins."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_ended_sessions():
    """Delete the rows of sessions that have run out."""
    call_command("clearsessions")
