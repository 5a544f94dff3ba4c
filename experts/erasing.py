"""What stands elsewhere of an expert, so that it goes with them: letters, and files that no row names any more."""

import re
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from experts.cv import FOLDER
from notifications.models import Letter


def forget_letters(expert):
    """Delete the letters to those the expert named, to the expert about the rosters, and to those who had to decide.

    Letters to the Centre and to focal points may hold what somebody wrote about the expert; they name them by number, or, where
    a reader of the expert's page asked the Centre, by its address.
    """
    for record in (expert, *expert.references.all()):
        Letter.objects.of_record(record.key).delete()
    with override("en"):
        desk = reverse("experts:desk")
    numbers = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            numbers.append(re.escape(str(expert)))
    number = rf"({'|'.join(numbers)})(\D|$)"
    about = Q(subject__iregex=number) | Q(text__iregex=number)
    if expert.user:  # letters of the time before they bore the key
        addresses = [expert.user.email, *expert.user.emailaddress_set.values_list("email", flat=True)]
        about |= Q(recipients__has_any_keys=addresses, text__contains=desk)
    Letter.objects.filter(about).delete()


def forget_files(storage, named):
    """Delete the CVs in a storage that are not among the `named` ones: left by an upload or an erasure that broke off.

    A file of the last day stays: the row that names it may be about to be written.
    """
    if not storage.exists(FOLDER):
        return
    for name in storage.listdir(FOLDER)[1]:
        stored = f"{FOLDER}/{name}"
        if stored not in named and storage.get_modified_time(stored) < now() - timedelta(days=1):
            storage.delete(stored)
