"""How things on record get their addresses, and what is said where nothing is on record."""

from django.http import Http404
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


class NotOnRecord(Http404):
    """Nothing is on record at an address; unlike other 404s its message is written for readers, in their language."""
