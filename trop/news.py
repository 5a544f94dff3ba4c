"""News of training opportunities: what readers of their list can follow."""

from django.db.models import Prefetch
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from classifications.models import Language
from classifications.written import dates
from notifications.subjects import Item, Standing, Subject
from partners.models import Institution
from partners.news import texts_of_cities, texts_of_institutions
from trop.calendars import place_of
from trop.filters import OpportunityFilter
from trop.models import TrainingOpportunity


class OpportunityNews(Subject):
    kind = TrainingOpportunity.NEWS
    label = gettext_lazy("Training opportunities")
    list_id = "training-opportunities"
    filterset = OpportunityFilter
    model = TrainingOpportunity
    TIMELESS = ("when",)

    def public(self):
        return TrainingOpportunity.objects.published()

    def open(self):
        return TrainingOpportunity.objects.open_on(localdate())

    def tellable(self):
        return self.public() | TrainingOpportunity.objects.filter(status=TrainingOpportunity.Status.WITHDRAWN)

    def is_timely(self, pk):
        return TrainingOpportunity.objects.filter(pk=pk).exclude(apply_by__lt=localdate()).exists()

    def standing(self, pk):
        """What is withdrawn counts as cancelled: those who were told of it have to know."""
        it = TrainingOpportunity.objects.filter(pk=pk).first()
        if it is None or it.starts_on is None:
            return None
        days = f"{it.starts_on}/{it.ends_on}/{it.apply_by}"
        if it.status == it.Status.WITHDRAWN:
            return Standing(it.title, days, "cancelled", is_open=False)
        return Standing(it.title, days, is_open=it.is_open) if it.is_public else None

    def values_of(self, rows):
        return OpportunityFilter.values_of(rows, self.facets)

    def texts_of(self, rows):
        institutions = Institution.objects.filter(opportunities__in=rows)
        return [*super().texts_of(rows), *texts_of_institutions(institutions), *texts_of_cities(rows)]

    def items(self, pks):
        languages = Prefetch("languages", Language.objects.by_name())
        found = self.tellable().filter(pk__in=pks).for_listing().prefetch_related(languages)
        return {it.pk: _item(it) for it in found}


def _item(it):
    facts = [
        (_("Offered by"), str(it.institution.name)),
        (_("Where"), place_of(it)),
        (_("When"), dates(it.starts_on, it.ends_on)),
        (_("Apply by"), dates(it.apply_by)),
        (_("Language"), pgettext("between names in a list", ", ").join(str(each.name) for each in it.languages.all())),
    ]
    is_withdrawn = it.status == it.Status.WITHDRAWN
    return Item(
        it.heading, "" if is_withdrawn else it.get_absolute_url(), it.get_category_display(),
        [fact for fact in facts if fact[1]],
        it.get_status_display() if is_withdrawn else "" if it.is_open else it.Period.PAST.label,
    )  # fmt: skip
