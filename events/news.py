"""News of events: what readers of the list of events can follow."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from classifications.written import dates
from events import tally
from events.calendars import place_of
from events.filters import EventFilter
from events.models import Event
from notifications.subjects import Item, Standing, Subject


class EventNews(Subject):
    kind = Event.NEWS
    label = gettext_lazy("Events")
    list_id = "events"
    filterset = EventFilter
    model = Event
    TIMELESS = ("when",)

    def public(self):
        return Event.objects.published()

    def open(self):
        return self.public().to_come()

    def is_timely(self, pk):
        return self.model.objects.to_come().filter(pk=pk).exists()

    def standing(self, pk):
        event = self.public().filter(pk=pk).first()
        if event is None:
            return None
        return Standing(
            event.title_en, f"{event.starts_on}/{event.ends_on}", event.status if event.is_called_off else "",
            event.when == Event.When.TO_COME,
        )  # fmt: skip

    def values_of(self, rows):
        return tally.values_of(rows, ["year", *self.facets])

    def asked(self, data):
        """The year is a fact of an event as any other."""
        choices, words = super().asked(data)
        years = self.filter(data).chosen["year"]
        return (choices | {"year": sorted(years)} if years else choices), words

    def items(self, pks):
        found = self.public().filter(pk__in=pks).defer("search_key", "search_stems")
        return {event.pk: _item(event) for event in found}


def _item(event):
    languages = event.linked.languages
    facts = [
        (_("Where"), place_of(event)),
        (_("When"), dates(event.starts_on, event.ends_on)),
        (_("Language"), pgettext("between names in a list", ", ").join(str(each.name) for each in languages)),
    ]
    when = event.when
    return Item(
        event.title, event.get_absolute_url(), event.get_kind_display(), [fact for fact in facts if fact[1]],
        "" if when == Event.When.TO_COME else when.label,
    )  # fmt: skip
