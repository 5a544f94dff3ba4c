"""The management panel: what the people of a member institution do with its opportunities."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.drafts import Kept
from accounts.keeping import signed_in
from partners.forms import ReasonForm
from partners.models import Institution
from trop import drafts
from trop.forms import OpportunityForm
from trop.models import Membership, TrainingOpportunity

FORM = ["GET", "HEAD", "POST"]


def _institutions_of(user):
    """The listed institutions for which somebody speaks; their memberships, if they have one, come with them."""
    return Institution.objects.represented_by(user).listed().select_related("country", "trop_membership")


def _member(request, slug):
    members = Membership.objects.run_by(request.user).select_related("institution__country")
    return get_object_or_404(members, institution__slug=slug)


def _editable(request, slug, pk):
    mine = TrainingOpportunity.objects.editable_by(request.user).for_page()
    return get_object_or_404(mine, institution__slug=slug, pk=pk)


def _tell(request, error):
    messages.error(request, " ".join(error.messages))


@signed_in
@require_safe
def institutions(request):
    """The reader's institutions; straight on to the only one."""
    mine = list(_institutions_of(request.user).by_name())
    if len(mine) == 1:
        return redirect("trop:panel", mine[0].slug)
    return render(request, "trop/panel_institutions.html", {"institutions": mine})


@signed_in
@require_safe
def panel(request, slug):
    """What an institution offers, and its membership."""
    institution = get_object_or_404(_institutions_of(request.user), slug=slug)
    membership = Membership.objects.of_institutions_of(request.user).filter(institution=institution).first()
    offered = institution.opportunities.for_listing().with_changes().latest_worked_on_first()
    context = {
        "institution": institution,
        "membership": membership,
        "is_member": membership is not None and membership.is_current,
        "opportunities": offered.in_work(),
        "archived": offered.archived(),
        "reviews": membership.reviews.select_related("by") if membership else [],
    }
    return render(request, "trop/panel.html", context)


@signed_in
@require_http_methods(FORM)
def begin(request, slug):
    """Begin a draft; a second click leads to the same one."""
    membership = _member(request, slug)
    if request.method != "POST":  # who had to sign in first comes back here
        return redirect("trop:panel", slug)
    draft = TrainingOpportunity.begin(membership.institution, request.user)
    return redirect("trop:panel-edit", slug, draft.pk)


@signed_in
@require_safe
def opportunity(request, slug, pk):
    """One opportunity as its page shows or would show it, with all that can be done about it."""
    shown = _editable(request, slug, pk)
    context = {
        "opportunity": shown,
        "institution": shown.institution,
        "membership": shown.institution.trop_membership,
        "kept": Kept(drafts.OPPORTUNITY, request.user, shown),
        "change": shown.proposed_rewrites.waiting().first(),
        "missing": shown.missing,
        "reviews": shown.reviews.select_related("by"),
    }
    return render(request, "trop/panel_opportunity.html", context)


# --- Writing ------------------------------------------------------------------------------------------------------------


@drafts.OPPORTUNITY.view
def edit(request, written):
    institution = written.institution
    if not written.is_rewritten:
        messages.error(request, _("As it stands it cannot be changed."))
        return redirect("trop:panel-opportunity", institution.slug, written.pk)
    change = written.proposed_rewrites.waiting().first()
    known = request.kept.over(drafts.facts_of(written) | (change.answers if change else {}))
    form = OpportunityForm(request.answers, initial=known, is_draft=written.status == written.Status.DRAFT)
    if request.method == "POST" and form.is_valid() and _rewrite(request, written, form):
        return redirect("trop:panel-opportunity", institution.slug, written.pk)
    context = {"opportunity": written, "institution": institution, "form": form, "change": change}
    context["membership"] = institution.trop_membership
    return render(request, "trop/panel_edit.html", context, status=400 if request.method == "POST" else 200)


def _rewrite(request, written, form):
    """Save what the form holds; tell whether it could be."""
    try:
        waiting = written.rewrite(request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    messages.success(request, _("Sent. The page stays as it is until it is decided on.") if waiting else _("Saved."))
    return True


# --- Verbs ---------------------------------------------------------------------------------------------------------------


def _verb(act):
    """Make a view of what is done about one opportunity: only by POST, and answered with its page in the panel.

    Who had to sign in first comes back by GET, and is shown the opportunity with its buttons.
    """

    @signed_in
    @require_http_methods(FORM)
    @wraps(act)
    def view(request, slug, pk):
        it = _editable(request, slug, pk)
        if request.method == "POST":
            try:
                messages.success(request, act(it, request.user))
            except ValidationError as error:
                if not it.was_just_moved_by(request.user):  # else it was a second click
                    _tell(request, error)
        return redirect("trop:panel-opportunity", slug, pk)

    return view


@_verb
def publish(it, by):
    it.publish(by)
    if it.status == it.Status.WAITING:
        return _("Sent. SESRIC looks at it before it is public; you will be told by e-mail.")
    return _("Published. Everybody can see it now.")


@_verb
def take_back(it, by):
    it.take_back(by)
    return _("It is a draft again.")


@_verb
def take_back_change(it, by):
    it.take_back_change(by)
    return _("Taken back. The page stays as it is.")


@_verb
def close(it, by):
    it.close(by)
    return _("Closed: nobody can apply any more. It stays on record as past.")


@_verb
def reopen(it, by):
    it.reopen(by)
    return _("Open again.")


@_verb
def archive(it, by):
    it.archive(by)
    return _("Archived.")


@signed_in
@require_http_methods(FORM)
def duplicate(request, slug, pk):
    """Begin a copy without the days; a second click leads to the same one."""
    original = _editable(request, slug, pk)
    if request.method != "POST":
        return redirect("trop:panel-opportunity", slug, pk)
    try:
        copy = original.duplicate(request.user)
    except ValidationError as error:
        _tell(request, error)
        return redirect("trop:panel-opportunity", slug, pk)
    messages.success(request, _("A copy without the days: set new ones."))
    return redirect("trop:panel-edit", slug, copy.pk)


@signed_in
@require_http_methods(FORM)
def withdraw(request, slug, pk):
    """Take an opportunity off the record, saying why."""
    it = _editable(request, slug, pk)
    form = ReasonForm(request.answers)
    if request.method == "POST" and form.is_valid():
        try:
            it.withdraw(form.cleaned_data["reason"], request.user)
        except ValidationError as error:
            _tell(request, error)
        else:
            messages.success(request, _("Withdrawn: it is no longer public."))
        return redirect("trop:panel-opportunity", slug, pk)
    context = {"opportunity": it, "institution": it.institution, "form": form}
    return render(request, "trop/panel_withdraw.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@require_http_methods(FORM)
def leave(request, slug):
    """End the membership, or take the request for it back."""
    mine = Membership.objects.of_institutions_of(request.user).that_can_leave().select_related("institution__country")
    membership = get_object_or_404(mine, institution__slug=slug)
    form = ReasonForm(request.answers)
    if request.method == "POST" and form.is_valid():
        try:
            membership.leave(request.user, form.cleaned_data["reason"])
        except ValidationError as error:
            _tell(request, error)
        else:
            messages.success(request, _("The institution is no longer a member of TROP."))
        return redirect("trop:panel", slug)
    context = {"institution": membership.institution, "membership": membership, "form": form}
    return render(request, "trop/panel_leave.html", context, status=400 if request.method == "POST" else 200)
