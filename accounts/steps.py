"""A form in steps that can be left and taken up again, with what was answered kept as a draft.

Answers are kept as they were posted, valid or not, so that nobody has to type anything twice; all steps are read again when
the whole is sent. The last step has no answers of its own to keep: it shows the others and asks for agreement.
"""

from abc import ABC, abstractmethod
from functools import cached_property

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import answers_of, signed_in
from accounts.models import Draft, as_posted
from classifications.written import digits


class SteppedForm(ABC):
    """What one person has filled in, about one thing or about something new.

    Subclasses say: `FORM`, the name of the drafts; `STEPS`, label and form class by key in order; `address_of(step, name)`;
    `known(step)`, what the forms begin with; `record(answers)`, which makes of all answers what was asked for.
    """

    FORM = ""
    STEPS = {}

    def __init__(self, user, about=None):
        self.user, self.about = user, about

    @abstractmethod
    def address_of(self, name, step=None):
        """Where a step is shown ("step"), kept ("keep"), left ("stop"), or the whole sent ("send")."""

    @abstractmethod
    def known(self):
        """What the forms of the steps begin with where nothing was answered yet."""

    @abstractmethod
    def record(self, answers):
        """Make of all answers what was asked for, and give it; raise `ValidationError` where that cannot be."""

    @property
    def subject(self):
        return str(self.about.pk) if self.about else ""

    @property
    def first(self):
        return next(iter(self.STEPS))

    @property
    def last(self):
        return list(self.STEPS)[-1]

    @cached_property
    def draft(self):
        return Draft.objects.of(self.user, self.FORM, self.subject)

    def form(self, step, answers=None):
        """The form of a step: filled with `answers` if given, else as the draft has it, else as it is known."""
        if answers is not None:
            return self.made(step, answers)
        kept = self.draft.answers_to(step) if self.draft else None
        return self.made(step, initial=as_initial(self.STEPS[step][1], kept) if kept is not None else self.known())

    def made(self, step, *args, **kwargs):
        """A step's form, of what forms are made of; where it offers something that depends on `about`, subclasses say so."""
        return self.STEPS[step][1](*args, **kwargs)

    def save(self, step, posted):
        answers = answers_of(posted, self.STEPS[step][1].base_fields)
        self.draft = Draft.save_answers(self.user, self.FORM, self.subject, step, answers)

    def read(self, step):
        """The form of a step as it would be sent: what the draft holds, or else what is known."""
        kept = self.draft.answers_to(step) if self.draft else None
        if kept is None:
            form = self.form(step)
            kept = as_posted({name: _strings(form, name) for name in form.fields})
        return self.made(step, kept)

    @cached_property
    def filled(self):
        """The forms of all steps but the last, read."""
        return {step: self.read(step) for step in self.STEPS if step != self.last}

    @property
    def first_open_step(self):
        """The first step that is not filled in as it has to be; the last one if all are."""
        return next((step for step, form in self.filled.items() if not form.is_valid()), self.last)

    @property
    def is_gone(self):
        """Whether there is nothing to send: it was sent already, or never begun."""
        return self.about is None and self.draft is None

    def after(self, step):
        steps = list(self.STEPS)
        return steps[steps.index(step) + 1]

    def steps(self):
        """Triples of a step's key, its label and its address."""
        return [(step, label, self.address_of("step", step)) for step, (label, _form) in self.STEPS.items()]

    def summary(self):
        """For the last page, each step with what was answered: triples of label, address and pairs of question and answer."""
        return [
            (
                self.STEPS[step][0],
                self.address_of("step", step),
                [(form.fields[name].label, answer) for name, answer in answered(form)],
            )
            for step, form in self.filled.items()
        ]

    @transaction.atomic
    def send(self):
        """Record the whole once, and give what it became; None where another click was faster."""
        if self.draft and not Draft.objects.select_for_update().filter(pk=self.draft.pk).exists():
            return None
        answers = {}
        for form in self.filled.values():
            form.is_valid()
            answers |= form.cleaned_data
        recorded = self.record(answers)
        if self.draft:
            self.draft.delete()
        return recorded


def answered(form):
    """Pairs of a field's name and its answer as a list of texts, for those that were answered validly."""
    form.is_valid()
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            texts = [each.name for each in value.by_name()] if value is not None else []
        elif isinstance(field, forms.ModelChoiceField):
            texts = [value.name] if value else []
        elif isinstance(field, forms.ChoiceField):
            texts = [dict(field.choices)[value]] if value else []
        elif isinstance(field, forms.IntegerField):
            texts = [digits(value)] if value is not None else []
        else:
            texts = [value] if value not in (None, "") else []
        if texts:
            yield name, texts


def as_initial(form_class, posted):
    """What was posted, as initial values: lists where a field takes several."""
    return {
        name: posted.getlist(name) if getattr(field.widget, "allow_multiple_selected", False) else posted.get(name)
        for name, field in form_class.base_fields.items()
        if name in posted
    }


def _strings(form, name):
    """The present value of a field as it would be posted."""
    value = form.fields[name].prepare_value(form[name].value())
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


class StepViews:
    """The views of a form in steps. `find` gives the `SteppedForm` from a request and what its address captured.

    `template` shows a step with the extra context that `beside(stepped, step, form)` gives; `sent` says where it leads once
    sent; `gone` where it leads if there is nothing to send; `pauses(stepped, step, form)` whether a valid step is shown once
    more, with a question; `just_sent`, from what `find` takes, gives what another click of the same person has sent.
    """

    def __init__(
        self,
        find,
        *,
        template,
        sent,
        gone,
        beside=lambda stepped, step, form: {},
        pauses=lambda stepped, step, form: False,
        just_sent=lambda request, **where: None,
    ):
        self.find, self.template, self.sent, self.gone, self.beside = find, template, sent, gone, beside
        self.pauses, self.just_sent = pauses, just_sent

    def urls(self, route, name):
        """The addresses below `route`, their names beginning with `name`."""
        return [
            path(route, signed_in(require_safe(self.begin)), name=f"{name}-begin"),
            path(f"{route}send/", signed_in(require_POST(self.send)), name=f"{name}-send"),
            path(
                f"{route}<slug:step>/",
                signed_in(require_http_methods(["GET", "HEAD", "POST"])(self.answer)),
                name=f"{name}-step",
            ),
            path(f"{route}<slug:step>/keep/", signed_in(require_POST(self.keep)), name=f"{name}-keep"),
            path(f"{route}<slug:step>/stop/", signed_in(require_POST(self.stop)), name=f"{name}-stop"),
        ]

    def begin(self, request, **where):
        """Lead to the step at which the reader stopped."""
        stepped = self.find(request, **where)
        return redirect(stepped.address_of("step", stepped.draft.step if stepped.draft else stepped.first))

    def answer(self, request, step, **where):
        """Show a step, or keep what was posted and go on to the next; the last one is sent from an address of its own."""
        stepped = self.find(request, **where)
        if step not in stepped.STEPS:
            raise Http404
        if request.method == "POST" and step != stepped.last:
            stepped.save(step, request.POST)
            form = stepped.form(step, request.POST)
            if form.is_valid() and not self.pauses(stepped, step, form):
                return redirect(stepped.address_of("step", stepped.after(step)))
        return self.show(request, stepped, step, stepped.form(step, request.answers))

    def _keep(self, request, step, where):
        stepped = self.find(request, **where)
        if step not in stepped.STEPS or step == stepped.last:
            raise Http404
        stepped.save(step, request.POST)
        return stepped

    def stop(self, request, step, **where):
        """Keep what was typed and go to the desk."""
        self._keep(request, step, where)
        messages.success(request, _("Saved. Your desk leads you back to it."))
        return redirect("desk")

    def keep(self, request, step, **where):
        """Keep what was typed so far, while it is being typed."""
        return render(request, "includes/_kept.html", {"draft": self._keep(request, step, where).draft})

    def send(self, request, **where):
        """Send the whole if all its steps hold; a second click finds it sent already."""
        try:
            return self._send(request, self.find(request, **where))
        except Http404:
            if (sent := self.just_sent(request, **where)) is None:
                raise
            return self.sent(request, sent)

    def _send(self, request, stepped):
        if stepped.is_gone:
            return self.gone(request)
        if stepped.first_open_step != stepped.last:
            messages.error(request, _("Something is still missing in this step."))
            return redirect(stepped.address_of("step", stepped.first_open_step))
        form = stepped.form(stepped.last, request.POST)
        if form.is_valid():
            try:
                recorded = stepped.send()
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return self.sent(request, recorded) if recorded else self.gone(request)
        return self.show(request, stepped, stepped.last, form)

    def show(self, request, stepped, step, form):
        context = {
            "registration": stepped,
            "step": step,
            "form": form,
            **{f"{name}_url": stepped.address_of(name, step) for name in ("step", "keep", "stop")},
            "send_url": stepped.address_of("send"),
            **self.beside(stepped, step, form),
        }
        is_refused = request.method == "POST" and not form.is_valid()
        return render(request, self.template, context, status=400 if is_refused else 200)
