"""The pure core: units, dated values, formulas and their two equal evaluations.

Knows no clock, file, network, database or float. Everything here is a frozen value or a function
of values.
"""
