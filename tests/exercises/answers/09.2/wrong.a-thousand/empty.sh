# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
aws s3api list-object-versions --bucket "$BUCKET" --output json \
        --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}, Quiet: `true`}' > all.json
    aws s3api delete-objects --bucket "$BUCKET" --delete file://all.json > /dev/null
aws s3api delete-bucket --bucket "$BUCKET"
