"""Images in a request: what a context is, how an image is loaded safely, how it stays out of traces."""

from __future__ import annotations
