"""SES and EventBridge: a mail is about the identity that it is from, an event about its bus."""

from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, arn
from local.iam.needs.rules import Rules, needs_by_rules
from local.iam.needs.tables import TABLES

MAILS = Rules(
    prefix="ses",
    members={"EmailIdentity": "identity/{}", "Identity": "identity/{}", "ResourceArn": "{}"},
    # The first API lists and changes identities without a resource.
    no_resource=("List*", "GetAccount", "GetSendQuota", "GetSendStatistics", "Verify*"),
)
SENDING: Mapping[str, str] = {
    "SendEmail": "SendEmail",
    "SendRawEmail": "SendRawEmail",
    "SendTemplatedEmail": "SendTemplatedEmail",
}


def needs_of_ses(call: Call, account: Account) -> Iterator[Need]:
    """What a call of SES needs, by either of its two APIs."""
    if call.operation not in SENDING:
        yield from needs_by_rules(MAILS, call)
        return
    named = call.text("FromEmailAddressIdentityArn", "SourceArn", "FromArn")
    address = parseaddr(call.text("FromEmailAddress", "Source") or _sender(call.parameters))[1]
    identity = named or arn(call, "ses", f"identity/{account.mail_identity(address)}")
    action = f"ses:{SENDING[call.operation]}"
    if call.service == "sesv2" and "Raw" in (call.parameters.get("Content") or {}):
        action = "ses:SendRawEmail"
    yield Need(action=action, resource=identity, context={"ses:FromAddress": address} if address else {})


def needs_of_events(call: Call) -> Iterator[Need]:
    """What a call of EventBridge needs."""
    if call.operation != "PutEvents":
        yield from needs_by_rules(TABLES["events"], call)
        return
    for entry in call.parameters.get("Entries") or []:
        bus = str(entry.get("EventBusName") or "default")
        context = {
            "events:source": str(entry.get("Source", "")),
            "events:detail-type": str(entry.get("DetailType", "")),
        }
        resource = bus if bus.startswith("arn:") else arn(call, "events", f"event-bus/{bus}")
        yield Need(action="events:PutEvents", resource=resource, context=context)


def _sender(parameters: Mapping[str, Any]) -> str:
    """The address in the head of a raw mail."""
    content = parameters.get("Content")
    raw = content.get("Raw") if isinstance(content, Mapping) else parameters.get("RawMessage")
    data = raw.get("Data", b"") if isinstance(raw, Mapping) else b""
    return str(message_from_bytes(data if isinstance(data, bytes) else str(data).encode()).get("From", ""))
