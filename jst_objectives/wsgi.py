"""Entry point of the web server. It does not start on a database that the checks refuse."""

import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jst_objectives.settings")
application = get_wsgi_application()

if settings.PRODUCTION:
    try:
        call_command(
            "check",
            tags=["database", "security"],
            deploy=True,
            databases=["default"],
            fail_level="WARNING",
            verbosity=0,
        )
    except SystemCheckError as error:
        # 4 ends gunicorn at once; another code would make it start workers for ever.
        print(error, file=sys.stderr)
        sys.exit(4)
