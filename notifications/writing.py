"""How a letter is written: one text file gives its subject, its paragraphs, and the same as HTML.

The first line of the file is the subject. Paragraphs are parted by empty lines; one that is nothing but an address of the
portal becomes a button named by the paragraph before the colon (`Open your desk: {{ portal_url }}…`). Values are written as
they are: what users typed stays plain text, also in the HTML, and also where they typed what looks like such a paragraph.
"""

import re
from secrets import token_hex

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override, pgettext

from notifications.models import Letter


def paragraphs_of(body, mark=""):
    """Part the body of a letter; give triples of text, label and address: a paragraph has a text or the other two.

    `mark` stands before the addresses that the text file wrote, and goes.
    """
    parts = []
    for part in re.split(r"\n\s*\n", body.strip()):
        label, _colon, address = part.rpartition(": ")
        if label and "\n" not in part and address.startswith(f"{mark}{settings.PORTAL_URL}/"):
            parts.append(("", label, address.removeprefix(mark)))
        else:
            parts.append((part.replace(mark, ""), "", ""))
    return parts


def as_text(paragraphs):
    """Write paragraphs as `paragraphs_of` gives them, a label and its address parted as the language does it."""
    colon = pgettext("between a label and an address in a letter", ": ")
    return "\n\n".join(text or f"{label}{colon}{address}" for text, label, address in paragraphs)


def write_to(user, name, context, record=None):
    """Write the letter of the text file `name` to a person in their language; it waits in the outbox from then on."""
    return write(user.email, user.language, name, context | {"reader": user}, record=record)


def write(email, language, name, context, reply_to=(), record=None):
    """Write the letter of the text file `name` to an address.

    By `record`, the key of what it is about, `Letter.objects.of_record` finds it again as long as there is a row of it.
    """
    with override(language):
        context = context | {"portal_url": settings.PORTAL_URL, "email": email}
        mark = token_hex(16)  # nobody can type it
        text = render_to_string(name, context | {"portal_url": mark + settings.PORTAL_URL}).strip()
        subject, _newline, body = text.partition("\n")
        body, _rule, why = body.rpartition("\n-- \n")  # the last one: users may have typed another
        paragraphs = paragraphs_of(body, mark)
        whole = context | {
            "subject": subject.replace(mark, ""),
            "body": as_text(paragraphs),
            "why": why.replace(mark, "").strip(),
            "paragraphs": paragraphs,
        }
        message = EmailMultiAlternatives(
            subject,
            render_to_string("notifications/email/letter.txt", whole),
            to=[email],
            reply_to=list(reply_to),
            headers={Letter.RECORD: str(record)} if record else {},
        )
        message.attach_alternative(render_to_string("notifications/email/letter.html", whole), "text/html")
        message.send()
