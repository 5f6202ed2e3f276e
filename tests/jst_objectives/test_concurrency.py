"""Eight writers at once: no write fails, none is lost. On SQLite this needs the settings' options."""

from tests.databases import manage, query

WRITERS = """
import threading
from django.db import connection
from jst_objectives import history
from programs.models import Agency, Fund

agency, errors = Agency.objects.get(), []

def write(writer):
    try:
        for n in range(10):
            fund = Fund(agency=agency, name=f"基金{writer}-{n}")
            history.save(fund, by=None, reason="同時の書込み")
    except Exception as error:
        errors.append(error)
    connection.close()

threads = [threading.Thread(target=write, args=[writer]) for writer in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(errors)
"""


def test_no_write_fails_and_none_is_lost(database):
    assert manage(database, "shell", "-v", "0", "-c", WRITERS) == "[]\n"
    for table in ("programs_fund", "programs_historicalfund"):
        statement = f"SELECT count(*) FROM {table} WHERE name LIKE '基金%-%'"
        assert query(database, statement) == [(80,)]
