"""Becomes another program that dies with its parent and may belong to another user.

`python launcher.py PARENT SIGNAL USER PROGRAM ARGUMENTS…`. Both must happen in the new process:
the kernel forgets "die with your parent" when the user changes, and Python warns against running
code between fork and exec in a process with threads, which pytest's workers are.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal_number, user, *argv = sys.argv[1:]
    if user and os.geteuid() == 0:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent has ended already")
    os.execv(argv[0], argv)  # noqa: S606 - no shell wanted


if __name__ == "__main__":
    main()
