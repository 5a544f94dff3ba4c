"""Housekeeping of sign-ins."""

from celery import shared_task
from django.core.management import call_command

from accounts.models import Draft


@shared_task
def forget_old_drafts():
    """Delete the drafts that nobody has touched for half a year."""
    Draft.objects.forgotten().delete()


@shared_task
def clear_ended_sessions():
    """Delete the rows of sessions that have run out."""
    call_command("clearsessions")
