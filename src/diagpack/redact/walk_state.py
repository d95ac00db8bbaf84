"""Which members of a record its neighbours call secret: state and plans of Terraform, variables of a pipeline.

Enters: a parsed record. Leaves: for each such member, True for the whole of it, or a mapping or list that says the same
of its parts. A state of before version 0.15 marks nothing: for the usual types of resources the table below does.
Sources: developer.hashicorp.com/terraform/internals/json-format; the documentation of the providers.
"""

from collections.abc import Mapping
from typing import Any, Final

# Names of secrets say so themselves (`private_key_pem`, `secret_string`); these do not.
_SECRET_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "random_password": ("result", "bcrypt_hash"),
    "random_bytes": ("base64", "hex"),
    "azuread_application_password": ("value",),
    "azuread_service_principal_password": ("value",),
    "aws_ssm_parameter": ("value",),
    "local_sensitive_file": ("content", "content_base64"),
    "kubernetes_secret": ("data", "binary_data"),
    "kubernetes_secret_v1": ("data", "binary_data"),
    "vault_generic_secret": ("data", "data_json"),
    "vault_kv_secret_v2": ("data", "data_json"),
}
_BESIDE: Final = (("values", "sensitive_values"), ("after", "after_sensitive"), ("before", "before_sensitive"))
# A record with one of these is looked at member by member.
TELLING: Final = frozenset({"instances", "sensitive_attributes", "sensitive", "masked", *(name for _, name in _BESIDE)})


def masks(record: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a record that hold secrets, and what of each."""
    if TELLING.isdisjoint(record):
        return {}
    found: dict[str, Any] = {}
    if isinstance(record.get("sensitive_attributes"), list):
        found["attributes"] = _of_paths(record["sensitive_attributes"])
    for name, beside in _BESIDE:
        if record.get(beside):
            found[name] = record[beside]
    if record.get("sensitive") is True or record.get("masked") is True:
        found["value"] = True
    kind = record.get("type")
    named = _SECRET_ATTRIBUTES.get(kind, ()) if isinstance(kind, str) else ()
    if named:
        attributes = dict.fromkeys(named, True)
        found["values"] = joined(found.get("values"), attributes)
        if isinstance(record.get("instances"), list):
            found["instances"] = [{"attributes": attributes}] * len(record["instances"])
    return {name: mask for name, mask in found.items() if name in record}


def joined(one: Any, other: Any) -> Any:
    """What one of two masks hides."""
    if one is True or other is True:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: joined(one.get(name), other.get(name)) for name in {**one, **other}}
    return one or other


def part(mask: Any, place: str | int) -> Any:
    """What a mask says about one member or item."""
    if isinstance(mask, dict) and isinstance(place, str):
        return mask.get(place)
    if isinstance(mask, list) and isinstance(place, int):
        return mask[place] if place < len(mask) else None
    return mask if mask is True else None


def _of_paths(paths: list[Any]) -> Any:
    """`[[{"type": "get_attr", "value": "result"}], …]`; behind an index everything is hidden."""
    found: Any = {}
    for path in paths:
        mask: Any = True
        for step in reversed(path if isinstance(path, list) else [path]):
            name = step.get("value") if isinstance(step, dict) else step
            mask = {name: mask} if isinstance(name, str) else True
        found = joined(found, mask)
    return found


__all__ = ["TELLING", "joined", "masks", "part"]
