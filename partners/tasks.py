"""What workers do for institutions."""

from celery import shared_task
from django.utils.timezone import localdate

from partners import routing
from partners.models import Notice


@shared_task
def remind_of_closing_notices():
    """Tell the people of institutions, once, which of their requests and offers close within a week."""
    for notice in Notice.objects.to_remind_on(localdate()).select_related("institution"):
        notice.remind()


@shared_task
def route_applications():
    """Ask focal points about new applications, tell deputies of those that wait long, give to the Centre what waits longer."""
    routing.route_all()


@shared_task
def write_weekly_letters():
    """Tell focal points once a week what waits for them."""
    routing.write_weekly_letters()
