"""Which processes live, and since when: a number alone may have been given to another one."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def started(pid: int) -> str | None:
    """When a process of this machine started, in whatever words the system has; None where there is none."""
    if sys.platform == "win32":
        return _on_windows(pid)
    if Path("/proc/self/stat").exists():
        return _in_proc(pid)
    return _by_ps(pid)


def _in_proc(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()  # before it: the number and a name of any letters
    if state in ("Z", "X"):  # ended, and nobody has asked yet how
        return None
    boot = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}:{fields[18]}"


def _by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return _at_all(pid)
    return told.stdout.strip() or None


def _at_all(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return "unknown"
    return "unknown"


if sys.platform == "win32":

    def _on_windows(pid: int) -> str | None:
        import ctypes

        kernel32 = ctypes.WinDLL("kernel32")
        kernel32.OpenProcess.restype = ctypes.c_void_p
        handle = kernel32.OpenProcess(0x1000, False, pid)  # may ask for little, and only while it lives
        if not handle:
            return None
        times = [ctypes.c_uint64() for _ in range(4)]
        try:
            kernel32.GetProcessTimes(ctypes.c_void_p(handle), *map(ctypes.byref, times))
        finally:
            kernel32.CloseHandle(ctypes.c_void_p(handle))
        return None if times[1].value else str(times[0].value)
