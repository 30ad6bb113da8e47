"""The seals only grow, as the lines do."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER seal_rows_stay BEFORE UPDATE OR DELETE ON byname_ledgerseal
    FOR EACH ROW EXECUTE FUNCTION byname_ledger_only_grows();
CREATE TRIGGER seals_stay BEFORE TRUNCATE ON byname_ledgerseal
    FOR EACH STATEMENT EXECUTE FUNCTION byname_ledger_only_grows();
"""

FORGET = """
DROP TRIGGER seals_stay ON byname_ledgerseal;
DROP TRIGGER seal_rows_stay ON byname_ledgerseal;
"""


class Migration(migrations.Migration):
    dependencies = [("byname", "0003_trusted_hands")]

    operations = [migrations.RunSQL(REFUSE, FORGET)]
