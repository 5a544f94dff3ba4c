"""What an event is linked to has a history, the states that took part with their numbers; so do links of programmes, institutions, notices."""

from django.db import migrations

# The table of each link, the field, the columns of the two keys, that of the number a link carries or "".
LINKS = [
    ("events_event_programmes", "events.event.programmes", "event_id", "programme_id", ""),
    ("events_event_sectors", "events.event.sectors", "event_id", "sector_id", ""),
    ("events_event_providers", "events.event.providers", "event_id", "institution_id", ""),
    ("events_event_provider_countries", "events.event.provider_countries", "event_id", "country_id", ""),
    ("events_event_languages", "events.event.languages", "event_id", "language_id", ""),
    ("events_participation", "events.event.beneficiary_countries", "event_id", "country_id", "participants"),
    ("programmes_programme_sectors", "programmes.programme.sectors", "programme_id", "sector_id", ""),
    ("partners_institution_sectors", "partners.institution.sectors", "institution_id", "sector_id", ""),
    ("partners_institution_languages", "partners.institution.languages", "institution_id", "language_id", ""),
    ("partners_notice_sectors", "partners.notice.sectors", "notice_id", "sector_id", ""),
    ("partners_notice_countries", "partners.notice.countries", "notice_id", "country_id", ""),
]

TRIGGERS = "".join(
    f"""
CREATE TRIGGER keep_links_{each} AFTER {what} ON {table} REFERENCING {rows} FOR EACH STATEMENT
  EXECUTE FUNCTION classifications_keep_links('{field}', '{owner}', '{other}', '{number}');
"""
    for table, field, owner, other, number in LINKS
    for each, what, rows in (
        ("i", "INSERT", "NEW TABLE AS added"),
        ("d", "DELETE", "OLD TABLE AS removed"),
        ("u", "UPDATE", "OLD TABLE AS removed NEW TABLE AS added"),
    )
)
BACK = "".join(f"DROP TRIGGER keep_links_{each} ON {table};" for table, *_names in LINKS for each in "idu")


class Migration(migrations.Migration):
    dependencies = [("classifications", "0005_history_of_links"), ("events", "0011_counted_by_sectors_of_programmes"), ("partners", "0009_history_of_texts"), ("programmes", "0006_one_list_of_activities")]

    operations = [migrations.RunSQL(TRIGGERS, BACK)]
