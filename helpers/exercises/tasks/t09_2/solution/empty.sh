# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
python - "$BUCKET" <<'END'
import sys

import boto3

bucket = boto3.resource("s3").Bucket(sys.argv[1])
bucket.object_versions.delete()
bucket.delete()
END
