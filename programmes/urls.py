"""Addresses of programmes."""

from django.urls import path, register_converter

from classifications.addresses import Named
from programmes import views
from programmes.models import Programme


class ProgrammeConverter(Named):
    """The address of a programme."""

    def records(self, user):
        return Programme.objects.all()


register_converter(ProgrammeConverter, "programme")

app_name = "programmes"
urlpatterns = [
    path("", views.programme_list, name="programme-list"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("<programme:slug>/", views.programme_detail, name="programme-detail"),
]
