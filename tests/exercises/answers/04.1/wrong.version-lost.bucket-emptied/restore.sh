#!/bin/bash
set -eu
python -c "
import os, boto3
boto3.resource('s3').Bucket(os.environ['BUCKET']).object_versions.delete()
"
aws s3 rb "s3://$BUCKET"
