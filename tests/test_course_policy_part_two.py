"""docs/course-policy-part-two.json: what part two's notebooks need beside part one's policy."""

from tests.course_policies import ROOT, OfAPart, Part

OWN = frozenset({"AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"})
"""Types that are new, or whose resources have other names than those of part one."""


class TestPartTwo(OfAPart):
    """Under both policies."""

    part = Part(
        "course-policy-part-two.json",
        notebooks="1[0-6]_*.ipynb",
        types=OWN
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
        assert self.part.numbers == [f"{number}" for number in range(10, 17)]

    def test_the_readme_has_their_count(self, course):
        cells = sum(one.cells for one in course.walked)
        assert f"all {cells} of part two" in (ROOT / "README.md").read_text()
