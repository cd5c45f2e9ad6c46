"""Compare."""
import sys
import filecmp
import os


def same(a, b):
    compared = filecmp.dircmp(a, b, ignore=[".aws-sam"])
    if compared.left_only or compared.right_only or compared.common_funny:
        return False
    _, differ, errors = filecmp.cmpfiles(a, b, compared.common_files, shallow=False)
    if differ or errors:
        return False
    return all(same(os.path.join(a, n), os.path.join(b, n)) for n in compared.common_dirs)


sys.exit(0 if same(*sys.argv[1:]) else 1)
