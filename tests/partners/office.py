"""What the tests of the admin's pages have in common."""

from django.urls import reverse

from tests.factories import CountryFactory, InstitutionFactory, UserFactory


def address(page, *args, model="institution"):
    return reverse(f"admin:partners_{model}_{page}", args=args)


def application(**facts):
    """An institution that applied, with its first representative."""
    facts = {"name_en": "Water Academy", "kind": "university", "country": CountryFactory()} | facts
    return InstitutionFactory._meta.model.apply(UserFactory(), "Director", **facts)


def said(response):
    return [str(message) for message in response.context["messages"]]


def take(client, step, row, model="institution", **answers):
    """Send the page of a step, and follow to where it leads."""
    return client.post(address(step, row.pk, model=model), answers, follow=True)
