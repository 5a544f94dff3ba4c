"""Addresses that exist in the demo only."""

from django.urls import path

from sesric_portal.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.letters, name="letters"),
    path("letters/<slug:name>/", views.letter, name="letter"),
]
