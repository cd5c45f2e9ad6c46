# sh release.sh MACHINE FILE
#
# Gives the workflow with the ARN MACHINE the definition in FILE.
# Its alias `live` is what everybody starts: MACHINE:live.

aws stepfunctions update-state-machine --state-machine-arn "$1" --definition "file://$2"
