"""All rules: one entry per family. To add a rule, write a finder in its family's file and a Rule in that file's RULES.

Pure from end to end: a rule gets recorded exchanges and returns a ruling, and never sends anything.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from novastack_contracts.rule import Rule
from novastack_contracts.rules import auth, chat, errors, framing, limits, models, requests, stream, tools, usage

FAMILIES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "models": models.RULES,
        "chat": chat.RULES,
        "limits": limits.RULES,
        "usage": usage.RULES,
        "framing": framing.RULES,
        "stream": stream.RULES,
        "tools": tools.RULES,
        "requests": requests.RULES,
        "errors": errors.RULES,
        "auth": auth.RULES,
    }
)
RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rules in FAMILIES.values() for rule in rules})
