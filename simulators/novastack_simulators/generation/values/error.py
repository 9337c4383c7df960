"""What a schema can be guilty of. BadSchemaError leaves the package; Unfit is how one place tells the place above."""


class BadSchemaError(ValueError):
    """The schema is not a schema, or nothing fits it. `where` is the path of the place."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


class Unfit(BadSchemaError):  # noqa: N818 - not yet an error: another branch may still fit
    """Nothing was found for this place; whoever chose the way here may choose another."""
