"""Addresses of a person's own settings; sign-in and the rest are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("email/", views.email_addresses, name="email"),  # before allauth's own, which it stands for
]
