"""Which opportunities somebody asks for: the words of the queries on them."""

from datetime import timedelta

from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Abs
from django.utils.timezone import localdate, now

from classifications.classified import ClassifiedQuerySet
from classifications.models import City, Country, Language, Sector
from classifications.search import SearchableQuerySet
from partners.applications import Status as ApplicationStatus
from partners.models import Institution
from trop.models.membership import Membership
from trop.models.states import Decision, Period, Status, is_open_on, month_of, period_on


class OpportunityQuerySet(ClassifiedQuerySet, SearchableQuerySet):
    def published(self):
        """Those that the public may see: of listed institutions that are members, open or past."""
        return self.filter(
            status__in=self.model.PUBLIC,
            institution__status=ApplicationStatus.LISTED,
            institution__trop_membership__joined_on__isnull=False,
        )

    def open_on(self, day):
        """Those for which one can apply on a day."""
        return self.published().filter(is_open_on(day))

    def past_on(self, day):
        """Those that were closed, or expired before a day."""
        return self.in_periods([Period.PAST], day)

    def in_periods(self, periods, today=None):
        """Published opportunities in any of these `Period`s."""
        return self.published().alias(period=period_on(today or localdate())).filter(period__in=periods)

    def closing_within(self, days, today):
        """Those that are open on a day and close within so many days."""
        return self.open_on(today).filter(apply_by__lte=today + timedelta(days=days))

    def drafts(self):
        return self.filter(status=Status.DRAFT)

    def sent(self):
        """All that left their institution: no drafts, and nothing that was archived."""
        return self.exclude(status__in=[Status.DRAFT, Status.ARCHIVED])

    def returned(self):
        """Drafts that reviewers sent back with a question."""
        steps = self.model.objects.filter(pk=OuterRef("pk")).order_by("-reviews__at", "-reviews__pk")
        last = steps.values("reviews__decision")[:1]
        return self.drafts().alias(last=Subquery(last)).filter(last=Decision.RETURNED)

    def stale(self):
        """Drafts of members that nobody has touched for two weeks and of which nobody was reminded since."""
        limit = now() - self.model.STALE_AFTER
        return self.drafts().of_members().filter(touched_at__lt=limit, reminded_at=None)

    def waiting_for_review(self):
        """Those that wait for the Centre, the longest waiting first."""
        return self.filter(status=Status.WAITING).order_by("waiting_since")

    def of_members(self):
        """Opportunities, drafts too, of institutions that are listed members."""
        return self.filter(institution__in=Institution.objects.filter(trop_membership__in=Membership.objects.current()))

    def editable_by(self, user):
        """Opportunities of the listed member institutions for which `user` may speak."""
        return self.of_members().filter(institution__in=Institution.objects.represented_by(user))

    def archived(self):
        return self.filter(status=Status.ARCHIVED)

    def in_work(self):
        """All but those that were archived."""
        return self.exclude(status=Status.ARCHIVED)

    def taught_in(self, codes):
        """Opportunities taught in one of these languages."""
        return self.linked_to(languages__code__in=codes)

    def offered_by(self, iso2s):
        """Opportunities of institutions in these countries."""
        return self.filter(institution__country__iso2__in=iso2s)

    def offered_by_groups(self, groups):
        """Opportunities of institutions in countries of these OIC groups."""
        return self.filter(institution__country__oic_group__in=groups)

    def of_categories(self, categories):
        return self.filter(category__in=categories)

    def open_to_countries(self, iso2s):
        """Opportunities for which people of one of these countries may apply: those open to one of them, or to all."""
        return self.linked_by("open_to__iso2", iso2s, or_to_none=True)

    def in_modes(self, modes):
        return self.filter(mode__in=modes)

    def starting_in(self, months):
        """Opportunities that begin in one of these months, such as "2027-03"."""
        return self.alias(month=month_of("starts_on")).filter(month__in=months)

    def covering(self, costs):
        """Opportunities for which any of these costs are covered."""
        return self.filter(covered__overlap=costs)

    def saying(self, word):
        """What the institution and the place are called says it too."""
        institutions, cities = Institution.objects.search(word), City.objects.named_with(word)
        return [*super().saying(word), Q(institution__in=institutions.values("pk")), Q(city__in=cities.values("pk"))]

    def closing_first(self, today=None):
        """Those that are open, the first to close first; then those that are past, the last closed first."""
        today = today or localdate()
        days = Abs(
            Func(
                F("apply_by"),
                Value(today),
                template="(%(expressions)s)",
                arg_joiner=" - ",
                output_field=models.IntegerField(),
            )
        )
        return self.alias(period=period_on(today)).order_by("period", days, "pk")

    def starting_first(self):
        return self.order_by("starts_on", "pk")

    def newest_first(self):
        return self.order_by(F("published_at").desc(nulls_last=True), "-pk")

    def latest_worked_on_first(self):
        return self.order_by("-touched_at", "-pk")

    def with_changes(self):
        """With `has_change`, whether a change of it waits for the Centre."""
        waiting = self.model.objects.filter(
            pk=OuterRef("pk"), proposed_rewrites__isnull=False, proposed_rewrites__decided_at=None
        )
        return self.annotate(has_change=Exists(waiting))

    def for_listing(self):
        """With what a row of a list shows."""
        return self.select_related("institution__country", "city").defer(*self.model.NOT_LISTED)

    def for_plain_row(self):
        """With what the short row shows on a page of other things, and no more."""
        return self.select_related("institution__country", "city").only(*self.model.PLAIN_ROW)

    def for_page(self):
        """With what the page of one shows."""
        return self.select_related("institution__country", "institution__city", "city").prefetch_related(
            models.Prefetch("sectors", Sector.objects.by_name()),
            models.Prefetch("languages", Language.objects.by_name()),
            models.Prefetch("open_to", Country.objects.by_name()),
        )

    def count_by_institution(self):
        """Give a dict from an institution's key to its number of opportunities."""
        return dict(self.order_by().values_list("institution").annotate(count=Count("pk")))
