"""Whom something would reach if it appeared now: the same question as at publication, counted instead of written."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, F, Func, Q, TextField
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.matching import as_new
from notifications.models import Announcement, Follower, Interest, RefusedAddress
from programmes.models import FocalPoint


@dataclass
class Audience:
    """The readers whom an announcement reaches, in numbers.

    `parts` count what they are (one person may be several), `languages` what they read; `reasons` which facts of it they follow,
    in which `words` they look for it, and how many follow `everything` of its kind; `left_out` counts who follows what fits and
    is not told all the same, `on_site_only` who is told without a letter.
    """

    count: int
    parts: dict = field(default_factory=dict)
    languages: list = field(default_factory=list)
    reasons: list = field(default_factory=list)
    words: list = field(default_factory=list)
    everything: int = 0
    left_out: dict = field(default_factory=dict)
    on_site_only: int = 0
    nobody: str = ""  # why nobody would be told at all


def audience_of(kind, pk):
    """Count the readers of a row as it stands, published or not; None where there is no such row."""
    announcement = as_new(kind, pk)
    if announcement is None:
        return None
    if Announcement.objects.about(kind, pk).filter(state="").exists():
        return Audience(0, nobody=_("Readers have been told of it already: they are not told again."))
    if not announcement.subject.is_timely(pk):
        return Audience(0, nobody=_("It is over, or too late to apply: nobody would be told."))
    matching = Interest.objects.matching(announcement).order_by()
    readers = Follower.objects.filter(pk__in=matching.values("follower"))
    fitting = Interest.objects.fitting(announcement).order_by()
    others = Follower.objects.filter(pk__in=fitting.values("follower")).exclude(pk__in=readers.values("pk"))
    return Audience(
        readers.count(),
        _parts(readers),
        _languages(readers),
        _reasons(matching, announcement),
        _counted(matching.exclude(words=""), "words"),
        matching.filter(choices={}, words="").values("follower").distinct().count(),
        {
            "unconfirmed": others.exclude(pk__in=fitting.accepted().values("follower")).count(),
            "paused": others.filter(pk__in=fitting.accepted().values("follower")).count(),
        },
        _on_site_only(readers, matching),
    )


def _on_site_only(readers, matching):
    """How many of the readers get no letter: who asks for none, wants none at all, or whose address takes none."""
    refused = RefusedAddress.objects.values(low=Lower("address"))
    by_letter = readers.alias(address=Lower(Coalesce("user__email", "email"))).filter(
        paused_at=None, pk__in=matching.by_letter().values("follower")
    )
    return readers.exclude(pk__in=by_letter.exclude(address__in=refused).values("pk")).count()


def audience_link(row):
    """The link of a row's page in the admin that leads to its audience: pairs of label and address."""
    return [(_("Who will be told"), reverse("admin:notifications_announcement_audience", args=[row.NEWS, row.pk]))]


def _parts(readers):
    """What readers are goes by what the apps above keep about their accounts."""
    acting = Q(user__representations__accepted_at__isnull=False, user__representations__ended_at=None)
    return readers.aggregate(
        partners=Count("pk", filter=acting, distinct=True),
        experts=Count("pk", filter=Q(user__expert__isnull=False), distinct=True),
        focal_points=Count("pk", filter=Q(user__in=FocalPoint.objects.acting().values("user"))),
        without_account=Count("pk", filter=Q(user=None), distinct=True),
    )


def _languages(readers):
    reads = Coalesce("user__language", "language")
    counts = dict(readers.order_by().values_list(reads).annotate(count=Count("pk")))
    return [(name, counts[code]) for code, name in settings.LANGUAGES if counts.get(code)]


def _reasons(matching, announcement):
    """Pairs of a fact of the announcement and the number of readers who follow it, the greatest first."""
    facts = matching.annotate(fact=Func(F("facts"), function="unnest", output_field=TextField()))
    known = set(announcement.facts)
    return [(fact, count) for fact, count in _counted(facts, "fact") if fact in known]


def _counted(matching, column):
    """Pairs of a value and the number of readers whose interests have it, the greatest first."""
    return list(
        matching.values_list(column).annotate(count=Count("follower", distinct=True)).order_by("-count", column)
    )
