"""Addresses of OIC-VET."""

from django.urls import path

from programmes import views

app_name = "oic-vet"
urlpatterns = [
    path("", views.page, {"slug": "oic-vet", "template": "programmes/oic_vet.html"}, name="about"),
    path(
        "programme-types/",
        views.page,
        {"slug": "oic-vet-programme-types", "template": "programmes/oic_vet.html"},
        name="programme-types",
    ),
    path("committee/", views.committee, name="committee"),
    path("focal-points/", views.focal_points, name="focal-points"),
    path("summary/", views.summary, name="summary"),
]
