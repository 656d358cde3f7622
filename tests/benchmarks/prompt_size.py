"""What a chat request carries besides the sample: instruction, examples, schema; over the default metrics."""

from __future__ import annotations

import json
import statistics

from tests.loopback.fixtures import start_loopback, stop_loopback
from tests.loopback.samples import make_samples

BAR = 1600


def main() -> bool:
    """Print the mean in bytes; whether the bar is met."""
    import ragas_nb as rnb
    from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge

    process, loopback = start_loopback()
    try:
        rnb.evaluate(
            make_samples(10),
            llm=OpenAIJudge("judge", base_url=loopback.base_url, api_key="none"),
            embeddings=OpenAIEmbedder("embed", base_url=loopback.base_url, api_key="none"),
        )
        chats = [body for body in loopback.requests() if "messages" in body]
    finally:
        stop_loopback(process)
    besides = []
    for body in chats:
        sent = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
        _, sample, _ = body["messages"][-1]["content"].split("\n")  # type: ignore[index]
        besides.append(sent - len(json.dumps(sample, ensure_ascii=False).encode()))
    mean = statistics.fmean(besides)
    print(
        f"besides the sample a chat request carries {mean:.0f} bytes on average over {len(chats)} (bar {BAR})"
    )
    return mean <= BAR


if __name__ == "__main__":
    raise SystemExit(not main())
