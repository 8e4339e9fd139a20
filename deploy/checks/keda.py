"""What the manifests use of KEDA's resources, as schemas: those of Kubernetes do not have them.

After KEDA's documentation of scaled objects and of its scaler `temporal`, read 2026-11-27. A name that is not here is
refused: who needs another one looks it up there first.
"""

from typing import Any, Final


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


_TEXT: Final = {"type": "string", "minLength": 1}
_COUNT: Final = {"type": "integer", "minimum": 1}
_NUMBER_AS_TEXT: Final = {"type": "string", "pattern": "^[0-9]+$"}
_TEMPORAL: Final = _closed(
    ("endpoint", "taskQueue"),
    endpoint={"type": "string", "pattern": "^[A-Za-z0-9.-]+:[0-9]+$"},
    namespace=_TEXT,
    taskQueue=_TEXT,
    queueTypes={"enum": ["workflow", "activity", "workflow,activity"]},
    targetQueueSize=_NUMBER_AS_TEXT,
    activationTargetQueueSize=_NUMBER_AS_TEXT,
    minConnectTimeout=_NUMBER_AS_TEXT,
    tlsServerName=_TEXT,
    workerDeploymentName=_TEXT,
    workerDeploymentBuildId=_TEXT,
)
_TRIGGER: Final = _closed(
    ("type", "metadata", "authenticationRef"),
    type={"const": "temporal"},
    name=_TEXT,
    metadata=_TEMPORAL,
    authenticationRef=_closed(("name",), name=_TEXT, kind=_TEXT),
)
_SCALED: Final = _closed(
    ("scaleTargetRef", "triggers"),
    scaleTargetRef=_closed(("name",), name=_TEXT, kind=_TEXT, apiVersion=_TEXT),
    minReplicaCount=_COUNT,
    maxReplicaCount=_COUNT,
    pollingInterval=_COUNT,
    cooldownPeriod=_COUNT,
    fallback=_closed(("failureThreshold", "replicas"), failureThreshold=_COUNT, replicas=_COUNT),
    advanced=_closed((), horizontalPodAutoscalerConfig=_closed((), name=_TEXT, behavior={"type": "object"})),
    triggers={"type": "array", "minItems": 1, "items": _TRIGGER},
)
_AUTHENTICATION: Final = _closed(
    ("secretTargetRef",),
    secretTargetRef={
        "type": "array",
        "minItems": 1,
        "items": _closed(
            ("parameter", "name", "key"),
            parameter={"enum": ["apiKey", "ca", "cert", "key", "keyPassword"]},
            name=_TEXT,
            key=_TEXT,
        ),
    },
)
SCHEMAS: Final = {"ScaledObject": _SCALED, "TriggerAuthentication": _AUTHENTICATION}
"""By kind, for `spec`."""
