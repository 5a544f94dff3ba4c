"""Which experts somebody asks for: the words of the queries on them."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now

from classifications.classified import LinkedQuerySet
from classifications.gathering import NAMES, GatheringQuerySet
from classifications.search import SearchableQuerySet
from experts.readers import Kind, Reader
from partners.models.word import WordedQuerySet

# Counted in whole days of UTC, as the labels by which experts are found hold them.
LAPSES_AFTER = timedelta(days=365)  # without a renewal: ranked last
HIDDEN_AFTER = timedelta(days=548)  # eighteen months: no longer shown, never wiped


def first_day_within(period):
    """The day since which a renewal lies within a period that ends today, and its first instant."""
    day = now().astimezone(UTC).date() - period + timedelta(days=1)
    return day, datetime.combine(day, time.min, UTC)


class ExpertQuerySet(GatheringQuerySet, LinkedQuerySet, SearchableQuerySet, WordedQuerySet):
    def of(self, user):
        """The record of one person, if they have one."""
        return self.filter(user=user).first() if user.pk else None

    def on_rosters(self):
        """Those who are on any roster; who left them all stays recorded, and is found and asked by nobody."""
        from experts.models.linked import RosterMembership  # noqa: PLC0415  linked rows need the expert

        return self.filter(Exists(RosterMembership.objects.filter(expert=OuterRef("pk"))))

    def shown(self):
        """Those listed and kept whom somebody beside the Centre may see, renewed not too long ago."""
        return self.listed().on_rosters().filter(is_kept=True, renewed_at__gte=first_day_within(HIDDEN_AFTER)[1])

    def public(self):
        """Those whom everybody may see."""
        return self.shown().filter(is_public=True)

    def readable_by(self, user):
        """Those whom somebody may read; what of each, `Reader.profile_of` says. Nobody who withdrew from being kept."""
        return self.readable_as(Reader.of(user))

    def readable_as(self, reader):
        if reader.kind == Kind.STAFF:
            return self.filter(is_kept=True)  # nobody who was erased is, the database sees to that
        agreed = Q(is_public=True)
        if reader.kind == Kind.PARTNER:
            agreed |= Q(is_for_partners=True)
        if reader.states:
            agreed |= Q(is_for_focal_points=True)
        readable = self.shown().filter(agreed)
        if not reader.states:
            return readable
        of_mine = self.in_use().filter(is_kept=True, nationality__in=reader.states)
        return self.filter(Q(pk__in=readable.values("pk")) | Q(pk__in=of_mine.values("pk")))

    def nationals_of(self, user):
        """Those of the states whose focal point or deputy `user` is today, applicants too; not of oneself."""
        if not user.pk:
            return self.none()
        states = user.designations.acting().values("country")
        return self.in_use().filter(is_kept=True, nationality__in=states).exclude(user=user)

    def assignable(self):
        """Those who may be written to about an assignment: listed, kept, not hidden, and they agree to it."""
        return self.shown().filter(may_be_contacted=True)

    def endorsable_by(self, user):
        """Those whom `user` may endorse as the national focal point of their state."""
        return self.nationals_of(user).filter(endorsed_on=None)

    def with_focal_point(self):
        """As of every application; of experts only who agrees to be kept is shown to a focal point."""
        return super().with_focal_point().filter(is_kept=True)

    def applied_by(self, user):
        return self.filter(user=user)

    def on_roster(self, roster):
        return self.filter(pk__in=roster.memberships.values("expert"))

    def lapsed(self):
        """Those who have not renewed for a year."""
        return self.knowing_who_lapsed().filter(has_lapsed=True)

    def knowing_who_lapsed(self):
        """With `has_lapsed`, by which to filter and sort."""
        return self.alias(has_lapsed=Q(renewed_at__lt=first_day_within(LAPSES_AFTER)[1]))

    # --- What suggestions are made by ---------------------------------------------------------------------------------

    def under_theme_keys(self, keys):
        """Those who work in a sector of one of these themes, by key."""
        return self.linked_to(sectors__theme__in=keys)

    def teaching_in_keys(self, keys):
        """Those who speak one of these languages, by key, well enough to teach in it."""
        return self.linked_to(languages__language__in=keys, languages__level__gte=4)

    def freshest_first(self):
        """Those who renewed last before others; lapsed ones come last by that."""
        return self.order_by("-renewed_at", "pk")

    def working_by(self, ways):
        return self.filter(way__in=ways)

    def for_listing(self):
        """With what a row of a list shows."""
        language = [f"language__{field}" for field in ("pk", "code", *NAMES)]
        roster = [f"roster__{field}" for field in ("pk", "slug", "position", *NAMES)]
        return (
            self.select_related("nationality", "residence", "institution", "user")
            .defer("search_key", "search_stems", "linked_words")
            .gathering("sectors", "slug", "theme", *NAMES)
            .gathering("languages", "level", *language)
            .gathering("memberships", "joined_at", *roster)
        )
