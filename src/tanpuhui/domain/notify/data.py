from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MessageView:
    """One message, its template filled."""

    public_id: str
    code: str
    kind: str
    icon: str
    title: str
    text: str
    link: str
    sent_at: datetime
    is_read: bool


@dataclass(frozen=True)
class PreferenceView:
    """What a person wants to be told. Hours are of the city's day, quiet_until is exclusive.

    language: of short messages; the inbox is read in the page's.
    """

    is_sms: bool = False
    is_activity: bool = False
    quiet_from: int = 22
    quiet_until: int = 8
    language: str = "zh-hans"

    def is_quiet(self, hour: int) -> bool:
        """Whether the hour lies in the quiet ones, which may pass midnight."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until
