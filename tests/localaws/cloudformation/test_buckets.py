"""What a template says of a bucket: applied, changed, and switched off again."""

import json

from cfn_templates import att, function, ref, resource, role, template

from tests.workshop import until

EVERYTHING = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        ]
    },
    "CorsConfiguration": {
        "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 60}]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {"Id": "old", "Status": "Enabled", "Prefix": "logs/", "ExpirationInDays": 30},
            {
                "Id": "versions",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            },
        ]
    },
    "PublicAccessBlockConfiguration": {"BlockPublicAcls": "true", "BlockPublicPolicy": True},
    "Tags": [{"Key": "team", "Value": "a"}],
    "VersioningConfiguration": {"Status": "Enabled"},
    "WebsiteConfiguration": {"IndexDocument": "index.html", "ErrorDocument": "404.html"},
}


def gone(call, **arguments):
    """Whether S3 says that there is no such setting."""
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        return error.response["Error"]["Code"].startswith(("NoSuch", "ServerSide"))
    return False


def test_settings_come_and_go(stacks, endpoint):
    name, s3 = stacks.name(), endpoint.client("s3")
    stack = stacks.deploy(name, template(Bucket=resource("AWS::S3::Bucket", **EVERYTHING)))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.events(name)
    bucket = stacks.physical(name, "Bucket")
    cors = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (cors[0]["AllowedMethods"], cors[0]["MaxAgeSeconds"]) == (["GET"], 60)
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rules[0]["Expiration"]["Days"] == 30
    assert rules[0]["Filter"]["Prefix"] == "logs/"
    assert rules[1]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 7
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicAcls"], block["RestrictPublicBuckets"]) == (True, False)
    tags = {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    assert (tags["team"], tags["aws:cloudformation:stack-name"]) == ("a", name)
    assert s3.get_bucket_website(Bucket=bucket)["IndexDocument"] == {"Suffix": "index.html"}
    stacks.deploy(name, template(Bucket=resource("AWS::S3::Bucket")))
    assert stacks.physical(name, "Bucket") == bucket
    assert gone(s3.get_bucket_cors, Bucket=bucket)
    assert gone(s3.get_bucket_lifecycle_configuration, Bucket=bucket)
    assert gone(s3.get_public_access_block, Bucket=bucket)
    assert gone(s3.get_bucket_website, Bucket=bucket)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"


def test_a_function_is_told_of_new_objects(stacks, endpoint):
    name, s3 = stacks.name(), endpoint.client("s3")
    told = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        "    record = event['Records'][0]['s3']\n"
        "    print('told of', record['object']['key'])\n"
    )
    stacks.deploy(
        name,
        template(
            Role=role(),
            Function=function(code=told),
            Group=resource(
                "AWS::Logs::LogGroup", LogGroupName={"Fn::Sub": "/aws/lambda/${Function}"}
            ),
            Bucket=resource(
                "AWS::S3::Bucket",
                NotificationConfiguration={
                    "LambdaConfigurations": [
                        {
                            "Event": "s3:ObjectCreated:*",
                            "Function": att("Function", "Arn"),
                            "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in-"}]}},
                        }
                    ]
                },
            ),
        ),
    )
    bucket = stacks.physical(name, "Bucket")
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert found["LambdaFunctionConfigurations"][0]["Events"] == ["s3:ObjectCreated:*"]
    s3.put_object(Bucket=bucket, Key="out-ignored", Body=b"1")
    s3.put_object(Bucket=bucket, Key="in-seen", Body=b"1")
    logs, group = endpoint.client("logs"), stacks.physical(name, "Group")

    def told():
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [e["message"].strip() for e in events if "told of" in e["message"]]

    assert until(told) == ["told of in-seen"]
    for key in ("out-ignored", "in-seen"):
        s3.delete_object(Bucket=bucket, Key=key)


def test_a_policy_with_a_condition_is_kept_out_of_the_way(stacks, endpoint):
    """moto does not look at conditions: enforced, this one would deny every request."""
    name, s3 = stacks.name(), endpoint.client("s3")
    everything = {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}
    stacks.deploy(
        name,
        template(
            Bucket=resource("AWS::S3::Bucket"),
            Policy=resource(
                "AWS::S3::BucketPolicy",
                Bucket=ref("Bucket"),
                PolicyDocument={
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": everything,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:GetObjectAcl",
                            "Resource": everything,
                        },
                    ]
                },
            ),
        ),
    )
    bucket = stacks.physical(name, "Bucket")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="k")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert [s["Action"] for s in policy["Statement"]] == ["s3:GetObjectAcl"]
