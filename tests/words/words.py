"""Words that Windlass no longer uses, and what it says instead.

`NAMES` are parts of identifiers and of file names (`found_rules` has the part `found`). `PHRASES` are regular
expressions over docstrings, comments, help texts, messages and documents. Both map the old word to its replacement, so
that a failing test says what to write.
"""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "around": "context",
    "asked": "requested, or idempotency",
    "began": "started",
    "found": "findings, matches, result: what it holds",
    "inert": "escape",
    "judging": "guard_intent, or checking",
    "ledger": "process_registry",
    "looking": "observing, reading",
    "made": "created, or what it holds",
    "mend": "fix",
    "rings": "in_alarm",
    "settle": "reconcile",
    "settled": "reconciled",
    "sided": "rolling, codedeploy, or single",
    "standing": "status",
    "stands": "exists",
    "surroundings": "context, container_spec",
    "told": "reported",
    "whoever": "caller, client",
    "wish": "desired_state",
    "wished": "desired",
    "wishes": "desired_state",
}
"""Part of a name → replacement."""

PHRASES: Mapping[str, str] = {
    r"\bconfused deputy\b(?! problem)": "prevents the confused-deputy problem",
    r"\bwhat stands\b": "what exists, what it contains",
    r"\bstands? (?:there|behind|where|alone|after)\b": "is, follows, exists",
    r"\bas it stands\b": "unchanged, verbatim",
    r"\bstands? (?:written|still)\b": "is written, does not change",
    r"\bgoes home\b": "scales to zero at night",
    r"\bby itself\b": "automatically, on its own",
    r"\bby themselves\b": "automatically, on their own",
    r"\bhand(?:s|ed|ing)? on\b": "pass",
    r"\bwhoever\b": "anyone who, the caller",
    r"\bof its kind\b": "of this kind",
    r"\bso long\b": "for this long",
    r"\b(?:is|are|was|were) told\b": "is passed, is reported",
    r"\btells? (?:of|people)\b": "reports",
    r"\bin words\b(?! of)": "as text",
    r"\bwhere (?:it|they) lies?\b": "where it is stored",
    r"\blies? (?:there|where|beside)\b": "is stored",
    r"\b(?:of|for|to) nobody\b": "of no one",
    r"\bnobody's\b": "no one's",
    r"\bway (?:in|out|back) of\b": "ingress, egress, rollback",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\bwish(?:es|ed)?\b": "desired state",
    r"\b(?:is|are) asked (?:for|of)\b": "is requested",
    r"\bask(?:s|ed)? AWS\b": "calls AWS",
    r"\bsettle[sd]?\b": "reconcile",
    r"\bone-sided\b": "rolling or CodeDeploy",
    r"\bsurroundings\b": "context",
    r"(?<!queue-)\bfigures?\b(?! (?:in|of) (?:docs|this))": "metric, or number",
    r"\bwho looks\b": "what reads",
    r"\ba look at\b": "a check of",
    r"\bmakes? its tables\b": "creates its tables",
    r"\bis no (?:list|table|number|JSON|state|name|value|file|folder)\b": "is not a …",
    r"\bof one's own\b": "your own",
    r"\bonly just\b": "barely, recently",
    r"\bto its (?:right )?end\b": "to completion",
    r"\bthe (?:one|other) side\b": "source, destination",
    r"\ball told\b": "in total",
}
"""Regular expression → replacement."""
