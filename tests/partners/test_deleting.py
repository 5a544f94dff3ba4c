"""An institution is deleted only where nothing would be lost with it."""

import pytest

from partners.models import Institution
from tests.factories import InstitutionFactory, NoticeFactory, RepresentationFactory, ReviewFactory, SectorFactory
from tests.partners.office import address, said


@pytest.mark.parametrize("points", [NoticeFactory, RepresentationFactory, ReviewFactory, None])
def test_what_something_points_to_is_kept(client, superuser, points):
    institution = InstitutionFactory()
    points(institution=institution) if points else institution.sectors.add(SectorFactory())
    for response in (
        client.get(address("delete", institution.pk), follow=True),
        client.post(address("delete", institution.pk), {"post": "yes"}, follow=True),
    ):
        assert response.redirect_chain == [(address("change", institution.pk), 302)]
        assert "Merge it with its duplicate, or suspend it." in said(response)[0]
    assert Institution.objects.filter(pk=institution.pk).exists()


def test_what_nothing_points_to_can_be_deleted(client, superuser):
    institution = InstitutionFactory()
    institution.confirm_profile()  # its own history points to it, and stays
    NoticeFactory()
    assert not institution.is_pointed_to
    client.post(address("delete", institution.pk), {"post": "yes"})
    assert not Institution.objects.filter(pk=institution.pk).exists()


def test_several_are_not_deleted_at_once(client, superuser):
    institution = InstitutionFactory()
    assert "delete_selected" not in client.get(address("changelist")).text
    client.post(
        address("changelist"), {"action": "delete_selected", "_selected_action": [institution.pk], "post": "yes"}
    )
    assert Institution.objects.filter(pk=institution.pk).exists()
