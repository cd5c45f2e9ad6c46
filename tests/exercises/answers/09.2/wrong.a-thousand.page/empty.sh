# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
python - "$BUCKET" <<'END'
import sys

import boto3

bucket = boto3.resource("s3").Bucket(sys.argv[1])
page = bucket.meta.client.list_object_versions(Bucket=bucket.name)
for one in page.get("Versions", []) + page.get("DeleteMarkers", []):
    bucket.Object(one["Key"]).Version(one["VersionId"]).delete()
bucket.delete()
END
