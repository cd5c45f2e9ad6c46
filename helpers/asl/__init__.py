"""Amazon States Language: load a definition, walk its states, say what is wrong with it."""

from .definition import Definition, load
from .diagnosis import diagnose
from .diagnostic import Diagnostic, invalid_definition_message
from .errors import AslError, DefinitionDoesNotParse, DefinitionNotFound, NotADefinition
from .model import Catcher, Edge, Retrier, Scope, State
from .words import rule_holds, rule_value, rule_words

__all__ = [
    "AslError",
    "Catcher",
    "Definition",
    "DefinitionDoesNotParse",
    "DefinitionNotFound",
    "Diagnostic",
    "Edge",
    "NotADefinition",
    "Retrier",
    "Scope",
    "State",
    "diagnose",
    "invalid_definition_message",
    "load",
    "rule_holds",
    "rule_value",
    "rule_words",
]
