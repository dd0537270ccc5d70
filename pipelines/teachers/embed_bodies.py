"""The bodies of requests for vectors: OpenAI's ``/embeddings``, pictures as some servers take them, or Cohere's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .kinds.embedder import Embedder

PATH, COHERE = "/embeddings", "/embed"

Asked = tuple[str, dict[str, Any]]
"""Where a request goes, and its body."""


def of_texts(settings: Embedder, texts: Sequence[str]) -> Asked:
    """The request for vectors of *texts*."""
    if settings.image_input == "cohere":
        body = {"texts": [*texts], "input_type": "search_document", "embedding_types": ["float"]}
        return _whole(settings, COHERE, body)
    return _whole(settings, PATH, {"input": [*texts], "encoding_format": "float"})


def of_pictures(settings: Embedder, uris: Sequence[str]) -> Asked:
    """The request for vectors of the pictures in these data *uris*: of one, where they are sent as a chat."""
    match settings.image_input:
        case "cohere":
            body: dict[str, Any] = {"images": [*uris], "input_type": "image", "embedding_types": ["float"]}
            return _whole(settings, COHERE, body)
        case "objects":
            body = {"input": [{"image": uri} for uri in uris], "encoding_format": "float"}
        case _:
            content = [{"type": "image_url", "image_url": {"url": uris[0]}}]
            body = {"messages": [{"role": "user", "content": content}], "encoding_format": "float"}
    return _whole(settings, PATH, body)


def _whole(settings: Embedder, path: str, body: Mapping[str, Any]) -> Asked:
    name = "output_dimension" if path == COHERE else "dimensions"
    more = {} if settings.dimensions is None else {name: settings.dimensions}
    return path, {"model": settings.model, **body, **more, **settings.extra_body}
