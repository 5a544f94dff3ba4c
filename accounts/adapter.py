"""How allauth behaves here where its settings do not reach."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request, user, form, commit=True):
        """Keep the language in which somebody signed up as theirs."""
        user.language = request.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL
