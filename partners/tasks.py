"""What workers do for institutions."""

from celery import shared_task
from django.utils.timezone import localdate

from partners.models import Notice


@shared_task
def remind_of_closing_notices():
    """Tell the people of institutions, once, which of their requests and offers close within a week."""
    for notice in Notice.objects.to_remind_on(localdate()).select_related("institution"):
        notice.remind()
