"""Icons of the `lucide` package, under the tag it gives, each drawn once per process.

The package parses and writes an icon's SVG anew wherever it stands: on a wall of sixty cards
that was a seventh of the page's time.
"""

from functools import cache

from django import template
from lucide.templatetags.lucide import lucide

register = template.Library()
register.simple_tag(cache(lucide), name="lucide")
