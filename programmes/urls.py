"""Addresses of programmes."""

from django.urls import path

from programmes import views

app_name = "programmes"
urlpatterns = [
    path("", views.programme_list, name="programme-list"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("<slug:slug>/", views.programme_detail, name="programme-detail"),
]
