"""Housekeeping of events."""

from celery import shared_task
from django.db.models import Max

from events.models import Change, Event


@shared_task
def mark_past_events_held():
    """Say of events that are over and were announced that they were held."""
    Event.objects.past_due().update(status=Event.Status.HELD)


@shared_task
def forget_changes():
    """Delete the traces of changes but the last: `events.tally` compares their number and the last with what it knows."""
    Change.objects.filter(pk__lt=Change.objects.aggregate(last=Max("pk"))["last"] or 0).delete()
