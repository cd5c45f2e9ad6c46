# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
set -e

listed() { # $1: Versions or DeleteMarkers; at most a thousand, as delete-objects takes them
    aws s3api list-object-versions --bucket "$BUCKET" --max-items 1000 --output json \
        --query "{Objects: $1[].{Key: Key, VersionId: VersionId}, Quiet: \`true\`}"
}

for kind in Versions DeleteMarkers; do
    listed $kind > listed.json
    while grep -q VersionId listed.json; do
        aws s3api delete-objects --bucket "$BUCKET" --delete file://listed.json > deleted.json
        listed $kind > listed.json
    done
done
aws s3 rb "s3://$BUCKET"
