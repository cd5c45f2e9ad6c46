# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
aws s3 rm "s3://$BUCKET" --recursive --quiet
aws s3 rb "s3://$BUCKET"
