"""The ledger only grows: the database refuses UPDATE, DELETE and TRUNCATE, also to the owner of the tables."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION byname_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON byname_ledgerline
    FOR EACH ROW EXECUTE FUNCTION byname_ledger_only_grows();
CREATE TRIGGER ledger_stays BEFORE TRUNCATE ON byname_ledgerline
    FOR EACH STATEMENT EXECUTE FUNCTION byname_ledger_only_grows();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'byname_app') THEN
        REVOKE ALL ON byname_ledgerline FROM byname_app;
        GRANT SELECT, INSERT ON byname_ledgerline TO byname_app;
    END IF;
END $$;
"""

FORGET = """
DROP TRIGGER ledger_stays ON byname_ledgerline;
DROP TRIGGER ledger_rows_stay ON byname_ledgerline;
DROP FUNCTION byname_ledger_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("byname", "0001_first_light")]

    operations = [migrations.RunSQL(REFUSE, FORGET)]
