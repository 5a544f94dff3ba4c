"""Staff look here at the messages that were reported; other conversations between institutions are not theirs to read."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from classifications.office import RecordAdmin, YesOrNoFilter
from classifications.steps import age
from classifications.written import dates
from partners.models import Report


class HandleForm(forms.ModelForm):
    """What was done about a report, and whether the institution that wrote the message is suspended."""

    suspend_because = forms.CharField(
        label=_("Suspend the institution that wrote it, because"), required=False, max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Empty: it stays listed. Otherwise it is suspended, and its people read this reason."),
    )  # fmt: skip

    class Meta:
        model = Report
        fields = ["note"]
        help_texts = {"note": _("For staff; nobody else reads it. Who reported is told that you looked at it.")}
        widgets = {"note": forms.Textarea({"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "note" in self.fields:
            self.fields["note"].required = True


class HandledFilter(YesOrNoFilter):
    title = _("handled")
    parameter_name = "handled"
    yes, no = _("Handled"), _("Waiting")

    def are(self, reports):
        return reports.handled()


@admin.register(Report)
class ReportAdmin(RecordAdmin):
    form = HandleForm
    list_display = ["sender", "subject", "institution", "age", "handled_at", "handled_by"]
    list_filter = [HandledFilter]
    list_select_related = ["institution", "handled_by", "message__side__institution", "message__side__conversation"]
    ordering = [F("handled_at").desc(nulls_first=True), "at"]
    FACTS = ["sender", "institution", "by", "at", "reason", "conversation"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.handled_at is None)

    def get_readonly_fields(self, request, obj=None):
        return self.FACTS if self.has_change_permission(request, obj) else [*self.FACTS, "handled_at", "handled_by"]

    def get_fields(self, request, obj=None):
        if not self.has_change_permission(request, obj):
            return [*self.FACTS, "note", "handled_at", "handled_by"]
        may_suspend = request.user.has_perm("partners.change_institution")
        return [*self.FACTS, "note", *(["suspend_because"] if may_suspend else [])]

    def save_model(self, request, report, form, change):
        """Handle the report through its verb; who comes too late is told."""
        answers = form.cleaned_data
        try:
            report.handle(request.user, answers["note"], answers.get("suspend_because", ""))
        except ValidationError as error:
            form.refusal = " ".join(error.messages)

    def construct_change_message(self, request, form, formsets, add=False):
        request.refusal = getattr(form, "refusal", "")
        return request.refusal or super().construct_change_message(request, form, formsets, add)

    def response_change(self, request, report):
        if not request.refusal:
            return super().response_change(request, report)
        self.message_user(request, request.refusal, messages.ERROR)
        return redirect("admin:partners_report_change", report.pk)

    @admin.display(description=_("written by"))
    def sender(self, report):
        institution = report.message.side.institution
        address = reverse("admin:partners_institution_change", args=[institution.pk])
        return format_html('<a href="{}">{}</a>', address, institution)

    @admin.display(description=_("subject"))
    def subject(self, report):
        return report.message.side.conversation.subject

    @admin.display(description=_("waits for"), ordering="at")
    def age(self, report):
        return "" if report.handled_at else age(report.at)

    @admin.display(description=_("conversation"))
    def conversation(self, report):
        """All of the conversation, the reported message marked."""
        rows = (
            (
                each.side.institution,
                each.writer,
                dates(localtime(each.sent_at).date()),
                _("reported") if each.pk == report.message_id else "",
                linebreaksbr(each.text),
            )
            for each in report.message.side.conversation.messages
        )
        return format_html_join("", "<p><strong>{}</strong> {} · {} <strong>{}</strong><br>{}</p>", rows)
