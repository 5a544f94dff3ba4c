from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TropConfig(AppConfig):
    name = "trop"
    verbose_name = _("Training opportunities")
