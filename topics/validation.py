"""Pydantic's findings as one line a person can act on: file, line, key, what was expected."""

import difflib
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from topics.base import PlacedError
from topics.errors import BadInputError
from topics.yaml_lines import Document, Location, dotted

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], document: Document, context: object = None) -> Model:
    """Read the document as `model`; BadInputError names file, line, key and what was expected of every fault found.

    `context` is what the model's own checks need to know beside the document.
    """
    try:
        return model.model_validate(document.data, context=context)
    except ValidationError as error:
        faults = [_fault(model, document, fault) for fault in error.errors(include_url=False)]
        raise BadInputError("; ".join(f"{document.path}, {fault}" for fault in faults)) from None


def _fault(model: type[BaseModel], document: Document, fault: ErrorDetails) -> str:
    location, _ = _walk(model, fault["loc"])
    if fault["type"] == "value_error" and isinstance(fault["ctx"]["error"], PlacedError):
        location = (*location, *fault["ctx"]["error"].place)
    line = document.line_of(location)
    place = f"line {line}, key '{dotted(location)}'" if location else f"line {line}"
    match fault["type"]:
        case "missing":
            return f"{place}: missing; expected a value here"
        case "extra_forbidden":
            _, models = _walk(model, fault["loc"][:-1])
            known = list(dict.fromkeys(name for found in models for name in found.model_fields))
            close = difflib.get_close_matches(str(location[-1]), known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"expected one of: {', '.join(known)}"
            return f"{place}: unknown key; {hint}"
        case "value_error":
            return f"{place}: {fault['ctx']['error']}"
        case _:
            given = repr(fault["input"])
            shown = given if len(given) <= 60 else given[:57] + "..."
            return f"{place}: {fault['msg'][0].lower()}{fault['msg'][1:]}; found {shown}"


def _walk(model: type[BaseModel], location: Location) -> tuple[Location, list[type[BaseModel]]]:
    """Follow one of pydantic's locations: the place in the file, and the models whose keys are allowed there.

    Pydantic adds the tag of a union's member to a location; it is no place in the file.
    """
    place: Location = ()
    models = [model]
    for part in location:
        tagged = [found for found in models if isinstance(part, str) and _has_tag(found, part)]
        if len(models) > 1 and tagged:
            models = tagged
            continue
        place = (*place, part)
        if isinstance(part, str):
            fields = [found.model_fields[part] for found in models if part in found.model_fields]
            models = [inner for field in fields for inner in _models_within(field.annotation)] or models
    return place, models


def _has_tag(model: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in model.model_fields.values())


def _models_within(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models_within(argument)]
