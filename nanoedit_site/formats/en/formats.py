"""Dates as our own pages write them: 30 Nov 2026, 15:02."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
