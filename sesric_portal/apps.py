"""The top of the portal as Django apps: its templates tags and commands, and the admin that asks for a second factor."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "sesric_portal"


class PortalAdminConfig(AdminConfig):
    default_site = "sesric_portal.admin.PortalAdminSite"
