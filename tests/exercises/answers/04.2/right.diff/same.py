"""Compare."""
import sys
import subprocess

done = subprocess.run(["diff", "-r", "--exclude=.aws-sam", *sys.argv[1:]])
sys.exit(done.returncode)
