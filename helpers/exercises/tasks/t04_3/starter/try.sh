#!/bin/bash
# try.sh: makes a small repository in a new folder, carries it with the two scripts, and shows what
# arrived. The check does not need it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
source=$place/laptop
there=$place/cloudshell

git init --quiet "$source"
cd "$source"
git config user.name "A. Trader"
git config user.email trader@example.com
printf '.aws-sam/\n.env\n' > .gitignore
echo "Threshold: 50" > template.yaml
git add --all
git commit --quiet -m "The threshold is 50"
echo "Threshold: 70" > template.yaml
git commit --quiet --all -m "The threshold is 70"
echo "PASSWORD=secret" > .env
cd "$place"

bash "$here/pack.sh" "$source" "$place/parcel"
mv "$source" "$place/far-away"
bash "$here/unpack.sh" "$place/parcel" "$there"

echo "The files:"
LC_ALL=C ls -1A "$there"
echo "The history:"
git -C "$there" log --format=%s
