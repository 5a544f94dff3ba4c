"""The frame of every page: the menu, the language switch, the canonical address."""

from functools import lru_cache
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.functional import cached_property
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from django.utils.translation import override

from classifications.written import LANGUAGES, page_language

PREFIXES = {language: "" if language == settings.LANGUAGE_CODE else f"/{language}" for language in LANGUAGES}


@lru_cache
def _links(language):
    """The labels and addresses of the frame in one language; they do not change while the portal runs."""
    with override(language):
        return {
            "home": reverse("home"),
            "search": reverse("search"),
            "sign_in": reverse("account_login"),
            "desk": reverse("desk"),
            "menu": [
                (_("Programmes"), reverse("programmes:programme-list")),
                (_("Events"), reverse("events:event-list")),
                (_("Training opportunities"), reverse("trop:about")),
                (_("Partners"), reverse("partners:institution-list")),
                (_("Experts"), reverse("experts:about")),
                ("OIC-VET", reverse("oic-vet:about")),
            ],
            "foot": [
                (
                    _("Explore"),
                    [
                        (_("Programmes"), reverse("programmes:programme-list")),
                        (_("Archive by year"), reverse("events:archive")),
                        (_("Countries"), reverse("country-list")),
                        (_("Partners"), reverse("partners:institution-list")),
                    ],
                ),
                (
                    _("Take part"),
                    [
                        (_("Register your institution"), reverse("partners:register")),
                        (_("Training opportunities"), reverse("trop:about")),
                        (_("Requests and offers"), reverse("partners:notice-list")),
                        (_("Experts"), reverse("experts:about")),
                        (_("My desk"), reverse("desk")),
                        (_("Contact"), reverse("contact")),
                    ],
                ),
                (
                    _("This portal"),
                    [
                        (_("About"), reverse("about")),
                        (_("Open data and feeds"), reverse("about") + "#data"),
                        (_("Links"), reverse("links")),
                        (_("Accessibility"), reverse("accessibility")),
                        (_("Privacy"), reverse("privacy")),
                    ],
                ),
            ],
        }


@lru_cache
def _footer(language):
    """The footer in one language: the same on every page and for every reader."""
    with override(language):
        return render_to_string("includes/_footer.html", {"foot": _links(language)["foot"], "demo": settings.DEMO})


@lru_cache
def _brand(language):
    """The mark and the name, which lead home."""
    with override(language):
        return render_to_string("includes/_brand.html", _links(language))


@lru_cache
def _menu(language, current):
    """The main menu with the entry at the address `current` marked as where the reader is; None marks none."""
    with override(language):
        return render_to_string("includes/_menu.html", {"menu": _links(language)["menu"], "current": current})


@lru_cache
def _seek(language):
    """The search box of the masthead."""
    with override(language):
        return render_to_string("includes/_seek.html", _links(language))


class Frame:
    """What `base.html` asks of the request; everything is worked out when asked."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def links(self):
        return _links(page_language())

    @property
    def brand(self):
        return _brand(page_language())

    @property
    def menu(self):
        path = self.request.path
        return _menu(page_language(), next((url for _label, url in self.links["menu"] if path.startswith(url)), None))

    @property
    def seek(self):
        return _seek(page_language())

    @cached_property
    def path(self):
        """The path without the prefix of its language, as an address has it.

        What follows `/fr` may be anything where there is no page, such as `//example.org/`, which leads to another site.
        """
        path = self.request.path.removeprefix(PREFIXES[page_language()])
        return escape_leading_slashes(escape_uri_path(path))

    @cached_property
    def languages(self):
        """For each language its code, its name, and the address of this page in it, query included."""
        # As it came, but with letters that some programs send unescaped written as addresses have them.
        query = quote(
            self.request.META.get("QUERY_STRING", "").encode("latin-1", "replace"), safe="%/?:@!$&'()*+,;=~[]"
        )
        tail = f"?{query}" if query else ""
        return [(code, name, PREFIXES[code] + self.path + tail) for code, name in settings.LANGUAGES]

    @property
    def footer(self):
        return _footer(page_language())

    @property
    def canonical(self):
        """The one address of this page in its language."""
        return settings.PORTAL_URL + self._own_url

    @property
    def alternates(self):
        """Pairs of language code and canonical address of this page in that language; English for all other readers."""
        url = self._own_url.removeprefix(PREFIXES[page_language()])
        addresses = [(code, settings.PORTAL_URL + PREFIXES[code] + url) for code in LANGUAGES]
        return [*addresses, ("x-default", addresses[0][1])]

    @property
    def _own_url(self):
        """What the view noted as the address of the page, such as the choices in force in a list; else its path."""
        return getattr(self.request, "canonical_url", self.request.path)

    @property
    def portal_url(self):
        return settings.PORTAL_URL


def frame(request):
    return {"frame": Frame(request)}
