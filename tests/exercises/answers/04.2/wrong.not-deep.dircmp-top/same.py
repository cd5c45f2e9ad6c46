"""Compare."""
import sys
import filecmp

c = filecmp.dircmp(*sys.argv[1:], ignore=[".aws-sam"])
sys.exit(1 if c.left_only or c.right_only or c.diff_files else 0)
