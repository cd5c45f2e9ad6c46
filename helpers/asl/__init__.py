"""Amazon States Language: load a definition, walk its states, say what is wrong with it."""

from helpers.asl.definition import Definition, load
from helpers.asl.diagnosis import diagnose
from helpers.asl.diagnostic import Diagnostic, invalid_definition_message
from helpers.asl.errors import AslError, DefinitionDoesNotParse, DefinitionNotFound, NotADefinition
from helpers.asl.model import Catcher, Edge, Retrier, Scope, State
from helpers.asl.words import rule_holds, rule_value, rule_words

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
