"""The seals only grow, as the lines do."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER seal_rows_stay BEFORE UPDATE OR DELETE ON byname_ledgerseal
    FOR EACH ROW EXECUTE FUNCTION byname_ledger_only_grows();
CREATE TRIGGER seals_stay BEFORE TRUNCATE ON byname_ledgerseal
    FOR EACH STATEMENT EXECUTE FUNCTION byname_ledger_only_grows();
-- Also where session_replication_role would silence an ordinary trigger.
ALTER TABLE byname_ledgerline ENABLE ALWAYS TRIGGER ledger_rows_stay;
ALTER TABLE byname_ledgerline ENABLE ALWAYS TRIGGER ledger_stays;
ALTER TABLE byname_ledgerseal ENABLE ALWAYS TRIGGER seal_rows_stay;
ALTER TABLE byname_ledgerseal ENABLE ALWAYS TRIGGER seals_stay;
"""

FORGET = """
ALTER TABLE byname_ledgerline ENABLE TRIGGER ledger_rows_stay;
ALTER TABLE byname_ledgerline ENABLE TRIGGER ledger_stays;
DROP TRIGGER seals_stay ON byname_ledgerseal;
DROP TRIGGER seal_rows_stay ON byname_ledgerseal;
"""


class Migration(migrations.Migration):
    dependencies = [("byname", "0003_trusted_hands")]

    operations = [migrations.RunSQL(REFUSE, FORGET)]
