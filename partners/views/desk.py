"""What the representatives of an institution do: its desk, its profile, its people."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.drafts import Kept
from accounts.keeping import signed_in
from partners import drafts
from partners.applications import Decision, Role
from partners.forms import (
    InvitationForm,
    PositionForm,
    ProfileForm,
    ReasonForm,
    RequestForm,
    VerifiedFactsForm,
)
from partners.models import Institution, Invitation, ProposedChange, Representation
from partners.models.limits import TooMany
from partners.profile import as_shown, profile_of

FORM = ["GET", "HEAD", "POST"]


def _represented(request, slug):
    return get_object_or_404(
        Institution.objects.represented_by(request.user).select_related("country", "city"), slug=slug
    )


def _listed(request, slug):
    return get_object_or_404(
        Institution.objects.represented_by(request.user).listed().select_related("country", "city"), slug=slug
    )


def _managed(request, slug):
    return get_object_or_404(Institution.objects.managed_by(request.user), slug=slug)


def _step(decision, done, to_desk_of_institution=True):
    """Make a view of what takes a step: it tells that it is `done`, or why not, and leads to a desk.

    Who took the same step moments ago clicked twice, and reads the same again; others find nothing that is not theirs.
    """

    def decorate(take):
        @wraps(take)
        def view(request, slug, **row):
            answer = redirect("partners:desk", slug) if to_desk_of_institution else redirect("desk")
            try:
                page = take(request, slug, **row)
            except (Http404, ValidationError) as error:
                about = Q(person__representations=row["pk"]) if row else Q(person=request.user) | Q(person=None)
                again = Institution.objects.just_moved_by(request.user, decision, about).filter(slug=slug)
                if request.method != "POST" or not again.exists():
                    return _refused(request, error, answer)
                page = None
            if page is None:
                messages.success(request, done)
            return page or answer

        return view

    return decorate


def _refused(request, error, answer):
    if isinstance(error, Http404):
        raise error
    messages.error(request, " ".join(error.messages))
    return answer


@signed_in
@require_safe
def desk(request, slug):
    return _desk(request, _represented(request, slug), InvitationForm())


def _desk(request, institution, invitation_form, status=200):
    context = {
        "institution": institution,
        "reviews": institution.reviews.open_to_applicant().select_related("by", "person"),
        "question": institution.last_question,
        "people": institution.representations.acting().for_listing(),
        "mine": institution.representations.acting().get(user=request.user),
        "requests": institution.representations.answerable_by(request.user).select_related("user"),
        "invitations": institution.invitations.open(),
        "change": institution.proposed_changes.waiting().first(),
        "invitation_form": invitation_form,
        "sectors": institution.sectors.by_name(),
        "languages": institution.languages.by_name(),
    }
    return render(request, "partners/desk.html", context, status=status)


# --- The profile ----------------------------------------------------------------------------------------------------


@drafts.PROFILE.view
def edit(request, institution):
    form = ProfileForm(request.answers, initial=request.kept.over(profile_of(institution)))
    if request.method == "POST" and form.is_valid():
        institution.keep_profile(request.user, **form.cleaned_data)
        messages.success(request, _("Saved. The page shows it now."))
        return redirect("partners:desk", institution.slug)
    status = 400 if request.method == "POST" else 200
    return render(request, "partners/edit.html", {"institution": institution, "form": form}, status=status)


@signed_in
@require_POST
def preview(request, slug):
    """Show the page as it would be; what was typed stands below it, to be saved or changed."""
    institution = _listed(request, slug)
    request.kept = Kept(drafts.PROFILE, request.user, institution)
    request.kept.save(request.POST)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return render(request, "partners/edit.html", {"institution": institution, "form": form}, status=400)
    context = as_shown(institution, form.cleaned_data) | {"form": form, "is_represented": True}
    return render(request, "partners/preview.html", context)


@drafts.CHANGE.view
def propose(request, institution):
    """Propose a change of facts that others vouched for; the page stays as it is until it is decided on."""
    facts = {name: getattr(institution, name) for name in Institution.VERIFIED_FACTS}
    form = VerifiedFactsForm(request.answers, initial=request.kept.over(facts))
    if request.method == "POST" and form.is_valid():
        change = ProposedChange.propose(institution, request.user, form.cleaned_data)
        messages.success(
            request, _("Sent. The page stays as it is until it is decided on.") if change else _("Nothing differs.")
        )
        return redirect("partners:desk", institution.slug)
    status = 400 if request.method == "POST" else 200
    return render(request, "partners/propose.html", {"institution": institution, "form": form}, status=status)


@signed_in
@require_POST
def confirm_profile(request, slug):
    _listed(request, slug).confirm_profile()
    messages.success(request, _("Noted: the profile is right as of today."))
    return redirect("partners:desk", slug)


@signed_in
@require_http_methods(FORM)
@_step(Decision.WITHDRAWN, gettext_lazy("The application was withdrawn."), to_desk_of_institution=False)
def withdraw(request, slug):
    """Ask whether to take the application back, and do so."""
    institution = _managed(request, slug)
    if request.method != "POST":
        if not institution.is_under_review:
            return redirect("partners:desk", slug)
        return render(request, "partners/withdraw.html", {"institution": institution})
    institution.withdraw(request.user)


# --- The people -----------------------------------------------------------------------------------------------------


@drafts.REQUEST.view
def represent(request, institution):
    """Ask to speak for a listed institution."""
    form = RequestForm(request.answers, initial=request.kept.over({"person": request.user.name}))
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            Representation.ask(institution, request.user, answers["position"], answers["words"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            request.user.go_by(answers["person"])
            messages.success(request, _("Sent. You will be told by e-mail when it is decided."))
            return redirect("desk")
    status = 400 if request.method == "POST" else 200
    return render(request, "partners/represent.html", {"institution": institution, "form": form}, status=status)


@signed_in
@require_POST
def invite(request, slug):
    institution = _managed(request, slug)
    form, status = InvitationForm(request.POST), 400
    if form.is_valid():
        try:
            Invitation.send(institution, form.cleaned_data["email"], request.user)
        except TooMany as error:
            form.add_error("email", error)
            status = 429
        else:
            messages.success(request, _("The invitation was sent."))
            return redirect("partners:desk", slug)
    return _desk(request, _represented(request, slug), form, status)


@signed_in
@require_POST
def withdraw_invitation(request, slug, pk):
    get_object_or_404(_managed(request, slug).invitations.unaccepted(), pk=pk).withdraw()
    messages.success(request, _("The invitation was withdrawn."))
    return redirect("partners:desk", slug)


@signed_in
@require_http_methods(FORM)
def invitation(request, key):
    """Read an invitation, and accept it."""
    invited = get_object_or_404(Invitation.objects.open().select_related("institution", "made_by"), key=key)
    form = PositionForm(request.answers, initial={"person": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            invited.accept(request.user, form.cleaned_data["position"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            request.user.go_by(form.cleaned_data["person"])
            messages.success(request, _("You now speak for the institution."))
            return redirect("partners:desk", invited.institution.slug)
    status = 400 if request.method == "POST" else 200
    return render(request, "partners/invitation.html", {"invitation": invited, "form": form}, status=status)


@signed_in
@require_POST
@_step(Decision.REPRESENTATIVE_ACCEPTED, gettext_lazy("Accepted."))
def accept_request(request, slug, pk):
    asked = get_object_or_404(_managed(request, slug).representations.answerable_by(request.user), pk=pk)
    asked.accept(request.user, Role.APPLICANT)


@signed_in
@require_http_methods(FORM)
@_step(Decision.REPRESENTATIVE_DECLINED, gettext_lazy("Declined; the person was told."))
def decline_request(request, slug, pk):
    institution = _managed(request, slug)
    asked = get_object_or_404(institution.representations.answerable_by(request.user), pk=pk)
    form = ReasonForm(request.answers)
    if request.method == "POST" and form.is_valid():
        return asked.decline(request.user, Role.APPLICANT, form.cleaned_data["reason"])
    context = {"institution": institution, "asked": asked, "form": form}
    return render(request, "partners/decline_request.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@require_http_methods(FORM)
@_step(Decision.REPRESENTATIVE_LEFT, gettext_lazy("Removed; the person was told."))
def remove(request, slug, pk):
    """Ask whether somebody shall stop speaking for the institution, and end it."""
    institution = _managed(request, slug)
    person = get_object_or_404(institution.representations.acting().exclude(user=request.user), pk=pk)
    if request.method != "POST":
        return render(request, "partners/remove.html", {"institution": institution, "person": person})
    person.end(request.user, Role.APPLICANT)


@signed_in
@require_http_methods(FORM)
@_step(Decision.HANDED_OVER, gettext_lazy("Handed over; the person was told."))
def hand_over(request, slug, pk):
    """Ask whether somebody else shall manage the institution from now on, and hand it over."""
    institution = _managed(request, slug)
    heir = get_object_or_404(institution.representations.acting().exclude(user=request.user), pk=pk)
    mine = get_object_or_404(institution.representations.managing(), user=request.user)
    if request.method != "POST":
        return render(request, "partners/hand_over.html", {"institution": institution, "heir": heir})
    mine.hand_over(heir, request.user, Role.APPLICANT)


@signed_in
@require_http_methods(FORM)
@_step(
    Decision.REPRESENTATIVE_LEFT,
    gettext_lazy("You no longer speak for this institution."),
    to_desk_of_institution=False,
)
def leave(request, slug):
    """Ask whether to stop speaking for the institution, and do so."""
    institution = _represented(request, slug)
    if request.method != "POST":
        return render(request, "partners/leave.html", {"institution": institution})
    mine = get_object_or_404(institution.representations.acting(), user=request.user)
    mine.end(request.user, Role.APPLICANT)
