"""`python bound_child.py LAUNCHER_PID ARGV...`: become ARGV, killed by the kernel when the launcher dies.

Run as a file by a bare interpreter, so it imports nothing of the project. Only Linux can bind a child so;
elsewhere the program runs unbound.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    launcher, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != launcher:  # It died before we asked to be told.
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 the launcher's own table of programs


if __name__ == "__main__":
    main()
