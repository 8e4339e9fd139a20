"""Processes over one bucket, each of which may do there what its role says."""

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters import s3
from sealing import Encryption
from settings import Audit
from tests.support.deploy.aws_template import Role, Template, listed, restricted
from tests.support.world import World, encrypted

LOCK_DAYS = 1


@dataclass
class Premises:
    """A world whose bucket asks each process for its role, and the ring that all of them have."""

    world: World
    ring: Path
    done: dict[str, set[tuple[str, str]]]

    @property
    def encryption(self) -> Encryption:
        return Encryption(ring=self.ring)

    @property
    def lock(self) -> timedelta:
        return timedelta(days=LOCK_DAYS)

    def client(self, process: str) -> Any:
        """Return a client of the store that is held to a process's role."""
        made = s3.connect(
            endpoint_url=self.world.settings.s3.endpoint_url,
            region="us-east-1",
            access_key_id="test",
            secret_access_key="test",
            connections=20,
        )
        self.done[process] = restricted(made, self._role(process))
        return made

    def objects(self, process: str) -> s3.S3Objects:
        return s3.S3Objects(self.client(process), self.world.settings.s3.bucket)

    async def of(self, process: str) -> World:
        """Return the world as a process with the ring sees it."""
        audit = Audit(standard_output=False, lock_days=LOCK_DAYS)
        settings = self.world.settings.model_copy(update={"audit": audit})
        made = dataclasses.replace(self.world, objects=self.objects(process), settings=settings)
        return await encrypted(made, self.ring)

    def unused(self, process: str) -> set[tuple[str, str]]:
        """Return which rights over the bucket a process has not used: the action, and where."""
        granted = {
            (action, resource)
            for each in self._role(process).statements
            for action in listed(each["Action"])
            for resource in listed(each["Resource"])
            if action.startswith("s3:")
        }
        return {
            (action.removeprefix("s3:"), resource.partition("/")[2])
            for action, resource in granted
            if not any(_alone(action, resource).allows(*each) for each in self.done[process])
        }

    def _role(self, process: str) -> Role:
        return Template.read(BucketName=self.world.settings.s3.bucket).roles()[process]


def _alone(action: str, resource: str) -> Role:
    return Role([{"Effect": "Allow", "Action": action, "Resource": resource}])
