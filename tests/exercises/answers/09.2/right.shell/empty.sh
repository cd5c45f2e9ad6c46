# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
while true; do
    aws s3api list-object-versions --bucket "$BUCKET" --no-paginate --output json \
        --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}}' \
        > listed.json
    grep -q VersionId listed.json || break
    aws s3api delete-objects --bucket "$BUCKET" --delete file://listed.json > deleted.json
done
aws s3 rb "s3://$BUCKET"
