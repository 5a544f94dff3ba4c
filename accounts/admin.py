"""Staff keep accounts here. The libraries' own pages show keys of sessions and second factors, so they are gone."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts import leaving
from accounts.models import User
from classifications.office import LinkedInline, RecordAdmin

admin.site.unregister([Authenticator, UserSession, EmailAddress])


class AccountForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name", "language", "time_zone"]


class EmailAddressInline(LinkedInline):
    model = EmailAddress
    fields = ["email", "verified", "primary"]


class SecondFactorInline(LinkedInline):
    """The kinds of second factor an account has; deleting them helps whoever lost a phone. Secrets stay hidden."""

    model = Authenticator
    verbose_name = _("second factor")
    verbose_name_plural = _("second factors")
    fields = readonly_fields = ["type", "created_at", "last_used_at"]

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(User)
class AccountAdmin(RecordAdmin, UserAdmin):
    add_form = AccountForm
    list_display = ["email", "name", "is_staff", "has_second_factor", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups", "language"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = ["groups", "user_permissions"]
    readonly_fields = ["last_login", "date_joined"]
    inlines = [EmailAddressInline, SecondFactorInline]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "language", "time_zone"]}),
        (_("What it may do"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "language", "time_zone", "usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request):
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        return super().get_queryset(request).annotate(has_second_factor=Exists(factors))

    @admin.display(description=_("second factor"), boolean=True, ordering="has_second_factor")
    def has_second_factor(self, user):
        return user.has_second_factor

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser hands out powers."""
        powers = [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups", "user_permissions"]
        return [*super().get_readonly_fields(request, obj), *powers]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._stands_below(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._stands_below(request, obj)

    def save_model(self, request, user, form, change):
        if change and "is_active" in form.changed_data and not user.is_active:
            leaving.end_all(user, request.user)
        super().save_model(request, user, form, change)

    def _stands_below(self, request, obj):
        """Nobody takes over the account of a superuser, by its password or its address, but a superuser."""
        return request.user.is_superuser or obj is None or not obj.is_superuser
