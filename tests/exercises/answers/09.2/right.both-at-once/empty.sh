# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
while true; do
    aws s3api list-object-versions --bucket "$BUCKET" --max-items 500 --output json \
        --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}, Quiet: `true`}' > all.json
    grep -q VersionId all.json || break
    aws s3api delete-objects --bucket "$BUCKET" --delete file://all.json > /dev/null
done
aws s3api delete-bucket --bucket "$BUCKET"
