"""What a template says of a bucket beside its name, in the shapes that moto's S3 takes.

A setting that leaves the template is switched off again. Settings that moto's S3 does not keep
(analytics, inventories, replication, transfer acceleration and their like) are not applied.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from helpers.localaws.cloudformation.resources.base import Request


def apply(request: Request, backend: Any, name: str) -> None:
    """Bring a bucket's settings in step with the template."""
    wanted, old = request.properties, request.old
    bucket = backend.buckets[name]
    status = (wanted.get("VersioningConfiguration") or {}).get("Status")
    if status or old.get("VersioningConfiguration"):
        backend.put_bucket_versioning(name, status or "Suspended")
    if wanted.get("BucketEncryption"):
        from moto.s3.cloud_formation import cfn_to_api_encryption

        backend.put_bucket_encryption(name, cfn_to_api_encryption(wanted["BucketEncryption"]))
    elif old.get("BucketEncryption"):
        backend.delete_bucket_encryption(name)
    block = wanted.get("PublicAccessBlockConfiguration")
    if block:
        backend.put_public_access_block(name, {key: _flag(value) for key, value in block.items()})
    elif old.get("PublicAccessBlockConfiguration"):
        backend.delete_public_access_block(name)
    rules = (wanted.get("LifecycleConfiguration") or {}).get("Rules") or []
    if rules:
        backend.put_bucket_lifecycle_configuration(name, [_lifecycle(rule) for rule in rules])
    elif old.get("LifecycleConfiguration"):
        backend.delete_bucket_lifecycle(name)
    sharing = (wanted.get("CorsConfiguration") or {}).get("CorsRules") or []
    if sharing:
        backend.put_bucket_cors(name, [_cors(rule) for rule in sharing])
    elif old.get("CorsConfiguration"):
        backend.delete_bucket_cors(name)
    if wanted.get("NotificationConfiguration") != old.get("NotificationConfiguration"):
        bucket.set_notification_configuration(
            _notifications(wanted.get("NotificationConfiguration") or {})
        )
    website = wanted.get("WebsiteConfiguration")
    if website:
        backend.put_bucket_website(name, _website(website))
    elif old.get("WebsiteConfiguration"):
        backend.delete_bucket_website(name)
    backend.put_bucket_tagging(name, request.tag_map())


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _lifecycle(rule: dict[str, Any]) -> dict[str, Any]:
    """One rule as S3's XML would give it to moto."""
    made: dict[str, Any] = {"ID": rule.get("Id"), "Status": rule.get("Status", "Enabled")}
    made["Filter"] = {"Prefix": rule.get("Prefix", "")}
    if rule.get("TagFilters"):
        tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule["TagFilters"]]
        made["Filter"] = {"And": {"Prefix": rule.get("Prefix", ""), "Tag": tags}}
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": str(rule["ExpirationInDays"])}
    if "ExpirationDate" in rule:
        made["Expiration"] = {"Date": str(rule["ExpirationDate"])}
    if rule.get("ExpiredObjectDeleteMarker") is not None:
        made["Expiration"] = {"ExpiredObjectDeleteMarker": _flag(rule["ExpiredObjectDeleteMarker"])}
    moves = [*rule.get("Transitions", []), *filter(None, [rule.get("Transition")])]
    if moves:
        made["Transition"] = [
            {
                "StorageClass": move["StorageClass"],
                **({"Days": str(move["TransitionInDays"])} if "TransitionInDays" in move else {}),
                **({"Date": str(move["TransitionDate"])} if "TransitionDate" in move else {}),
            }
            for move in moves
        ]
    old = rule.get("NoncurrentVersionExpiration") or {}
    days = old.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))
    if days is not None:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": str(days)}
    if rule.get("AbortIncompleteMultipartUpload"):
        given = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": str(given)}
    return made


def _cors(rule: dict[str, Any]) -> dict[str, Any]:
    made = {"AllowedMethod": rule["AllowedMethods"], "AllowedOrigin": rule["AllowedOrigins"]}
    if rule.get("AllowedHeaders"):
        made["AllowedHeader"] = rule["AllowedHeaders"]
    if rule.get("ExposedHeaders"):
        made["ExposeHeader"] = rule["ExposedHeaders"]
    if rule.get("MaxAge") is not None:
        made["MaxAgeSeconds"] = str(rule["MaxAge"])
    return made


def _notifications(given: dict[str, Any]) -> dict[str, Any]:
    """Who is told of which events of the bucket."""
    made: dict[str, Any] = {}
    kinds = (
        ("LambdaConfigurations", "CloudFunctionConfiguration", "Function", "CloudFunction"),
        ("QueueConfigurations", "QueueConfiguration", "Queue", "Queue"),
        ("TopicConfigurations", "TopicConfiguration", "Topic", "Topic"),
    )
    for listed, kept, target, named in kinds:
        entries = [
            {named: entry[target], "Event": [entry["Event"]], **_filter(entry)}
            for entry in given.get(listed) or []
        ]
        if entries:
            made[kept] = entries
    if given.get("EventBridgeConfiguration") is not None:
        made["EventBridgeConfiguration"] = {}
    return made


def _filter(entry: dict[str, Any]) -> dict[str, Any]:
    rules = ((entry.get("Filter") or {}).get("S3Key") or {}).get("Rules") or []
    if not rules:
        return {}
    named = [{"Name": rule["Name"], "Value": rule["Value"]} for rule in rules]
    return {"Filter": {"S3Key": {"FilterRule": named}}}


def _website(given: dict[str, Any]) -> bytes:
    parts = []
    if given.get("IndexDocument"):
        suffix = escape(str(given["IndexDocument"]))
        parts.append(f"<IndexDocument><Suffix>{suffix}</Suffix></IndexDocument>")
    if given.get("ErrorDocument"):
        key = escape(str(given["ErrorDocument"]))
        parts.append(f"<ErrorDocument><Key>{key}</Key></ErrorDocument>")
    if given.get("RedirectAllRequestsTo"):
        host = escape(str(given["RedirectAllRequestsTo"]["HostName"]))
        parts.append(f"<RedirectAllRequestsTo><HostName>{host}</HostName></RedirectAllRequestsTo>")
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return (
        f'<WebsiteConfiguration xmlns="{namespace}">{"".join(parts)}</WebsiteConfiguration>'
    ).encode()
