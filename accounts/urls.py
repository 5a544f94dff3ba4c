"""Addresses of a person's own settings; sign-in and the rest are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("drafts/<slug:form>/<int:pk>/keep/", views.keep_draft, name="keep-draft"),
    path("drafts/<slug:form>/<int:pk>/discard/", views.discard_draft, name="discard-draft"),
    path("email/", views.email_addresses, name="email"),  # before allauth's own, which it stands for
]
