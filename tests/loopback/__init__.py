"""An OpenAI-compatible server on loopback, without a model: for tests and benchmarks."""
