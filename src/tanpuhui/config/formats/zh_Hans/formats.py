"""Thousands separators, which Django's own zh-hans format lacks."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DECIMAL_SEPARATOR = "."
