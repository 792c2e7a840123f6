"""Dates look alike, whoever writes them: our own templates or Django's lists."""

from datetime import date, datetime

from django.utils.formats import date_format


def test_django_writes_dates_as_our_own_pages_do():
    assert date_format(datetime(2026, 11, 3, 15, 2), "DATETIME_FORMAT") == "3 Nov 2026, 15:02"
    assert date_format(date(2026, 11, 3), "DATE_FORMAT") == "3 Nov 2026"
