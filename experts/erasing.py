"""Which letters hold something of an expert, so that they go with them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import override

from notifications.models import Letter


def forget_letters(expert):
    """Delete the letters to those the expert named, and those to the expert about the rosters."""
    with override("en"):
        desk = reverse("experts:desk")
    about = Q(pk=None)
    for reference in expert.references.all():
        about |= Q(text__contains=str(reference.key))
    if expert.user:
        about |= Q(recipients__contains=[expert.user.email], text__contains=desk)
    Letter.objects.filter(about).delete()
