"""Compare."""
import sys
import filecmp
import os


def same(a, b):
    c = filecmp.dircmp(a, b, ignore=[".aws-sam"])
    if c.left_only or c.right_only or c.diff_files or c.common_funny:
        return False
    return all(same(os.path.join(a, n), os.path.join(b, n)) for n in c.common_dirs)


sys.exit(0 if same(*sys.argv[1:]) else 1)
