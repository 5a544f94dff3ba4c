"""Addresses of events; they stand at the root, beside those of countries."""

from django.urls import path, register_converter

from events import invitations, views


class YearConverter:
    """A year in four digits, as the record can hold them."""

    regex = "19[0-9]{2}|20[0-9]{2}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


register_converter(YearConverter, "record_year")

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
    path("<record_year:year>/<slug:slug>/", views.event_detail, name="event-detail"),
    path("<record_year:year>/<slug:slug>/event.ics", views.event_calendar, name="event-calendar"),
]
