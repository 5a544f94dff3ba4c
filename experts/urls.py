"""Addresses of the rosters of experts."""

from django.urls import path

from programmes.views import page

app_name = "experts"
urlpatterns = [path("", page, {"slug": "experts"}, name="about")]
