"""Measurements, each beside the other side of its ratio in one run: `make bench`."""
