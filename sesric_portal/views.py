"""The pages that show several apps at once: home, countries, search, the desk, the letter to the Centre."""

import json

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.downloads import handed_out_on
from classifications.facets import WordsField
from classifications.gathering import NAMES
from classifications.models import Country
from events import tally
from events.models import Event
from experts.models import Expert
from notifications.forms import LetterToTheCentreForm
from notifications.models import Notification
from partners.models import Institution
from programmes.seats import vacant_seats_of
from programmes.views import chosen_year, strip_of
from sesric_portal.desk import tasks_of
from sesric_portal.figures import figures_of
from sesric_portal.maps import tile_map
from sesric_portal.own_data import forget, held_about
from sesric_portal.searching import found_by
from trop.models import TrainingOpportunity

FEW = 4  # events to come on the home page; those held last fill up what is missing
OPEN = 3  # training opportunities on the home page


@require_safe
def home(request):
    counted = tally.current()
    when = counted.values("when")
    to_come = counted.oldest(when[Event.When.TO_COME], FEW)
    last_held = counted.newest(when[Event.When.HELD], FEW + 1 - len(to_come))
    rows = Event.objects.published().for_listing().in_bulk([*to_come, *last_held])
    context = {
        "figures": figures_of(counted),
        "to_come": [rows[pk] for pk in to_come if pk in rows],
        "last_held": [rows[pk] for pk in last_held if pk in rows],
        "opportunities": TrainingOpportunity.objects.open_on(localdate()).for_plain_row().newest_first()[:OPEN],
    }
    return render(request, "home.html", context)


@require_safe
def country_list(request):
    measure = request.GET.get("measure", "")
    return render(request, "countries/country_list.html", {"map": tile_map(tally.current(), measure)})


@require_safe
def country_detail(request, iso2):
    country = get_object_or_404(_countries_with_what_they_have(), iso2=iso2.upper())
    if not iso2.islower():
        raise Http404  # leads on to it in small letters
    events = Event.objects.published().touching(country)
    counted = tally.current()
    counts = counted.count_by_year(counted.touching(country.iso2))
    year = chosen_year(request, counts)
    received, taught, hosted = (
        counted.values(facet).get(country.iso2, 0).bit_count() for facet in ("beneficiary", "provider", "venue")
    )
    acting = list(country.focal_points.acting().select_related("programme"))
    context = {
        "country": country,
        "received": received,
        "taught": taught,
        "hosted": hosted,
        "map": tile_map(counted, "beneficiary", country),
        "year": year,
        "strip": strip_of(request, counts, year),
        "events": events.held_in(year).for_listing().newest_first(),
        "institutions": country.institutions.all(),
        "experts": country.public_experts,
        "focal_points": acting,
        "vacant_seats": vacant_seats_of(country, acting) if country.is_member_state else [],
    }
    return render(request, "countries/country_detail.html", context)


def _countries_with_what_they_have():
    """Countries with their languages, their listed institutions, and how many experts the public may see of each."""
    experts = Expert.objects.public().filter(nationality=OuterRef("pk")).order_by().values("nationality")
    return (
        Country.objects.gathering("languages", "code", *NAMES)
        .gathering("institutions", "slug", *NAMES, among=Institution.objects.listed().by_name())
        .annotate(public_experts=Coalesce(Subquery(experts.annotate(number=Count("pk")).values("number")), 0))
    )


@never_cache  # who withdraws their public page is gone with the next answer
@require_safe
def search(request):
    field = WordsField(label=_("Words"))
    words = field.clean(request.GET.get("q", ""))
    context = {"words": words, "left_out": [(field.label, rest[:60]) for rest in field.unknown]}
    if words:
        context |= found_by(words)
    return render(request, "search.html", context)


@never_cache  # it names experts to focal points, and to themselves
@login_required
@require_safe
def desk(request):
    user = request.user
    context = {
        "tasks": tasks_of(user),
        "institutions": Institution.objects.represented_by(user).for_choice().by_name(),
        "designations": user.designations.acting().select_related("country", "programme").by_country(),
        "expert": Expert.objects.of(user),
        "unread": Notification.objects.of(user).tellable().unread().count(),
        "asked": user.representations.asked().select_related("institution"),
    }
    return render(request, "desk.html", context)


@login_required
@reauthentication_required
@require_safe
def own_data(request):
    """Say what is in the file of everything that is held about the reader, and give the button for it."""
    return render(request, "account/own_data.html")


@login_required
@handed_out_on("own-data")
@require_safe
def own_data_file(request):
    """Hand out everything that is held about the reader, as a file that people and programs can read."""
    data = json.dumps(held_about(request.user), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    response = HttpResponse(data, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request):
    """Say what closing an account takes away, and do so."""
    if request.method != "POST":
        return render(request, "account/close.html", {"institutions": Institution.objects.represented_by(request.user)})
    with transaction.atomic():
        forget(request.user)
    logout(request)
    messages.success(request, _("Your account is closed."))
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request):
    form = LetterToTheCentreForm(request.POST if request.method == "POST" else None, initial=_known_sender(request))
    if not form.is_valid():
        return render(request, "contact.html", {"form": form}, status=400 if form.is_bound else 200)
    if not ratelimit.consume(request, action="contact"):
        form.add_error(
            None, _("Several letters have come from your connection just now. Please send this one in an hour.")
        )
        return render(request, "contact.html", {"form": form}, status=429)
    form.send()
    return redirect("contact-sent")


def _known_sender(request):
    """What the form can be filled in with: who is signed in, and the page from which the reader came."""
    user, about = request.user, request.GET.get("about", "")
    known = {"name": user.name, "email": user.email} if user.is_authenticated else {}
    if about.startswith("/") and about.isprintable() and len(about) < 120:
        known["subject"] = _("About the page %(path)s") % {"path": about}
    return known


@require_safe
def contact_sent(request):
    return render(request, "contact_sent.html")
