"""What the portal does about opportunities by itself; that they expire needs no task, it follows from the day."""

from celery import shared_task
from django.db import transaction

from trop.models import TrainingOpportunity


@shared_task
def remind_of_stale_drafts():
    """Write to those whose drafts nobody has touched for two weeks, once each time it was left alone."""
    for draft in TrainingOpportunity.objects.stale().select_related("institution"):
        with transaction.atomic():
            draft.remind()
