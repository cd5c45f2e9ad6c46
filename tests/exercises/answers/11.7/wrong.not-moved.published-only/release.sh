set -e
aws stepfunctions update-state-machine --state-machine-arn "$1" --definition "file://$2" --publish
