"""Compare."""
import sys
import filecmp

c = filecmp.dircmp(*sys.argv[1:], ignore=[".aws-sam"])
sys.exit(1 if c.right_only else 0)
