"""How large a reader wants the pages: 长辈版 and 字号, kept in one cookie without personal data."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

COOKIE = "tph_view"
SIZES = (16, 20, 24, 30)
ELDER_SIZES = (20, 24, 30)
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Display:
    """The reader's choice: root size in px (16 is the browser's own), and the elder layout."""

    size: int = 16
    is_elder: bool = False

    @property
    def html_class(self) -> str:
        """Classes for the html element."""
        return f"t-s{self.size}{' t-elder' if self.is_elder else ''}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes on offer; the elder layout starts at 20."""
        return ELDER_SIZES if self.is_elder else SIZES

    def with_size(self, size: int) -> "Display":
        """The same layout in another size; a size not on offer changes nothing."""
        return Display(size, self.is_elder) if size in self.sizes else self

    def with_elder(self, *, is_elder: bool) -> "Display":
        """The other layout: elder starts at 20, and leaving it goes back to 16."""
        if is_elder:
            return Display(max(self.size, ELDER_SIZES[0]), is_elder=True)
        return Display()


def display_read(request: HttpRequest) -> Display:
    """The choice in the cookie; anything unknown in it counts as no choice."""
    layout, _, size = request.COOKIES.get(COOKIE, "").partition("-")
    display = Display(20 if layout == "elder" else 16, is_elder=layout == "elder")
    return display.with_size(int(size)) if size.isdecimal() and len(size) < 4 else display  # noqa: PLR2004 - two digits


def display_write(response: HttpResponse, display: Display, *, secure: bool) -> None:
    """Remember the choice for a year."""
    layout = "elder" if display.is_elder else "normal"
    response.set_cookie(
        COOKIE,
        f"{layout}-{display.size}",
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
