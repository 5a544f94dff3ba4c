"""What is done for experts without anybody asking."""

from celery import shared_task

from experts.erasing import forget_files
from experts.models import Expert, Reminder
from experts.tally import fold
from experts.words import choose


@shared_task
def ask_whether_still_right():
    """Write to the experts whose year without a renewal ends in 60, 30 or 7 days, once for each."""
    for expert, days in Reminder.due():
        Reminder.write(expert, days)


@shared_task
def keep_words():
    """Write down anew the words of what is linked to experts, where names of sectors or institutions have changed."""
    for expert in Expert.objects.filter(erased_at=None).iterator():
        expert.keep_words()
    choose()


@shared_task
def forget_lost_files():
    """Delete CVs that no expert has any more."""
    storage = Expert._meta.get_field("cv").storage
    forget_files(storage, set(Expert.objects.exclude(cv="").values_list("cv", flat=True)))


@shared_task
def fold_tally():
    """Put into the bitmaps by which experts are counted whatever has changed since."""
    fold()
