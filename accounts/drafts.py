"""What somebody types into a form of one page is kept while it is typed, and stands in it again until it is sent or discarded.

A form is declared once, as a `Drafted`: its page, what is kept of it, and the desk that leads back to it go by the same rows.
"""

from collections import defaultdict
from functools import cached_property, wraps
from http import HTTPStatus
from operator import attrgetter

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.keeping import answers_of, signed_in
from accounts.models import Draft
from accounts.steps import as_initial
from accounts.waiting import Task, Turn
from classifications.fields import OnceField

_DRAFTED = {}
_ABOUT = defaultdict(set)


def drafted_as(name):
    """The `Drafted` of this name, or None."""
    return _DRAFTED.get(name)


def are_about(model, *names):
    """Say of which model the drafts of these names are: what they are about is told by its number alone."""
    _ABOUT[model] |= {*names}


def move(old, new):
    """Make every draft about the row `old` one about the row `new`; where somebody has one of each, the later one stays."""
    drafts = Draft.objects.filter(form__in=_ABOUT[type(old)], subject__in=[old.pk, new.pk])
    kept = (
        drafts.order_by("user_id", "form", "-saved_at", "-pk").distinct("user_id", "form").values_list("pk", flat=True)
    )
    latest = list(kept)
    drafts.exclude(pk__in=latest).delete()
    Draft.objects.filter(pk__in=latest).update(subject=new.pk)


class Drafted:
    """The form of one page about one row.

    `name` is that of its drafts, `form` its class, `rows(user)` the rows of `model` that somebody may fill it in about, `page`
    the name of its address, whose `parts` are named with the path of what stands there from the row. `task` is what the desk
    calls going on with it, `heading` what the row is called there. `changed_at` names the field that says when what is on
    record was changed, where others may have changed it meanwhile.
    """

    def __init__(self, name, form, model, rows, page, task, *, parts=None, heading="name", changed_at=""):
        self.name, self.form, self.rows, self.page, self.task = name, form, rows, page, task
        self.parts, self.heading, self.changed_at = parts or {"slug": "slug"}, attrgetter(heading), changed_at
        self.fields = [name for name, field in form.base_fields.items() if not isinstance(field, OnceField)]
        _DRAFTED[name] = self
        are_about(model, name)

    def address(self, row):
        """The page on which the form about this row is filled in."""
        return reverse(
            self.page, kwargs={part: attrgetter(".".join(way.split("__")))(row) for part, way in self.parts.items()}
        )

    def touch(self, row):
        """What follows for a row of which somebody is writing."""

    def view(self, act):
        """Make of `act(request, row)` the view of the page, which shows the form or does what was asked.

        `request.kept` is what this person typed before. It goes where the answer to a POST leads elsewhere: all is done then.
        What is refused is kept.
        """

        @signed_in
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(act)
        def page(request, **where):
            row = get_object_or_404(
                self.rows(request.user), **{self.parts[part]: value for part, value in where.items()}
            )
            request.kept = Kept(self, request.user, row)
            answer = act(request, row)
            if request.method == "POST":
                request.kept.settle(request.POST, answer.status_code)
            return answer

        return page


class Kept:
    """What one person typed into one form about one row and did not send yet; nothing, most of the time."""

    def __init__(self, drafted, user, row):
        self.drafted, self.user, self.row = drafted, user, row

    @cached_property
    def draft(self):
        return Draft.objects.of(self.user, self.drafted.name, self.row.pk)

    @property
    def is_outdated(self):
        """Whether what is on record was changed after it was typed."""
        changed_at = self.drafted.changed_at and getattr(self.row, self.drafted.changed_at)
        return bool(changed_at) and changed_at > self.draft.saved_at

    @property
    def where(self):
        """What the addresses go by at which it is kept and discarded."""
        return [self.drafted.name, self.row.pk]

    def over(self, known):
        """What the form begins with: what was typed, or else what is `known`. A box that was emptied stays empty."""
        if not self.draft:
            return known
        return known | dict.fromkeys(self.drafted.fields) | as_initial(self.drafted.form, self.draft.answers_to(""))

    def save(self, posted):
        """Keep what was posted as it is, valid or not."""
        self.drafted.touch(self.row)
        answers = answers_of(posted, self.drafted.fields)
        self.draft = Draft.save_answers(self.user, self.drafted.name, self.row.pk, "", answers)

    def settle(self, posted, status):
        """Drop it or keep what was posted, by what the page answered."""
        if status == HTTPStatus.FOUND:
            self.forget()
        elif status in (HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS):
            self.save(posted)

    def forget(self):
        Draft.objects.filter(user=self.user, form=self.drafted.name, subject=self.row.pk).delete()
        self.draft = None


def subjects_of(user, drafted):
    """The numbers of the rows about which somebody has typed what is not sent."""
    return [
        int(subject) for subject in Draft.objects.filter(user=user, form=drafted.name).values_list("subject", flat=True)
    ]


def tasks_of(user, *forms):
    """Yield what somebody began to fill in with one of these forms, and may still send."""
    kept = defaultdict(dict)
    for draft in Draft.objects.filter(user=user, form__in=[each.name for each in forms]).order_by("-saved_at"):
        kept[draft.form][draft.subject] = draft
    for each in forms:
        for row in each.rows(user).filter(pk__in=kept[each.name]) if kept[each.name] else ():
            since = kept[each.name][str(row.pk)].saved_at
            yield Task(each.task, each.heading(row), _("Go on"), each.address(row), since, Turn.BEGUN)
