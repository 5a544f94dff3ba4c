"""The top of the portal as Django apps: its templates tags and commands, and the admin that asks for a second factor."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "sesric_portal"

    def ready(self):
        """Let each app register what focal points see of it, as the admin of staff is filled."""
        autodiscover_modules("country_office")


class PortalAdminConfig(AdminConfig):
    default_site = "sesric_portal.admin.PortalAdminSite"
