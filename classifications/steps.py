"""Steps that staff take on a record in the admin: each has an address of its own, asks what it has to, and calls a verb.

A page of a step shows the record as it stands. Where a step is not possible any more, because somebody else was faster,
nothing is done and the page of the record tells so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Count, Min, Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classifications.charts import Number
from classifications.office import RecordAdmin
from classifications.written import labelled, number


class NoQuestions(forms.Form):
    """A step that asks nothing."""


class WordsForm(forms.Form):
    """A step that may be explained."""

    reason = forms.CharField(
        label=gettext_lazy("Words to the people concerned"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("They read them in a letter and in the history. May stay empty."),
    )  # fmt: skip


class ReasonForm(WordsForm):
    """A step that has to be explained."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.label, field.required = gettext_lazy("Reason"), True
        field.help_text = gettext_lazy("The people concerned read it in a letter and in the history.")


def age(since):
    """How long something has been waiting, in days: "3 days"."""
    if since is None:
        return ""
    days = (now() - since).days
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)} if days else _("today")


@dataclass(frozen=True)
class Step:
    """One step: its name in the address, what its button says, and the verb.

    `take` is called with the row, the user and the answers of the form, and raises `ValidationError` where the step is not
    possible; `fits` says of a row whether the step is offered; `done` is told afterwards.
    """

    name: str
    label: str
    take: Callable
    done: str
    fits: Callable = lambda row: True
    form: type[forms.Form] = NoQuestions


@dataclass(frozen=True)
class Queue:
    """What waits for staff, for the first page of the admin: of what, how much, and where."""

    label: str
    count: int
    url: str
    since: datetime | None = None  # when the oldest of it began to wait
    by_age: tuple = ()  # a `Number` for each of `AGES`

    @property
    def age(self):
        """How long the oldest has been waiting, in words; empty where nobody counts it or nothing waits."""
        return age(self.since)

    @classmethod
    def of(cls, label, rows, url, column):
        """What waits since the moment in `column`, told by age; `url` lists these rows and takes more of a query."""
        counts = {f"n{n}": Count("pk", Q(**band), distinct=True) for n, band in enumerate(_bands(column))}
        told = rows.order_by().aggregate(since=Min(column), n=Count("pk", distinct=True), **counts)
        by_age = tuple(
            Number(told[f"n{n}"], "&".join([url, *(f"{name}={day}" for name, day in band.items())]))
            for n, band in enumerate(_bands(column))
        )
        return cls(label, told["n"], url, told["since"], by_age)


AGES = [gettext_lazy("Up to 6 days"), gettext_lazy("7 to 13 days"), gettext_lazy("14 days or more")]


def _bands(column):
    """For each of `AGES` the lookups by which the moment in `column` lies in it."""
    today = localdate()
    week, fortnight = today - timedelta(days=7), today - timedelta(days=14)
    return [
        {f"{column}__date__gt": week},
        {f"{column}__date__gt": fortnight, f"{column}__date__lte": week},
        {f"{column}__date__lte": fortnight},
    ]


class StepsAdmin(RecordAdmin):
    """The admin of a model with `steps`; who may change a row may take them."""

    steps = []
    step_template = "admin/step.html"
    change_form_template = "admin/change_form_with_steps.html"

    def queues(self, request):
        """What of this model waits for staff: a list of `Queue`."""
        return []

    def has_step_permission(self, request):
        """Apart from the form's own permission, since rows that nobody may edit have steps too."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_urls(self):
        of_steps = [
            path(
                f"<int:pk>/{step.name}/", self.admin_site.admin_view(self.step_view), {"step": step},
                name=self._url_name(step.name),
            )
            for step in self.steps
        ]  # fmt: skip
        return [*of_steps, *super().get_urls()]

    def _url_name(self, page):
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def address(self, page, *args):
        return reverse(f"admin:{self._url_name(page)}", args=args)

    def row_for_step(self, request, pk):
        """The row on which a step is to be taken; raises where there is none, or where this is not for the reader."""
        if not self.has_step_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        return row

    def name_of(self, row):
        """What staff read a row is called, where its own words, which go into logs, name nobody."""
        return str(row)

    def approve_each(self, request, queryset):
        """Approve each row; tell what could not be approved, and why, by name. Give the number of those approved."""
        count = 0
        for row in queryset:
            try:
                row.approve(request.user)
            except ValidationError as error:
                self.message_user(request, labelled(self.name_of(row), " ".join(error.messages)), messages.ERROR)
            except ObjectDoesNotExist:  # since the list was read
                told = _("This is no longer on record: it was merged with another or deleted.")
                self.message_user(request, labelled(self.name_of(row), told), messages.ERROR)
            else:
                self.log_change(request, row, _("Approve"))
                count += 1
        return count

    def step_view(self, request, pk, step):
        """Show the page of a step; take the step where it was sent."""
        row = self.row_for_step(request, pk)
        form = step.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                step.take(row, request.user, form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error.messages)
            except ObjectDoesNotExist as error:  # merged with another record, or deleted, since the row was read
                raise Http404 from error
            else:
                return self._taken(request, row, step)
        row = self.row_for_step(request, pk)  # as it is by now
        if not step.fits(row):
            told = form.non_field_errors() or [_("“%(step)s” is not possible at present.") % {"step": step.label}]
            messages.error(request, labelled(self.name_of(row), " ".join(told)))
            return redirect(self.address("change", pk))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": row, "title": step.label,
            "subtitle": self.name_of(row), "step": step, "form": form, **self.step_context(request, row, step),
        }  # fmt: skip
        return TemplateResponse(request, self.step_template, context, status=400 if form.is_bound else 200)

    def _taken(self, request, row, step):
        self.log_change(request, row, str(step.label))
        messages.success(request, labelled(self.name_of(row), step.done))
        return self.response_post_save_change(request, row)

    def step_context(self, request, row, step):
        """What the page of a step shows of the row."""
        return {}

    def more_tools(self, row):
        """What else the page of a row leads to, for those who may take steps: pairs of label and address."""
        return []

    def steps_on(self, row):
        """Which steps may be taken on a row as it stands, for those who may take steps: pairs of label and address."""
        return [(each.label, self.address(each.name, row.pk)) for each in self.steps if each.fits(row)]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may = change and self.has_step_permission(request)
        context["tools"] = [*self.steps_on(obj), *self.more_tools(obj)] if may else []
        context["subtitle"] = obj and self.name_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnly:
    """Rows that come about by other people's acts: staff read them, and change them by steps only."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
