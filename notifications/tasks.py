"""What workers do about news and letters. Every task may run twice, at once, and on any machine: rows decide what is done."""

import logging

from celery import shared_task
from django.db import OperationalError

from notifications import alarms, delivery, designations, digests, matching
from notifications.models import Announcement, Follower, Interest, Letter

logger = logging.getLogger(__name__)

ROUND = 50  # letters of one run; beat, or the run itself where more is due, starts another


@shared_task
def fan_out():
    """Find the readers of what was announced and told to nobody yet; one for which that fails stands in nobody's way."""
    for pk in list(Announcement.objects.waiting().values_list("pk", flat=True)):
        try:
            matching.fan_out(pk)
        except OperationalError:  # the database is away: of the others too
            raise
        except Exception:
            logger.exception("The readers of announcement %s cannot be found.", pk)


@shared_task
def write_letters():
    """Write the letters for news that are due."""
    digests.write_due()


@shared_task
def deliver_letters():
    """Post the letters that are due, each under its row lock, so that two workers never post the same one."""
    delivery.deliver_due(ROUND)


@shared_task
def forget_old_letters():
    """Delete the texts of letters older than 90 days; the facts (to whom, when, what about) stay."""
    Letter.objects.with_old_text().update(text="", html="")


@shared_task
def forget_unconfirmed():
    """Delete what somebody typed an address for and nobody confirmed from there."""
    Interest.objects.forgotten().delete()
    Follower.objects.filter(user=None, interests=None).delete()


@shared_task
def watch_mail():
    """Write to the Centre where letters fail, or far more are written than usual; once a day at most."""
    alarms.ring()


@shared_task
def tell_of_designations():
    """Write to those whom designations concern that began or ended, and to those whose proposals were decided on."""
    designations.tell()
    designations.tell_of_proposals()


@shared_task
def ask_countries_to_confirm():
    """Ask each country once in a year whether its focal points are still right."""
    designations.ask_countries()
