"""What the headers of each answer tell the browser: from where things may come, and to whom."""

from collections.abc import Sequence


def policy(host: str, embedders: Sequence[str] = ()) -> str:
    """The content security policy: everything from here, but inline styles and drawn images.

    Plotly and KaTeX write style attributes, and Plotly exports images through data: and blob:.

    Args:
        host: As the browser calls this server, already checked; empty where it was not.
        embedders: Origins whose pages may show this one within them.
    """
    sockets = f"ws://{host} wss://{host} " if host else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {sockets}data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *embedders)),
        )
    )


FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
