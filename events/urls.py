"""Addresses of events; they stand at the root, beside those of countries."""

from django.urls import path, register_converter

from classifications.addresses import Named
from events import invitations, views
from events.models import Event


class YearConverter:
    """A year in four digits, as the record can hold them."""

    regex = "19[0-9]{2}|20[0-9]{2}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


class EventConverter(Named):
    """The address of an event, behind its year."""

    def records(self, user, year):
        return Event.objects.published().filter(year=year)


register_converter(YearConverter, "record_year")
register_converter(EventConverter, "event")

app_name = "events"
urlpatterns = [
    path("", views.EventList.as_view(), name="event-list"),
    path("archive/", views.archive, name="archive"),
    path("archive/table.csv", views.archive_table, name="archive-table"),
    path("calendar.ics", views.calendar, name="calendar"),
    path("feed/", views.feed, name="feed"),
    path("table.csv", views.table, name="table"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("invitations/<int:pk>/", invitations.invitation, name="invitation"),
    path("invitations/<int:pk>/accept/", invitations.accept, name="accept-invitation"),
    path("invitations/<int:pk>/decline/", invitations.decline, name="decline-invitation"),
    path("<record_year:year>/", views.EventList.as_view(), name="year"),
    path("<record_year:year>/<event:slug>/", views.event_detail, name="event-detail"),
    path("<record_year:year>/<event:slug>/event.ics", views.event_calendar, name="event-calendar"),
]
