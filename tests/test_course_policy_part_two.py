"""docs/course-policy-part-two.json: what part two's notebooks need beside part one's policy."""

from tests.course_policies import OfAPart, Part

OWN = frozenset({"AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"})
"""Types that are new, or whose resources have other names than those of part one."""


class TestPartTwo(OfAPart):
    """Under both policies: those of its notebooks that are there."""

    part = Part(
        "1[0-6]_*.ipynb",
        "course-policy-part-two.json",
        OWN
        | {
            "AWS::ApplicationInsights::Application",
            "AWS::DynamoDB::Table",
            "AWS::Events::Rule",
            "AWS::IAM::Role",
            "AWS::Lambda::Function",
            "AWS::ResourceGroups::Group",
            "AWS::S3::Bucket",
            "AWS::S3::BucketPolicy",
        },
        looked_at=OWN,
        beside=("course-policy.json",),
    )

    def test_the_notebooks_are_there(self):
        assert self.part.numbers[:5] == ["10", "11", "12", "13", "14"]
