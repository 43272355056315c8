"""Programs that a check starts, waits for and stops. Imported by panels.py and collector.py, never run."""

import contextlib
import json
import signal
import subprocess
import time
import urllib.request

SERVICES = ["calculatrice", "statistiques"]
# Longest waits, in seconds.
READY = 30
STOP = 40


class Wrong(Exception):
    """What has to be fixed, one per line."""


def require(wrong):
    if wrong:
        raise Wrong("\n".join(f"- {line}" for line in wrong))


class Program:
    """One of them, running. It says where it listens in the first line of its log that has an address."""

    def __init__(self, name, command, log):
        self.name, self.command, self.log = name, command, log
        self.started()

    def started(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait_for(self, what):
        """What `what` gives, as soon as it gives anything but None."""
        end = time.monotonic() + READY
        while time.monotonic() < end and self.process.poll() is None:
            if (found := what()) is not None:
                return found
            time.sleep(0.05)
        raise Wrong(f"{self.name} does not come up; the end of {self.log}:\n" + self.log.read_text()[-3000:])

    def line(self, *keys):
        """The values of these keys in the first line that has them all."""

        def found():
            for text in self.log.read_text().splitlines():
                with contextlib.suppress(ValueError):
                    line = json.loads(text)
                    if all(key in line for key in keys):
                        return [line[key] for key in keys]
            return None

        return self.wait_for(found)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Wrong(f"{self.name} did not end within {STOP} s of SIGTERM") from None
        if code != 0:
            raise Wrong(f"{self.name} ended with {code}")


def answers(url):
    """True when it does so well, None until then: for Program.wait_for."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:
        return True if response.status == 200 else None
    return None
