"""What the activities' tests run against: moto's S3 with a bucket for each test, and Temporal's test server."""

import functools
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.known_addresses import KnownAddresses
from activities.notices import NoticeActivities
from adapters.s3 import S3Objects
from domain.bucket import company_version_key, representative_version_key
from mails.compose import compose
from tests.support import s3_servers
from tests.support.activities.sending import (
    COMPANY,
    COMPANY_SHA,
    JSON,
    NOW,
    REPRESENTATIVE,
    REPRESENTATIVE_SHA,
    ByClock,
    Clock,
    Outbox,
)
from tests.support.mails.notices import LETTERHEAD


@pytest.fixture
def objects(moto_url: str) -> S3Objects:
    return S3Objects(*s3_servers.new_bucket(moto_url))


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    server = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(server), data_converter=pydantic_data_converter
    ) as environment:
        yield environment.client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def notices(objects: S3Objects, outbox: Outbox, clock: Clock) -> NoticeActivities:
    """The activity for a company both of whose addresses have had a mail."""
    objects.put(company_version_key("C1001", COMPANY_SHA), json.dumps(COMPANY).encode(), JSON)
    objects.put(representative_version_key("C1001", REPRESENTATIVE_SHA), json.dumps(REPRESENTATIVE).encode(), JSON)
    KnownAddresses(objects, "C1001").remember([COMPANY["email"], REPRESENTATIVE["email"]], NOW)
    return NoticeActivities(
        objects=ByClock(objects, clock),
        compose=functools.partial(compose, letterhead=LETTERHEAD),
        mailer=outbox,
        now=clock,
        support_mail="soporte@lender.example",
        sender_domain="lender.example",
    )
