"""What the loopback server does (`Config`), and what it has seen (`Stats`)."""

from __future__ import annotations

import dataclasses
import time


@dataclasses.dataclass
class Config:
    """How the server behaves: set on the command line or, between runs, with POST /config."""

    latency_ms: float = 0.0
    """Fixed latency, or the median of the lognormal one."""
    sigma: float = 0.0
    """Sigma of the lognormal latency; 0 means fixed."""
    p_429: float = 0.0
    """Share of requests answered with 429 and Retry-After."""
    p_500: float = 0.0
    p_timeout: float = 0.0
    """Share of requests that are never answered."""
    p_reset: float = 0.0
    """Share of requests whose connection is aborted without a reply."""
    p_bad_json: float = 0.0
    """Share of 200 replies whose content is prose around single-quoted JSON."""
    p_truncated: float = 0.0
    """Share of 200 replies cut in the middle, with finish_reason "length"."""
    sticky: bool = False
    """Faults follow the prompt (permanent) instead of the draw (transient)."""
    retry_after_s: float = 1.0
    max_concurrent: int = 0
    """More requests in flight than this are answered with 429; 0 means no limit."""
    requests_per_second: float = 0.0
    """A token bucket that refills at this rate: 429 when it is empty; what is left is said in every reply's
    x-ratelimit headers. 0 means no limit."""
    burst: int = 0
    """How much the bucket holds; 0 means what comes in within a second."""
    list_len: int = 3
    embed_dim: int = 1536
    seed: int = 7
    api_key: str = ""
    """The only key that is let in (401 otherwise); empty means everybody."""
    models: str = ""
    """Comma-separated models that exist (404 otherwise); empty means all."""
    refuse: str = ""
    """Comma-separated fields that are refused: json_schema, json_object, n (above 1), any parameter."""
    refuse_status: int = 400
    count_usage: bool = True
    """False leaves `usage` out of replies, as some servers do."""


class Stats:
    """Counters, and the time integral of the number of requests in flight."""

    def __init__(self) -> None:
        self.requests = self.in_flight = self.max_in_flight = self.connections = 0
        self.tokens_in = self.tokens_out = self.bytes_in = self.bytes_out = 0
        self.by_path: dict[str, int] = {}
        self.errors: dict[str, int] = {}
        self.n: dict[str, int] = {}
        """How often each `n` was asked for."""
        self._area = 0.0
        self._first = self._last = 0.0

    def _tick(self, change: int) -> None:
        now = time.monotonic()
        self._first = self._first or now
        self._area += self.in_flight * (now - (self._last or now))
        self._last = now
        self.in_flight += change
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def enter(self, path: str, size: int) -> None:
        """Count a request that has arrived."""
        self.requests += 1
        self.bytes_in += size
        self.by_path[path] = self.by_path.get(path, 0) + 1
        self._tick(+1)

    def leave(self) -> None:
        """Count a request that is answered or given up."""
        self._tick(-1)

    def error(self, kind: str) -> None:
        """Count a fault or a refusal."""
        self.errors[kind] = self.errors.get(kind, 0) + 1

    def as_dict(self) -> dict[str, object]:
        """All counters; times in seconds."""
        counters = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        span = self._last - self._first
        return counters | {"span_s": span, "mean_in_flight": self._area / span if span else 0.0}
