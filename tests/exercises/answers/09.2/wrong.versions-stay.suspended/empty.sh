# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
aws s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Suspended
aws s3 rb "s3://$BUCKET" --force
