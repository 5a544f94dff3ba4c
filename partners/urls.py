"""Addresses of institutions."""

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("", views.InstitutionList.as_view(), name="institution-list"),
    path("<slug:slug>/", views.institution_detail, name="institution-detail"),
]
