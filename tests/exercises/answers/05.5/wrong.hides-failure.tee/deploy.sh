#!/usr/bin/env bash
sam deploy --stack-name "$1" | tee deploy.log
