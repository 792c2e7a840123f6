"""Runs a Supervisor over small stand-in programs, as a process that the tests can signal and kill.

`python run_supervisor.py '[{"name": "a", "argv": [...], ...}, …]'`; prints `name|line`.
"""

import json
import signal
import sys

from nanoedit_site.supervisor import GaveUpError, Program, Supervisor


def say(name: str, line: str) -> None:
    sys.stdout.write(f"{name}|{line}\n")
    sys.stdout.flush()


def main() -> int:
    wanted = json.loads(sys.argv[1])
    supervisor = Supervisor(say, first_pause=0.1, longest_pause=0.4)
    with supervisor.signals():
        try:
            for program in wanted:
                if "orphan_signal" in program:
                    program["orphan_signal"] = signal.Signals(program["orphan_signal"])
                program["argv"] = tuple(program["argv"])
                supervisor.start(Program(**program))
            supervisor.loop(lambda: False)
        except GaveUpError as error:
            say("", str(error))
            return 1
        finally:
            supervisor.stop(patience_note="patience")
            say("", "stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
