"""docs/course-policy.json: what notebooks 00 to 09 need on an account, no more and no less."""

import re

from tests.course_policies import ROOT, OfAPart, Part

TYPES = frozenset(
    {
        "AWS::ApplicationInsights::Application",
        "AWS::DynamoDB::Table",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::ResourceGroups::Group",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::StepFunctions::StateMachine",
    }
)


class TestPartOne(OfAPart):
    """Under its policy alone."""

    part = Part(
        "course-policy.json",
        notebooks="0?_*.ipynb",
        types=TYPES,
        looked_at=TYPES,
        besides={
            "iam:CreateServiceLinkedRole": "Application Insights makes its role when first used"
        },
    )

    def test_the_page_has_the_counts_of_each_notebook(self, course):
        page = (ROOT / "docs" / "real-account.md").read_text()
        elsewhere_well = 0
        for one in course.walked:
            row = rf"^\| {one.number} \| (\d+) of {one.cells} \| {one.cells} of {one.cells} \|$"
            found = re.search(row, page, re.M)
            assert found, f"python benchmarks/elsewhere.py --write: notebook {one.number}"
            elsewhere_well += int(found[1])
        cells = sum(one.cells for one in course.walked)
        readme = (ROOT / "README.md").read_text()
        assert f"all {cells} code cells" in readme
        assert f"{elsewhere_well} of {cells} cells" in readme
