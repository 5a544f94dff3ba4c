"""How things on record get their addresses, and what is said where nothing is on record."""

import re
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import chain

from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from django.urls.converters import SlugConverter, get_converters
from django.utils.cache import add_never_cache_headers
from django.utils.text import slugify


def free_slug(title, taken):
    """Make an address from a title, cut at a word, that is not among `taken`."""
    words = slugify(title.replace("’", "").replace("'", ""))[:80]
    base = words if len(words) < 80 else words.rpartition("-")[0]
    base = base or "unnamed"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def slug_unused_in(querysets, title, reserved):
    """Make an address from a title that no row of the querysets has and that is not reserved."""
    base = free_slug(title, reserved)
    used = [rows.filter(slug__startswith=base).values_list("slug", flat=True) for rows in querysets]
    return free_slug(title, {*reserved, *chain.from_iterable(used)})


class NotOnRecord(Http404):
    """Nothing is on record at an address; unlike other 404s its message is written for readers, in their language."""


class LeadsOn(ABC):
    """What a converter has beside Django's methods whose parts of addresses lead on where they are not those of today."""

    @abstractmethod
    def meant(self, written, user, **others):
        """The part meant by one as it was written, which may be that itself; None where it means nothing to `user`.

        `others` are the other parts of the address.
        """


class Named(LeadsOn, SlugConverter):
    """The address of something on record, as a part of others. Subclasses say what it may mean to a reader.

    Marked by it in `urls.py`, an address leads on where it was written in another letter case (`lead_on`).
    """

    FIELD = "slug"

    @abstractmethod
    def records(self, user, **others):
        """What an address may mean to `user`, whatever is done with it there; `others` are the other parts of the address."""

    def address_of(self, record):
        """The address of a record as the portal writes it."""
        return record.slug

    def meant(self, written, user, **others):
        records = self.records(user, **others).filter(**{f"{self.FIELD}__iexact": written}).order_by("pk")
        found = [self.address_of(each) for each in records]
        return written if written in found else next(iter(found), None)


# What else may stand in an address that is typed: numbers and the words of a list. Keys and tokens are not guessed at.
_TYPED = ("int", "record_year", "slug")
_PARTS = re.compile(r"<(\w+):(\w+)>")


def lead_on(get_response):
    """The middleware that leads to the page meant by an address in another letter case, or by a former one.

    It asks where a page answers that there is nothing, so others cost no query more. The query is kept, what was posted is
    posted on; what may be done at the other address is decided there.
    """

    def answer(request):
        response = get_response(request)
        path = _meant(request) if response.status_code == 404 else None
        if path is None:
            return response
        query = request.META.get("QUERY_STRING", "")
        response = HttpResponsePermanentRedirect(  # for good: one address for each page
            f"{path}?{query}" if query else path, preserve_request=request.method not in ("GET", "HEAD")
        )
        add_never_cache_headers(response)  # who may read the page today may not tomorrow, or not be the next reader
        return response

    return answer


def _meant(request):
    """The path meant by one at which there is nothing; None where that means nothing, too."""
    path, match = request.path_info, request.resolver_match
    is_known = match is not None
    if not is_known:
        path, match = _in_small_letters(path)
    if match is None:
        return None
    kinds = {name: kind for kind, name in _PARTS.findall(match.route)}
    parts, meant = match.captured_kwargs, {}
    for name, part in parts.items():
        known = get_converters().get(kinds.get(name))
        if isinstance(known, LeadsOn):
            meant[name] = known.meant(part, request.user, **{other: parts[other] for other in parts if other != name})
        else:
            meant[name] = part if is_known or kinds.get(name) in _TYPED else None
    if None in meant.values():
        return None
    if meant != parts:
        path = reverse(match.view_name, kwargs=meant)
    return path if path != request.path_info else None


def _in_small_letters(path):
    """The path in small letters, with its slash, and what stands there; None in place of that where nothing does."""
    for small in (path.lower(), f"{path.lower()}/"):
        with suppress(Resolver404):
            return small, resolve(small)
    return path, None
