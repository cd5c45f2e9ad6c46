# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
aws s3api list-object-versions --bucket "$BUCKET" --output text \
    --query '[Versions, DeleteMarkers][][].[Key, VersionId]' > all.txt
python - "$BUCKET" <<'END'
import sys

import boto3

client = boto3.client("s3")
listed = [line.split() for line in open("all.txt", encoding="utf-8")]
for start in range(0, len(listed), 1000):
    objects = [{"Key": key, "VersionId": version} for key, version, *_ in listed[start:start + 1000]]
    client.delete_objects(Bucket=sys.argv[1], Delete={"Objects": objects})
client.delete_bucket(Bucket=sys.argv[1])
END
