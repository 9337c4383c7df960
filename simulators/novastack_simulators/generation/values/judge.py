"""The independent judge of values: jsonschema-rs, offline, one validator for each schema of a document when asked."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from novastack_simulators.generation.values.error import BadSchemaError
from novastack_simulators.lazily import lazily

if TYPE_CHECKING:
    import jsonschema_rs
else:
    jsonschema_rs = lazily("jsonschema_rs")

HERE: Final = "https://schema.invalid/root"


@lru_cache(maxsize=1024)
def matches(pattern: str, name: str) -> bool:
    """Whether a regex finds something in a name; the judge's own engine says so, which is bounded in time."""
    return jsonschema_rs.validator_for({"pattern": pattern}).is_valid(name)


def accept(found: Any, where: str) -> None:
    """Raises BadSchemaError for what the meta-schema does not accept."""
    try:
        jsonschema_rs.meta.validate(found)
    except jsonschema_rs.ValidationError as error:
        place = "".join(f".{step}" for step in error.instance_path)
        raise BadSchemaError(f"{where}{place}", error.message) from None
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as error:
        raise BadSchemaError(where, str(error)) from None


class Judge:
    """Raises BadSchemaError for a document that does not compile, such as one with a regex that is none."""

    def __init__(self, root: Any) -> None:
        try:
            self._compiled = {"#": jsonschema_rs.validator_for(root, validate_formats=True, offline=True)}
            self._registry = jsonschema_rs.Registry([(HERE, root)])
        except jsonschema_rs.ValidationError as error:
            where = "".join(f".{step}" for step in error.schema_path)
            raise BadSchemaError(f"${where}", error.message) from None
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise BadSchemaError("$", str(error)) from None
        self._dialect = {"$schema": root["$schema"]} if isinstance(root, dict) and "$schema" in root else {}

    def holds(self, pointer: str, value: Any) -> bool:
        """Whether a value fits the schema at a JSON pointer of the document."""
        if pointer not in self._compiled:
            self._compiled[pointer] = self._compile(pointer)
        return self._compiled[pointer].is_valid(value)

    def _compile(self, pointer: str) -> "jsonschema_rs.Validator":
        """A schema that names itself by $id cannot be reached by our name; then the whole document has to judge."""
        wanted = {**self._dialect, "$ref": f"{HERE}#{quote(pointer[1:])}"}
        try:
            return jsonschema_rs.validator_for(wanted, registry=self._registry, validate_formats=True, offline=True)
        except jsonschema_rs.ValidationError:
            return jsonschema_rs.validator_for(True, offline=True)
