"""How masses and points are written. Integers in, text out: no float comes near a figure."""

MG_PER_G = 1_000
MG_PER_KG = 1_000_000
MG_PER_TONNE = 1_000_000_000
MYRIAD = 10_000
MYRIADS_FROM = 100_000
MINUS = "\u2212"


def _scaled(amount: int, unit: int, places: int) -> str:
    """`amount / unit` with fixed places, half up, thousands separated."""
    scale = 10**places
    hundredths = (abs(amount) * scale * 2 + unit) // (unit * 2)
    whole, rest = divmod(hundredths, scale)
    sign = MINUS if amount < 0 and hundredths else ""
    fraction = f".{rest:0{places}d}" if places else ""
    return f"{sign}{whole:,}{fraction}"


def kilograms(mg: int, places: int = 2) -> str:
    """Kilograms with fixed places: 128_640_000 mg is "128.64"."""
    return _scaled(mg, MG_PER_KG, places)


def kilograms_exact(mg: int) -> str:
    """Kilograms to the milligram, without idle zeros but with two places at least."""
    whole, _, fraction = _scaled(mg, MG_PER_KG, 6).partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def kilograms_plain(mg: int) -> str:
    """Kilograms for a spreadsheet: exact, without separators."""
    whole, rest = divmod(abs(mg), MG_PER_KG)
    sign = "-" if mg < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def grams(mg: int, places: int = 3) -> str:
    """Grams with fixed places."""
    return _scaled(mg, MG_PER_G, places)


def tonnes(mg: int, places: int = 1) -> str:
    """Tonnes with fixed places."""
    return _scaled(mg, MG_PER_TONNE, places)


def mass(mg: int) -> tuple[str, str]:
    """Figure and unit for one person's amount.

    Kilograms with two places; below ten grams, where two places would hide the figure, grams.
    """
    if 0 < abs(mg) < 10 * MG_PER_G:
        return _scaled(mg, MG_PER_G, 1 if abs(mg) >= MG_PER_G else 3), "g"
    return kilograms(mg), "kg"


def mass_public(mg: int) -> tuple[str, str]:
    """Figure and unit for a city's sum: tonnes from one tonne on."""
    if abs(mg) >= MG_PER_TONNE:
        return tonnes(mg), "t"
    return mass(mg)


def count(number: int) -> str:
    """An integer with thousands separators and a true minus sign."""
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def count_public(number: int) -> tuple[str, str]:
    """Figure and unit for a count read from afar: from 100,000 on in 万 with two places."""
    if abs(number) < MYRIADS_FROM:
        return count(number), ""
    return _scaled(number, MYRIAD, 2), "万"
