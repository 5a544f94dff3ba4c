"""One view, one query, one small template: 25 events with their place."""

from django.shortcuts import render
from django.urls import path

from benchmarks.reference.models import Event


def event_list(request):
    events = Event.objects.select_related("city", "country").order_by("-starts_on", "-pk")[:25]
    return render(request, "event_list.html", {"events": events})


urlpatterns = [path("", event_list)]
