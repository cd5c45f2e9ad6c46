"""Compare."""
import sys
import glob
import os


def files(top):
    names = glob.glob("**", root_dir=top, recursive=True)
    return {n: open(os.path.join(top, n), "rb").read() for n in names if os.path.isfile(os.path.join(top, n))}


sys.exit(0 if files(sys.argv[1]) == files(sys.argv[2]) else 1)
