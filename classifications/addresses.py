"""How things on record get their addresses, and what is said where nothing is on record."""

from itertools import chain

from django.http import Http404
from django.shortcuts import redirect
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


def lead_to_other_case(records):
    """
    Lead to the first of the records, which an address has found by `slug__iexact` only; 404 where there are none.

    Asked where no record has the very address, so a page that exists costs no query more.
    """
    record = records.order_by("pk").first()
    if record is None:
        raise Http404
    return redirect(record, permanent=True)  # one address for each page
