"""The API's documentation as one plain page: no scripts, nothing from elsewhere."""

import json
from html import escape
from typing import Any

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto}
h2{margin-top:2rem;font-size:1.05rem}b{display:inline-block;min-width:4.5rem}
@media (prefers-color-scheme:dark){body{background:#101317;color:#e8ebef}a{color:#7fe3ff}}"""


def documentation(schema: dict[str, Any]) -> str:
    """An HTML page from an OpenAPI schema."""
    routes = "".join(
        _route(path, method, operation, schema["components"]["responses"])
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    )
    models = "".join(
        f"<h2 id='{escape(name)}'>{escape(name)}</h2>"
        f"<pre>{escape(json.dumps(model, indent=2))}</pre>"
        for name, model in schema.get("components", {}).get("schemas", {}).items()
    )
    title = escape(f"{schema['info']['title']} {schema['info']['version']}: the API")
    sockets = "".join(
        f"<h2><b>SOCKET</b> <code>{escape(path)}</code></h2><p>{escape(socket['description'])}</p>"
        f"<ul><li>It takes {_links(socket['receives'])}</li>"
        f"<li>It sends {_links(socket['sends'])}</li></ul>"
        for path, socket in schema["x-websockets"].items()
    )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<style>{STYLE}</style><h1>{title}</h1>"
        "<p>Everything as <a href='openapi.json'>OpenAPI</a>.</p>"
        f"{routes}{sockets}<h1>Models</h1>{models}</html>"
    )


def _route(path: str, method: str, operation: dict[str, Any], shared: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{escape(p['name'])}</code> in the {escape(p['in'])}: "
        f"<code>{escape(json.dumps(p.get('schema', {})))}</code></li>"
        for p in operation.get("parameters", [])
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    sent = f"<p>Body: {_links(body.get('schema', {}))}</p>" if body else ""
    responses = {
        status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        for status, answer in operation["responses"].items()
    }
    answers = "".join(
        f"<li>{escape(status)}: {escape(answer.get('description', ''))} "
        + ", ".join(
            f"{_links(content['schema'])} as <code>{escape(media_type)}</code>"
            for media_type, content in answer.get("content", {}).items()
        )
        + "</li>"
        for status, answer in responses.items()
    )
    text = escape(operation.get("description", ""))
    return (
        f"<h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2><p>{text}</p>"
        f"<ul>{parameters}</ul>{sent}<ul>{answers}</ul>"
    )


def _links(schema: Any) -> str:
    """The names of the models in a schema, linked."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = escape(schema["$ref"].rpartition("/")[2])
            return f"<a href='#{name}'>{name}</a>"
        return " ".join(filter(None, (_links(value) for value in schema.values())))
    if isinstance(schema, list):
        return " ".join(filter(None, (_links(value) for value in schema)))
    return ""
