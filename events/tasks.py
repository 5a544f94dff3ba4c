"""Housekeeping of events."""

from celery import shared_task

from events.models import Event


@shared_task
def mark_past_events_held():
    """Say of events that are over and were announced that they were held."""
    Event.objects.past_due().update(status=Event.Status.HELD)
