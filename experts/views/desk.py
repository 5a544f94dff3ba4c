"""What experts do at their desk: see what others see, consent, the CV, renewing, leaving, erasing."""

import json
import zipfile
from io import BytesIO

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import own_data as of_accounts
from accounts.downloads import handed_out_on
from accounts.keeping import forget_answers, signed_in
from experts import own_data as of_experts
from experts.forms import CVForm
from experts.models import Expert, Purpose
from experts.models.consent import WORDED_ON
from experts.readers import OF_OTHERS, Kind, Profile
from notifications import own_data as of_notifications

HELD = {"expert": of_experts, "account": of_accounts, "letters": of_notifications}


def _mine(request):
    expert = Expert.objects.of(request.user)
    if expert is None:
        raise Http404
    return expert


def _back(request, done):
    messages.success(request, done)
    return redirect("experts:desk")


@signed_in
@require_safe
def desk(request):
    expert = Expert.objects.of(request.user)
    if expert is None:
        return redirect("experts:register-begin")
    agreed = {each.purpose: each for each in expert.consents.in_force()}
    context = {
        "expert": expert,
        "consents": [(purpose, agreed.get(purpose)) for purpose in Purpose],
        "worded_on": WORDED_ON.isoformat(),
        "readers": Kind,
        "references": expert.references.named(),
        "engagements": expert.engagements.newest_first(),
        "reviews": expert.reviews.open_to_applicant(),
        "question": expert.last_question,
        "change": expert.name_to_come,
    }
    return render(request, "experts/desk.html", context)


@signed_in
@require_safe
def preview(request, kind):
    """Show the profile as others see it once it is listed and agreed to."""
    if kind not in Kind.values:
        raise Http404
    expert = _mine(request)
    context = {
        "profile": Profile(expert, Kind(kind), without=OF_OTHERS),
        "seen_by": Kind(kind),
        "to_all_focal_points": expert.is_for_focal_points,
    }
    return render(request, "experts/preview.html", context)


@signed_in
@require_POST
def give_consent(request, purpose):
    """Agree in the wording that the page showed; in another one nobody has agreed to anything."""
    expert, purpose = _mine(request), _purpose(purpose)
    if request.POST.get("wording") != WORDED_ON.isoformat():
        messages.error(request, _("The wording has changed in the meantime. Please read it and agree again."))
        return redirect("experts:desk")
    try:
        expert.agree_to(purpose)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("experts:desk")
    return _back(request, _("Noted: you agree to this."))


@signed_in
@require_POST
def withdraw_consent(request, purpose):
    _mine(request).take_back(_purpose(purpose))
    return _back(request, _("Withdrawn. It holds from now on."))


def _purpose(name):
    if name not in Purpose.values:
        raise Http404
    return Purpose(name)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cv(request):
    """Upload a CV in place of the one before."""
    expert = _mine(request)
    is_sent = request.method == "POST"
    if is_sent and not ratelimit.consume(request, action="cv", user=request.user):  # before the file is looked at
        messages.error(request, _("You have uploaded many files today. Please go on tomorrow."))
        return render(request, "experts/cv.html", {"expert": expert, "form": CVForm()}, status=429)
    form = CVForm(request.POST, request.FILES) if is_sent else CVForm()
    if form.is_valid():
        try:
            expert.keep_cv(form.cleaned_data["cv"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _back(request, _("Your CV is stored. Only you and the Centre can open it."))
    context = {"expert": expert, "form": form}
    return render(request, "experts/cv.html", context, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def remove_cv(request):
    _mine(request).remove_cv()
    return _back(request, _("Your CV was deleted."))


@signed_in
@require_POST
def renew(request):
    _mine(request).renew()
    return _back(request, _("Noted: your profile is right as of today."))


@signed_in
@require_POST
def withdraw(request):
    """Take the application back."""
    try:
        _mine(request).withdraw(request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("experts:desk")
    return _back(request, _("The application was withdrawn."))


@signed_in
@require_POST
def leave(request, slug):
    """Leave one roster."""
    expert = _mine(request)
    membership = get_object_or_404(expert.memberships.select_related("roster"), roster__slug=slug)
    expert.leave(membership.roster)
    return _back(request, _("You are no longer on this roster."))


@signed_in
@reauthentication_required
@require_safe
def download(request):
    """Say what is in the file that holds everything, and give the button for it."""
    return render(request, "experts/download.html", {"expert": _mine(request)})


@signed_in
@handed_out_on("experts:download")
@require_safe
def download_file(request):
    """Hand out everything held about the expert: files that people and programs can read, and the CV.

    Beside the profile that is the account, which holds their address and what they have begun to write, and their letters.
    """
    expert, packed = _mine(request), BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, app in HELD.items():
            held = app.held_about(request.user)
            archive.writestr(f"{name}.json", json.dumps(held, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
        if expert.cv and expert.cv.storage.exists(expert.cv.name):
            with expert.cv.open("rb") as file:
                archive.writestr("cv.pdf", file.read())
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="expert.zip"'
    return response


@signed_in
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request):
    """Say what erasing takes away, and do so."""
    expert = _mine(request)
    if request.method != "POST":
        return render(request, "experts/erase.html", {"expert": expert})
    expert.erase()
    forget_answers(request)
    messages.success(request, _("Everything about you as an expert was erased."))
    return redirect("desk")
