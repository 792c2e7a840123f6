"""Typed client of the paid image API: one call in, one classed outcome out.

Knows neither Django nor Celery. Read in this order: `messages` (what is said), `errors` (what can
go wrong and whether it may have cost money), `client` (the calls), `download` (fetching results).
"""
