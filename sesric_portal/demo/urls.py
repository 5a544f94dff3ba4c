"""Addresses that exist in the demo only."""

from django.urls import path

from sesric_portal.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.letters, name="letters"),
    path("styleguide/", views.style_guide, name="style-guide"),
    path("letters/<slug:name>/", views.letter, name="letter"),
]
