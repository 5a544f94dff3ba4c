"""What workers do with letters."""

from celery import shared_task
from django.db import transaction

from notifications import designations
from notifications.letters import deliver
from notifications.models import Letter

BATCH = 50  # letters in one run; beat or the next letter starts another


@shared_task
def deliver_letters():
    """Post the letters that are due, each under its row lock, so that two workers never post the same one."""
    for _attempt in range(BATCH):
        with transaction.atomic():
            letter = Letter.objects.due().select_for_update(skip_locked=True).order_by("try_after").first()
            if letter is None:
                return
            deliver(letter)


@shared_task
def forget_old_letters():
    """Delete the texts of letters older than 90 days; the facts (to whom, when, what about) stay."""
    Letter.objects.with_old_text().update(text="", html="")


@shared_task
def tell_of_designations():
    """Write to those whom designations concern that began or ended."""
    designations.tell()


@shared_task
def ask_countries_to_confirm():
    """Ask each country once in a year whether its focal points are still right."""
    designations.ask_countries()
