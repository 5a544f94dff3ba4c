"""What opportunities are linked to has a history."""

from django.db import migrations

# The table of each link, the field, the columns of the two keys, that of the number a link carries or "".
LINKS = [
    ("trop_trainingopportunity_sectors", "trop.trainingopportunity.sectors", "trainingopportunity_id", "sector_id", ""),
    ("trop_trainingopportunity_languages", "trop.trainingopportunity.languages", "trainingopportunity_id", "language_id", ""),
    ("trop_trainingopportunity_open_to", "trop.trainingopportunity.open_to", "trainingopportunity_id", "country_id", ""),
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
    dependencies = [("classifications", "0005_history_of_links"), ("trop", "0005_editors_decide_on_changes")]

    operations = [migrations.RunSQL(TRIGGERS, BACK)]
