"""What AWS lists by its tags and moto leaves out: stacks, rules, resource groups, and the
applications of Application Insights.

It is `aws resourcegroupstaggingapi get-resources` that lists. (IAM's roles are not in it on AWS
either: docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html.)
Imports moto.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.events.models import events_backends
from moto.resourcegroups.models import resourcegroups_backends
from moto.resourcegroupstaggingapi import models

from helpers.localaws.account import ACCOUNT
from helpers.localaws.cloudformation import application_insights


def install() -> None:
    """Put the hook in place."""
    models.iter_taggable_backends = _iter_taggable_backends


_plain_iter_taggable_backends = models.iter_taggable_backends


class _Others(TaggableResourcesMixin):
    """The resources of an account and a region that no service of moto's lists."""

    SERVICE_NAMESPACE = "others"

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        from helpers.localaws.cloudformation.backend import cloudformation_backends

        events = events_backends[self.account][self.region]
        for rule in chain(*(bus.rules.values() for bus in events.event_buses.values())):
            tags = events.tagger.get_tag_dict_for_resource(rule.arn)
            yield TaggedResource(rule.arn, tags, "events:rule")
        groups = resourcegroups_backends[self.account][self.region].groups
        for group in groups.by_name.values():
            yield TaggedResource(group.arn, group.tags, "resource-groups:group")
        if self.account == ACCOUNT:
            for stack in cloudformation_backends[self.account][self.region].live():
                yield TaggedResource(stack.id, stack.recipe.tags, "cloudformation:stack")
            for arn, tags in application_insights.tagged(self.region):
                yield TaggedResource(arn, tags, "applicationinsights:application")

    def owns_arn(self, arn: str) -> bool:
        """Each service tags its own."""
        return False


def _iter_taggable_backends(account: str, region: str) -> Iterator[TaggableResourcesMixin]:
    """For iter_taggable_backends of the tagging API."""
    yield from _plain_iter_taggable_backends(account, region)
    yield _Others(account, region)
