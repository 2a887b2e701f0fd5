from tanpuhui.kernel.errors import DomainError


class NotFiled(DomainError):
    """The pack on disk was not loaded into this database."""

    code = "methodology.not_filed"
    status = 503
