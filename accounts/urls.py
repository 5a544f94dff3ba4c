"""Addresses of a person's own settings; sign-in and the rest are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [path("preferences/", views.preferences, name="preferences")]
