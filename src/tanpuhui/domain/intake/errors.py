from tanpuhui.kernel.errors import DomainError


class UnknownUpload(DomainError):
    """No such file of this provider."""

    code = "intake.unknown_upload"
    status = 404


class UploadRefused(DomainError):
    """The file is too large, of a kind that is not taken, or unreadable."""

    code = "intake.upload_refused"


class UploadBusy(DomainError):
    """The file is being read right now, or is gone."""

    code = "intake.upload_busy"
    status = 409


class UnknownProfile(DomainError):
    """No such import profile of this provider."""

    code = "intake.unknown_profile"
    status = 404


class ProfileRefused(DomainError):
    """The mapping breaks the form of an import profile."""

    code = "intake.profile_refused"


class StatementRefused(DomainError):
    """A provider's own totals cannot be read."""

    code = "intake.statement_refused"


class CorrectionRefused(DomainError):
    """A withdrawal or correction that cannot be done here."""

    code = "intake.correction_refused"
