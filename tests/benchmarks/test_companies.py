"""The companies that the directory is measured with are such as the product takes, and the same in each run."""

from benchmarks.companies import companies, searches
from domain.profiles.company import Company


def test_every_made_up_company_is_one_that_the_doors_take() -> None:
    made = list(companies(300))

    assert [Company.model_validate(each.model_dump()) for each in made] == made
    assert len({each.nit for each in made}) == len({each.company_id for each in made}) == 300


def test_each_run_searches_for_the_same_among_the_same() -> None:
    assert (list(companies(50)), searches(50, 40)) == (list(companies(50)), searches(50, 40))
    assert len(set(searches(50, 40))) > 10
