"""Addresses of the training opportunities programme."""

from django.urls import path

from programmes.views import page

app_name = "trop"
urlpatterns = [path("", page, {"slug": "trop"}, name="about")]
