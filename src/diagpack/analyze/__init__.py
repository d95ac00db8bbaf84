"""Rules over redacted evidence: one module each, ending in RULE. Enters: an evidence set. Leaves: findings."""
