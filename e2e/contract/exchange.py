"""The exchange under test: the real binary, with its own data, on its own port."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("E2E_BINARY", str(ROOT / "target/release/strowger"))
START_SECONDS = 30
READY = re.compile(r"Open (http://127\.0\.0\.1:\d+)/?")
#: Nobody waits for the hourly allowances of one address here.
ALLOWANCES = ["--registrations-per-hour", "100000", "--people-per-hour", "100000"]


class Exchange:
    """Started by `with`; its data is gone afterwards."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="strowger-contract-")
        self.url = ""
        self.log: list[str] = []
        self._ready = threading.Event()
        settings = {key: value for key, value in os.environ.items() if not key.startswith("STROWGER_")}
        data = os.path.join(self.folder, "data")
        self.child = subprocess.Popen(
            [BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0", "--no-samples", *ALLOWANCES],
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stdout
        for line in self.child.stdout:
            self.log.append(line.rstrip())
            found = READY.search(line)
            if found:
                self.url = found[1]
                self._ready.set()
        self._ready.set()

    def __enter__(self) -> "Exchange":
        if not self._ready.wait(START_SECONDS) or not self.url:
            self.stop()
            raise RuntimeError("the exchange did not start:\n" + "\n".join(self.log))
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.child.poll() is None

    def panics(self) -> list[str]:
        """Lines of its log that say that a piece of it fell over."""
        return [line for line in self.log if "panicked at" in line]

    def stop(self) -> None:
        """Ends it as an operator would, and takes its data away."""
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self._reader.join(5)
        shutil.rmtree(self.folder, ignore_errors=True)
