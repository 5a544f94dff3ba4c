from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Letters")

    def ready(self):
        """Let who followed by an address, and now has an account with it, follow by the account."""
        from allauth.account.signals import email_changed, email_confirmed  # noqa: PLC0415  needs its models

        email_confirmed.connect(_joined_by_address, dispatch_uid="followed-by-address")
        email_changed.connect(_joined_by_account, dispatch_uid="followed-by-address")


def _joined_by_address(sender, email_address, **kwargs):
    _join(email_address.user)


def _joined_by_account(sender, user, **kwargs):
    _join(user)


def _join(user):
    from notifications.models import Follower  # noqa: PLC0415  needs the settings

    user.refresh_from_db(fields=["email"])
    if Follower.objects.filter(email__iexact=user.email).exists():
        Follower.for_user(user)
